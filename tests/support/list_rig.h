/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was delivered to the folder D of hold_rig.h, and what is left alone of
 * it, for a file of tests.
 */
#ifndef TESTS_SUPPORT_LIST_RIG_H
#define TESTS_SUPPORT_LIST_RIG_H

#include "quarantine/delivery_date.h"
#include "tests/support/hold_rig.h"

static const struct rule files = {
	.vendor = "Vendor",
	.folder = "D",
	.patterns = {"C-*"},
	.pattern_count = 1,
};

static const struct rule generations = {
	.vendor = "Vendor",
	.folder = "D",
	.unit = RULE_UNIT_GENERATION,
	.patterns = {"{*}"},
	.pattern_count = 1,
};

static const struct rule moving = {
	.vendor = "Vendor",
	.folder = "D",
	.hold = RULE_HOLD_MOVE,
	.patterns = {"*.sys"},
	.pattern_count = 1,
};

static struct delivery_list list, left;

/* For cmocka. */
static inline int list_rig_teardown(void **state)
{
	delivery_list_free(&list);
	delivery_list_free(&left);
	return rig_teardown(state);
}

/* Read both anew. */
static inline int list_rig_read(const struct rule *rules, size_t count)
{
	delivery_list_free(&list);
	delivery_list_free(&left);
	return delivery_list_read(
		&rig_volume.volume, rules, count, &list, &left);
}

#endif
