/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finishing a commit that broke off, from its redo record.  Done again, or
 * broken off itself, it comes to the same end.
 */
#ifndef STORAGE_REDO_FINISH_H
#define STORAGE_REDO_FINISH_H

#include "storage/commit.h"
#include "storage/redo.h"

/*
 * A power cut may leave one sector with neither what was nor what should be:
 * so much of a disk is one sector, whatever the size of its blocks.
 */
#define REDO_TEAR_BYTES 4096

enum redo_state {
	REDO_UNBEGUN, /* the volume is as it was before */
	REDO_BEGUN,
	REDO_DONE,   /* the volume is as the commit should leave it */
	REDO_STRANGE /* somebody else has written to it since: the record is
			about a volume that is no more */
};

/**
 * redo_compare - how far did the commit come?
 * @target: the volume, past every cache
 *
 * STRANGE, if a witness has changed; or if something is neither as before nor
 * as any epoch leaves it, in more than one place of REDO_TEAR_BYTES, or where a
 * later epoch was begun and this one therefore whole, or so that it begins like
 * a structure of NTFS, or more than one piece of a witness that the commit
 * writes, which who mounts the volume writes as a whole: that was written by
 * somebody.  (So a structure that is torn within its first REDO_PIECE_BYTES is
 * STRANGE, too, and a witness torn in several.)  A place that cannot be read
 * counts as torn.
 *
 * Returns 0; -ERR_INTERNAL if @target is not the volume of @r; -ERR_CORRUPT if
 * @r contradicts itself; -ERR_IO if more than one place cannot be read, or a
 * witness, and nothing else says STRANGE; -ERR_NO_MEMORY.
 */
int redo_compare(
	const struct redo *r, struct disk *target, enum redo_state *ret_state);

/**
 * redo_finish - bring the volume to the end of the commit
 * @pet, @ctx: as for commit_overlay()
 *
 * For REDO_BEGUN: the torn place first, as its first epoch leaves it; then
 * every epoch anew, in its order (storage/commit.h); then all is compared once
 * more.  The power may fail at any moment: redo_compare() gives BEGUN or DONE
 * again.
 *
 * Returns 0; as redo_compare() and commit_overlay(); -ERR_NOT_STORED if the
 * volume is not at the end of the commit then.
 */
int redo_finish(const struct redo *r, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts);

#endif
