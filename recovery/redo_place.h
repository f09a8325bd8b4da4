/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding again the medium of a redo record, and the volume it is about, on
 * the disks of a machine; by the partition table alone.
 */
#ifndef RECOVERY_REDO_PLACE_H
#define RECOVERY_REDO_PLACE_H

#include "recovery/platform.h"
#include "recovery/record.h"
#include "storage/extents.h"
#include "storage/meter.h"
#include "storage/slice.h"

/*
 * The file that an installation preallocates for redo records, on the volume of
 * Windows: it begins with the magic of storage/redo.h.
 */
#define REDO_FILE "Windows/Loopbreaker/redo.bin"

/* An open medium.  Must stay where it is. */
struct redo_place {
	struct place partition;
	struct meter meter; /* calls to the disk */
	struct slice slice;
	struct extents medium;
};

/**
 * redo_place_open - the parts @parts of the partition @partition of @d
 *
 * Past every cache.  Needs no closing.  Returns 0; -ERR_TRUNCATED and the like
 * as extents_init().
 */
int redo_place_open(struct redo_place *m, struct disk *d,
	const struct place *partition, const struct extent *parts,
	size_t count);

/**
 * redo_place_find_disk - the disk of @p that has the partition @place
 * @counts: what it takes is added to
 *
 * Returns 0; -ERR_NOT_FOUND; -ERR_AMBIGUOUS if two disks say they are the one;
 * the error of a disk that could not be read, if no other is the one;
 * -ERR_NO_MEMORY.
 */
int redo_place_find_disk(const struct platform *p, const struct place *place,
	struct disk_counts *counts, struct disk **ret_disk);

#endif
