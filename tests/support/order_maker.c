/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/order_maker.h"

static const char usual_name[] = "C-00000291-00000000-00000032.sys";

static void add_text(
	struct tree *t, const char *name, const char *text, const char *usual)
{
	tree_text(t, name, text ? text : usual);
}

void order_make(struct tree *t, const struct order_recipe *r)
{
	tree_begin(t);
	t->omit = r->omit;
	add_text(t, "compatible", r->compatible, INCIDENT_ORDER_COMPATIBLE);
	tree_number(t, "serial", r->serial ? r->serial - 1 : 7);
	add_text(t, "about", r->about, "INC-1: channel file 291");
	add_text(t, "issued", r->issued, ORDER_ISSUED);
	add_text(t, "expires", r->expires, ORDER_EXPIRES);
	add_text(t, "delivered-from", r->from, ORDER_FROM);
	add_text(t, "delivered-until", r->until, ORDER_UNTIL);
	tree_bytes(t, "names", r->names ? r->names : usual_name,
		r->names ? r->names_len : sizeof(usual_name));
	if (r->hashes)
		tree_bytes(t, "sha256", r->hashes, r->hashes_len);
	if (r->sites)
		tree_bytes(t, "sites", r->sites, r->sites_len);
	if (r->share)
		tree_number(t, "share-per-mille", r->share - 1);
	tree_finish(t);
}
