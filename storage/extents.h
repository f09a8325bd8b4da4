/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of a disk, one after the other, as one disk: the clusters of a file.
 */
#ifndef STORAGE_EXTENTS_H
#define STORAGE_EXTENTS_H

#include "storage/disk.h"

/* More parts than a file has that was preallocated on a disk with room. */
#define EXTENTS_MAX 8

struct extent {
	uint64_t start_bytes;
	uint64_t size_bytes;
};

struct extents {
	struct disk disk; /* first member */
	struct disk *below;
	size_t count;
	struct extent parts[EXTENTS_MAX];
};

/**
 * extents_init - make @x the @count parts @parts of @below
 * @below: must outlive @x; not owned
 *
 * Block size, write permission and name are those of @below.  Needs no closing.
 * Returns 0; -ERR_TRUNCATED if a part does not lie within @below; -ERR_CORRUPT
 * for no part, an empty one, one that is not a whole number of blocks, or two
 * that overlap; -ERR_TOO_LARGE for more than EXTENTS_MAX.
 */
int extents_init(struct extents *x, struct disk *below,
	const struct extent *parts, size_t count);

/** extents_touch - does the range [@off, @off + @len) of @below touch @x? */
bool extents_touch(const struct extents *x, uint64_t off, uint64_t len);

#endif
