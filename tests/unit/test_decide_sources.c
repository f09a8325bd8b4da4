/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide(): sources that were read and say nothing, weak signs one by one, and
 * the longest list of reasons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

static struct evidence *crashed(void)
{
	(void)model_rig_make_crashed(NULL);
	return &pc.evidence;
}

/* --- Sources that were read and say nothing ------------------------------- */

static void nothing_in_a_source(void **state)
{
	struct evidence *e = crashed();
	struct decision d;

	(void)state;
	e->note.is_present = false;
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NO_NOTE);
	e = crashed();
	e->bugcheck.is_present = false;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_STOP_CODE);
	/* "Read", but there is no list: unknown, and no reason to act. */
	e = crashed();
	e->deliveries_state = SOURCE_READ;
	e->deliveries = NULL;
	decide(e, &pc.policy, 1, &d);
	assert_int_equal(d.verdict, VERDICT_REFUSE);
	assert_true(decision_has(&d, REASON_SOURCE_FAILED));
	assert_int_equal(pc.holds, 0);
}

/* bootstat.dat of a Windows that does not count its starts. */
static void a_status_without_attempts(void **state)
{
	struct boot_status *s = &pc.evidence.boot_status;

	(void)state;
	pc.evidence.note_state = SOURCE_ABSENT;
	s->succeeded = true;
	assert_pass(VERDICT_REFUSE); /* no checkpoint yet */
	s->has_attempts = false;
	assert_pass(VERDICT_BOOT); /* there is no such field */
	assert_because(REASON_NO_NOTE);
}

static void a_broken_commit_that_left_nothing(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	assert_pass(VERDICT_HOLD);
	/* The file was taken off by hand; the volume is marked dirty still. */
	pc.file_count = 0;
	e->journal = JOURNAL_DIRTY_FLAG;
	e->was_mended = true;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	assert_int_equal(pc.holds, 1);
}

/* --- Weak signs ----------------------------------------------------------- */

static void which_weak_signs_count(void **state)
{
	static const struct {
		bool has_attempts;
		uint8_t attempts;
		bool succeeded;
		uint32_t launches;
		enum verdict verdict;
	} cases[] = {
		{true, 2, false, 0, VERDICT_HOLD},
		{true, 1, false, 0, VERDICT_REFUSE},
		{true, 2, true, 0, VERDICT_BOOT},
		{false, 2, false, 0, VERDICT_REFUSE},
		{false, 0, false, 1, VERDICT_REFUSE},
		{false, 0, false, 2, VERDICT_HOLD},
		{true, 2, true, 1, VERDICT_BOOT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evidence *e = crashed();
		struct boot_status *s = &e->boot_status;

		e->is_attended = true;
		e->note_state = SOURCE_ABSENT;
		e->bugcheck_state = SOURCE_ABSENT;
		s->has_attempts = cases[i].has_attempts;
		s->attempts = cases[i].attempts;
		s->succeeded = s->checkpoint = cases[i].succeeded;
		e->launches_state = SOURCE_READ;
		e->launches.launches = cases[i].launches;
		assert_pass(cases[i].verdict);
		assert_int_equal(decision_has(&pc.last, REASON_WEAK),
			cases[i].verdict == VERDICT_HOLD);
		assert_int_equal(decision_has(&pc.last, REASON_LAUNCHES),
			cases[i].launches >= 2);
		assert_int_equal(pc.holds, 0);
	}
}

/* --- Reasons -------------------------------------------------------------- */

/* The longest list of reasons there is: all of it is told. */
static void every_reason_finds_room(void **state)
{
	struct evidence *e = &pc.evidence;

	(void)state;
	assert_pass(VERDICT_HOLD);
	model_session(&pc); /* it helped, and nobody has seen it yet */
	(void)model_deliver(&pc, 0);
	model_crash_anew(&pc);
	model_crash_anew(&pc);
	model_crash_anew(&pc);
	model_press_button(&pc);
	e->launches_state = SOURCE_READ;
	e->launches.launches = 9;
	e->launches.was_diverted = true;
	e->incident = INCIDENT_FORGED;
	e->mode = POLICY_ASK;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_INCIDENT_REFUSED);
	assert_because(REASON_HOLD_HELPED);
	assert_because(REASON_NEW_STOP_CODE);
	assert_because(REASON_POWER_BUTTON);
	assert_because(REASON_STREAK);
	assert_because(REASON_LAUNCHES);
	assert_because(REASON_DIVERTED);
	assert_because(REASON_SET);
	assert_because(REASON_MODE_ASK);
	assert_int_equal(pc.last.reason_count, 9);
	assert_true(pc.last.reason_count < DECISION_MAX_REASONS);
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_crashed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(nothing_in_a_source),
		pc_test(a_status_without_attempts),
		pc_test(a_broken_commit_that_left_nothing),
		pc_test(which_weak_signs_count),
		pc_test(every_reason_finds_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
