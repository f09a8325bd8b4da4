/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spoils a volume, runs, judges; in a child, so that the rest goes on. */
#include "tests/support/corrupt_case.h"

#include <sanitizer/lsan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recovery/run.h"
#include "tests/support/corrupt_change.h"
#include "tests/support/corrupt_judge.h"
#include "tests/support/fault_keep.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/peak_memory.h"

#define SECTOR_BYTES	 512
#define MFT_RECORD_BYTES 1024
#define AT_ONCE		 65536 /* bytes compared; divides the volume */
#define PART		 600   /* cases that make check tries of each volume */
#define KEPT_PART	 10    /* ... where the volumes are kept */
#define WATCHDOG_SECONDS 60
#define PROGRESS	 5000 /* cases, after which it says how far it is */

/* What is known of all cases; shared by parent and child. */
struct tally {
	size_t next;		 /* case to be tried */
	unsigned int left_alone; /* not written, no error */
	unsigned int refused;
	unsigned int same;  /* held as on the sound volume */
	unsigned int other; /* held, and judged by what was changed */
	unsigned int failed;
	struct disk_counts most;
	int64_t most_memory;
};

/* Global because a case fails in many places. */
static struct {
	const struct corrupt_volume *v;
	struct emudisk disk;
	struct fake_machine machine;
	struct policy policy;
	struct outcome outcome;
	struct corrupt_map map;
	struct corrupt_list list;
	struct corrupt_touch touch; /* of the case at hand */
	unsigned char *sound;	    /* the volume without damage */
	unsigned char *held;	    /* ... and as a hold leaves it */
	unsigned char *before;	    /* with the damage */
	char *facts;		    /* of the sound volume */
	char *usual;   /* what a hold on the sound volume changes */
	uint64_t late; /* the record of a file that damage makes look new */
	uint64_t size;
	size_t step;  /* every which case is tried */
	size_t shard; /* which one of so many */
	char id[CORRUPT_ID_BYTES + 32];
	bool is_shown;
	struct tally *tally;
} rig;

static void fail_case(const char *what, const char *details)
{
	rig.tally->failed++;
	fprintf(stderr, "%s: %s\n%s", rig.id, what,
		rig.is_shown ? details : "");
}

/* --- Damage --------------------------------------------------------------- */

static void damage(void)
{
	for (unsigned int i = 0; i < rig.touch.count; i++) {
		rig.disk.bytes[rig.touch.at[i]] = rig.touch.value[i];
		rig.before[rig.touch.at[i]] = rig.touch.value[i];
	}
}

static void put_back(void)
{
	for (unsigned int i = 0; i < rig.touch.count; i++) {
		rig.disk.bytes[rig.touch.at[i]] = rig.sound[rig.touch.at[i]];
		rig.before[rig.touch.at[i]] = rig.sound[rig.touch.at[i]];
	}
	if (!rig.disk.counts.writes)
		return;
	for (uint64_t off = 0; off < rig.size; off += AT_ONCE)
		if (memcmp(rig.disk.bytes + off, rig.sound + off, AT_ONCE))
			memcpy(rig.disk.bytes + off, rig.sound + off, AT_ONCE);
}

/* --- Judging -------------------------------------------------------------- */

/* Where the damage still is it counts as what was there before it. */
static unsigned char without_damage(uint64_t at)
{
	for (unsigned int i = 0; i < rig.touch.count; i++)
		if ((at == rig.touch.at[i] || at == rig.touch.twin_at[i]) &&
			rig.disk.bytes[at] == rig.touch.value[i])
			return rig.sound[at];
	return rig.disk.bytes[at];
}

static bool is_damaged(uint64_t off)
{
	for (unsigned int i = 0; i < rig.touch.count; i++)
		if (rig.touch.at[i] - off < SECTOR_BYTES ||
			rig.touch.twin_at[i] - off < SECTOR_BYTES)
			return true;
	return false;
}

static bool is_as_held(uint64_t off)
{
	if (!memcmp(rig.disk.bytes + off, rig.held + off, SECTOR_BYTES))
		return true;
	if (!is_damaged(off))
		return false;
	for (uint64_t i = off; i < off + SECTOR_BYTES; i++)
		if (without_damage(i) != rig.held[i])
			return false;
	return true;
}

/* The first sector from @off on in which two volumes differ; the size: none. */
static uint64_t next_difference(
	const unsigned char *a, const unsigned char *b, uint64_t off)
{
	while (off < rig.size) {
		if (off % AT_ONCE == 0 && !memcmp(a + off, b + off, AT_ONCE)) {
			off += AT_ONCE;
			continue;
		}
		if (memcmp(a + off, b + off, SECTOR_BYTES))
			break;
		off += SECTOR_BYTES;
	}
	return off;
}

static bool is_same_hold(void)
{
	uint64_t off = next_difference(rig.disk.bytes, rig.held, 0);

	while (off < rig.size && is_as_held(off))
		off = next_difference(
			rig.disk.bytes, rig.held, off + SECTOR_BYTES);
	return off == rig.size;
}

/* A sector of one of the records that have a copy, or of that copy. */
static bool may_be_mended(uint64_t off)
{
	for (unsigned int i = 0; i < rig.map.count; i++) {
		const struct corrupt_piece *p = &rig.map.pieces[i];

		if (p->twin &&
			(off - p->place < p->len || off - p->twin < p->len))
			return true;
	}
	return false;
}

static bool is_written_in_place(void)
{
	uint64_t off = next_difference(rig.disk.bytes, rig.before, 0);
	char place[64];

	while (off < rig.size &&
		(memcmp(rig.held + off, rig.sound + off, SECTOR_BYTES) ||
			may_be_mended(off) ||
			off - rig.late < MFT_RECORD_BYTES))
		off = next_difference(
			rig.disk.bytes, rig.before, off + SECTOR_BYTES);
	if (off == rig.size)
		return true;
	snprintf(place, sizeof(place), "offset 0x%llx\n",
		(unsigned long long)off);
	fail_case("written where no hold writes", place);
	return false;
}

static void judge_names(void)
{
	const struct corrupt_volumes volumes = {
		.before = rig.before,
		.after = rig.disk.bytes,
		.size = rig.size,
		.suffix = JULY_HELD_SUFFIX,
		.sound = rig.facts,
		.usual = rig.usual,
		.files = rig.outcome.files,
	};
	char *wrong = corrupt_judge_names(&volumes);

	if (wrong)
		fail_case("another volume than a hold leaves", wrong);
	free(wrong);
}

/* For readers that are not ours. */
static void keep(void)
{
	const struct emudisk before = {
		.bytes = rig.before, .disk.size_bytes = rig.size};

	fault_keep(&before, &rig.v->july, rig.id, "before");
	fault_keep(&rig.disk, &rig.v->july, rig.id, "after");
}

static void judge_hold(void)
{
	keep();
	if (!rig.outcome.is_applied || rig.outcome.err < 0) {
		fail_case("written, and not applied", "");
	} else if (is_same_hold()) {
		rig.tally->same++;
	} else if (is_written_in_place()) {
		rig.tally->other++;
		judge_names();
	}
}

static void judge_refusal(void)
{
	bool is_refused =
		rig.outcome.err < 0 || rig.outcome.verdict == VERDICT_REFUSE;

	if (rig.outcome.is_applied)
		fail_case("applied without a write", "");
	if (!rig.machine.said_count)
		fail_case("not a word", "");
	if (is_refused && !fake_machine_said(&rig.machine, SAY_WARNING) &&
		!fake_machine_said(&rig.machine, SAY_ERROR))
		fail_case("refused without a word", "");
	if (is_refused)
		rig.tally->refused++;
	else
		rig.tally->left_alone++;
}

static void judge_cost(int64_t memory)
{
	const struct disk_counts *now = &rig.disk.counts;
	struct tally *t = rig.tally;

	if (now->reads > CORRUPT_MAX_READS)
		fail_case("too many reads", "");
	if (now->read_bytes > CORRUPT_MAX_READ_BYTES)
		fail_case("too much was read", "");
	if (memory > CORRUPT_MAX_MEMORY)
		fail_case("too much memory", "");
	if (now->reads > t->most.reads)
		t->most.reads = now->reads;
	if (now->read_bytes > t->most.read_bytes)
		t->most.read_bytes = now->read_bytes;
	if (memory > t->most_memory)
		t->most_memory = memory;
}

/* --- Cases ---------------------------------------------------------------- */

static void run(void)
{
	static const struct order none = {.kind = ORDER_NONE};

	july_machine(&rig.machine, &rig.disk);
	emudisk_reset(&rig.disk);
	recovery_run(&rig.machine.platform, &none, &rig.policy, &rig.outcome);
}

static void try_case(const struct corrupt_change *change)
{
	int64_t memory;

	corrupt_find(&rig.map, change, &rig.touch);
	damage();
	alarm(WATCHDOG_SECONDS);
	peak_memory_begin();
	run();
	memory = peak_memory_end();
	alarm(0);
	judge_cost(memory);
	if (rig.disk.counts.writes)
		judge_hold();
	else
		judge_refusal();
	if (rig.is_shown)
		fake_machine_print(&rig.machine);
	put_back();
}

static void name_case(size_t i)
{
	char id[CORRUPT_ID_BYTES];

	corrupt_id(&rig.map, &rig.list.changes[i], id);
	snprintf(rig.id, sizeof(rig.id), "%s:%s", rig.v->name, id);
}

/* Spread over all of them, without a rhythm that structures have, too. */
static size_t case_of(size_t number)
{
	return number * rig.step + (number * 7919 + rig.shard) % rig.step;
}

/* Of the last few that are not as many as a step there may be none. */
static size_t count_cases(void)
{
	size_t steps = rig.list.count / rig.step;

	return case_of(steps) < rig.list.count ? steps + 1 : steps;
}

/* All cases, an nth part of them, or as many as a check has time for. */
static void choose_cases(bool is_one)
{
	const char *shard = getenv("LOOPBREAKER_SHARD");
	size_t part = getenv("LOOPBREAKER_KEEP") ? KEPT_PART : PART;

	rig.shard = 0;
	rig.step = 1;
	if (is_one)
		return;
	if (!getenv("LOOPBREAKER_DEEP")) {
		rig.step = rig.list.count / part + 1;
	} else if (shard &&
		   (sscanf(shard, "%zu/%zu", &rig.shard, &rig.step) != 2 ||
			   !rig.step)) {
		fprintf(stderr, "LOOPBREAKER_SHARD is not like 1/8\n");
		abort();
	}
}

static void show_progress(size_t count)
{
	if (rig.tally->next && rig.tally->next % PROGRESS == 0)
		fprintf(stderr, "%s: %zu of %zu\n", rig.v->name,
			rig.tally->next, count);
}

static void try_rest(size_t count, const char *only)
{
	for (; rig.tally->next < count; rig.tally->next++) {
		size_t i = case_of(rig.tally->next);

		name_case(i);
		show_progress(count);
		if (!only || !strcmp(only, rig.id))
			try_case(&rig.list.changes[i]);
	}
	if (__lsan_do_recoverable_leak_check())
		fail_case("memory was lost in one of the cases up to it", "");
}

/* A child that dies takes one case with it. */
static void try_all(size_t count, const char *only)
{
	while (rig.tally->next < count) {
		int status = -1;
		pid_t child;

		fflush(stdout);
		child = fork();
		if (child < 0)
			abort();
		if (!child) {
			try_rest(count, only);
			_exit(0);
		}
		if (waitpid(child, &status, 0) != child)
			abort();
		if (rig.tally->next == count && !status)
			break;
		if (rig.tally->next < count)
			name_case(case_of(rig.tally->next++));
		fail_case(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM
				  ? "it does not end"
				  : "it died",
			"");
	}
}

/* --- The volume ----------------------------------------------------------- */

static unsigned char *copy_of_disk(void)
{
	unsigned char *copy = malloc(rig.size);

	if (!copy)
		abort();
	return memcpy(copy, rig.disk.bytes, rig.size);
}

static void describe_hold(void)
{
	char *after = peek_describe(rig.held, rig.size);

	rig.facts = peek_describe(rig.sound, rig.size);
	rig.usual = peek_difference(rig.facts, after);
	free(after);
}

static void open_volume(const struct corrupt_volume *v)
{
	size_t len;
	const void *bytes = policy_builtin(&len);

	if (policy_check(bytes, len, &rig.policy) < 0)
		abort();
	rig.v = v;
	july_disk(&rig.disk, &v->july);
	rig.size = rig.disk.disk.size_bytes;
	rig.sound = copy_of_disk();
	rig.before = copy_of_disk();
	rig.map.bytes = rig.sound;
	rig.map.size = rig.size;
	v->map(&rig.map);
	corrupt_list_open(&rig.map, &rig.list);
	run();
	if (!rig.outcome.is_applied || rig.outcome.files != 2) {
		fake_machine_print(&rig.machine);
		abort(); /* a test of nothing */
	}
	rig.held = copy_of_disk();
	describe_hold();
	rig.late = peek_record_place(rig.sound, rig.size,
		peek_record_of(rig.sound, rig.size, JULY_OLD));
	rig.touch.count = 0;
	put_back();
	rig.tally = mmap(NULL, sizeof(*rig.tally), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (rig.tally == MAP_FAILED)
		abort();
}

static void close_volume(void)
{
	munmap(rig.tally, sizeof(*rig.tally));
	corrupt_list_close(&rig.list);
	free(rig.sound);
	free(rig.held);
	free(rig.before);
	free(rig.facts);
	free(rig.usual);
	emudisk_close(&rig.disk);
	memset(&rig, 0, sizeof(rig));
}

static void print_tally(size_t count)
{
	const struct tally *t = rig.tally;

	printf("counted: damaged %s volume: %zu of %zu changes to %zu bytes "
	       "tried; held as on the sound volume %u, held otherwise %u, "
	       "refused %u, nothing to do %u, failed %u; at most %llu reads of "
	       "%llu KiB, %lld KiB of memory\n",
		rig.v->name, count, rig.list.count, rig.list.bytes, t->same,
		t->other, t->refused, t->left_alone, t->failed,
		(unsigned long long)t->most.reads,
		(unsigned long long)t->most.read_bytes / 1024,
		(long long)t->most_memory / 1024);
}

unsigned int corrupt_try(const struct corrupt_volume *v)
{
	const char *only = getenv("LOOPBREAKER_ONLY");
	unsigned int failed;
	size_t count;

	open_volume(v);
	rig.is_shown = only != NULL;
	choose_cases(only != NULL);
	count = count_cases();
	try_all(count, only);
	print_tally(count);
	failed = rig.tally->failed;
	close_volume();
	return failed;
}
