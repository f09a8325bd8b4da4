/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): on whose word: weak evidence, a person, the mode of the policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

static void fail_twice(void)
{
	model_crash_anew(&pc);
	model_crash_anew(&pc);
}

/* A stick on a PC that never knew Loopbreaker: nothing to compare with. */
static struct evidence *without_note(void)
{
	struct evidence *e = &pc.evidence;

	model_long_session(&pc, 0);
	e->note_state = SOURCE_ABSENT;
	memset(&e->note, 0, sizeof(e->note));
	return e;
}

/* The person there agrees. */
static void agree(void)
{
	pc.evidence.is_attended = true;
	pc.says_yes = true;
	assert_pass(VERDICT_HOLD);
	assert_true(pc.evidence.record.is_by_person);
}

static void weak_evidence_is_asked_about(void **state)
{
	struct evidence *e = without_note();

	(void)state;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NO_NOTE);
	e->is_attended = true;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_WEAK);
	assert_int_equal(pc.last.consent, CONSENT_NEEDED);
	assert_int_equal(pc.holds, 0);
	/* Not where the PC is well, or a person has ended it. */
	model_press_button(&pc);
	assert_pass(VERDICT_REFUSE);
	e->boot_status.pressed_count = 0;
	pc.says_yes = true;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.holds, 1);
	model_session(&pc);
	e->note_state = SOURCE_ABSENT;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_HELPED);
}

/* What a person began on weak evidence is not carried on without one. */
static void a_persons_hold_that_does_not_help(void **state)
{
	struct evidence *e = without_note();

	(void)state;
	agree();
	e->is_attended = false;
	fail_twice();
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HOLD_FAILED);
	assert_int_equal(pc.restores, 0);
	/* Somebody is there again. */
	e->is_attended = true;
	pc.says_yes = false;
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_NEEDED);
	assert_int_equal(pc.restores, 0);
}

/* Half a person's hold, finished by a pass alone: it stays that person's. */
static void half_a_persons_hold(void **state)
{
	(void)state;
	(void)without_note();
	(void)model_deliver(&pc, 0);
	agree();
	assert_int_equal(pc.last.set_count, 2);
	pc.files[2].hold_id = 0;
	pc.evidence.is_attended = false;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.files[2].hold_id, pc.files[1].hold_id);
	assert_true(pc.evidence.record.is_by_person);
	/* The same after Windows was started with half of it. */
	pc.files[2].hold_id = 0;
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.files[2].hold_id, pc.files[1].hold_id);
	assert_true(pc.evidence.record.is_by_person);
	fail_twice();
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(pc.restores, 0);
}

static void weak_evidence_of_another_kind(void **state)
{
	struct evidence *e = without_note();

	(void)state;
	e->is_attended = true;
	e->bugcheck.code = 0x7B;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(pc.last.consent, CONSENT_GIVEN);
	/* Nothing at all in the variables: the log and the status speak. */
	e->bugcheck_state = SOURCE_ABSENT;
	memset(&e->bugcheck, 0, sizeof(e->bugcheck));
	assert_pass(VERDICT_REFUSE);
	e->launches_state = SOURCE_READ;
	e->launches.launches = 2;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_NEEDED);
}

static void modes(void **state)
{
	static const struct {
		enum policy_mode mode;
		enum consent consent;
		enum reason_id because;
	} cases[] = {
		{POLICY_ACT, CONSENT_GIVEN, REASON_SET},
		{POLICY_ASK, CONSENT_NEEDED, REASON_MODE_ASK},
		{POLICY_DETECT_ONLY, CONSENT_DENIED, REASON_MODE_DETECT_ONLY},
		{POLICY_SIGNED_ORDER_ONLY, CONSENT_DENIED,
			REASON_MODE_ORDER_ONLY},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record before;

		(void)model_rig_make_two_rungs(NULL);
		model_long_session(&pc, 0);
		pc.evidence.mode = cases[i].mode;
		before = pc.evidence.record;
		assert_pass(VERDICT_HOLD);
		assert_int_equal(pc.last.consent, cases[i].consent);
		assert_because(cases[i].because);
		assert_int_equal(pc.holds, i == 0);
		if (i > 0)
			assert_true(record_equal(&before, &pc.evidence.record));
	}
}

/* What was begun with consent is finished without asking again. */
static void a_commit_to_finish(void **state)
{
	(void)state;
	model_long_session(&pc, 0);
	assert_pass(VERDICT_HOLD);
	pc.files[1].hold_id = 0;
	pc.evidence.mode = POLICY_DETECT_ONLY;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_DENIED);
	pc.evidence.mode = POLICY_ASK;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_GIVEN);
	assert_int_not_equal(pc.files[1].hold_id, 0);
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_two_rungs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(weak_evidence_is_asked_about),
		pc_test(a_persons_hold_that_does_not_help),
		pc_test(half_a_persons_hold),
		pc_test(weak_evidence_of_another_kind),
		pc_test(modes),
		pc_test(a_commit_to_finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
