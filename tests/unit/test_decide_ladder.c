/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): rungs above the first, and what does not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

static void fail_twice(void)
{
	model_crash_anew(&pc);
	model_crash_anew(&pc);
}

/* --- The ladder ---------------------------------------------------------- */

static void the_second_rung_helps(void **state)
{
	uint32_t id;

	(void)state;
	model_long_session(&pc, 0);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.files[0].hold_id, 0);
	id = pc.files[1].hold_id;
	assert_int_not_equal(id, 0);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD); /* another stop code fails it at once */
	assert_because(REASON_HOLD_FAILED);
	assert_because(REASON_NEXT_RUNG);
	assert_int_equal(pc.evidence.record.rung, 2);
	/* It grows: one id, so that one undo takes all of it back. */
	assert_int_equal(pc.files[0].hold_id, id);
	assert_int_equal(pc.files[1].hold_id, id);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_HELPED);
	assert_int_equal(pc.restores, 0);
}

static void no_rung_helps(void **state)
{
	(void)state;
	model_long_session(&pc, 0);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_because(REASON_EXHAUSTED);
	assert_int_equal(pc.files[0].hold_id, 0);
	assert_int_equal(pc.files[1].hold_id, 0);
	fail_twice();
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_EXHAUSTED);
}

/* Another vendor's is reached by the third rung, where the policy has one. */
static void the_third_rung(void **state)
{
	(void)state;
	model_long_session(&pc, 1);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	(void)model_rig_make_two_rungs(NULL);
	pc.policy.max_rung = 3;
	model_long_session(&pc, 1);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.evidence.record.rung, 3);
	assert_int_not_equal(pc.files[0].hold_id, 0);
	assert_int_equal(pc.files[0].hold_id, pc.files[1].hold_id);
}

static void a_second_rung_that_was_cut_short(void **state)
{
	(void)state;
	model_long_session(&pc, 0);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	pc.files[0].hold_id = 0;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.files[0].hold_id, pc.files[1].hold_id);
	assert_pass(VERDICT_BOOT);
}

/* A hold of two files, of which a failed write has left one in place. */
static void half_a_hold(void)
{
	(void)model_rig_make_two_rungs(NULL);
	(void)model_deliver(&pc, 0);
	(void)model_deliver(&pc, 0);
	fail_twice();
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 2);
	pc.files[1].hold_id = 0;
}

/* It has not failed: its trial begins when it is whole. */
static void half_a_hold_is_finished(void **state)
{
	(void)state;
	half_a_hold();
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_equal(pc.files[0].hold_id, pc.files[1].hold_id);
	assert_int_equal(pc.evidence.record.rung, 1);
	assert_int_equal(pc.evidence.record.hold_boot_id,
		pc.evidence.boot_status.last_boot_id);
	model_crash_anew(&pc);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
}

static void half_a_hold_and_other_ends(void **state)
{
	(void)state;
	/* Late, with the very same stop code. */
	half_a_hold();
	model_start_again(&pc);
	model_desktop(&pc);
	model_crash_alike(&pc);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	/* What came since is no part of it. */
	half_a_hold();
	model_start_again(&pc);
	model_desktop(&pc);
	(void)model_deliver(&pc, 0);
	model_crash_alike(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_not_equal(pc.files[1].hold_id, 0);
	assert_int_equal(pc.files[2].hold_id, 0);
	/* The disk's fault, its user's will, or a good session. */
	half_a_hold();
	model_start_again(&pc);
	model_crash(&pc, 0x7A, 1);
	assert_pass(VERDICT_REFUSE);
	half_a_hold();
	model_start_again(&pc);
	model_desktop(&pc);
	model_press_button(&pc);
	assert_pass(VERDICT_BOOT);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_HELPED);
	assert_int_equal(pc.files[1].hold_id, 0);
}

/* The limit is that of the whole hold. */
static void a_rung_that_would_be_too_large(void **state)
{
	(void)state;
	pc.policy.max_files = 1;
	model_long_session(&pc, 0);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
}

/* What the note says of its time can be forged, or nonsense. */
static void a_note_of_any_time(void **state)
{
	static const uint64_t times[] = {0, 1, MODEL_HOUR, UINT64_MAX};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		(void)model_rig_make_two_rungs(NULL);
		model_long_session(&pc, 0);
		pc.files[0].delivered_at = 1;
		pc.evidence.note.noted_at = times[i];
		assert_pass(VERDICT_HOLD);
		model_crash_anew(&pc);
		/* No farther back than the longest window a policy may have. */
		assert_pass(VERDICT_RESTORE_AND_HOLD);
	}
}

/* --- What does not count ------------------------------------------------- */

static void the_power_button(void **state)
{
	(void)state;
	model_long_session(&pc, 0);
	model_press_button(&pc);
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_POWER_BUTTON);
	assert_int_equal(pc.last.streak, 1);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	/* Nor does it make a hold fail. */
	model_crash_anew(&pc);
	model_press_button(&pc);
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_HOLD_WAITING);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_NEXT_RUNG);
}

static void a_start_that_was_diverted(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_pull_plug(&pc);
	e->launches_state = SOURCE_READ;
	e->launches.launches = 9;
	e->launches.was_diverted = true;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_LAUNCHES);
	assert_because(REASON_DIVERTED);
	/* It is said of a locked volume, too. */
	e->windows = WINDOWS_ENCRYPTED;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_LAUNCHES);
}

/* A crash of the hardware, before the hold and after it. */
static void a_hardware_stop_fails_no_hold(void **state)
{
	(void)state;
	model_long_session(&pc, 0);
	assert_pass(VERDICT_HOLD);
	pc.evidence.bugcheck.code = 0x124;
	pc.evidence.record.hold_bugcheck = pc.evidence.bugcheck;
	model_start_again(&pc);
	model_start_again(&pc);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HARDWARE_STOP);
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_two_rungs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(the_second_rung_helps),
		pc_test(no_rung_helps),
		pc_test(the_third_rung),
		pc_test(a_second_rung_that_was_cut_short),
		pc_test(half_a_hold_is_finished),
		pc_test(half_a_hold_and_other_ends),
		pc_test(a_rung_that_would_be_too_large),
		pc_test(a_note_of_any_time),
		pc_test(the_power_button),
		pc_test(a_start_that_was_diverted),
		pc_test(a_hardware_stop_fails_no_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
