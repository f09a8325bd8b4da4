/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a verified overlay to the disk, epoch by epoch, in the order in which
 * a power cut at any point does the least harm.
 */
#ifndef STORAGE_COMMIT_H
#define STORAGE_COMMIT_H

#include "storage/overlay.h"

struct commit_counts {
	uint32_t epochs;  /* epochs that changed something */
	uint32_t runs;	  /* writes of adjacent blocks */
	uint64_t bytes;
};

/**
 * commit_overlay - write @o to @target and read every block back
 * @target: the same range as @o's disk below, but past every cache
 * @pet:    called with @ctx before each device call; may be NULL
 *
 * For each epoch in order: its blocks in the order they were last written,
 * adjacent ones joined; flush; read back and compare.  Blocks whose content
 * the epoch did not change are left out.
 *
 * Returns 0 when the whole overlay is on the disk; the sticky error of a
 * poisoned overlay (nothing written); -ERR_READ_ONLY; -ERR_IO;
 * -ERR_NOT_STORED if the device returned other bytes than were written.
 * After a failure the disk holds all earlier epochs and an unknown part of the
 * failing one; later epochs were not begun.  *@ret_counts says what was
 * written, also after a failure.
 */
int commit_overlay(struct overlay *o, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts);

#endif
