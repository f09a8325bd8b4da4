/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Failure as an axis: whole runs in which the power is cut after each write,
 * and in which each read, write, flush and allocation fails or lies.
 *
 * After each the PC is switched on again and a run without faults follows.
 * Its end is either what a run without any fault would have left, byte for
 * byte of every name, attribute and file, or a refusal with a sentence; how
 * often each happens is printed.  A run that was cut or failed never reports
 * success, and one that failed before it wrote leaves the disk as it was.
 *
 * A failure prints scenario:call:n:model:seed; with that in LOOPBREAKER_ONLY
 * this case runs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/run.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/july.h"
#include "tests/support/ntfs_peek.h"

#define VOLUME_FLAGS   "record 3 attribute 0x70 "
#define COMPARED_BYTES 4096

struct scenario {
	const char *name;
	struct july july;
	bool is_after_hold;  /* a complete hold comes before the fault */
	bool has_crashed_on; /* ... and two more sessions crashed */
	enum order_kind order;
	enum verdict verdict;
	bool is_undone; /* nothing is on hold afterwards */
};

static const struct scenario scenarios[] = {
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

#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static struct emudisk disk;
static struct fake_machine machine;
static struct policy policy;
static struct outcome outcome;

/* A scenario, and what it is without faults. */
struct known {
	const struct scenario *s;
	unsigned char *start; /* the disk before */
	struct fake_bytes record;
	char *before; /* descriptions */
	char *after;
	struct outcome outcome;
	struct disk_counts calls;
	uint64_t allocations;
};

static struct known known[SCENARIOS]; /* each found out once, for all axes */
static struct known now;	      /* the one at hand */

static struct {
	unsigned int complete;
	unsigned int refused;
} ends;

static char id[160];

/* --- Cases ---------------------------------------------------------------- */

static bool is_wanted(
	const char *call, uint64_t n, const char *model, uint64_t seed)
{
	const char *only = getenv("LOOPBREAKER_ONLY");

	snprintf(id, sizeof(id), "%s:%s:%d:%s:%d", now.s->name, call, (int)n,
		model, (int)seed);
	return !only || !strcmp(only, id);
}

static void fail_case(const char *what, const char *details)
{
	fake_machine_print(&machine);
	fail_msg("%s: %s\n%s", id, what, details);
}

static void expect(bool is_good, const char *what)
{
	if (!is_good)
		fail_case(what, "");
}

/* --- The volume ----------------------------------------------------------- */

static unsigned char *volume(uint64_t *ret_size)
{
	return july_volume(&disk, &now.s->july, ret_size);
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
	if (now.s->order == ORDER_HOLD_PATH)
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
	recovery_run(&machine.platform, &order, &policy, &outcome);
}

static void load(void)
{
	emudisk_close(&disk);
	july_disk(&disk, &now.s->july);
	july_machine(&machine, &disk);
}

/* What has happened to the PC before the run in question. */
static void prepare(void)
{
	struct fake_bootstat s = july_status();

	load();
	if (!now.s->is_after_hold)
		return;
	run_with(ORDER_NONE);
	assert_true(outcome.is_applied);
	if (now.s->has_crashed_on) {
		s.boot_id += 2;
		s.attempts = 1;
		july_session(&disk, &now.s->july, &s);
	}
}

/* Only what differs: a new copy of it all would take longer than a run. */
static void back_to_start(void)
{
	const uint64_t size = disk.disk.size_bytes;

	for (uint64_t off = 0; off < size; off += COMPARED_BYTES)
		if (memcmp(disk.bytes + off, now.start + off, COMPARED_BYTES))
			memcpy(disk.bytes + off, now.start + off,
				COMPARED_BYTES);
	july_machine(&machine, &disk);
	machine.record = now.record;
	emudisk_reset(&disk);
}

static void find_out(const struct scenario *s)
{
	memset(&now, 0, sizeof(now));
	now.s = s;
	prepare();
	assert_int_equal(disk.disk.size_bytes % COMPARED_BYTES, 0);
	now.start = malloc(disk.disk.size_bytes);
	assert_non_null(now.start);
	memcpy(now.start, disk.bytes, disk.disk.size_bytes);
	now.record = machine.record;
	now.before = describe();
	emudisk_reset(&disk);
	failalloc_arm(0, false); /* only counts */
	run_with(s->order);
	(void)failalloc_disarm();
	now.allocations = failalloc_count();
	assert_int_equal(outcome.verdict, s->verdict);
	assert_true(outcome.is_applied);
	now.outcome = outcome;
	now.calls = disk.counts;
	now.after = describe();
}

static void begin(const struct scenario *s)
{
	struct known *k = &known[s - scenarios];

	memset(&ends, 0, sizeof(ends));
	if (!k->s) {
		find_out(s);
		*k = now;
	}
	now = *k;
	load();
}

static int setup(void **state)
{
	size_t len;
	const void *bytes = policy_builtin(&len);

	(void)state;
	return policy_check(bytes, len, &policy);
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENARIOS; i++) {
		free(known[i].start);
		free(known[i].before);
		free(known[i].after);
	}
	emudisk_close(&disk);
	return 0;
}

static void end(const char *axis)
{
	if (ends.complete + ends.refused)
		printf("%s: %s: %u ends complete, %u refused\n", now.s->name,
			axis, ends.complete, ends.refused);
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
	char *rest = peek_difference(now.before, text);
	uint64_t size;
	char part[40];

	free(text);
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
		const unsigned char *bytes =
			july_volume(&(struct emudisk){.bytes = now.start},
				&now.s->july, &size);

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
	expect(!outcome.is_applied, "refused and applied");
	expect(disk.counts.writes == 0, "refused, but written");
	expect(fake_machine_said(&machine, SAY_WARNING) +
				fake_machine_said(&machine, SAY_ERROR) >
			0,
		"refused without a word");
	ends.refused++;
}

/* Everything that was done can be undone. */
static void expect_undoable(void)
{
	char *rest, *difference, *later;

	if (now.s->is_undone)
		return;
	run_with(ORDER_UNDO);
	expect(outcome.is_applied, "undo after the hold");
	later = describe();
	difference = peek_difference(now.before, later);
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

/* Switched on again; Windows has not run in between. */
static void expect_recovery(bool may_refuse)
{
	emudisk_reset(&disk);
	run_with(now.s->order);
	if (outcome.err < 0 || outcome.verdict == VERDICT_REFUSE) {
		expect(may_refuse, "refused");
		expect_refusal();
		return;
	}
	expect_description(now.after, "after the second run");
	expect_undoable();
	ends.complete++;
}

/* After a run with a fault: success is success, and failure tells. */
static void judge(bool may_refuse)
{
	if (outcome.is_applied) {
		expect(outcome.err == 0, "success with an error");
		expect_description(now.after, "reported as applied");
		ends.complete++;
		return;
	}
	expect(outcome.err < 0 || outcome.verdict == VERDICT_REFUSE,
		"neither done nor refused");
	expect(fake_machine_said(&machine, SAY_WARNING) +
				fake_machine_said(&machine, SAY_ERROR) >
			0,
		"failed without a word");
	if (!outcome.commit.runs)
		expect(!memcmp(now.start, disk.bytes, disk.disk.size_bytes),
			"the disk was changed");
	expect_recovery(may_refuse);
}

/* --- Power cuts ----------------------------------------------------------- */

static const char *const models[EMUDISK_CUT_COUNT] = {
	[EMUDISK_CUT_PREFIX] = "prefix",
	[EMUDISK_CUT_NONE] = "none",
	[EMUDISK_CUT_SUBSET] = "subset",
	[EMUDISK_CUT_TORN] = "torn",
};

static bool is_deep(void)
{
	return getenv("LOOPBREAKER_DEEP") != NULL;
}

static uint64_t seeds_of(enum emudisk_cut model)
{
	if (model == EMUDISK_CUT_PREFIX || model == EMUDISK_CUT_NONE)
		return 1;
	return is_deep() ? 40 : 2;
}

static void cut_at(uint64_t n, enum emudisk_cut model)
{
	for (uint64_t seed = 1; seed <= seeds_of(model); seed++) {
		if (!is_wanted("cut", n, models[model], seed))
			continue;
		back_to_start();
		emudisk_plan_cut(&disk, n, model, seed);
		run_with(now.s->order);
		expect(disk.is_off, "no cut");
		expect(!outcome.is_applied && outcome.err < 0,
			"success without power");
		expect_recovery(model == EMUDISK_CUT_TORN ||
				model == EMUDISK_CUT_SUBSET);
	}
}

static void power_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < SCENARIOS; i++) {
		for (int model = 0; model < EMUDISK_CUT_COUNT; model++) {
			begin(&scenarios[i]);
			for (uint64_t n = 1; n <= now.calls.writes; n++)
				cut_at(n, (enum emudisk_cut)model);
			end(models[model]);
		}
	}
}

/* --- Devices that fail or lie --------------------------------------------- */

static uint64_t calls_of(enum emudisk_call call)
{
	switch (call) {
	case EMUDISK_READ:
		return now.calls.reads;
	case EMUDISK_WRITE:
		return now.calls.writes;
	case EMUDISK_FLUSH:
	case EMUDISK_CALL_COUNT:
		break;
	}
	return now.calls.flushes;
}

/*
 * An order knows no hold id by which it would recognise a file of which only
 * half the name was changed: the folder contradicts it, and that is said.  It
 * takes a device that drops a write and says nothing.
 */
static bool may_leave_half(enum emudisk_call call, enum emudisk_fault fault)
{
	return call == EMUDISK_WRITE && fault == EMUDISK_PRETEND &&
	       now.s->order == ORDER_HOLD_PATH;
}

static void each_call(enum emudisk_call call, const char *name,
	enum emudisk_fault fault, const char *model, bool from_then_on)
{
	for (size_t i = 0; i < SCENARIOS; i++) {
		begin(&scenarios[i]);
		for (uint64_t n = 1; n <= calls_of(call); n++) {
			if (!is_wanted(name, n, model, 0))
				continue;
			back_to_start();
			emudisk_plan_fault(&disk, call, fault, n, from_then_on);
			run_with(now.s->order);
			judge(may_leave_half(call, fault));
		}
		end(name);
	}
}

static void reads_fail(void **state)
{
	(void)state;
	each_call(EMUDISK_READ, "read", EMUDISK_FAIL, "once", false);
	each_call(EMUDISK_READ, "read", EMUDISK_FAIL, "on", true);
}

static void reads_pretend(void **state)
{
	(void)state;
	each_call(EMUDISK_READ, "read", EMUDISK_PRETEND, "pretends", false);
}

static void writes_fail(void **state)
{
	(void)state;
	each_call(EMUDISK_WRITE, "write", EMUDISK_FAIL, "once", false);
	each_call(EMUDISK_WRITE, "write", EMUDISK_FAIL, "on", true);
}

static void writes_are_dropped(void **state)
{
	(void)state;
	each_call(EMUDISK_WRITE, "write", EMUDISK_PRETEND, "dropped", false);
	each_call(EMUDISK_WRITE, "write", EMUDISK_PRETEND, "all-dropped", true);
}

static void flushes_fail(void **state)
{
	(void)state;
	each_call(EMUDISK_FLUSH, "flush", EMUDISK_FAIL, "once", false);
	each_call(EMUDISK_FLUSH, "flush", EMUDISK_FAIL, "on", true);
}

/* --- Memory --------------------------------------------------------------- */

static void allocation_fails(uint64_t n, const char *model, bool from_then_on)
{
	if (!is_wanted("allocation", n, model, 0))
		return;
	back_to_start();
	failalloc_arm(n, from_then_on);
	run_with(now.s->order);
	expect(failalloc_disarm(), "no fault");
	judge(false);
}

static void allocations_fail(void **state)
{
	uint64_t step = is_deep() ? 1 : 37;

	(void)state;
	for (size_t i = 0; i < SCENARIOS; i++) {
		begin(&scenarios[i]);
		assert_true(now.allocations > 100);
		for (uint64_t n = 1 + i; n <= now.allocations; n += step)
			allocation_fails(n, "once", false);
		end("allocation");
	}
}

static void memory_runs_out(void **state)
{
	uint64_t step = is_deep() ? 1 : 97;

	(void)state;
	begin(&scenarios[1]);
	for (uint64_t n = 1; n <= now.allocations; n += step)
		allocation_fails(n, "on", true);
	end("memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cuts),
		cmocka_unit_test(reads_fail),
		cmocka_unit_test(reads_pretend),
		cmocka_unit_test(writes_fail),
		cmocka_unit_test(writes_are_dropped),
		cmocka_unit_test(flushes_fail),
		cmocka_unit_test(allocations_fail),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
