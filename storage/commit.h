/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a verified overlay to the disk, epoch by epoch, in the order in which
 * a power cut at any point does the least harm.
 */
#ifndef STORAGE_COMMIT_H
#define STORAGE_COMMIT_H

#include "storage/overlay.h"

/*
 * Counted just before the device is asked: as long as runs is 0 the disk is
 * certainly untouched.
 */
struct commit_counts {
	uint32_t epochs;	       /* epochs that changed something */
	enum overlay_epoch last_epoch; /* of them; those before it are on the
					  disk completely.  Only if runs > 0 */
	uint32_t runs;		       /* writes of adjacent blocks */
	uint64_t bytes;
};

/**
 * commit_overlay - write @o to @target and read every block back
 * @target: the same range as @o's disk below, but past every cache
 * @pet:    called with @ctx before each device call; may be NULL
 *
 * For each epoch in order: its blocks in the order they were last written,
 * adjacent ones joined up to 1 MiB; flush; read back and compare.  Blocks
 * whose content the epoch did not change are left out; what they held before
 * is read through @o's disk below, and all of that before the first write.
 *
 * Returns 0 when the whole overlay is on the disk; the sticky error of a
 * poisoned overlay; -ERR_READ_ONLY if @target may not be written but would
 * have to be; -ERR_INTERNAL if @target has another size; -ERR_NO_MEMORY;
 * -ERR_IO; -ERR_NOT_STORED if the device returned other bytes than were
 * written.  All but the last two leave the disk untouched.
 *
 * After a failure the disk holds all earlier epochs and an unknown part of the
 * failing one; later epochs were not begun.  *@ret_counts says what was
 * written, also after a failure.
 *
 * Commit an overlay once.  Caches on top of @target hold the old content
 * afterwards: drop them.
 */
int commit_overlay(struct overlay *o, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts);

#endif
