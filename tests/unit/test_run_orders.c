/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs on the order of a person. */
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

/* --- Orders --------------------------------------------------------------- */

static void ordered_hold(void **state)
{
	const struct order order = {.kind = ORDER_HOLD_PATH,
		.path = "C:\\windows\\System32\\ntoskrnl.exe"};
	const struct order dry = {.kind = ORDER_HOLD_PATH,
		.path = "C:\\windows\\System32\\ntoskrnl.exe",
		.is_dry_run = true};
	const struct order undo = {
		.kind = ORDER_UNDO, .path = "Windows/System32/ntoskrnl.exe"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		pc_start(&pc_with_table);
		pc.machine.store = i ? FAKE_STORE_UNSUPPORTED : FAKE_STORE_GOOD;
		assert_int_equal(pc_run_with(&dry), VERDICT_HOLD);
		pc_expect_nothing_written();
		assert_int_equal(pc_run_with(&order), VERDICT_HOLD);
		assert_int_equal(pc.outcome.files, 1);
		assert_false(pc_is_there("ntoskrnl.exe"));
		assert_true(pc_is_there("ntoskrnl.exe.held-00000001"));
		pc_expect_held(false, false);
		assert_int_equal(pc_run_with(&undo), VERDICT_RESTORE_AND_HOLD);
		assert_int_equal(pc.outcome.files, 1);
		assert_true(pc_is_there("ntoskrnl.exe"));
		pc_expect_sound();
	}
}

/* As the volume compares names, not only for the letters of ASCII. */
static void ordered_hold_in_other_letters(void **state)
{
	static const struct july j = {
		.more = "file /Windows/Pr\303\274f-\320\226.sys text x\n"
			"file /Windows/Pruf.sys text x\n"};
	const struct order hold = {.kind = ORDER_HOLD_PATH,
		.path = "windows/pR\303\234F-\320\266.SYS"};
	const struct order undo = {
		.kind = ORDER_UNDO, .path = "WINDOWS/PR\303\234F-\320\266.sys"};

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	assert_int_equal(pc.outcome.files, 1);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "On hold: Pr\303\274f-\320\226.sys "),
		1);
	pc_expect_sound();
	/* A second time there is nothing to do, and no other file is taken. */
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	assert_int_equal(fake_machine_heard(&pc.machine, "on hold already"), 1);
	pc_expect_nothing_written();
	assert_int_equal(pc_run_with(&undo), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.files, 1);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Restored: Pr\303\274f-\320\226.sys "),
		1);
	pc_expect_sound();
}

static void orders_that_cannot_be_followed(void **state)
{
	static const char *const paths[] = {"Windows/none.sys", "Windows",
		"Windows/System32", "", "*", "a/../b", "$MFT",
		JULY_FOLDER "/C-00000291-00000000-00000033.sys"};

	(void)state;
	pc_start(&pc_with_table);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct order order = {
			.kind = ORDER_HOLD_PATH, .path = paths[i]};

		if (pc_run_with(&order) != VERDICT_REFUSE)
			fail_msg("%s", paths[i]);
		pc_expect_nothing_written();
		if (fake_machine_said(&pc.machine, SAY_WARNING) +
				fake_machine_said(&pc.machine, SAY_ERROR) ==
			0) {
			fake_machine_print(&pc.machine);
			fail_msg("%s: nothing was said", paths[i]);
		}
	}
}

/* Of one file there is one hold; another number is another file. */
static void only_the_hold_that_was_named(void **state)
{
	static const struct july j = {
		.more = "file /Windows/x.sys.held-00000001 text x\n"};
	static const struct order this = {
		.kind = ORDER_HOLD_PATH, .path = "Windows/x.sys.held-00000001"};
	static const struct order other = {
		.kind = ORDER_HOLD_PATH, .path = "Windows/x.sys.held-00000009"};

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run_with(&this), VERDICT_HOLD);
	assert_int_equal(fake_machine_heard(&pc.machine, "on hold already"), 1);
	pc_expect_nothing_written();
	assert_int_equal(pc_run_with(&other), VERDICT_REFUSE);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "There is no file"), 1);
	pc_expect_nothing_written();
}

/* As Linux can make them: Windows itself would only ever see one. */
static void two_files_of_one_name(void **state)
{
	static const struct july j = {
		.more = "file /Windows/Case.sys text x\n"
			"file /Windows/case.sys text y\n"};
	static const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = "Windows/case.sys"};

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run_with(&hold), VERDICT_REFUSE);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "More than one file"), 1);
	pc_expect_nothing_written();
}

/* A folder has the name that the file would get. */
static void the_held_name_is_taken(void **state)
{
	static const struct july j = {
		.more = "dir /" JULY_FOLDER "/" JULY_BAD JULY_HELD_SUFFIX "\n"};

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run(), VERDICT_REFUSE);
	assert_int_equal(pc.outcome.err, -ERR_EXISTS);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "has the new name already"), 1);
	pc_expect_nothing_written();
}

static void a_file_of_the_root_folder(void **state)
{
	static const struct july j = {.more = "file /x.sys text x\n"};
	static const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = "C:\\x.sys"};
	static const struct order undo = {.kind = ORDER_UNDO, .path = "x.sys"};

	(void)state;
	pc_start(&j);
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "On hold: x.sys (in the root folder)"),
		1);
	assert_int_equal(pc_run_with(&undo), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Restored: x.sys (in the root folder)"),
		1);
	pc_expect_sound();
}

/* What would be undone, and what is on hold, is said without doing it. */
static void dry_run_of_an_undo(void **state)
{
	static const struct order dry = {
		.kind = ORDER_UNDO, .is_dry_run = true};

	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(pc_run_with(&dry), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(
		fake_machine_heard(&pc.machine,
			"Would restore " JULY_FOLDER
			"/" JULY_BAD JULY_HELD_SUFFIX " as " JULY_BAD "."),
		1);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "On hold: " JULY_FOLDER
				 "/" JULY_OTHER JULY_HELD_SUFFIX),
		1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"step\":\"restore\""), 2);
	pc_expect_nothing_written();
	pc_expect_held(true, true);
}

static void read_only_disk(void **state)
{
	(void)state;
	pc_start(&pc_bare);
	pc.disk.disk.may_write = false;
	assert_int_equal(pc_run(), VERDICT_REFUSE);
	assert_int_equal(pc.outcome.err, -ERR_READ_ONLY);
	pc_expect_nothing_written();
	pc.disk.disk.may_write = true;
	/* The record says "held", the disk does not: the hold is finished. */
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ordered_hold),
		TEST(ordered_hold_in_other_letters),
		TEST(orders_that_cannot_be_followed),
		TEST(only_the_hold_that_was_named),
		TEST(two_files_of_one_name),
		TEST(the_held_name_is_taken),
		TEST(a_file_of_the_root_folder),
		TEST(dry_run_of_an_undo),
		TEST(read_only_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
