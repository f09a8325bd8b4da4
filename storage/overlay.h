/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy-on-write overlay in memory: everything up to the verdict happens here
 * and the disk below is never written.  A dropped overlay is exactly zero
 * writes, so a dry run cannot differ from a real one.
 *
 * What was written is kept per *epoch*, because the same block may change in
 * several of them and the disk must pass through each state in order
 * (storage/commit.h).  Within an epoch the order of the last write to each
 * block is kept too.
 */
#ifndef STORAGE_OVERLAY_H
#define STORAGE_OVERLAY_H

#include "storage/disk.h"

/*
 * The ordered states of a repair.  After each one the disk is flushed, so a
 * power cut leaves a complete prefix of the epochs plus a part of one.
 */
enum overlay_epoch {
	EPOCH_REPLAY,	     /* committed transactions, redone from $LogFile */
	EPOCH_JOURNAL_CLEAN, /* restart pages: the journal needs no replay */
	EPOCH_DIRTY_FLAG,    /* VOLUME_IS_DIRTY set: the next lines are open */
	EPOCH_HOLD,	     /* the renames */
	EPOCH_BOOT_STATUS,   /* \Windows\bootstat.dat in place */
	EPOCH_FLAG_CLEAR,    /* VOLUME_IS_DIRTY as it was before */
	EPOCH_COUNT
};

/* Cap for the memory of one overlay, in bytes of block data. */
#define OVERLAY_MAX_BYTES (8u << 20)

struct overlay_block;

struct overlay {
	struct disk disk; /* first member; always writable */
	struct disk *below;
	enum overlay_epoch epoch;
	struct overlay_block *blocks; /* in order of creation */
	size_t block_count;
	size_t block_room;
	uint32_t *index; /* hash: block number -> newest entry of blocks */
	size_t index_slots;
	uint64_t sequence; /* counts writes; orders blocks within an epoch */
	size_t max_bytes;
	int sticky_err; /* a lost write poisons the overlay: never commit it */
};

/**
 * overlay_open - start an empty overlay over @below (not owned)
 * @max_bytes: cap for block data; OVERLAY_MAX_BYTES unless a test says so
 *
 * Starts in EPOCH_REPLAY.  Granularity is @below's block size.  A write that
 * would exceed @max_bytes or that finds no memory fails with -ERR_TOO_LARGE or
 * -ERR_NO_MEMORY and poisons the overlay: every later commit returns that
 * error.  Returns 0 or -ERR_NO_MEMORY; overlay_close() is valid either way.
 */
int overlay_open(struct overlay *o, struct disk *below, size_t max_bytes);

/**
 * overlay_enter - writes from here on belong to @epoch
 *
 * Epochs only go forward; entering the present one again changes nothing.
 * Returns 0 or -ERR_INTERNAL for a step backwards.
 */
int overlay_enter(struct overlay *o, enum overlay_epoch epoch);

/** overlay_is_empty - true when nothing was written since overlay_open() */
bool overlay_is_empty(const struct overlay *o);

/** overlay_close - drop all that was written; accepts a zeroed overlay */
void overlay_close(struct overlay *o);

#endif
