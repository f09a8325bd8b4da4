/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads all there is in a hive: what tests and fuzzers do with one whose bytes
 * may be anything.
 */
#ifndef TESTS_SUPPORT_HIVE_VISIT_H
#define TESTS_SUPPORT_HIVE_VISIT_H

#include "recovery/hive.h"

struct hive_census {
	uint32_t keys; /* below the root */
	uint32_t values;
	uint64_t data_bytes;
	uint32_t damaged; /* walks, values or data that could not be read */
	int err;	  /* the first reason; or 0 */
};

/**
 * hive_visit - every key and every value, with all their data
 * @max_keys: enough, where subkeys go round in circles
 */
struct hive_census hive_visit(struct hive *h, uint32_t max_keys);

#endif
