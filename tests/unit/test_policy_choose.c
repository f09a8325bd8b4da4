/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which policy is in force on a PC that Loopbreaker is installed on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/policy_pc.h"

static const struct policy_choice *const choice = &policy_pc.force.choice;

#define HEARD(part)                                                            \
	assert_int_equal(fake_machine_heard(&policy_pc.machine, part), 1)
#define REPORTED(part)                                                         \
	assert_int_equal(fake_machine_reported(&policy_pc.machine, part), 1)

static void nothing_but_the_builtin(void **state)
{
	(void)state;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_ABSENT);
	assert_int_equal(choice->policy.crashes, 2);
	HEARD("the built-in policy (serial 1, act).");
	REPORTED("\"in_force\":\"built-in\",\"serial\":1,");
	policy_pc.machine.platform.keys = NULL;
	policy_pc.machine.platform.keys_len = 0;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_ABSENT);
}

static void a_signed_one(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_ABSENT);
	assert_int_equal(choice->policy.serial, 7);
	assert_int_equal(choice->policy.crashes, 3);
	assert_int_equal(choice->policy.rule_count, 2);
	HEARD("In force is policy.dtb (serial 7, act).");
	REPORTED("\"newest\":\"accepted\"");
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 6, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_NEWEST, POLICY_ACCEPTED, POLICY_NOT_NEEDED);
}

static void not_signed(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, NULL);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	HEARD("the built-in policy (serial 1, detect-only): policy.dtb is not "
	      "signed");
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.other);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc.made[POLICY_SLOT_NEWEST].bytes[100] ^= 1;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc.machine.files[FILE_POLICY_SIGNATURE].len--;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
	policy_pc.machine.files[FILE_POLICY_SIGNATURE] = (struct fake_file){
		.bytes = policy_pc.made[0].bytes, .len = 2 * SIGNATURE_BYTES};
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_FORGED, POLICY_ABSENT);
}

static void without_a_key(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc.machine.platform.keys_len = 0;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_NO_KEY, POLICY_ABSENT);
	HEARD("this program has no key");
	/* Damaged keys are none, and that is said, too. */
	policy_pc.machine.platform.keys_len =
		sizeof(policy_pc.owner.section) - 1;
	policy_in_force_close(&policy_pc.force);
	assert_int_equal(policy_in_force_open(&policy_pc.machine.platform,
				 &policy_pc.record, &policy_pc.force),
		0);
	assert_int_equal(choice->state[POLICY_SLOT_NEWEST], POLICY_NO_KEY);
	HEARD("keys in this copy of Loopbreaker are damaged");
}

static void signed_but_no_policy(void **state)
{
	(void)state;
	tree_begin(&policy_pc.tree);
	tree_text(
		&policy_pc.tree, "compatible", "loopbreaker,incident-order-1");
	tree_number(&policy_pc.tree, "serial", 9);
	tree_finish(&policy_pc.tree);
	policy_pc_put(POLICY_SLOT_NEWEST, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_MALFORMED, POLICY_ABSENT);
	policy_pc.tree.len = 0;
	policy_pc_put(POLICY_SLOT_NEWEST, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_MALFORMED, POLICY_ABSENT);
}

static void not_readable(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 7, &policy_pc.owner);
	policy_pc.machine.files[FILE_POLICY].err = -ERR_IO;
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_UNREADABLE, POLICY_ACCEPTED);
	HEARD("In force is policy-previous.dtb (serial 7, act): policy.dtb "
	      "could not be read.");
	policy_pc.machine.files[FILE_POLICY] = (struct fake_file){
		.bytes = &policy_pc.machine, .len = POLICY_MAX_BYTES + 1};
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_UNREADABLE, POLICY_ACCEPTED);
	policy_pc.machine.files[FILE_PREVIOUS_SIGNATURE].err = -ERR_IO;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_UNREADABLE, POLICY_UNREADABLE);
	/* Who knows what they forbid. */
	HEARD("the built-in policy (serial 1, detect-only): policy.dtb could");
	assert_int_equal(
		choice->policy.mode[POLICY_ORIGIN_NETWORK], POLICY_DETECT_ONLY);
}

static void the_previous_one(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 8, &policy_pc.other);
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 7, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_FORGED, POLICY_ACCEPTED);
	/* Missing is a reason, too. */
	policy_pc.machine.files[FILE_POLICY].bytes = NULL;
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_ABSENT, POLICY_ACCEPTED);
	HEARD("policy.dtb is missing");
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 7, &policy_pc.other);
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_FORGED);
	HEARD("the built-in policy (serial 1, act): policy-previous.dtb is "
	      "not");
}

/* Whoever can write its partition must not get rid of a policy by that. */
static void a_policy_that_was_deleted(void **state)
{
	(void)state;
	policy_pc.record.policy_serial = 7;
	policy_pc_assert_choice(
		POLICY_SLOT_BUILTIN, POLICY_ABSENT, POLICY_ABSENT);
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_INSTALLED],
		POLICY_DETECT_ONLY);
	/* The previous one is what the owner wanted as well. */
	policy_pc.record.policy_previous_serial = 6;
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 6, &policy_pc.owner);
	policy_pc_assert_choice(
		POLICY_SLOT_PREVIOUS, POLICY_ABSENT, POLICY_ACCEPTED);
	assert_int_equal(
		choice->policy.mode[POLICY_ORIGIN_INSTALLED], POLICY_ACT);
}

static void without_memory(void **state)
{
	uint64_t nth;
	int err;

	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_make_overlay(7, "crashes", 5, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	for (nth = 1;; nth++) {
		policy_in_force_close(&policy_pc.force);
		fake_machine_forget(&policy_pc.machine);
		failalloc_arm(nth, false);
		err = policy_in_force_open(&policy_pc.machine.platform,
			&policy_pc.record, &policy_pc.force);
		if (!failalloc_disarm())
			break;
		/* No policy, one that forbids everything, or not noticed. */
		assert_true(err == 0 || err == -ERR_NO_MEMORY);
		assert_int_equal(policy_pc.machine.said_count, 1);
		if (err == 0 && choice->policy.crashes != 5)
			assert_int_equal(
				choice->policy.mode[0], POLICY_DETECT_ONLY);
	}
	assert_true(nth > 8);
	assert_int_equal(choice->policy.crashes, 5);
}

static void names_for_everything(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < POLICY_STATE_COUNT; i++)
		assert_string_not_equal(
			policy_state_name((enum policy_state)i), "unknown");
	for (i = 0; i <= POLICY_SLOT_COUNT; i++)
		assert_string_not_equal(
			policy_slot_name((enum policy_slot)i), "unknown");
	assert_string_equal(policy_state_name(POLICY_STATE_COUNT), "unknown");
	assert_string_equal(
		policy_slot_name((enum policy_slot)(POLICY_SLOT_COUNT + 1)),
		"unknown");
}

#define pc_test(f)                                                             \
	cmocka_unit_test_setup_teardown(f, policy_pc_start, policy_pc_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(nothing_but_the_builtin),
		pc_test(a_signed_one),
		pc_test(not_signed),
		pc_test(without_a_key),
		pc_test(signed_but_no_policy),
		pc_test(not_readable),
		pc_test(the_previous_one),
		pc_test(a_policy_that_was_deleted),
		pc_test(without_memory),
		pc_test(names_for_everything),
	};

	return cmocka_run_group_tests(
		tests, policy_pc_open_signers, policy_pc_close_signers);
}
