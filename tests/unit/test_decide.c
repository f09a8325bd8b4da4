/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): the stories it was made for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

/* The address that was read: another one after every installation. */
static uint64_t bad_address;

static void bad_start(void)
{
	model_start_again(&pc);
	model_crash(&pc, 0x50, bad_address);
}

/* Content arrives in a running session; crash; crash; first pass. */
static void crash_twice(void)
{
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	(void)model_deliver(&pc, 0);
	model_crash(&pc, 0x50, ++bad_address);
	bad_start();
}

static void healthy(void **state)
{
	struct record before = pc.evidence.record;

	(void)state;
	(void)model_deliver(&pc, 0);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_CRASH);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_int_equal(pc.last.streak, 0);
	assert_true(record_equal(&pc.evidence.record, &before));
}

static void july_2024(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_NEW_STOP_CODE);
	assert_because(REASON_STREAK);
	assert_because(REASON_SET);
	assert_int_equal(pc.last.streak, 2);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_equal(pc.evidence.record.hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.evidence.record.rung, 1);
	assert_int_equal(pc.evidence.record.hold_boot_id,
		pc.evidence.boot_status.last_boot_id);
	assert_true(bugcheck_equal(
		&pc.evidence.record.hold_bugcheck, &pc.evidence.bugcheck));
	/* BootNext ignored: another pass, and nothing more is done. */
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	model_session(&pc);
	assert_int_equal(pc.winre_visits, 0);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_HELPED);
	assert_int_equal(pc.evidence.record.hold_state, HOLD_HELPED);
	assert_pass(VERDICT_BOOT);
	assert_false(decision_has(&pc.last, REASON_HOLD_HELPED));
	assert_int_equal(pc.holds, 1);
}

static void one_crash_is_not_enough(void **state)
{
	(void)state;
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	model_crash(&pc, 0x50, ++bad_address);
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 1);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
}

/* Two early crashes: winload would divert, so the status is marked. */
static void two_early_crashes(void **state)
{
	(void)state;
	(void)model_deliver(&pc, 0);
	bad_start();
	assert_pass(VERDICT_RETRY);
	bad_start();
	assert_true(boot_status_would_divert(&pc.evidence.boot_status));
	assert_pass(VERDICT_HOLD);
	assert_false(boot_status_would_divert(&pc.evidence.boot_status));
	model_session(&pc);
	assert_int_equal(pc.winre_visits, 0);
}

static void pulled_plugs(void **state)
{
	(void)state;
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_pull_plug(&pc);
	assert_pass(VERDICT_BOOT);
	model_start_again(&pc);
	model_pull_plug(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_STOP_CODE);
	assert_int_equal(pc.holds, 0);
}

static void pulled_plugs_long_after_a_blue_screen(void **state)
{
	struct health_note old;

	(void)state;
	/* Months ago, and noted since. */
	model_start_again(&pc);
	model_crash(&pc, 0x3B, 1);
	model_session(&pc);
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_start_again(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_STOP_CODE_NOT_NEW);
	/* And one that was never noted. */
	model_make(&pc);
	old = pc.evidence.note;
	model_start_again(&pc);
	model_crash(&pc, 0x3B, 1);
	model_session(&pc);
	pc.evidence.note = old;
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_start_again(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_STOP_CODE_UNDATED);
	assert_int_equal(pc.holds, 0);
}

static void the_hold_does_not_help(void **state)
{
	size_t passes;

	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	bad_start();
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_HOLD_WAITING);
	bad_start();
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_because(REASON_HOLD_FAILED);
	assert_because(REASON_EXHAUSTED);
	assert_int_equal(pc.files[0].hold_id, 0);
	for (passes = 0; passes < 5; passes++) {
		assert_pass(VERDICT_BOOT);
		assert_because(REASON_EXHAUSTED);
		bad_start();
	}
	assert_int_equal(pc.holds, 1);
	assert_int_equal(pc.restores, 1);
	/* Somebody repairs it by hand. */
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_RECOVERED);
	assert_int_equal(pc.evidence.record.hold_state, HOLD_NONE);
	crash_twice();
	assert_pass(VERDICT_HOLD);
}

/*
 * The price of telling crashes from pulled plugs by a changed stop code: the
 * very crash that was noted before cannot be seen again.
 */
static void the_same_crash_once_more(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	model_start_again(&pc);
	model_desktop(&pc);
	(void)model_deliver(&pc, 0);
	model_crash(&pc, 0x50, bad_address);
	bad_start();
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_STOP_CODE_NOT_NEW);
}

static void another_stop_code_fails_the_hold_at_once(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	model_crash(&pc, 0x7E, 3);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	/* But not one of the hardware, nor a requested one. */
	model_make(&pc);
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	model_crash(&pc, 0x124, 0);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HARDWARE_STOP);
	model_crash(&pc, 0xE2, 0);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_OPERATOR_STOP);
}

static void a_plug_pulled_after_the_hold(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	model_desktop(&pc);
	model_pull_plug(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	model_start_again(&pc);
	model_desktop(&pc);
	model_pull_plug(&pc);
	assert_pass(VERDICT_BOOT);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_HELPED);
}

/* The fix that comes after all was restored is not held for nothing. */
static void a_delivery_after_the_end(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	bad_start();
	bad_start();
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	model_start_again(&pc);
	model_desktop(&pc);
	(void)model_deliver(&pc, 0);
	model_pull_plug(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_EXHAUSTED);
	/* It crashes on with the new content: once more. */
	bad_start();
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 2);
	assert_int_equal(pc.last.next_record.hold_id, 2);
}

/*
 * What comes while the hold is on trial joins it if Windows crashes on; once
 * that has failed it is not new any more.
 */
static void a_delivery_during_the_trial(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	(void)model_deliver(&pc, 0);
	model_crash(&pc, 0x7E, 1);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_NEXT_RUNG);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_equal(pc.evidence.record.rung, 1);
	model_start_again(&pc);
	model_crash(&pc, 0x7E, 2);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	bad_start();
	bad_start();
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_EXHAUSTED);
	/* Nor does the stop code that failed it speak against the next. */
	model_make(&pc);
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	model_crash(&pc, 0x7E, 1);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	model_start_again(&pc);
	model_desktop(&pc);
	(void)model_deliver(&pc, 0);
	model_pull_plug(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_EXHAUSTED);
}

/* Windows comes up, but never lives for two minutes. */
static void dying_on_the_desktop(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	bad_start();
	pc.evidence.boot_status.succeeded = true;
	assert_pass(VERDICT_RETRY);
	bad_start();
	pc.evidence.boot_status.succeeded = true;
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_because(REASON_HOLD_FAILED);
}

/* "Shut down" without its boot id contradicts itself: not a failure. */
static void a_contradicting_status(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	model_crash(&pc, 0x7E, 1);
	pc.evidence.boot_status.shut_down = true;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
}

static void a_second_incident(void **state)
{
	(void)state;
	crash_twice();
	assert_pass(VERDICT_HOLD);
	model_session(&pc);
	pc.now += 100 * 24 * MODEL_HOUR;
	/* Without a pass in between: the good session is seen only now. */
	model_session(&pc);
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	(void)model_deliver(&pc, 1);
	model_crash(&pc, 0x7E, 9);
	model_start_again(&pc);
	model_crash(&pc, 0x7E, 9);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_HELPED);
	assert_int_equal(pc.files[0].hold_id, 1);
	assert_int_equal(pc.files[1].hold_id, 2);
	/* It fails: only the second set comes back. */
	model_start_again(&pc);
	model_crash(&pc, 0x3B, 9);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.files[0].hold_id, 1);
	assert_int_equal(pc.files[1].hold_id, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(healthy, model_rig_make),
		cmocka_unit_test_setup(july_2024, model_rig_make),
		cmocka_unit_test_setup(one_crash_is_not_enough, model_rig_make),
		cmocka_unit_test_setup(two_early_crashes, model_rig_make),
		cmocka_unit_test_setup(pulled_plugs, model_rig_make),
		cmocka_unit_test_setup(
			pulled_plugs_long_after_a_blue_screen, model_rig_make),
		cmocka_unit_test_setup(the_hold_does_not_help, model_rig_make),
		cmocka_unit_test_setup(
			the_same_crash_once_more, model_rig_make),
		cmocka_unit_test_setup(another_stop_code_fails_the_hold_at_once,
			model_rig_make),
		cmocka_unit_test_setup(
			a_plug_pulled_after_the_hold, model_rig_make),
		cmocka_unit_test_setup(
			a_delivery_after_the_end, model_rig_make),
		cmocka_unit_test_setup(
			a_delivery_during_the_trial, model_rig_make),
		cmocka_unit_test_setup(dying_on_the_desktop, model_rig_make),
		cmocka_unit_test_setup(a_contradicting_status, model_rig_make),
		cmocka_unit_test_setup(a_second_incident, model_rig_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
