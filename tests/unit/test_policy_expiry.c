/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies that are too old: rolled back, expired, and by which clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/filetime.h"
#include "tests/support/policy_pc.h"

static const struct policy_choice *const choice = &policy_pc.force.choice;

#define HEARD(part)                                                            \
	assert_int_equal(fake_machine_heard(&policy_pc.machine, part), 1)
#define REPORTED(part)                                                         \
	assert_int_equal(fake_machine_reported(&policy_pc.machine, part), 1)

static void rolled_back(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	policy_choice_remember(choice, &policy_pc.record);
	assert_int_equal(policy_pc.record.policy_serial, 7);
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 20, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	policy_choice_remember(choice, &policy_pc.record);
	policy_choice_remember(choice, &policy_pc.record);
	assert_int_equal(policy_pc.record.policy_serial, 20);
	assert_int_equal(policy_pc.record.policy_previous_serial, 7);
	/* As the newest it may not come back ... */
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ROLLED_BACK, POLICY_ABSENT);
	HEARD("policy.dtb is older than one that was in force");
	REPORTED("\"newest\":\"rolled-back\"");
	policy_choice_remember(choice, &policy_pc.record);
	assert_int_equal(policy_pc.record.policy_serial, 20);
	/* ... as the previous one it may, but none that is older. */
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 7, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_ROLLED_BACK, POLICY_ACCEPTED);
	policy_choice_remember(choice, &policy_pc.record);
	assert_int_equal(policy_pc.record.policy_serial, 20);
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 6, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ROLLED_BACK, POLICY_ROLLED_BACK);
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 8, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ROLLED_BACK, POLICY_ROLLED_BACK);
}

/* An expired policy is not in force, but what it forbade stays forbidden. */
static void expired(void **state)
{
	const struct policy *p;

	(void)state;
	policy_pc_make_policy(7, "2026-06-30T23:59:59Z", "detect-only");
	policy_pc_put(POLICY_SLOT_NEWEST, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_EXPIRED, POLICY_ABSENT);
	HEARD("narrowed by the expired one: policy.dtb has expired.");
	p = &choice->policy;
	assert_int_equal(p->mode[POLICY_ORIGIN_INSTALLED], POLICY_DETECT_ONLY);
	assert_int_equal(p->crashes, 3);
	assert_int_equal(p->window_hours, 24);
	assert_int_equal(p->rule_count, 1);
	assert_true(rule_matches(&p->rules[0], "C-00000291-1.sys"));
	assert_false(rule_matches(&p->rules[0], "C-00000292-1.sys"));
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 6, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_EXPIRED, POLICY_ACCEPTED);
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_INSTALLED],
		POLICY_DETECT_ONLY);
	assert_int_equal(choice->policy.rule_count, 2);
	/* To the second. */
	policy_pc.machine.clock -= FILETIME_TICKS_PER_SECOND;
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_NOT_NEEDED);
}

static void clocks(void **state)
{
	uint64_t now = filetime_parse("2026-07-01T00:00:00Z");

	(void)state;
	policy_pc_make_policy(7, "2026-06-30T23:59:59Z", NULL);
	policy_pc_put(POLICY_SLOT_NEWEST, &policy_pc.owner);
	/* No clock at all: the serial has to do. */
	policy_pc.machine.clock = 0;
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	/* The battery is empty, but we were here before. */
	policy_pc.machine.clock = filetime_parse("2000-01-01T00:00:00Z");
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	policy_pc.record.handover_time =
		now / FILETIME_TICKS_PER_SECOND - FILETIME_SECONDS_UNTIL_1970;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_EXPIRED, POLICY_ABSENT);
	policy_pc.record.handover_time = 0;
	policy_pc.record.hold_time = now;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_EXPIRED, POLICY_ABSENT);
	assert_int_equal(policy_clock(5, &policy_pc.record), now);
	/* Nonsense in the record is no time. */
	policy_pc.record.hold_time = 0;
	policy_pc.record.handover_time = UINT64_MAX;
	assert_int_equal(policy_clock(5, &policy_pc.record), 5);
	policy_pc.record.handover_time = UINT64_MAX / FILETIME_TICKS_PER_SECOND;
	assert_int_equal(policy_clock(5, &policy_pc.record), 5);
}

#define pc_test(f)                                                             \
	cmocka_unit_test_setup_teardown(f, policy_pc_start, policy_pc_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(rolled_back),
		pc_test(expired),
		pc_test(clocks),
	};

	return cmocka_run_group_tests(
		tests, policy_pc_open_signers, policy_pc_close_signers);
}
