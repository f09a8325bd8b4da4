/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): rungs above the first, on whose word, and what does not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/decision_check.h"
#include "tests/support/model_pc.h"

static struct model_pc pc;
static uint64_t bad_address;

#define assert_pass(want)  assert_int_equal(model_pass(&pc), want)
#define assert_because(id) assert_true(decision_has(&pc.last, id))

static int make_pc(void **state)
{
	(void)state;
	model_make(&pc);
	pc.policy.max_rung = 2;
	return 0;
}

static void start(void)
{
	if (!model_start(&pc))
		assert_true(model_start(&pc));
}

static void bad_start(void)
{
	start();
	model_crash(&pc, 0x50, ++bad_address);
}

static void fail_twice(void)
{
	bad_start();
	bad_start();
}

/*
 * A session of three days: something of @early arrives on its first day,
 * something of vendor 0 on its last, then it crashes; and once more.
 */
static void long_session(size_t early)
{
	start();
	model_desktop(&pc);
	model_note(&pc);
	(void)model_deliver(&pc, early);
	pc.now += 72 * MODEL_HOUR;
	(void)model_deliver(&pc, 0);
	pc.evidence.boot_status.heartbeat = pc.now;
	model_crash(&pc, 0x50, ++bad_address);
	bad_start();
}

static void press_button(void)
{
	struct boot_status *s = &pc.evidence.boot_status;

	s->has_button = true;
	s->pressed_count++;
	s->pressed_boot_id = (uint16_t)s->last_boot_id;
}

/* --- The ladder ---------------------------------------------------------- */

static void the_second_rung_helps(void **state)
{
	uint32_t id;

	(void)state;
	long_session(0);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.files[0].hold_id, 0);
	id = pc.files[1].hold_id;
	assert_int_not_equal(id, 0);
	bad_start();
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
	long_session(0);
	assert_pass(VERDICT_HOLD);
	bad_start();
	assert_pass(VERDICT_HOLD);
	bad_start();
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
	long_session(1);
	assert_pass(VERDICT_HOLD);
	bad_start();
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	(void)make_pc(NULL);
	pc.policy.max_rung = 3;
	long_session(1);
	assert_pass(VERDICT_HOLD);
	bad_start();
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.evidence.record.rung, 3);
	assert_int_not_equal(pc.files[0].hold_id, 0);
	assert_int_equal(pc.files[0].hold_id, pc.files[1].hold_id);
}

static void a_second_rung_that_was_cut_short(void **state)
{
	(void)state;
	long_session(0);
	assert_pass(VERDICT_HOLD);
	bad_start();
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
	(void)make_pc(NULL);
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
	bad_start();
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_equal(pc.files[0].hold_id, pc.files[1].hold_id);
	assert_int_equal(pc.evidence.record.rung, 1);
	assert_int_equal(pc.evidence.record.hold_boot_id,
		pc.evidence.boot_status.last_boot_id);
	bad_start();
	assert_pass(VERDICT_RESTORE_AND_HOLD);
}

static void half_a_hold_and_other_ends(void **state)
{
	(void)state;
	/* Late, with the very same stop code. */
	half_a_hold();
	start();
	model_desktop(&pc);
	model_crash(&pc, 0x50, bad_address);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	/* What came since is no part of it. */
	half_a_hold();
	start();
	model_desktop(&pc);
	(void)model_deliver(&pc, 0);
	model_crash(&pc, 0x50, bad_address);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_not_equal(pc.files[1].hold_id, 0);
	assert_int_equal(pc.files[2].hold_id, 0);
	/* The disk's fault, its user's will, or a good session. */
	half_a_hold();
	start();
	model_crash(&pc, 0x7A, 1);
	assert_pass(VERDICT_REFUSE);
	half_a_hold();
	start();
	model_desktop(&pc);
	press_button();
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
	long_session(0);
	assert_pass(VERDICT_HOLD);
	bad_start();
	assert_pass(VERDICT_RESTORE_AND_HOLD);
}

/* What the note says of its time can be forged, or nonsense. */
static void a_note_of_any_time(void **state)
{
	static const uint64_t times[] = {0, 1, MODEL_HOUR, UINT64_MAX};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		(void)make_pc(NULL);
		long_session(0);
		pc.files[0].delivered_at = 1;
		pc.evidence.note.noted_at = times[i];
		assert_pass(VERDICT_HOLD);
		bad_start();
		/* No farther back than the longest window a policy may have. */
		assert_pass(VERDICT_RESTORE_AND_HOLD);
	}
}

/* --- What does not count ------------------------------------------------- */

static void the_power_button(void **state)
{
	(void)state;
	long_session(0);
	press_button();
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_POWER_BUTTON);
	assert_int_equal(pc.last.streak, 1);
	bad_start();
	assert_pass(VERDICT_HOLD);
	/* Nor does it make a hold fail. */
	bad_start();
	press_button();
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_HOLD_WAITING);
	bad_start();
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_NEXT_RUNG);
}

static void a_start_that_was_diverted(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	(void)model_deliver(&pc, 0);
	start();
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

/* --- On whose word ------------------------------------------------------- */

/* A stick on a PC that never knew Loopbreaker: nothing to compare with. */
static void weak_evidence_is_asked_about(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	long_session(0);
	e->note_state = SOURCE_ABSENT;
	memset(&e->note, 0, sizeof(e->note));
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NO_NOTE);
	e->is_attended = true;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_WEAK);
	assert_int_equal(pc.last.consent, CONSENT_NEEDED);
	assert_int_equal(pc.holds, 0);
	/* Not where the PC is well, or a person has ended it. */
	press_button();
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
	struct evidence *e = &pc.evidence;

	(void)state;
	long_session(0);
	e->note_state = SOURCE_ABSENT;
	memset(&e->note, 0, sizeof(e->note));
	e->is_attended = true;
	pc.says_yes = true;
	assert_pass(VERDICT_HOLD);
	assert_true(e->record.is_by_person);
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
	long_session(0);
	(void)model_deliver(&pc, 0);
	pc.evidence.note_state = SOURCE_ABSENT;
	memset(&pc.evidence.note, 0, sizeof(pc.evidence.note));
	pc.evidence.is_attended = true;
	pc.says_yes = true;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 2);
	pc.files[2].hold_id = 0;
	pc.evidence.is_attended = false;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
	assert_int_equal(pc.files[2].hold_id, pc.files[1].hold_id);
	assert_true(pc.evidence.record.is_by_person);
	fail_twice();
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(pc.restores, 0);
}

/* A crash of the hardware, before the hold and after it. */
static void a_hardware_stop_fails_no_hold(void **state)
{
	(void)state;
	long_session(0);
	assert_pass(VERDICT_HOLD);
	pc.evidence.bugcheck.code = 0x124;
	pc.evidence.record.hold_bugcheck = pc.evidence.bugcheck;
	start();
	start();
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HARDWARE_STOP);
}

static void weak_evidence_of_another_kind(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	long_session(0);
	e->note_state = SOURCE_ABSENT;
	memset(&e->note, 0, sizeof(e->note));
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

		(void)make_pc(NULL);
		long_session(0);
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
	long_session(0);
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

/* --- Incident orders ----------------------------------------------------- */

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
	start();
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
	bad_start();
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
	start();
	model_crash(&pc, 0x50, 1);
	model_session(&pc);
	(void)model_deliver(&pc, 0);
	start();
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
	start();
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
	long_session(1);
	assert_pass(VERDICT_HOLD);
	bad_start();
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
	start();
	model_pull_plug(&pc);
	hand_in_order();
	pc.evidence.mode = POLICY_DETECT_ONLY;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_DENIED);
	pc.evidence.mode = POLICY_SIGNED_ORDER_ONLY;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_GIVEN);
}

#define pc_test(f) cmocka_unit_test_setup(f, make_pc)

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
		pc_test(weak_evidence_is_asked_about),
		pc_test(a_persons_hold_that_does_not_help),
		pc_test(half_a_persons_hold),
		pc_test(a_hardware_stop_fails_no_hold),
		pc_test(weak_evidence_of_another_kind),
		pc_test(modes),
		pc_test(a_commit_to_finish),
		pc_test(an_order_holds_what_it_names),
		pc_test(an_order_and_an_old_stop_code),
		pc_test(an_order_that_is_not_followed),
		pc_test(an_order_during_a_trial),
		pc_test(an_order_and_the_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
