/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site's overlay: what it changes, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy_overlay.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/exact.h"
#include "tests/support/policy_pc.h"

static const struct policy_choice *const choice = &policy_pc.force.choice;

#define HEARD(part)                                                            \
	assert_int_equal(fake_machine_heard(&policy_pc.machine, part), 1)

static void assert_overlay_is(enum policy_state wanted)
{
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_OVERLAY], wanted);
	assert_int_equal(choice->in_force, POLICY_SLOT_NEWEST);
	assert_int_equal(choice->policy.serial, 7);
	assert_int_equal(choice->policy.crashes, 3);
	HEARD("policy-site.dtbo");
	assert_int_equal(fake_machine_said(&policy_pc.machine, SAY_WARNING), 1);
}

static void an_overlay(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_make_overlay(7, "crashes", 5, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_int_equal(choice->policy.crashes, 5);
	assert_int_equal(choice->policy.window_hours, 48);
	assert_string_equal(choice->policy.site, "emea");
	assert_int_equal(choice->policy.rule_count, 2);
	HEARD("policy.dtb (serial 7, act) with policy-site.dtbo.");
	/* On the previous one as well, if it is for that. */
	policy_pc.machine.files[FILE_POLICY].bytes = NULL;
	policy_pc_put_policy(POLICY_SLOT_PREVIOUS, 7, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->policy.crashes, 5);
	/* And on the built-in one. */
	policy_pc.machine.files[FILE_PREVIOUS].bytes = NULL;
	policy_pc_make_overlay(1, "max-files", 3, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	(void)policy_pc_open();
	assert_int_equal(choice->in_force, POLICY_SLOT_BUILTIN);
	assert_int_equal(choice->policy.max_files, 3);
	assert_int_equal(choice->policy.crashes, 2);
}

static void overlays_that_are_refused(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_make_overlay(7, "crashes", 5, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.other);
	assert_overlay_is(POLICY_FORGED);
	policy_pc_put(POLICY_SLOT_OVERLAY, NULL);
	assert_overlay_is(POLICY_FORGED);
	policy_pc_make_overlay(6, "crashes", 5, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	assert_overlay_is(POLICY_OTHER_BASE);
	policy_pc_make_overlay(7, "crashes", 5, 8);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	assert_overlay_is(POLICY_OTHER_BASE);
	/* What it makes of the policy has to pass like any other. */
	policy_pc_make_overlay(7, "crashes", 1, 0);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	assert_overlay_is(POLICY_MALFORMED);
	policy_pc_make_policy(7, NULL, NULL);
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	assert_overlay_is(POLICY_MALFORMED);
	assert_int_equal(choice->policy.mode[0], POLICY_ACT);
	/* There is nothing that it could change. */
	policy_pc_begin_overlay(7, "/no/such/node");
	policy_pc_finish_overlay();
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	assert_overlay_is(POLICY_MALFORMED);
	policy_pc.machine.files[FILE_OVERLAY].err = -ERR_IO;
	assert_overlay_is(POLICY_UNREADABLE);
	assert_int_equal(choice->policy.mode[0], POLICY_DETECT_ONLY);
}

/* As an expired policy: not in force, but what it forbade stays forbidden. */
static void an_overlay_that_expires(void **state)
{
	(void)state;
	policy_pc_put_policy(POLICY_SLOT_NEWEST, 7, &policy_pc.owner);
	policy_pc_begin_overlay(7, "/");
	tree_text(&policy_pc.tree, "expires", "2026-06-30T23:59:59Z");
	tree_text(&policy_pc.tree, "site", "emea");
	tree_node(&policy_pc.tree, "modes");
	tree_text(&policy_pc.tree, "installed", "detect-only");
	tree_end(&policy_pc.tree);
	policy_pc_finish_overlay();
	policy_pc_put(POLICY_SLOT_OVERLAY, &policy_pc.owner);
	assert_overlay_is(POLICY_EXPIRED);
	assert_true(choice->is_narrowed);
	assert_int_equal(choice->policy.mode[POLICY_ORIGIN_INSTALLED],
		POLICY_DETECT_ONLY);
	assert_int_equal(
		choice->policy.mode[POLICY_ORIGIN_REMOVABLE], POLICY_ACT);
	policy_pc.machine.clock -= FILETIME_TICKS_PER_SECOND;
	(void)policy_pc_open();
	assert_int_equal(choice->state[POLICY_SLOT_OVERLAY], POLICY_ACCEPTED);
	assert_false(choice->is_narrowed);
	assert_int_not_equal(choice->policy.expires, 0);
}

static void overlays_cut_short(void **state)
{
	uint32_t serial = 99;
	size_t len;

	(void)state;
	policy_pc_make_overlay(7, "crashes", 5, 0);
	for (len = 0; len < policy_pc.tree.len; len++) {
		void *cut = exact_copy(policy_pc.tree.blob, len);

		assert_int_equal(policy_overlay_check(cut, len, &serial),
			-ERR_TRUNCATED);
		assert_int_equal(serial, 99);
		free(cut);
	}
	assert_int_equal(policy_overlay_check(policy_pc.tree.blob,
				 policy_pc.tree.len, &serial),
		0);
	assert_int_equal(serial, 7);
}

/* The base alone is too large, then the sum of both; never beyond @cap. */
static void merging_where_room_is_short(void **state)
{
	static _Alignas(8) uint8_t overlay[2 * TREE_BYTES];
	static _Alignas(8) uint8_t room[POLICY_MAX_BYTES];
	const void *base;
	size_t base_len;
	size_t need = 0;
	size_t len = 99;
	size_t cap;

	(void)state;
	policy_pc_make_overlay(1, "crashes", 5, 0);
	base = policy_builtin(&base_len);
	for (cap = 0; cap < base_len + policy_pc.tree.len && !need; cap += 8) {
		uint8_t *exact = calloc(1, cap + 1);
		int err;

		memcpy(overlay, policy_pc.tree.blob, policy_pc.tree.len);
		err = policy_overlay_merge(base, overlay, exact, cap, &len);
		assert_true(err == 0 || err == -ERR_TOO_LARGE);
		if (err == 0)
			need = len;
		else
			assert_int_equal(len, 99);
		free(exact);
	}
	assert_true(need > base_len);
	/* As much room as anybody says there is, but no larger a policy. */
	memcpy(overlay, policy_pc.tree.blob, policy_pc.tree.len);
	assert_int_equal(
		policy_overlay_merge(base, overlay, room, SIZE_MAX, &len), 0);
	assert_int_equal(len, need);
}

/* libfdt does not survive all of them. */
static void overlays_with_references(void **state)
{
	static const char *const nodes[] = {
		"__symbols__", "__fixups__", "__local_fixups__"};
	uint32_t serial;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		tree_begin(&policy_pc.tree);
		tree_text(&policy_pc.tree, "compatible",
			POLICY_OVERLAY_COMPATIBLE);
		tree_number(&policy_pc.tree, "base-serial", 1);
		tree_node(&policy_pc.tree, nodes[i]);
		tree_end(&policy_pc.tree);
		tree_finish(&policy_pc.tree);
		assert_int_equal(policy_overlay_check(policy_pc.tree.blob,
					 policy_pc.tree.len, &serial),
			-ERR_UNSUPPORTED);
	}
}

static void deep_overlays(void **state)
{
	uint32_t serial;
	int depth;
	int i;

	(void)state;
	for (depth = 1; depth < 40; depth++) {
		tree_begin(&policy_pc.tree);
		tree_text(&policy_pc.tree, "compatible",
			POLICY_OVERLAY_COMPATIBLE);
		tree_number(&policy_pc.tree, "base-serial", 3);
		for (i = 0; i < depth; i++)
			tree_node(&policy_pc.tree, "n");
		for (i = 0; i < depth; i++)
			tree_end(&policy_pc.tree);
		tree_finish(&policy_pc.tree);
		assert_int_equal(policy_overlay_check(policy_pc.tree.blob,
					 policy_pc.tree.len, &serial),
			depth > POLICY_OVERLAY_MAX_DEPTH ? -ERR_CORRUPT : 0);
	}
}

#define pc_test(f)                                                             \
	cmocka_unit_test_setup_teardown(f, policy_pc_start, policy_pc_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(an_overlay),
		pc_test(overlays_that_are_refused),
		pc_test(an_overlay_that_expires),
		pc_test(overlays_cut_short),
		pc_test(merging_where_room_is_short),
		pc_test(overlays_with_references),
		pc_test(deep_overlays),
	};

	return cmocka_run_group_tests(
		tests, policy_pc_open_signers, policy_pc_close_signers);
}
