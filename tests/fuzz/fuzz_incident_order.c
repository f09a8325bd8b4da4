/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * incident_order_check() on any bytes, and on an order with some of them
 * changed; what it accepts must be within bounds and safe to ask.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/incident_order.h"
#include "recovery/policy_text.h"
#include "tests/support/mutate.h"
#include "tests/support/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bounds(const struct incident_order *o)
{
	size_t i;

	if (!o->serial || o->expires <= o->issued || !o->delivered_from ||
		o->delivered_until < o->delivered_from || o->share < 1 ||
		o->share > INCIDENT_ALL_PCS ||
		o->name_count > INCIDENT_ORDER_MAX_NAMES ||
		o->hash_count > INCIDENT_ORDER_MAX_HASHES ||
		o->site_count > INCIDENT_ORDER_MAX_SITES ||
		!(o->name_count + o->hash_count))
		abort();
	for (i = 0; i < o->name_count; i++)
		if (!policy_text_is_folder(o->names[i]))
			abort();
	for (i = 0; i < o->site_count; i++)
		if (!policy_text_is_plain(o->sites[i], POLICY_NAME_CHARS))
			abort();
}

static void check(const void *blob, size_t size)
{
	const uint8_t hash[INCIDENT_HASH_BYTES] = {1, 2, 3};
	struct delivery d = {.name = "a.sys", .size_bytes = 1};
	struct incident_order o;

	if (incident_order_check(blob, size, &o) < 0)
		return;
	check_bounds(&o);
	d.delivered_at = o.delivered_from;
	(void)incident_order_matches(&o, &d, NULL);
	(void)incident_order_matches(&o, &d, hash);
}

static struct tree tree;

static void make_order(void)
{
	static const char names[] = "a.sys\0b.sys";
	static const uint8_t hashes[64] = {7};

	tree_begin(&tree);
	tree_text(&tree, "compatible", INCIDENT_ORDER_COMPATIBLE);
	tree_number(&tree, "serial", 7);
	tree_text(&tree, "about", "x");
	tree_text(&tree, "issued", "2024-07-19T06:00:00Z");
	tree_text(&tree, "expires", "2024-07-22T06:00:00Z");
	tree_text(&tree, "delivered-from", "2024-07-19T04:09:00Z");
	tree_text(&tree, "delivered-until", "2024-07-19T05:27:00Z");
	tree_bytes(&tree, "names", names, sizeof(names));
	tree_bytes(&tree, "sha256", hashes, sizeof(hashes));
	tree_bytes(&tree, "sites", "emea", 5);
	tree_number(&tree, "share-per-mille", 50);
	tree_finish(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	make_order();
	mutate_try(tree.blob, tree.len, data, size, check);
	return 0;
}
