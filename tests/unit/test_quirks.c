/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PC of July 2024 on firmware with quirks: each alone, and all pairs (a
 * third of them unless LOOPBREAKER_DEEP is set).  What is expected is derived
 * from what each quirk takes away (quirk_facts.h): the repair, and the ways to
 * start Windows without changing what the TPM measures.
 *
 * Whatever the firmware does: Loopbreaker is started only so often in a row,
 * Windows is started, the disk is repaired or as it was to the last byte, and
 * what could not be done is said.
 *
 * A failure prints the quirks; LOOPBREAKER_ONLY=quirk or =quirk+quirk runs
 * them alone and prints what was shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/failure.h"
#include "tests/support/fake_pc.h"
#include "tests/support/july.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/quirk_facts.h"

/* Passes in a row without a session of Windows. */
#define MAX_ROW	      4
#define MAX_ROW_BLIND 6
#define MAX_ROW_SLOW  7 /* ... so far apart that each might be a new day */
#define MAX_ROW_DYING 9 /* ... if Loopbreaker dies in every other one */

#define STATUS_BYTES 2048

static struct {
	enum fake_quirk quirks[2];
	size_t count;
	struct fake_pc *pc;
	enum fake_end end;
	uint8_t *repaired; /* the disk after a run without any quirk */
} now;

static struct {
	unsigned int failures;
	unsigned int runs;
	unsigned int repaired;
	unsigned int starts[START_CHAIN_LOAD + 1];
	unsigned int longest_row;
	unsigned int most_boots;
} sum;

/* One line for each; the test fails once all were tried. */
static void expect(bool is_right, const char *what)
{
	if (is_right)
		return;
	sum.failures++;
	fprintf(stderr,
		"%s%s%s: %s (end %d, %u boots, %u passes, %u in a row, "
		"first start %d)\n",
		now.count ? fake_quirk_name(now.quirks[0]) : "no quirk",
		now.count > 1 ? "+" : "",
		now.count > 1 ? fake_quirk_name(now.quirks[1]) : "", what,
		(int)now.end, now.pc->log.boots, now.pc->log.passes,
		now.pc->log.longest_row, (int)now.pc->log.first);
}

static void run(const enum fake_quirk *quirks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		now.quirks[i] = quirks[i];
	now.count = count;
	now.pc = fake_pc_make(quirks, count);
	now.end = fake_pc_run(now.pc);
	sum.runs++;
	sum.starts[now.pc->log.first]++;
	if (now.pc->log.longest_row > sum.longest_row)
		sum.longest_row = now.pc->log.longest_row;
	if (now.pc->log.boots > sum.most_boots)
		sum.most_boots = now.pc->log.boots;
}

/* Every byte but what the model of Windows itself writes. */
static bool disk_is(const uint8_t *expected)
{
	const struct fake_pc *pc = now.pc;
	uint64_t behind = pc->status_at + STATUS_BYTES;

	return !memcmp(pc->bytes, expected, pc->status_at) &&
	       !memcmp(pc->bytes + behind, expected + behind,
		       pc->size - behind);
}

static void expect_disk(bool is_repaired)
{
	if (is_repaired)
		sum.repaired++;
	expect(disk_is(is_repaired ? now.repaired : fake_pc_before()),
		is_repaired ? "the disk is not as after a repair"
			    : "the disk is not as before");
	expect(!memcmp(now.pc->small, fake_pc_small_before(), FAKE_SMALL_BYTES),
		"the other disk was changed");
}

static void expect_sentences(const struct quirk_facts *f)
{
	bool is_heard = false;
	bool is_wanted = now.count == 1 || f->stays_broken;

	for (size_t i = 0; i < now.count; i++) {
		const char *sentence = quirk_facts[now.quirks[i]].sentence;

		is_heard = is_heard ||
			   (sentence && fake_pc_heard(now.pc, sentence));
	}
	if (now.count == 1 && !quirk_facts[now.quirks[0]].sentence)
		is_wanted = false;
	if (f->is_mute)
		return;
	expect(is_heard || !is_wanted, "it was not said");
	if (now.pc->log.first == START_CHAIN_LOAD)
		expect(fake_pc_heard(now.pc, "is started from here"),
			"the chain-load was not announced");
	if (now.pc->log.first == START_AFTER_RETURN && !f->dies)
		expect(fake_pc_heard(now.pc, "returns to the firmware"),
			"the return was not announced");
}

static unsigned int row_expected(const struct quirk_facts *f)
{
	if (f->dies || f->is_cut_off)
		return MAX_ROW_DYING;
	if (f->is_slow)
		return MAX_ROW_SLOW;
	return f->is_blind ? MAX_ROW_BLIND : MAX_ROW;
}

static void expect_all(const struct quirk_facts *f, enum fake_start start)
{
	const struct fake_pc_log *log = &now.pc->log;

	if (f->is_endless) {
		expect(now.end == END_ENDLESS, "there is an answer after all");
		return;
	}
	expect(now.end != END_BROKEN, "Loopbreaker broke down");
	expect(now.end != END_ENDLESS, "it never ends");
	expect(log->passes > 0, "Loopbreaker was never started");
	expect(log->sessions > 0, "Windows was never started");
	expect(log->longest_row <= row_expected(f), "too many passes");
	expect(now.end == (f->stays_broken ? END_WINRE : END_WINDOWS),
		"it ended otherwise");
	expect(log->first == start, "Windows was started another way");
	expect_disk(!f->stays_broken);
	expect_sentences(f);
}

/* --- Without quirks: what "repaired" means -------------------------------- */

static char *describe(const uint8_t *disk)
{
	return peek_describe(disk + now.pc->windows_at, now.pc->windows_bytes);
}

static bool has_file(const char *name)
{
	return peek_record_of(now.pc->bytes + now.pc->windows_at,
		       now.pc->windows_bytes, name) != 0;
}

static void healthy_firmware_repairs(void **state)
{
	struct quirk_facts none = {.sentence = NULL};
	char *before, *after, *difference, *rest, *complaints;

	(void)state;
	run(NULL, 0);
	assert_int_equal(now.end, END_WINDOWS);
	assert_int_equal(now.pc->log.boots, 2);
	assert_int_equal(now.pc->log.passes, 1);
	assert_int_equal(now.pc->log.first, START_BOOT_NEXT);
	assert_false(has_file(JULY_BAD));
	assert_true(has_file(JULY_BAD JULY_HELD_SUFFIX));
	assert_true(has_file(JULY_OLD));
	complaints = peek_check(
		now.pc->bytes + now.pc->windows_at, now.pc->windows_bytes);
	assert_string_equal(complaints, "");
	before = describe(fake_pc_before());
	after = describe(now.pc->bytes);
	difference = peek_difference(before, after);
	rest = peek_without(difference, "attribute 0x30 ");
	free(difference);
	difference = peek_without(rest, " entry ");
	free(rest);
	/* bootstat.dat, before and after, is Windows' own. */
	rest = peek_without(difference, "attribute 0x80 ");
	assert_string_equal(rest, "");
	free(complaints);
	free(before);
	free(after);
	free(difference);
	free(rest);
	/* The other volumes and the tables are as they were. */
	assert_memory_equal(
		now.pc->bytes, fake_pc_before(), now.pc->windows_at);
	now.repaired = malloc(now.pc->size);
	assert_non_null(now.repaired);
	memcpy(now.repaired, now.pc->bytes, now.pc->size);
	expect_all(&none, START_BOOT_NEXT);
	assert_int_equal(sum.failures, 0);
}

/* --- One quirk, two quirks ------------------------------------------------ */

static bool is_wanted(enum fake_quirk a, enum fake_quirk b)
{
	const char *only = getenv("LOOPBREAKER_ONLY");
	char id[100];

	if (!only)
		return true;
	if (a == b)
		snprintf(id, sizeof(id), "%s", fake_quirk_name(a));
	else
		snprintf(id, sizeof(id), "%s+%s", fake_quirk_name(a),
			fake_quirk_name(b));
	return !strcmp(only, id);
}

static void show(void)
{
	if (getenv("LOOPBREAKER_ONLY"))
		fprintf(stderr, "%s\n", now.pc->log.text);
}

static void each_quirk_alone(void **state)
{
	(void)state;
	for (enum fake_quirk q = 0; q < QUIRK_COUNT; q++) {
		if (!is_wanted(q, q))
			continue;
		run(&q, 1);
		show();
		expect_all(&quirk_facts[q], quirk_facts_start(&quirk_facts[q]));
	}
	assert_int_equal(sum.failures, 0);
}

/*
 * Windows cannot be made next before the disks are read: only the note bounds
 * what nobody can catch then.
 */
static void crash_while_looking_is_bounded(void **state)
{
	static const enum fake_quirk others[] = {QUIRK_OPTION_DELETED,
		QUIRK_OPTION_OVERWRITTEN, QUIRK_VOLUME_CHANGED};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const enum fake_quirk quirks[] = {QUIRK_READ_RESETS, others[i]};

		run(quirks, 2);
		show();
		expect(now.end == END_WINRE, "it ended otherwise");
		expect(now.pc->log.longest_row == FAILURE_MAX + 1,
			"not three starts and one that hands over");
		expect(fake_pc_heard(now.pc, "was cut off when it last ran"),
			"it was not said");
		expect_disk(false);
	}
	assert_int_equal(sum.failures, 0);
}

static void pairs(void **state)
{
	bool is_deep = getenv("LOOPBREAKER_DEEP") != NULL ||
		       getenv("LOOPBREAKER_ONLY") != NULL;

	(void)state;
	for (enum fake_quirk a = 0; a < QUIRK_COUNT; a++) {
		for (enum fake_quirk b = a + 1; b < QUIRK_COUNT; b++) {
			const enum fake_quirk quirks[] = {a, b};
			struct quirk_facts f = quirk_facts_of_both(
				&quirk_facts[a], &quirk_facts[b]);
			enum fake_start start =
				quirk_facts_start_of_pair(a, b, &f);

			if (quirk_facts[a].is_alone ||
				quirk_facts[b].is_alone || !is_wanted(a, b) ||
				(!is_deep && (a + b) % 3))
				continue;
			run(quirks, 2);
			show();
			expect_all(&f, start);
		}
	}
	assert_int_equal(sum.failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_firmware_repairs),
		cmocka_unit_test(each_quirk_alone),
		cmocka_unit_test(crash_while_looking_is_bounded),
		cmocka_unit_test(pairs),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("counted: %u runs: %u repaired; Windows started %u by BootNext, "
	       "%u by "
	       "BootOrder, %u from Loopbreaker, %u after a return; at most %u "
	       "passes in a row, %u boots\n",
		sum.runs, sum.repaired, sum.starts[START_BOOT_NEXT],
		sum.starts[START_BOOT_ORDER], sum.starts[START_CHAIN_LOAD],
		sum.starts[START_AFTER_RETURN], sum.longest_row,
		sum.most_boots);
	free(now.repaired);
	return failed;
}
