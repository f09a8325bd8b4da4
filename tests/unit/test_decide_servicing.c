/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decide() while Windows is set up or serviced: what does not count then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

/* Three restarts that nobody shut down for; then one crash. */
static void a_feature_update(void **state)
{
	int i;

	(void)state;
	model_start_again(&pc);
	model_desktop(&pc);
	model_note(&pc);
	(void)model_deliver(&pc, 0);
	pc.evidence.servicing = SERVICING_SETUP;
	for (i = 0; i < 3; i++) {
		model_start_again(&pc);
		model_crash(&pc, 0x50, (uint64_t)i + 1);
		assert_pass(VERDICT_BOOT);
		assert_because(REASON_SERVICING);
		assert_int_equal(pc.evidence.record.uncounted_boot_id,
			pc.evidence.boot_status.last_boot_id);
	}
	pc.evidence.servicing = SERVICING_NONE;
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 0);
	model_crash_anew(&pc);
	assert_pass(VERDICT_RETRY);
	assert_int_equal(pc.last.streak, 1);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.streak, 2);
}

/* Updates may be pending for weeks; a dump that names a vendor is a crash. */
static void updates_are_pending(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	pc.evidence.servicing = SERVICING_PENDING;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_SERVICING);
	(void)model_rig_make_two_rungs(NULL);
	model_dump_twice(&pc, "contoso.sys");
	pc.evidence.servicing = SERVICING_PENDING;
	assert_pass(VERDICT_HOLD);
	(void)model_rig_make_two_rungs(NULL);
	model_dump_twice(&pc, "contoso.sys");
	pc.evidence.servicing = SERVICING_ONE_TIME;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_SERVICING);
}

/* A disk that fails: neither a hold nor a forgotten session. */
static void servicing_that_cannot_be_seen(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	pc.evidence.servicing = SERVICING_UNKNOWN;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(decision_reason(&pc.last, REASON_SOURCE_FAILED)->a,
		EVIDENCE_SERVICING);
	assert_int_equal(pc.evidence.record.uncounted_boot_id, 0);
	pc.evidence.servicing = SERVICING_NONE;
	assert_pass(VERDICT_HOLD);
	/* What is no action stays as it is. */
	pc.evidence.servicing = SERVICING_UNKNOWN;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_HOLD_WAITING);
}

/* Its sessions fail no hold, either; but what was begun is finished. */
static void servicing_during_a_trial(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	assert_pass(VERDICT_HOLD);
	pc.evidence.servicing = SERVICING_SETUP;
	model_crash_alike(&pc);
	model_start_again(&pc);
	model_start_again(&pc);
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_SERVICING);
	pc.evidence.servicing = SERVICING_NONE;
	assert_pass(VERDICT_RETRY);
	assert_because(REASON_HOLD_WAITING);
	(void)model_rig_make_two_rungs(NULL);
	model_make_crashed(&pc);
	assert_pass(VERDICT_HOLD);
	pc.evidence.servicing = SERVICING_SETUP;
	pc.files[0].hold_id = 0;
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_HOLD_UNFINISHED);
}

/* A sign that nobody knows is one; a session that is yet to come is none. */
static void servicing_of_another_kind(void **state)
{
	(void)state;
	model_make_crashed(&pc);
	pc.evidence.servicing = (enum servicing)99;
	assert_pass(VERDICT_BOOT);
	assert_because(REASON_SERVICING);
	pc.evidence.servicing = SERVICING_NONE;
	pc.evidence.record.uncounted_boot_id += 9;
	assert_pass(VERDICT_HOLD);
}

/* A record that cannot be read, or tells of another volume, is left alone. */
static void servicing_and_another_record(void **state)
{
	struct decision d;
	struct evidence *e = &pc.evidence;

	(void)state;
	model_make_crashed(&pc);
	e->servicing = SERVICING_SETUP;
	e->record_state = SOURCE_READ;
	e->record.volume_serial = e->volume_serial + 1;
	e->record.hold_state = HOLD_ACTIVE;
	decide(e, &pc.policy, 1, &d);
	assert_int_equal(d.verdict, VERDICT_BOOT);
	assert_true(record_equal(&d.next_record, &e->record));
	e->record_state = SOURCE_FAILED;
	decide(e, &pc.policy, 1, &d);
	assert_true(record_equal(&d.next_record, &e->record));
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_two_rungs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(a_feature_update),
		pc_test(updates_are_pending),
		pc_test(servicing_that_cannot_be_seen),
		pc_test(servicing_during_a_trial),
		pc_test(servicing_of_another_kind),
		pc_test(servicing_and_another_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
