/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs in which the policy or a person has a say, and the boot manager's
 * log on the EFI system partition.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/july_run.h"
#include "tests/support/volume_check.h"

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

static void signed_order_only(void **state)
{
	(void)state;
	pc_start(&pc_bare);
	set_mode(POLICY_SIGNED_ORDER_ONLY);
	pc_expect_untouched(VERDICT_REFUSE);
	assert_true(fake_machine_heard(&pc.machine, "signed incident order"));
}

static void ask_mode(void **state)
{
	static const enum answer noes[] = {ANSWER_NOBODY, ANSWER_NO};

	(void)state;
	pc_start(&pc_with_table);
	set_mode(POLICY_ASK);
	for (size_t i = 0; i < 2; i++) {
		pc.machine.answer = noes[i];
		pc_expect_untouched(VERDICT_REFUSE);
		assert_false(pc.machine.record.is_present);
	}
	assert_int_equal(pc.machine.asked, 2);
	assert_false(pc.machine.last_question.is_yes_unless);
	pc.machine.answer = ANSWER_YES;
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(pc.machine.asked, 3);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"answer\":\"yes\""), 1);
}

/* --- Somebody is there ---------------------------------------------------- */

static void what_is_certain_needs_no_key(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	pc.machine.platform.is_attended = true;
	pc.machine.answer = ANSWER_NO;
	pc_expect_untouched(VERDICT_REFUSE);
	assert_true(pc.machine.last_question.is_yes_unless);
	pc.machine.answer = ANSWER_NOBODY;
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	/* Only once: nothing is left to ask about. */
	assert_int_equal(pc.machine.asked, 2);
	(void)pc_run();
	assert_int_equal(pc.machine.asked, 2);
}

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

#define LOG_BYTES 4096
#define ENTRY_AT  0x18

static uint8_t log_bytes[LOG_BYTES];

static uint8_t *put_entry(uint32_t *at, uint32_t event, uint32_t data)
{
	uint8_t *e = log_bytes + *at;

	le32_put(e + 0x18, 0x28 + data);
	le32_put(e + 0x20, 2); /* the boot manager */
	le32_put(e + 0x24, event);
	*at += 0x28 + data;
	return e + 0x28;
}

/* @count launches a minute apart; @status: with which the last came back */
static void put_log(unsigned int count, uint32_t status)
{
	uint32_t at = ENTRY_AT;
	uint8_t *d;

	memset(log_bytes, 0, sizeof(log_bytes));
	for (unsigned int i = 0; i < count; i++) {
		d = put_entry(&at, 0x01, 16);
		le16_put(d, 2024);
		le16_put(d + 2, 7);
		le16_put(d + 4, 19);
		le16_put(d + 6, 6);
		le16_put(d + 8, (uint16_t)i);
		(void)put_entry(&at, 0x11, 24);
	}
	if (status) {
		d = put_entry(&at, 0x12, 24);
		le32_put(d + 16, status);
		le32_put(d + 20, 8);
	}
	le32_put(log_bytes, 4);
	le32_put(log_bytes + 4, ENTRY_AT);
	le32_put(log_bytes + 8, LOG_BYTES);
	le32_put(log_bytes + 12, at);
	le32_put(log_bytes + 16, ENTRY_AT);
	pc.machine.boot_log.bytes = log_bytes;
	pc.machine.boot_log.len = LOG_BYTES;
}

/* With nothing but the log and the status: said, and left alone. */
static void launches_alone_lead_to_nothing(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	put_log(5, 0xC0000001);
	pc_expect_untouched(VERDICT_BOOT);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "5 starts in quick succession"),
		1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "Automatic Repair"), 1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"kind\":\"esp\""), 1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"launches\":5"), 1);
}

static void a_log_that_fails_stops_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		pc_start(&pc_with_table);
		put_log(3, 0);
		if (i)
			pc.machine.boot_log.err = -ERR_IO;
		else
			le32_put(log_bytes, 99); /* no version we know */
		assert_int_equal(pc_run(), VERDICT_HOLD);
		pc_expect_held(true, true);
		assert_int_equal(fake_machine_reported(&pc.machine,
					 "\"boot_log\":\"failed\""),
			1);
	}
}

#define pc_test(f) cmocka_unit_test_setup(f, act)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(detect_only_reports_everything),
		pc_test(signed_order_only),
		pc_test(ask_mode),
		pc_test(what_is_certain_needs_no_key),
		pc_test(weak_evidence_needs_a_yes),
		pc_test(an_order_is_not_questioned),
		pc_test(a_dry_run_asks_nobody),
		pc_test(launches_alone_lead_to_nothing),
		pc_test(a_log_that_fails_stops_nothing),
	};

	return cmocka_run_group_tests(tests, pc_setup, pc_teardown);
}
