/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/policy_pc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy_overlay.h"
#include "storage/filetime.h"

struct policy_pc policy_pc;

static struct tree *const tree = &policy_pc.tree;

/* --- Files --------------------------------------------------------------- */

static const enum platform_file files[POLICY_SLOT_COUNT] = {
	[POLICY_SLOT_NEWEST] = FILE_POLICY,
	[POLICY_SLOT_PREVIOUS] = FILE_PREVIOUS,
	[POLICY_SLOT_OVERLAY] = FILE_OVERLAY,
	[POLICY_SLOT_INSTALLED] = FILE_INSTALLED,
};

void policy_pc_put(enum policy_slot slot, const struct signer *by)
{
	struct fake_file *file = &policy_pc.machine.files[files[slot]];

	assert_true(tree->len <= sizeof(policy_pc.made[slot].bytes));
	memcpy(policy_pc.made[slot].bytes, tree->blob, tree->len);
	file[0] = (struct fake_file){
		.bytes = policy_pc.made[slot].bytes, .len = tree->len};
	file[1].bytes = NULL;
	if (!by)
		return;
	file[1].len = signer_sign(by, tree->blob, tree->len, "",
		policy_pc.made[slot].signature, SIGNATURE_BYTES);
	file[1].bytes = policy_pc.made[slot].signature;
}

static void add_limits(uint32_t crashes)
{
	tree_node(tree, "limits");
	tree_number(tree, "crashes", crashes);
	tree_number(tree, "window-hours", 48);
	tree_number(tree, "max-files", 8);
	if (policy_pc.share >= 0)
		tree_number(tree, "share-per-mille", (uint32_t)policy_pc.share);
	if (policy_pc.network_seconds)
		tree_number(tree, "network-seconds", policy_pc.network_seconds);
	tree_end(tree);
}

static void add_modes(const char *mode)
{
	if (!mode)
		return;
	tree_node(tree, "modes");
	tree_text(tree, "installed", mode);
	tree_text(tree, "removable", mode);
	tree_text(tree, "network", mode);
	tree_end(tree);
}

static void add_rule(const char *node, const char *vendor, const char *folder,
	const char *content)
{
	tree_node(tree, node);
	tree_text(tree, "vendor-name", vendor);
	tree_text(tree, "folder", folder);
	tree_text(tree, "unit", "file");
	tree_text(tree, "content", content);
	tree_text(tree, "source", "a test");
	tree_end(tree);
}

void policy_pc_make_policy(
	uint32_t serial, const char *expires, const char *mode)
{
	tree_begin(tree);
	tree_text(tree, "compatible", POLICY_COMPATIBLE);
	tree_number(tree, "serial", serial);
	if (expires)
		tree_text(tree, "expires", expires);
	add_limits(3);
	add_modes(mode);
	tree_node(tree, "vendors");
	add_rule("own", "Contoso", "Windows/Contoso", "*.dat");
	add_rule("falcon", "CrowdStrike Falcon",
		"Windows/System32/drivers/CrowdStrike", "C-00000291*.sys");
	tree_end(tree);
	tree_finish(tree);
}

void policy_pc_put_policy(
	enum policy_slot slot, uint32_t serial, const struct signer *by)
{
	policy_pc_make_policy(serial, NULL, NULL);
	policy_pc_put(slot, by);
}

void policy_pc_begin_overlay(uint32_t base_serial, const char *target)
{
	tree_begin(tree);
	tree_text(tree, "compatible", POLICY_OVERLAY_COMPATIBLE);
	tree_number(tree, "base-serial", base_serial);
	tree_node(tree, "fragment@0");
	tree_text(tree, "target-path", target);
	tree_node(tree, "__overlay__");
}

void policy_pc_finish_overlay(void)
{
	tree_end(tree);
	tree_end(tree);
	tree_finish(tree);
}

void policy_pc_make_overlay(uint32_t base_serial, const char *name,
	uint32_t value, uint32_t new_serial)
{
	policy_pc_begin_overlay(base_serial, "/");
	if (new_serial)
		tree_number(tree, "serial", new_serial);
	tree_text(tree, "site", "emea");
	tree_node(tree, "limits");
	tree_number(tree, name, value);
	tree_end(tree);
	policy_pc_finish_overlay();
}

/* --- The PC -------------------------------------------------------------- */

int policy_pc_open_signers(void **state)
{
	(void)state;
	signer_open(&policy_pc.owner, 3072);
	signer_open(&policy_pc.other, 3072);
	return 0;
}

int policy_pc_close_signers(void **state)
{
	(void)state;
	signer_close(&policy_pc.owner);
	signer_close(&policy_pc.other);
	return 0;
}

int policy_pc_start(void **state)
{
	(void)state;
	fake_machine_init(&policy_pc.machine);
	memset(&policy_pc.record, 0, sizeof(policy_pc.record));
	policy_pc.share = -1;
	policy_pc.network_seconds = 0;
	policy_pc.machine.platform.keys = policy_pc.owner.section;
	policy_pc.machine.platform.keys_len = sizeof(policy_pc.owner.section);
	policy_pc.machine.platform.origin = POLICY_ORIGIN_INSTALLED;
	policy_pc.machine.clock = filetime_parse("2026-07-01T00:00:00Z");
	return 0;
}

int policy_pc_stop(void **state)
{
	(void)state;
	policy_in_force_close(&policy_pc.force);
	return 0;
}

const struct policy *policy_pc_open(void)
{
	policy_in_force_close(&policy_pc.force);
	fake_machine_forget(&policy_pc.machine);
	assert_int_equal(policy_in_force_open(&policy_pc.machine.platform,
				 &policy_pc.record, &policy_pc.force),
		0);
	assert_int_equal(policy_pc.machine.said_count,
		policy_pc.force.choice.policy.share < SHARE_ALL ? 2 : 1);
	assert_int_equal(policy_pc.machine.line_count, 1);
	return &policy_pc.force.choice.policy;
}

void policy_pc_assert_choice(enum policy_slot slot, enum policy_state newest,
	enum policy_state previous)
{
	(void)policy_pc_open();
	assert_int_equal(policy_pc.force.choice.in_force, slot);
	assert_int_equal(
		policy_pc.force.choice.state[POLICY_SLOT_NEWEST], newest);
	assert_int_equal(
		policy_pc.force.choice.state[POLICY_SLOT_PREVIOUS], previous);
	assert_int_equal(fake_machine_said(&policy_pc.machine, SAY_WARNING),
		newest != POLICY_ACCEPTED &&
			(newest != POLICY_ABSENT || previous != POLICY_ABSENT));
}
