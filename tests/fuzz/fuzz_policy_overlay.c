/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Overlays of any bytes, merged into the built-in policy: as if somebody with
 * the key had signed them.  What comes out is a policy or refused.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/policy.h"
#include "recovery/policy_narrow.h"
#include "recovery/policy_overlay.h"
#include "tests/support/mutate.h"
#include "tests/support/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is merged is changed. */
static void check(const void *overlay, size_t size)
{
	static struct policy merged, narrowed;
	size_t base_len, len;
	const void *base = policy_builtin(&base_len);
	void *copy = mutate_copy(overlay, size);
	void *room = malloc(8192);
	uint32_t serial;

	if (!room)
		abort();
	if (policy_overlay_check(copy, size, &serial) == 0 &&
		policy_overlay_merge(base, copy, room, 8192, &len) == 0) {
		if (len > 8192)
			abort();
		if (policy_check(room, len, &merged) == 0)
			policy_narrow(&merged, &merged, &narrowed);
	}
	free(room);
	free(copy);
}

static struct tree tree;

static void make_overlay(void)
{
	tree_begin(&tree);
	tree_text(&tree, "compatible", POLICY_OVERLAY_COMPATIBLE);
	tree_number(&tree, "base-serial", 1);
	tree_node(&tree, "fragment@0");
	tree_text(&tree, "target-path", "/");
	tree_node(&tree, "__overlay__");
	tree_text(&tree, "site", "emea");
	tree_node(&tree, "limits");
	tree_number(&tree, "crashes", 5);
	tree_number(&tree, "phandle", 1);
	tree_end(&tree);
	tree_end(&tree);
	tree_end(&tree);
	tree_node(&tree, "fragment@1");
	tree_text(&tree, "target-path", "/vendors/crowdstrike-falcon");
	tree_node(&tree, "__overlay__");
	tree_text(&tree, "never", "*.bin");
	tree_end(&tree);
	tree_end(&tree);
	tree_finish(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	make_overlay();
	mutate_try(tree.blob, tree.len, data, size, check);
	return 0;
}
