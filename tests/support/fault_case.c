/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/ntfs_peek.h"

#define VOLUME_FLAGS   "record 3 attribute 0x70 "
#define COMPARED_BYTES 4096

const struct fault_scenario fault_scenarios[FAULT_SCENARIOS] = {
	{.name = "hold", .verdict = VERDICT_HOLD},
	{.name = "replay",
		.july = {.has_table = true,
			.journal = "--version 2.0 --committed "
				   "Windows/System32/ntoskrnl.exe=2 "
				   "--unfinished pagefile.sys=1",
			.status = {.size = 0xC8,
				.attempts = 2,
				.boot_id = JULY_LAST_BOOT + 1,
				.clean_boot_id = JULY_NOTED_BOOT - 1,
				.heartbeat = JULY_HEARTBEAT}},
		.verdict = VERDICT_HOLD},
	{.name = "large-folder",
		.july = {.more = "filler /" JULY_FOLDER " 400\n",
			.journal = "--version 1.1 --closed"},
		.verdict = VERDICT_HOLD},
	{.name = "ordered", .order = ORDER_HOLD_PATH, .verdict = VERDICT_HOLD},
	{.name = "undo",
		.is_after_hold = true,
		.order = ORDER_UNDO,
		.verdict = VERDICT_RESTORE_AND_HOLD,
		.is_undone = true},
	{.name = "restore",
		.july = {.has_table = true},
		.is_after_hold = true,
		.has_crashed_on = true,
		.verdict = VERDICT_RESTORE_AND_HOLD,
		.is_undone = true},
};

struct emudisk fault_disk;
struct outcome fault_outcome;
struct fault_case fault_case;

static struct fault_case known[FAULT_SCENARIOS]; /* found out once, for all */
static struct fake_machine machine;
static struct policy policy;

static struct {
	unsigned int complete;
	unsigned int refused;
} ends;

static char id[160];

/* --- Cases ---------------------------------------------------------------- */

bool fault_is_wanted(
	const char *call, uint64_t n, const char *model, uint64_t seed)
{
	const char *only = getenv("LOOPBREAKER_ONLY");

	snprintf(id, sizeof(id), "%s:%s:%d:%s:%d", fault_case.s->name, call,
		(int)n, model, (int)seed);
	return !only || !strcmp(only, id);
}

static void fail_case(const char *what, const char *details)
{
	fake_machine_print(&machine);
	fail_msg("%s: %s\n%s", id, what, details);
}

void fault_expect(bool is_good, const char *what)
{
	if (!is_good)
		fail_case(what, "");
}

/* --- The volume ----------------------------------------------------------- */

static unsigned char *volume(uint64_t *ret_size)
{
	return july_volume(&fault_disk, &fault_case.s->july, ret_size);
}

/* An order that was cut short may be followed once more, as another hold. */
static void make_ids_same(char *text)
{
	char second[128], first[128];
	char *p = text;

	peek_name_hex("held-00000002", second, sizeof(second));
	peek_name_hex("held-00000001", first, sizeof(first));
	while ((p = strstr(p, second)))
		memcpy(p, first, strlen(first));
}

/* VOLUME_IS_DIRTY may stay set after an interruption: Windows checks then. */
static char *describe(void)
{
	uint64_t size;
	unsigned char *bytes = volume(&size);
	char *all = peek_describe(bytes, size);
	char *rest = peek_without(all, VOLUME_FLAGS);

	free(all);
	if (fault_case.s->order == ORDER_HOLD_PATH)
		make_ids_same(rest);
	return rest;
}

static void expect_description(const char *expected, const char *what)
{
	char *text = describe();
	char *difference = peek_difference(expected, text);
	uint64_t size;
	unsigned char *bytes = volume(&size);

	free(text);
	if (difference[0])
		fail_case(what, difference);
	free(difference);
	text = peek_check(bytes, size);
	if (text[0])
		fail_case(what, text);
	free(text);
}

/* --- Runs ----------------------------------------------------------------- */

static void run_with(enum order_kind kind)
{
	const struct order order = {
		.kind = kind,
		.path = kind == ORDER_HOLD_PATH ? JULY_FOLDER "/" JULY_BAD
						: NULL,
	};

	fake_machine_forget(&machine);
	recovery_run(&machine.platform, &order, &policy, &fault_outcome);
}

void fault_run(void)
{
	run_with(fault_case.s->order);
}

static void load(void)
{
	emudisk_close(&fault_disk);
	july_disk(&fault_disk, &fault_case.s->july);
	july_machine(&machine, &fault_disk);
}

/* What has happened to the PC before the run in question. */
static void prepare(void)
{
	struct fake_bootstat s = july_status();

	load();
	if (!fault_case.s->is_after_hold)
		return;
	run_with(ORDER_NONE);
	assert_true(fault_outcome.is_applied);
	if (fault_case.s->has_crashed_on) {
		s.boot_id += 2;
		s.attempts = 1;
		july_session(&fault_disk, &fault_case.s->july, &s);
	}
}

/* Only what differs: a new copy of it all would take longer than a run. */
void fault_restart(void)
{
	const uint64_t size = fault_disk.disk.size_bytes;

	for (uint64_t off = 0; off < size; off += COMPARED_BYTES)
		if (memcmp(fault_disk.bytes + off, fault_case.start + off,
			    COMPARED_BYTES))
			memcpy(fault_disk.bytes + off, fault_case.start + off,
				COMPARED_BYTES);
	july_machine(&machine, &fault_disk);
	machine.record = fault_case.record;
	emudisk_reset(&fault_disk);
}

static void find_out(const struct fault_scenario *s)
{
	memset(&fault_case, 0, sizeof(fault_case));
	fault_case.s = s;
	prepare();
	assert_int_equal(fault_disk.disk.size_bytes % COMPARED_BYTES, 0);
	fault_case.start = malloc(fault_disk.disk.size_bytes);
	assert_non_null(fault_case.start);
	memcpy(fault_case.start, fault_disk.bytes, fault_disk.disk.size_bytes);
	fault_case.record = machine.record;
	fault_case.before = describe();
	emudisk_reset(&fault_disk);
	failalloc_arm(0, false); /* only counts */
	fault_run();
	(void)failalloc_disarm();
	fault_case.allocations = failalloc_count();
	assert_int_equal(fault_outcome.verdict, s->verdict);
	assert_true(fault_outcome.is_applied);
	fault_case.calls = fault_disk.counts;
	fault_case.after = describe();
}

void fault_begin(const struct fault_scenario *s)
{
	struct fault_case *k = &known[s - fault_scenarios];

	memset(&ends, 0, sizeof(ends));
	if (!k->s) {
		find_out(s);
		*k = fault_case;
	}
	fault_case = *k;
	load();
}

int fault_setup(void **state)
{
	size_t len;
	const void *bytes = policy_builtin(&len);

	(void)state;
	return policy_check(bytes, len, &policy);
}

int fault_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		free(known[i].start);
		free(known[i].before);
		free(known[i].after);
	}
	emudisk_close(&fault_disk);
	return 0;
}

void fault_end(const char *axis)
{
	if (ends.complete + ends.refused)
		printf("%s: %s: %u ends complete, %u refused\n",
			fault_case.s->name, axis, ends.complete, ends.refused);
}

/* --- Judging -------------------------------------------------------------- */

/* What a torn write may have hit: the files that were to change. */
static const char *const changing[] = {"CrowdStrike", JULY_BAD,
	JULY_BAD JULY_HELD_SUFFIX, JULY_OTHER, JULY_OTHER JULY_HELD_SUFFIX,
	"ntoskrnl.exe", "bootstat.dat"};

/* All other files are as they were, and the volume can be looked at. */
static void expect_others_unharmed(void)
{
	char *text = describe();
	char *rest = peek_difference(fault_case.before, text);
	uint64_t size;
	char part[40];

	free(text);
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
		const unsigned char *bytes = july_volume(
			&(struct emudisk){.bytes = fault_case.start},
			&fault_case.s->july, &size);

		snprintf(part, sizeof(part), "record %d ",
			(int)peek_record_of(bytes, size, changing[i]));
		text = peek_without(rest, part);
		free(rest);
		rest = text;
	}
	if (rest[0])
		fail_case("others were harmed", rest);
	free(rest);
}

/* A refusal is a sentence and no write. */
static void expect_refusal(void)
{
	expect_others_unharmed();
	fault_expect(!fault_outcome.is_applied, "refused and applied");
	fault_expect(fault_disk.counts.writes == 0, "refused, but written");
	fault_expect(fake_machine_said(&machine, SAY_WARNING) +
				     fake_machine_said(&machine, SAY_ERROR) >
			     0,
		"refused without a word");
	ends.refused++;
}

/* Everything that was done can be undone. */
static void expect_undoable(void)
{
	char *rest, *difference, *later;

	if (fault_case.s->is_undone)
		return;
	run_with(ORDER_UNDO);
	fault_expect(fault_outcome.is_applied, "undo after the hold");
	later = describe();
	difference = peek_difference(fault_case.before, later);
	/* A replay and a mark on bootstat.dat stay; names do not. */
	rest = peek_without(difference, "attribute 0x10 ");
	free(difference);
	difference = peek_without(rest, " size 67584 ");
	if (difference[0])
		fail_case("undone, but", difference);
	free(later);
	free(rest);
	free(difference);
}

void fault_expect_recovery(bool may_refuse)
{
	emudisk_reset(&fault_disk);
	fault_run();
	if (fault_outcome.err < 0 || fault_outcome.verdict == VERDICT_REFUSE) {
		fault_expect(may_refuse, "refused");
		expect_refusal();
		return;
	}
	expect_description(fault_case.after, "after the second run");
	expect_undoable();
	ends.complete++;
}

void fault_judge(bool may_refuse)
{
	if (fault_outcome.is_applied) {
		fault_expect(fault_outcome.err == 0, "success with an error");
		expect_description(fault_case.after, "reported as applied");
		ends.complete++;
		return;
	}
	fault_expect(fault_outcome.err < 0 ||
			     fault_outcome.verdict == VERDICT_REFUSE,
		"neither done nor refused");
	fault_expect(fake_machine_said(&machine, SAY_WARNING) +
				     fake_machine_said(&machine, SAY_ERROR) >
			     0,
		"failed without a word");
	if (!fault_outcome.commit.runs)
		fault_expect(!memcmp(fault_case.start, fault_disk.bytes,
				     fault_disk.disk.size_bytes),
			"the disk was changed");
	fault_expect_recovery(may_refuse);
}
