/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of a disk, seen as a disk of its own: one partition.
 */
#ifndef STORAGE_SLICE_H
#define STORAGE_SLICE_H

#include "storage/disk.h"

struct slice {
	struct disk disk; /* first member: the slice is used as this disk */
	struct disk *below;
	uint64_t start_bytes;
};

/**
 * slice_init - make @s the range [@start_bytes, @start_bytes + @size_bytes)
 * @below: must outlive @s; not owned
 *
 * Takes block size, removability, write permission and name from @below.
 * Needs no closing.  Returns 0 or -ERR_TRUNCATED if the range does not lie
 * within @below (@s is then unusable).
 */
int slice_init(struct slice *s, struct disk *below, uint64_t start_bytes,
	uint64_t size_bytes);

#endif
