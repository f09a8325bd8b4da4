/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/policy_overlay.h"

#include <libfdt.h>

#include "recovery/policy.h"
#include "recovery/tree.h"
#include "storage/err.h"

/* Without recursion, and before anything recursive sees it. */
static int check_depth(const void *fdt)
{
	int depth = 0;
	int node = 0;

	while (node >= 0 && depth >= 0) {
		if (depth > POLICY_OVERLAY_MAX_DEPTH)
			return -ERR_CORRUPT;
		node = fdt_next_node(fdt, node, &depth);
	}
	return node >= 0 || node == -FDT_ERR_NOTFOUND ? 0 : -ERR_CORRUPT;
}

/*
 * References by label.  A policy has no need of them (target-path names a node
 * as well), and libfdt follows a null pointer where they are wrong
 * (fdt_overlay.c, overlay_update_local_node_references).
 */
static int check_no_references(const void *fdt)
{
	static const char *const nodes[] = {
		"__symbols__", "__fixups__", "__local_fixups__"};
	size_t i;

	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (fdt_subnode_offset(fdt, 0, nodes[i]) != -FDT_ERR_NOTFOUND)
			return -ERR_UNSUPPORTED;
	return 0;
}

int policy_overlay_check(const void *overlay, size_t len, uint32_t *ret_serial)
{
	int err;

	err = tree_check(overlay, len, POLICY_MAX_BYTES);
	if (err < 0)
		return err;
	err = tree_check_compatible(overlay, POLICY_OVERLAY_COMPATIBLE);
	if (err < 0)
		return err;
	err = check_depth(overlay);
	if (err < 0)
		return err;
	err = check_no_references(overlay);
	if (err < 0)
		return err;
	return tree_must(tree_read_u32(
		overlay, 0, "base-serial", 0, UINT32_MAX, ret_serial));
}

int policy_overlay_merge(const void *base, void *overlay, void *room,
	size_t cap, size_t *ret_len)
{
	int status;

	if (cap > POLICY_MAX_BYTES)
		cap = POLICY_MAX_BYTES;
	status = fdt_open_into(base, room, (int)cap);
	if (!status)
		status = fdt_overlay_apply(room, overlay);
	if (!status)
		status = fdt_pack(room);
	if (status < 0)
		return tree_err(status);
	*ret_len = fdt_totalsize(room);
	return 0;
}
