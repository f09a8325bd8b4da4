/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs after a hold: waiting, still crashing, undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/july_run.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

/* --- What comes afterwards ------------------------------------------------ */

static void waiting(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	for (int i = 0; i < 3; i++) {
		pc_expect_untouched(VERDICT_BOOT);
		assert_int_equal(
			fake_machine_heard(&pc.machine, "on trial"), 1);
	}
	pc_expect_held(true, true);
}

static void still_crashing(void **state)
{
	struct fake_bootstat s = july_status();
	char *before, *rest;

	(void)state;
	pc_start(&pc_with_table);
	before = pc_describe();
	assert_int_equal(pc_run(), VERDICT_HOLD);
	s.boot_id++;
	july_session(&pc.disk, pc.july, &s);
	pc_expect_untouched(VERDICT_RETRY);
	assert_int_equal(pc.outcome.boot_id, s.boot_id);
	s.boot_id++;
	s.attempts = 2;
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_RESTORE_AND_HOLD);
	/* Automatic Repair is next, and leaves no boot id. */
	assert_int_equal(pc.outcome.boot_id, 0);
	assert_true(pc.outcome.is_applied);
	assert_int_equal(pc.outcome.files, 2);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_EXHAUSTED);
	pc_expect_held(false, false);
	/* All as it was, but for what Windows wrote itself. */
	rest = pc_other_changes(before);
	assert_int_equal(volume_check_lines(rest), 2);
	free(rest);
	july_session(&pc.disk, pc.july, &(struct fake_bootstat){0});
	free(before);
	july_session(&pc.disk, pc.july, &s);
	pc_expect_untouched(VERDICT_BOOT);
	s.boot_id++;
	july_session(&pc.disk, pc.july, &s);
	pc_expect_untouched(VERDICT_BOOT);
	assert_int_equal(fake_machine_heard(&pc.machine, "did not help"), 1);
}

static void undone_is_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < PC_CRASHES; i++) {
		char *before, *after;

		pc_start(&pc_crashes[i]);
		assert_int_equal(pc_run(), VERDICT_HOLD);
		before = pc_describe(); /* the replay stays */
		assert_int_equal(
			pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
		assert_true(pc.outcome.is_applied);
		assert_int_equal(pc.outcome.files, 2);
		assert_int_equal(pc.outcome.record.hold_state, HOLD_NONE);
		pc_expect_held(false, false);
		assert_int_equal(
			fake_machine_heard(&pc.machine, "Restored: "), 2);
		free(before);
		if (!pc_crashes[i].journal) {
			after = pc_describe();
			pc_start(&pc_crashes[i]);
			before = pc_describe();
			assert_string_equal(before, after);
			free(before);
			free(after);
		}
	}
}

/* Held, then a good session, then the run that notices it. */
static void hold_that_helps(void)
{
	struct fake_bootstat s = july_status();

	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	s.boot_id = s.clean_boot_id = JULY_LAST_BOOT + 1;
	s.succeeded = s.shut_down = s.checkpoint = 1;
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_BOOT);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_HELPED);
}

static void helped(void **state)
{
	(void)state;
	hold_that_helps();
	pc_expect_nothing_written();
	assert_int_equal(pc.machine.record_puts, 1);
	pc_expect_held(true, true);
	pc_expect_untouched(VERDICT_BOOT);
}

/* A new file of the name was delivered: it stays, and so does the held one. */
static void undo_beside_a_new_delivery(void **state)
{
	static const struct july j = {.more = "file /" JULY_FOLDER
					      "/" JULY_BAD JULY_HELD_SUFFIX
					      " text older\n"};

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(pc.outcome.files, 0);
	assert_true(pc_is_there(JULY_BAD));
	assert_true(pc_is_there(JULY_BAD JULY_HELD_SUFFIX));
	assert_int_equal(fake_machine_heard(&pc.machine, "stays on hold"), 1);
}

/* --- A part is undone ----------------------------------------------------- */

static const struct order undo_one = {
	.kind = ORDER_UNDO, .path = JULY_FOLDER "/" JULY_BAD};
static const struct order undo_other = {.kind = ORDER_UNDO,
	.path = "C:\\windows\\system32\\drivers\\"
		"crowdstrike\\" JULY_OTHER};

/* The record knows of the one that stays, and nobody holds the other again. */
static void one_of_two_is_undone(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(pc_run_with(&undo_one), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.files, 1);
	pc_expect_held(false, true);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.outcome.record.hold_id, 1);
	assert_int_equal(pc.outcome.record.rung, 0);
	assert_int_equal(pc_run(), VERDICT_BOOT);
	pc_expect_nothing_written();
	assert_int_equal(fake_machine_heard(&pc.machine, "on trial"), 1);
	assert_int_equal(pc_run_with(&undo_other), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.files, 1);
	pc_expect_held(false, false);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_NONE);
}

static void what_helped_stays_known(void **state)
{
	(void)state;
	hold_that_helps();
	assert_int_equal(pc_run_with(&undo_one), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_HELPED);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_NONE);
	pc_expect_held(false, false);
}

/* A file that stays on hold because its name is taken is still held. */
static void passed_over_is_still_held(void **state)
{
	static const struct july j = {.more = "file /" JULY_FOLDER "/" JULY_BAD
					      ".held-00000002 text older\n"};
	const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = JULY_FOLDER "/" JULY_OTHER};
	unsigned char bytes[RECORD_BYTES];
	struct record record;

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	assert_int_equal(pc.outcome.record.hold_id, 1);
	record = pc.outcome.record;
	record.hold_id = 2; /* as if it told of that one */
	record.rung = 1;
	record_encode(&record, bytes);
	memcpy(pc.machine.record.bytes, bytes, sizeof(bytes));
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.files, 1);
	assert_int_equal(fake_machine_heard(&pc.machine, "stays on hold"), 1);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.outcome.record.hold_id, 2);
}

/* "undo" is about the vendors' content: a person's own hold stays. */
static void an_ordered_hold_stays_known(void **state)
{
	const struct order hold = {.kind = ORDER_HOLD_PATH,
		.path = "Windows/System32/ntoskrnl.exe"};
	const struct order undo = {
		.kind = ORDER_UNDO, .path = "Windows/System32/ntoskrnl.exe"};

	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	assert_int_equal(pc.outcome.record.hold_id, 2);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.files, 2);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.outcome.record.hold_id, 2);
	assert_int_equal(pc_run_with(&undo), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_NONE);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waiting),
		TEST(still_crashing),
		TEST(undone_is_as_before),
		TEST(helped),
		TEST(undo_beside_a_new_delivery),
		TEST(one_of_two_is_undone),
		TEST(what_helped_stays_known),
		TEST(passed_over_is_still_held),
		TEST(an_ordered_hold_stays_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
