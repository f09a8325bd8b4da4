/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts what really goes to a device.  Sits directly on the front's disk,
 * below every cache; the benchmark budgets are stated in these numbers.
 */
#ifndef STORAGE_METER_H
#define STORAGE_METER_H

#include "storage/disk.h"

struct disk_counts {
	uint64_t reads;
	uint64_t read_bytes;
	uint64_t writes;
	uint64_t written_bytes;
	uint64_t flushes;
};

struct meter {
	struct disk disk; /* first member */
	struct disk *below;
	struct disk_counts
		counts; /* calls that reached @below, failed or not */
};

/** meter_init - count the calls to @below (not owned); needs no closing */
void meter_init(struct meter *m, struct disk *below);

/** disk_counts_add - add @more to @to, member by member */
void disk_counts_add(struct disk_counts *to, const struct disk_counts *more);

/** disk_counts_since - @now minus @then, member by member */
struct disk_counts disk_counts_since(
	const struct disk_counts *now, const struct disk_counts *then);

#endif
