/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs with a policy that moves files out of their folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/july_place.h"
#include "tests/support/july_run.h"

#define OWN    "CrowdStrike" /* the last of JULY_FOLDER */
#define BESIDE OWN JULY_HELD_SUFFIX
#define AWAY   JULY_FOLDER JULY_HELD_SUFFIX

/* The folder to move to cannot be made. */
static const struct july taken = {
	.has_table = true, .more = "file /" AWAY " text x\n"};

/* Moved: a new one has come since, none has; and one that was renamed. */
static const struct july held = {.has_table = true,
	.more = "file /" JULY_FOLDER "/new.sys text new\n"
		"file /" AWAY "/new.sys text old\n"
		"file /" AWAY "/away.sys text away\n"
		"file /" JULY_FOLDER "/here.sys" JULY_HELD_SUFFIX
		" text here\n"};

static int setup(void **state)
{
	int err = pc_setup(state);

	for (size_t i = 0; i < pc.policy.rule_count; i++)
		if (pc.policy.rules[i].unit == RULE_UNIT_FILE)
			pc.policy.rules[i].hold = RULE_HOLD_MOVE;
	return err;
}

/* Its record says that it is in @folder, which shows it; no other does. */
static void expect_in(const char *name, const char *folder)
{
	assert_true(july_is_in(&pc.disk, pc.july, name, folder));
}

/* Both names stay: only the folder is another one. */
static void expect_moved(void)
{
	expect_in(JULY_BAD, BESIDE);
	expect_in(JULY_OTHER, BESIDE);
	assert_false(pc_is_there(JULY_BAD JULY_HELD_SUFFIX));
}

/* A folder record that nothing leads to is for Windows to find. */
static void expect_sound_or_told(void)
{
	if (!july_is_dirty(&pc.disk, pc.july))
		pc_expect_sound();
}

static void there_and_back(void **state)
{
	static const struct order dry = {
		.kind = ORDER_UNDO, .is_dry_run = true};

	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	expect_moved();
	pc_expect_sound();
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "On hold: " JULY_BAD " (of " JULY_FOLDER
				 "), moved to " AWAY "/" JULY_BAD
				 ". To undo, move it back."),
		1);
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"held\",\"folder\":\"" JULY_FOLDER
				 "\",\"from\":\"" JULY_BAD
				 "\",\"to\":\"../" BESIDE "/" JULY_BAD "\""),
		1);
	/* Windows has not been started since: nothing is left to be done. */
	assert_int_equal(pc_run(), VERDICT_BOOT);
	/* What would be undone, and from where, is said. */
	assert_int_equal(pc_run_with(&dry), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "On hold: " AWAY "/" JULY_BAD),
		1);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Would restore " AWAY "/" JULY_BAD
				 " as " JULY_FOLDER "/" JULY_BAD "."),
		1);
	expect_moved();
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_false(pc_is_there(BESIDE));
	expect_in(JULY_BAD, OWN);
	pc_expect_held(false, false);
}

static void the_folder_cannot_be_made(void **state)
{
	(void)state;
	pc_start(&taken);
	assert_int_equal(pc_run(), VERDICT_REFUSE);
	assert_int_equal(pc.outcome.err, -ERR_EXISTS);
	pc_expect_held(false, false);
	pc_expect_nothing_written();
}

/* What stands in the way of one of them keeps no other from coming back. */
static void one_stays_on_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < pc.policy.rule_count; i++) {
		pc.policy.rules[i].patterns[0] = "*.sys";
		pc.policy.rules[i].never_count = 0;
		pc.policy.rules[i].driver_count = 0;
	}
	pc_start(&held);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.err, 0);
	pc_expect_sound();
	assert_true(pc_is_there("away.sys"));
	assert_true(pc_is_there("here.sys"));
	assert_true(pc_is_there("new.sys"));
	assert_true(pc_is_there(BESIDE)); /* with the old one in it */
	assert_int_equal(fake_machine_reported(&pc.machine, "\"kept\""), 1);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 AWAY "/new.sys stays on hold: a new file "
				      "named new.sys has been delivered"),
		1);
}

/* --- A disk that fails while it is written -------------------------------- */

/* Whatever was written: Windows is told, and the next run ends it. */
static void fail_writes(const struct order *order, const char *folder)
{
	unsigned int broken = 0;
	uint64_t n;

	for (n = 1;; n++) {
		pc_start(&pc_with_table);
		if (order->kind == ORDER_UNDO)
			assert_int_equal(pc_run(), VERDICT_HOLD);
		emudisk_reset(&pc.disk);
		emudisk_plan_fault(
			&pc.disk, EMUDISK_WRITE, EMUDISK_FAIL, n, true);
		fake_machine_forget(&pc.machine);
		recovery_run(
			&pc.machine.platform, order, &pc.policy, &pc.outcome);
		if (pc.outcome.err == 0)
			break;
		if (fake_machine_heard(&pc.machine,
			    "Windows is told to check the volume")) {
			assert_true(july_is_dirty(&pc.disk, pc.july));
			broken++;
		}
		(void)pc_run_with(order);
		assert_int_equal(pc.outcome.err, 0);
		expect_in(JULY_BAD, folder);
		expect_in(JULY_OTHER, folder);
		expect_sound_or_told();
	}
	assert_true(broken >= 5);
}

static void a_hold_breaks_off(void **state)
{
	(void)state;
	fail_writes(&pc_no_order, BESIDE);
}

static void an_undo_breaks_off(void **state)
{
	(void)state;
	fail_writes(&pc_undo_all, OWN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(there_and_back),
		TEST(the_folder_cannot_be_made),
		TEST(one_stays_on_hold),
		TEST(a_hold_breaks_off),
		TEST(an_undo_breaks_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
