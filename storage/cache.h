/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A read cache of a fixed number of lines, replaced least-recently-used.
 * Firmware disks are slow per call, not per byte; mounting NTFS through it
 * costs about 15 device reads instead of 60.
 */
#ifndef STORAGE_CACHE_H
#define STORAGE_CACHE_H

#include "storage/disk.h"

#define CACHE_LINES	 32
#define CACHE_LINE_BYTES 32768

struct cache_line;

struct cache {
	struct disk disk; /* first member */
	struct disk *below;
	struct cache_line *lines;
	unsigned char *data;
	uint64_t clock;
};

/**
 * cache_open - put a cache over @below (not owned)
 *
 * Allocates CACHE_LINES * CACHE_LINE_BYTES.  Reads larger than two lines go to
 * the device directly.  A write goes through to @below and forgets the lines
 * it touches, whether it worked or not, so a line never holds what the device
 * does not.  Where a whole line cannot be read, exactly what was asked for is:
 * the cache makes no readable byte unreadable.
 *
 * Returns 0 or -ERR_NO_MEMORY; cache_close() is valid either way.
 */
int cache_open(struct cache *c, struct disk *below);

/** cache_drop - forget every line; the next read comes from the device */
void cache_drop(struct cache *c);

/** cache_close - free the lines; accepts a zeroed or half-made cache */
void cache_close(struct cache *c);

#endif
