/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Incident orders that are as they should be, but for what a test changes.
 */
#ifndef TESTS_SUPPORT_ORDER_MAKER_H
#define TESTS_SUPPORT_ORDER_MAKER_H

#include "recovery/incident_order.h"
#include "tests/support/tree.h"

#define ORDER_ISSUED  "2024-07-19T06:00:00Z"
#define ORDER_EXPIRES "2024-07-22T06:00:00Z"
#define ORDER_FROM    "2024-07-19T04:09:00Z"
#define ORDER_UNTIL   "2024-07-19T05:27:00Z"

/* What one test changes; NULL for "as it should be". */
struct order_recipe {
	const char *compatible;
	const char *about;
	const char *issued;
	const char *expires;
	const char *from;
	const char *until;
	const char *names;
	size_t names_len;
	const uint8_t *hashes;
	size_t hashes_len;
	const char *sites;
	size_t sites_len;
	uint32_t serial; /* + 1 */
	uint32_t share;	 /* + 1 */
	const char *omit;
};

/** order_make - the order as a tree */
void order_make(struct tree *t, const struct order_recipe *r);

#endif
