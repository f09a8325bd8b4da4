/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): signed incident orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

static const bool names_first[MODEL_FILES] = {true};
static const bool names_none[MODEL_FILES] = {false};

static void hand_in_order(void)
{
	pc.evidence.incident = INCIDENT_ACCEPTED;
	pc.evidence.incident_serial = 9;
	pc.evidence.is_named = names_first;
}

static void an_order_holds_what_it_names(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	(void)model_deliver(&pc, 0);
	(void)model_deliver(&pc, 1);
	hand_in_order();
	/* A PC that is well gets no write. */
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_INCIDENT_NO_CRASH);
	/* One failed start is enough, without note and stop code. */
	model_start_again(&pc);
	model_pull_plug(&pc);
	e->note_state = SOURCE_ABSENT;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_INCIDENT);
	assert_int_not_equal(pc.files[0].hold_id, 0);
	assert_int_equal(pc.files[1].hold_id, 0);
	assert_int_equal(e->record.rung, 0);
	assert_int_equal(e->record.incident_serial, 9);
	/* Followed: the same order once more changes nothing. */
	e->incident = INCIDENT_REPLAYED;
	e->is_named = names_none; /* of those not on hold */
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	/* Cut short: it is finished, although the order is a replay now. */
	pc.files[0].hold_id = 0;
	e->is_named = names_first;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_not_equal(pc.files[0].hold_id, 0);
	/* It does not help: it is a person's, and for a person to undo. */
	model_crash_anew(&pc);
	pc.files[0].hold_id = 0;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HOLD_FAILED);
	assert_int_equal(pc.files[0].hold_id, 0);
}

/* A plug pulled months after a blue screen that was noted. */
static void an_order_and_an_old_stop_code(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	model_start_again(&pc);
	model_crash(&pc, 0x50, 1);
	model_session(&pc);
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_desktop(&pc);
	model_pull_plug(&pc);
	hand_in_order();
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_INCIDENT_NO_CRASH);
	/* A new one that content does not make. */
	model_crash(&pc, 0x124, 0);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HARDWARE_STOP);
	e->bugcheck_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SOURCE_FAILED);
	assert_int_equal(pc.holds, 0);
}

static void an_order_that_is_not_followed(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_pull_plug(&pc);
	hand_in_order();
	e->incident = INCIDENT_FORGED;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_INCIDENT_REFUSED);
	hand_in_order();
	e->is_named = names_none;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_INCIDENT_NO_FILE);
	hand_in_order();
	e->record_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SOURCE_FAILED);
	assert_int_equal(pc.holds, 0);
}

/* Of a hold on trial it makes one that only a person undoes. */
static void an_order_during_a_trial(void **state)
{
	(void)state;
	model_long_session(&pc, 1);
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	hand_in_order();
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_INCIDENT);
	assert_int_equal(pc.files[0].hold_id, pc.files[1].hold_id);
	assert_int_equal(pc.evidence.record.rung, 0);
}

static void an_order_and_the_mode(void **state)
{
	(void)state;
	(void)model_deliver(&pc, 0);
	model_start_again(&pc);
	model_pull_plug(&pc);
	hand_in_order();
	pc.evidence.mode = POLICY_DETECT_ONLY;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_DENIED);
	pc.evidence.mode = POLICY_SIGNED_ORDER_ONLY;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_GIVEN);
}

/* --- At their limits ------------------------------------------------------ */

static bool names[MODEL_FILES];

static struct evidence *with_order(size_t named)
{
	struct evidence *e = &pc.evidence;
	size_t i;

	model_make_crashed(&pc);
	for (i = 0; i < MODEL_FILES; i++)
		names[i] = i < named;
	pc.policy.max_files = UINT32_MAX;
	e->incident = INCIDENT_ACCEPTED;
	e->incident_serial = 9;
	e->is_named = names;
	while (pc.file_count < named)
		(void)model_deliver(&pc, 1);
	return e;
}

static void how_many_files_an_order_holds(void **state)
{
	struct evidence *e = with_order(POLICY_MAX_FILES);

	(void)state;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, POLICY_MAX_FILES);
	(void)with_order(POLICY_MAX_FILES + 1);
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(decision_reason(&pc.last, REASON_SET_TOO_LARGE)->a,
		POLICY_MAX_FILES + 1);
	assert_int_equal(pc.last.set_count, 0);
	/* Nobody has looked which files it means: none. */
	e = with_order(1);
	e->is_named = NULL;
	e->note_state = SOURCE_ABSENT;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_INCIDENT_NO_FILE);
	assert_int_equal(pc.holds, 0);
}

/* A hold by one order is not finished on the word of another. */
static void another_order_during_the_first(void **state)
{
	struct evidence *e = with_order(2);

	(void)state;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(e->record.incident_serial, 9);
	pc.files[1].hold_id = 0;
	names[1] = false;
	e->incident = INCIDENT_REPLAYED;
	e->incident_serial = 8;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_INCIDENT_REFUSED);
	assert_because(REASON_HOLD_WAITING);
	assert_int_equal(pc.files[1].hold_id, 0);
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_two_rungs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(an_order_holds_what_it_names),
		pc_test(an_order_and_an_old_stop_code),
		pc_test(an_order_that_is_not_followed),
		pc_test(an_order_during_a_trial),
		pc_test(an_order_and_the_mode),
		pc_test(how_many_files_an_order_holds),
		pc_test(another_order_during_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
