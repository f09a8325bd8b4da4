/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy on a stick: it narrows what the PC has, and never widens it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/policy_pc.h"

static const struct policy_choice *const choice = &policy_pc.force.choice;

#define HEARD(part)                                                            \
	assert_int_equal(fake_machine_heard(&policy_pc.machine, part), 1)

static void a_stick_narrows(void **state)
{
	const struct policy *p;

	(void)state;
	policy_pc.machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	policy_pc.record.policy_serial = 50;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	p = policy_pc_open();
	assert_int_equal(choice->in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(choice->state[POLICY_SLOT_NEWEST], POLICY_ACCEPTED);
	assert_int_equal(p->serial, 1);
	assert_int_equal(p->crashes, 3);
	assert_int_equal(p->window_hours, 24);
	/* Its own vendor is none of this PC's. */
	assert_int_equal(p->rule_count, 1);
	assert_string_equal(p->rules[0].vendor, "CrowdStrike Falcon");
	HEARD("narrowed by what came with this program.");
	/* Nor does the PC remember the stick's serial. */
	policy_choice_remember(choice, &policy_pc.record);
	assert_int_equal(policy_pc.record.policy_serial, 50);
}

static void a_stick_on_a_pc_with_a_policy(void **state)
{
	(void)state;
	policy_pc.machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	policy_pc_make_policy(7, NULL, "signed-order-only");
	policy_pc_put(POLICY_SLOT_INSTALLED, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->in_force, POLICY_SLOT_INSTALLED);
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_SIGNED_ORDER_ONLY);
	assert_false(choice->is_narrowed);
	policy_pc_make_policy(3, NULL, "ask");
	policy_pc_put(POLICY_SLOT_NEWEST, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_DETECT_ONLY);
	assert_int_equal(choice->policy.serial, 7);
	/* That an old one is put back is seen from a stick as well. */
	policy_pc.record.policy_serial = 8;
	(void)policy_pc_open();
	assert_int_equal(
		choice->state[POLICY_SLOT_INSTALLED], POLICY_ROLLED_BACK);
	assert_int_equal(choice->in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_DETECT_ONLY);
	/* Installed, the slot means nothing. */
	policy_pc.machine.platform.origin = POLICY_ORIGIN_INSTALLED;
	policy_pc.record.policy_serial = 0;
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_INSTALLED], POLICY_ABSENT);
	assert_int_equal(choice->in_force, POLICY_SLOT_NEWEST);
}

static void an_overlay_on_a_stick(void **state)
{
	(void)state;
	policy_pc.machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	policy_pc_make_overlay(1, "crashes", 5, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_int_equal(choice->in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(choice->policy.crashes, 5);
	assert_true(choice->is_narrowed);
	/* It narrows: of two numbers the stricter one. */
	policy_pc_make_overlay(1, "max-files", POLICY_MAX_FILES, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_int_equal(choice->policy.max_files, 16);
}

/* What the PC's own policy forbids cannot be known: so everything is. */
static void a_stick_that_cannot_read_the_pcs_policy(void **state)
{
	(void)state;
	policy_pc.machine.platform.origin = POLICY_ORIGIN_REMOVABLE;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_put_policy(POLICY_SLOT_INSTALLED, 7, &policy_pc.owner);
	policy_pc.machine.files[FILE_INSTALLED].err = -ERR_IO;
	(void)policy_pc_open();
	assert_int_equal(
		choice->state[POLICY_SLOT_INSTALLED], POLICY_UNREADABLE);
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_REMOVABLE],
		POLICY_DETECT_ONLY);
	policy_pc.machine.files[FILE_INSTALLED].err = 0;
	(void)policy_pc_open();
	assert_int_equal(
		choice->policy.mode[POLICY_ORIGIN_REMOVABLE], POLICY_ACT);
}

/* The PC's own limit holds before the network is asked for anything. */
static void how_long_the_network_may_take(void **state)
{
	struct fake_machine *m = &policy_pc.machine;

	(void)state;
	m->platform.origin = POLICY_ORIGIN_NETWORK;
	(void)policy_pc_open();
	assert_int_equal(m->network_limits, 1);
	assert_int_equal(m->network_seconds[0], POLICY_DEFAULT_NETWORK_SECONDS);
	policy_pc.network_seconds = 15;
	policy_pc_put_policy(POLICY_SLOT_INSTALLED, 7, &policy_pc.owner);
	policy_pc.network_seconds = 5;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(m->network_limits, 2);
	assert_int_equal(m->files_before_limit, 2); /* with its signature */
	assert_int_equal(m->network_seconds[0], 15);
	assert_int_equal(m->network_seconds[1], 5);
	/* One that nobody signed says nothing. */
	policy_pc_put_policy(POLICY_SLOT_INSTALLED, 7, &policy_pc.other);
	(void)policy_pc_open();
	assert_int_equal(m->network_limits, 1);
}

/* One that cannot be checked, or is no policy, limits nothing. */
static void what_does_not_limit_the_network(void **state)
{
	struct fake_machine *m = &policy_pc.machine;

	(void)state;
	m->platform.origin = POLICY_ORIGIN_NETWORK;
	policy_pc.network_seconds = 15;
	policy_pc_put_policy(POLICY_SLOT_INSTALLED, 7, &policy_pc.owner);
	m->platform.keys = NULL;
	m->platform.keys_len = 0;
	(void)policy_pc_open();
	assert_int_equal(m->network_limits, 1);
	assert_int_equal(m->network_seconds[0], POLICY_DEFAULT_NETWORK_SECONDS);
	/* Signed by the owner, but an overlay. */
	m->platform.keys = policy_pc.owner.section;
	m->platform.keys_len = sizeof(policy_pc.owner.section);
	policy_pc_make_overlay(1, "network-seconds", 15, 0);
	policy_pc_put(POLICY_SLOT_INSTALLED, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(m->network_limits, 1);
	assert_int_equal(m->network_seconds[0], POLICY_DEFAULT_NETWORK_SECONDS);
}

/* A front without one, as on Linux, is told nothing of it. */
static void without_a_network(void **state)
{
	struct fake_machine *m = &policy_pc.machine;
	struct platform_ops ops = *m->platform.ops;

	(void)state;
	ops.network_limit = NULL;
	m->platform.ops = &ops;
	policy_pc.network_seconds = 15;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	assert_int_equal(policy_pc_open()->network_seconds, 15);
	assert_int_equal(choice->in_force, POLICY_SLOT_NEWEST);
	assert_int_equal(m->network_limits, 0);
}

#define pc_test(f)                                                             \
	cmocka_unit_test_setup_teardown(f, policy_pc_start, policy_pc_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(a_stick_narrows),
		pc_test(a_stick_on_a_pc_with_a_policy),
		pc_test(an_overlay_on_a_stick),
		pc_test(a_stick_that_cannot_read_the_pcs_policy),
		pc_test(how_long_the_network_may_take),
		pc_test(what_does_not_limit_the_network),
		pc_test(without_a_network),
	};

	return cmocka_run_group_tests(
		tests, policy_pc_open_signers, policy_pc_close_signers);
}
