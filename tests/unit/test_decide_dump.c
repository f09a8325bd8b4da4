/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide(): a kernel dump as a source, and whom it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

#define assert_silent(id) assert_false(decision_has(&pc.last, id))

#define CONTOSO	 0
#define FABRIKAM 1

/* --- A source ------------------------------------------------------------- */

/* No variables at all, as on many PCs. */
static void a_dump_instead_of_a_stop_code(void **state)
{
	(void)state;
	model_dump_twice(&pc, "contoso.sys");
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_DUMP);
	assert_because(REASON_DUMP_VENDOR);
	assert_silent(REASON_NEW_STOP_CODE);
	assert_int_equal(pc.last.streak, 2);
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_HELPED);
}

static void one_crash_is_not_enough(void **state)
{
	(void)state;
	model_session(&pc);
	(void)model_deliver(&pc, CONTOSO);
	model_dump_anew(&pc, "contoso.sys");
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 1);
	assert_int_equal(pc.holds, 0);
}

static void a_dump_of_last_month(void **state)
{
	uint64_t before = pc.now - 30 * 24 * MODEL_HOUR;

	(void)state;
	model_dump_twice(&pc, "contoso.sys");
	pc.evidence.dump.header.system_time = before;
	pc.evidence.dump.header.boot_id = 3;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_STOP_CODE);
	assert_silent(REASON_DUMP);
	/* Nor does it speak against a crash that is known from elsewhere. */
	model_crash_anew(&pc);
	pc.evidence.dump.blame.module[0] = 'x';
	assert_pass(VERDICT_HOLD);
	assert_silent(REASON_DUMP);
}

/* The heartbeat may be a little later than the crash, or have no say. */
static void how_old_a_dump_may_be(void **state)
{
	static const struct {
		int64_t minutes; /* after the heartbeat */
		bool is_fresh;
	} ages[] = {{-3, false}, {-2, true}, {0, true}, {1, true},
		{720 * 60, true}, {720 * 60 + 1, false}};
	struct evidence *e = &pc.evidence;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		model_make(&pc);
		model_dump_twice(&pc, NULL);
		e->dump.header.has_boot_id = false;
		e->dump.header.system_time =
			e->boot_status.heartbeat +
			(uint64_t)(ages[i].minutes * MODEL_MINUTE);
		assert_pass(ages[i].is_fresh ? VERDICT_HOLD : VERDICT_BOOT);
	}
	/* Neither a time nor a session. */
	model_make(&pc);
	model_dump_twice(&pc, NULL);
	e->dump.header.has_boot_id = false;
	e->dump.header.system_time = 0;
	assert_pass(VERDICT_BOOT);
	model_make(&pc);
	model_dump_twice(&pc, NULL);
	e->dump.header.has_boot_id = false;
	e->boot_status.has_heartbeat = false;
	assert_pass(VERDICT_BOOT);
}

/* Its number says so where the clock is wrong by years. */
static void a_clock_that_is_wrong(void **state)
{
	(void)state;
	model_dump_twice(&pc, "contoso.sys");
	pc.evidence.dump.header.system_time = 1;
	assert_pass(VERDICT_HOLD);
	/* The next one has no dump: the same one does not fail the hold. */
	model_start_again(&pc);
	model_pull_plug(&pc);
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_HOLD_WAITING);
}

static void a_dump_that_cannot_be_read(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	pc.evidence.dump_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(decision_reason(&pc.last, REASON_SOURCE_FAILED)->a,
		EVIDENCE_DUMP);
	/* On trial as well. */
	pc.evidence.dump_state = SOURCE_ABSENT;
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	pc.evidence.dump_state = SOURCE_FAILED;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(pc.restores, 0);
}

/* After a shutdown nothing else is asked. */
static void a_dump_before_a_clean_end(void **state)
{
	(void)state;
	model_dump_twice(&pc, "contoso.sys");
	model_session(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_NO_CRASH);
}

/* A session was shut down before the task noted it: the dump has a date. */
static void sessions_since_a_shutdown(void **state)
{
	(void)state;
	model_start_again(&pc);
	model_desktop(&pc);
	model_shut_down(&pc);
	(void)model_deliver(&pc, CONTOSO);
	model_dump_anew(&pc, NULL);
	assert_pass(VERDICT_RETRY);
	model_dump_anew(&pc, NULL);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.streak, 2);
}

/* --- Without a note ------------------------------------------------------- */

static void forget_note(void)
{
	pc.evidence.note_state = SOURCE_ABSENT;
	memset(&pc.evidence.note, 0, sizeof(pc.evidence.note));
}

/* Failed starts count; a plug that is always pulled does not. */
static void nobody_ever_noted_a_session(void **state)
{
	(void)state;
	forget_note();
	model_start_again(&pc);
	model_desktop(&pc);
	(void)model_deliver(&pc, CONTOSO);
	model_pull_plug(&pc);
	model_dump_anew(&pc, NULL);
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 1);
	model_dump_anew(&pc, NULL);
	/* An older Windows does not count its starts. */
	pc.evidence.boot_status.has_attempts = false;
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 0);
	pc.evidence.boot_status.has_attempts = true;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.consent, CONSENT_GIVEN);
	/* Late ones cannot be told from pulled plugs. */
	(void)model_rig_make_two_rungs(NULL);
	forget_note();
	model_dump_twice(&pc, NULL);
	forget_note();
	model_dump_anew(&pc, NULL);
	model_desktop(&pc);
	model_dump(&pc, 0x50, NULL);
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 0);
}

/* Somebody has come with a stick. */
static void nobody_noted_but_somebody_is_there(void **state)
{
	(void)state;
	model_start_again(&pc);
	model_desktop(&pc);
	(void)model_deliver(&pc, CONTOSO);
	model_dump(&pc, 0x50, NULL);
	model_dump_anew(&pc, NULL);
	forget_note();
	pc.evidence.is_attended = true;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.streak, 2);
	assert_int_equal(pc.last.consent, CONSENT_GIVEN);
}

/* An old stop code in the variables says nothing about this crash. */
static void an_old_stop_code_beside_a_dump(void **state)
{
	(void)state;
	model_crash(&pc, 0x124, 0);
	model_session(&pc);
	forget_note();
	(void)model_deliver(&pc, CONTOSO);
	model_dump_anew(&pc, NULL);
	model_dump_anew(&pc, NULL);
	assert_pass(VERDICT_HOLD);
}

/* --- Whom it names -------------------------------------------------------- */

/* Contoso delivered last, Fabrikam is to blame. */
static void the_vendor_it_names(void **state)
{
	size_t guilty;
	size_t innocent;

	(void)state;
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	guilty = model_deliver(&pc, FABRIKAM);
	innocent = model_deliver(&pc, CONTOSO);
	model_dump(&pc, 0x50, "fabrikam.sys");
	model_dump_anew(&pc, "fabrikam.sys");
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_DUMP_VENDOR);
	assert_int_not_equal(pc.files[guilty].hold_id, 0);
	assert_int_equal(pc.files[innocent].hold_id, 0);
}

/* Without a name two vendors are no better than one another. */
static void a_dump_that_names_nobody(void **state)
{
	(void)state;
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	(void)model_deliver(&pc, FABRIKAM);
	(void)model_deliver(&pc, CONTOSO);
	model_dump(&pc, 0x50, NULL);
	model_dump_anew(&pc, NULL);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_SEVERAL_VENDORS);
}

static void a_driver_of_nobody_known(void **state)
{
	(void)state;
	model_dump_twice(&pc, "stranger.sys");
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_DUMP_STRANGER);
	assert_because(REASON_NOT_CONTENT);
	/* The stop code says the same of it. */
	model_crash(&pc, 0x50, 7);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NEW_STOP_CODE);
	assert_int_equal(pc.holds, 0);
}

static void a_vendor_without_new_content(void **state)
{
	(void)state;
	model_dump_twice(&pc, "fabrikam.sys");
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NOTHING_DELIVERED);
	assert_int_equal(pc.holds, 0);
}

/* The dump's word and the variable's: either can clear the content. */
static void crashes_of_another_kind(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	model_dump(&pc, 0x124, NULL);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_HARDWARE_STOP);
	(void)model_rig_make_two_rungs(NULL);
	model_dump_twice(&pc, NULL);
	model_crash(&pc, 0x7A, 0);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_STORAGE_STOP);
	(void)model_rig_make_two_rungs(NULL);
	model_dump_twice(&pc, NULL);
	pc.evidence.dump.header.code = 0xE2;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_OPERATOR_STOP);
}

/* --- On trial ------------------------------------------------------------- */

/* With the very same stop code, at the first crash after the hold. */
static void a_newer_dump_fails_the_hold(void **state)
{
	(void)state;
	model_dump_twice(&pc, "contoso.sys");
	assert_pass(VERDICT_HOLD);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
	model_dump_anew(&pc, "contoso.sys");
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_because(REASON_HOLD_FAILED);
	assert_because(REASON_EXHAUSTED);
	/* And that is that, until something changes. */
	model_dump_anew(&pc, "contoso.sys");
	assert_pass(VERDICT_BOOT);
	(void)model_deliver(&pc, CONTOSO);
	model_dump_anew(&pc, "contoso.sys");
	assert_pass(VERDICT_HOLD);
}

/* The dump it answered is older than the hold, with or without a number. */
static void the_dump_it_answered(void **state)
{
	(void)state;
	model_dump_twice(&pc, "contoso.sys");
	pc.evidence.dump.header.has_boot_id = false;
	assert_pass(VERDICT_HOLD);
	model_start_again(&pc);
	model_pull_plug(&pc);
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_HOLD_WAITING);
	model_dump_anew(&pc, "contoso.sys");
	pc.evidence.dump.header.has_boot_id = false;
	assert_pass(VERDICT_RESTORE_AND_HOLD);
}

/* What is on hold is innocent then, and goes back. */
static void a_stranger_during_a_trial(void **state)
{
	(void)state;
	model_long_session(&pc, CONTOSO);
	assert_pass(VERDICT_HOLD);
	model_dump_anew(&pc, "stranger.sys");
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_because(REASON_DUMP_STRANGER);
}

/* Another vendor is named: its content joins the hold. */
static void another_vendor_during_a_trial(void **state)
{
	size_t i;

	(void)state;
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	(void)model_deliver(&pc, CONTOSO);
	(void)model_deliver(&pc, FABRIKAM);
	model_dump(&pc, 0x50, "contoso.sys");
	model_dump_anew(&pc, "contoso.sys");
	assert_pass(VERDICT_HOLD);
	model_dump_anew(&pc, "fabrikam.sys");
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_FAILED);
	for (i = 0; i < 2; i++)
		assert_int_equal(
			pc.files[i].hold_id, pc.evidence.record.hold_id);
	/* Neither is the rest of half a hold. */
	model_dump_anew(&pc, "fabrikam.sys");
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	for (i = 0; i < 2; i++)
		assert_int_equal(pc.files[i].hold_id, 0);
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_two_rungs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(a_dump_instead_of_a_stop_code),
		pc_test(one_crash_is_not_enough),
		pc_test(a_dump_of_last_month),
		pc_test(how_old_a_dump_may_be),
		pc_test(a_clock_that_is_wrong),
		pc_test(a_dump_that_cannot_be_read),
		pc_test(a_dump_before_a_clean_end),
		pc_test(sessions_since_a_shutdown),
		pc_test(nobody_ever_noted_a_session),
		pc_test(nobody_noted_but_somebody_is_there),
		pc_test(an_old_stop_code_beside_a_dump),
		pc_test(the_vendor_it_names),
		pc_test(a_dump_that_names_nobody),
		pc_test(a_driver_of_nobody_known),
		pc_test(a_vendor_without_new_content),
		pc_test(crashes_of_another_kind),
		pc_test(a_newer_dump_fails_the_hold),
		pc_test(the_dump_it_answered),
		pc_test(a_stranger_during_a_trial),
		pc_test(another_vendor_during_a_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
