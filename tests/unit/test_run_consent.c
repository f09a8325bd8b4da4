/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs in which the policy has a say, or the evidence is too weak; what a
 * person answers is in test_run_ask.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/july_run.h"
#include "tests/support/log_maker.h"

static void set_mode(enum policy_mode mode)
{
	for (int i = 0; i < POLICY_ORIGIN_COUNT; i++)
		pc.policy.mode[i] = mode;
}

/* As the built-in policy has it. */
static int act(void **state)
{
	(void)state;
	set_mode(POLICY_ACT);
	return 0;
}

/* --- The policy's mode ---------------------------------------------------- */

static void detect_only_reports_everything(void **state)
{
	(void)state;
	for (size_t i = 0; i < PC_CRASHES; i++) {
		pc_start(&pc_crashes[i]);
		set_mode(POLICY_DETECT_ONLY);
		pc_expect_untouched(VERDICT_REFUSE);
		assert_int_equal(pc.machine.asked, 0);
		assert_false(pc.machine.record.is_present);
		/* What it would have been: both files by their names. */
		assert_int_equal(fake_machine_reported(
					 &pc.machine, "\"consent\":\"denied\""),
			1);
		assert_int_equal(fake_machine_reported(
					 &pc.machine, "\"event\":\"plan\""),
			2);
		assert_true(fake_machine_heard(&pc.machine, "Would hold"));
	}
}

/* --- Somebody is there ---------------------------------------------------- */

/* A PC that never knew Loopbreaker: no note. */
static void weak_evidence_needs_a_yes(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	pc.machine.variables[VARIABLE_HEALTH_NOTE].is_present = false;
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(pc.machine.asked, 0);
	pc.machine.platform.is_attended = true;
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(pc.machine.asked, 1);
	assert_false(pc.machine.last_question.is_yes_unless);
	pc.machine.answer = ANSWER_YES;
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
}

static void an_order_is_not_questioned(void **state)
{
	static const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = JULY_FOLDER "/" JULY_BAD};

	(void)state;
	pc_start(&pc_bare);
	pc.machine.platform.is_attended = true;
	set_mode(POLICY_DETECT_ONLY);
	pc.machine.answer = ANSWER_NO;
	(void)pc_run_with(&hold);
	pc_expect_held(true, false);
	assert_int_equal(pc.machine.asked, 0);
}

static void a_dry_run_asks_nobody(void **state)
{
	static const struct order dry_run = {
		.kind = ORDER_NONE, .is_dry_run = true};

	(void)state;
	pc_start(&pc_bare);
	set_mode(POLICY_ASK);
	assert_int_equal(pc_run_with(&dry_run), VERDICT_HOLD);
	assert_int_equal(pc.machine.asked, 0);
	pc_expect_nothing_written();
}

/* --- The boot manager's log ----------------------------------------------- */

/* With nothing but the log and the status: said, and left alone. */
static void launches_alone_lead_to_nothing(void **state)
{
	(void)log_setup(state);
	for (unsigned int i = 0; i < 5; i++)
		log_put_start(6, i);
	log_put_return(log_windows_guid, BOOT_LOG_STATUS_UNSUCCESSFUL,
		BOOT_LOG_FLAG_NOT_GOOD);
	log_put_header(4, 0x18);
	pc_start(&pc_with_table);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	pc.machine.boot_files[BOOT_FILE_LOG].bytes = log_bytes;
	pc.machine.boot_files[BOOT_FILE_LOG].len = LOG_BYTES;
	pc_expect_untouched(VERDICT_BOOT);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "5 starts in quick succession"),
		1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "Automatic Repair"), 1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"kind\":\"esp\""), 1);
}

#define pc_test(f) cmocka_unit_test_setup(f, act)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(detect_only_reports_everything),
		pc_test(weak_evidence_needs_a_yes),
		pc_test(an_order_is_not_questioned),
		pc_test(a_dry_run_asks_nobody),
		pc_test(launches_alone_lead_to_nothing),
	};

	return cmocka_run_group_tests(tests, pc_setup, pc_teardown);
}
