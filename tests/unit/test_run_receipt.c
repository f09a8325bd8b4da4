/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the passes after a hold report of it: did the PC come back? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/support/july_run.h"

static void expect_receipt(bool is_healthy, bool is_restored, unsigned sessions)
{
	char line[160];

	(void)snprintf(line, sizeof(line),
		"{\"event\":\"receipt\",\"hold\":\"00000001\",\"healthy\":%s,"
		"\"restored\":%s,\"sessions\":%u}",
		is_healthy ? "true" : "false", is_restored ? "true" : "false",
		sessions);
	assert_int_equal(fake_machine_reported(&pc.machine, line), 1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"event\":\"receipt\""), 1);
}

static void expect_no_receipt(void)
{
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"event\":\"receipt\""), 0);
}

/* A datagram may get lost: each pass sends it. */
static void receipt_of_a_hold_that_helps(void **state)
{
	struct fake_bootstat s = july_status();

	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	expect_no_receipt(); /* there was none before */
	pc_expect_untouched(VERDICT_BOOT);
	expect_receipt(false, false, 0);
	s.boot_id = s.clean_boot_id = JULY_LAST_BOOT + 1;
	s.succeeded = s.shut_down = s.checkpoint = 1;
	july_session(&pc.disk, pc.july, &s);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pc_run(), VERDICT_BOOT);
		expect_receipt(true, false, 1);
		pc_expect_nothing_written();
		/* The record learns of it once. */
		assert_int_equal(pc.machine.record_puts, i == 0);
	}
}

static void receipt_of_a_hold_that_does_not(void **state)
{
	struct fake_bootstat s = july_status();

	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	s.boot_id++;
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_RETRY);
	expect_receipt(false, false, 1);
	s.boot_id++;
	s.attempts = 2;
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_RESTORE_AND_HOLD);
	expect_receipt(false, false, 2);
	s.boot_id++;
	july_session(&pc.disk, pc.july, &s);
	assert_int_equal(pc_run(), VERDICT_BOOT);
	expect_receipt(false, true, 1);
}

/* What the record tells of another disk says nothing of this one. */
static void no_receipt_for_another_volume(void **state)
{
	struct record r;

	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(record_check(pc.machine.record.bytes,
				 pc.machine.record.len, &r),
		0);
	r.volume_serial++;
	record_encode(&r, pc.machine.record.bytes);
	(void)pc_run();
	expect_no_receipt();
}

/* Nobody can say whether it helped. */
static void no_receipt_for_an_undone_hold(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_NONE);
	(void)pc_run();
	expect_no_receipt();
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(receipt_of_a_hold_that_helps),
		TEST(receipt_of_a_hold_that_does_not),
		TEST(no_receipt_for_another_volume),
		TEST(no_receipt_for_an_undone_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
