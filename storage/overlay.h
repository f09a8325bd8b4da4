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
 *
 * Below nothing is flushed or written: a flush of the overlay does nothing.
 */
#ifndef STORAGE_OVERLAY_H
#define STORAGE_OVERLAY_H

#include "storage/disk.h"

/*
 * The ordered states of a repair.  After each one the disk is flushed, so a
 * power cut leaves a complete prefix of the epochs plus a part of one.
 */
enum overlay_epoch {
	EPOCH_REPLAY,	     /* committed transactions, redone from $LogFile;
				VOLUME_IS_DIRTY if some were unfinished */
	EPOCH_JOURNAL_CLEAN, /* restart pages: the journal needs no replay */
	EPOCH_DIRTY_FLAG,    /* VOLUME_IS_DIRTY set: the next lines are open */
	EPOCH_HOLD_MAKE,     /* a folder to move files to */
	EPOCH_HOLD_ENTER,    /* files are in both folders */
	EPOCH_HOLD,	 /* the renames, and moved files in the new one only */
	EPOCH_HOLD_TIDY, /* without the folder that is empty now */
	EPOCH_BOOT_STATUS, /* \Windows\bootstat.dat in place */
	EPOCH_FLAG_CLEAR,  /* VOLUME_IS_DIRTY as EPOCH_REPLAY left it */
	EPOCH_COUNT
};

/* Cap for the memory of one overlay, in bytes of block data. */
#define OVERLAY_MAX_BYTES (8u << 20)

/* No block: the end of a list of entries. */
#define OVERLAY_NONE UINT32_MAX

/* One block as one epoch left it; there is one entry per block and epoch. */
struct overlay_block {
	uint64_t number;     /* offset / block_bytes */
	unsigned char *data; /* overlay_block_bytes() of it count */
	enum overlay_epoch epoch;
	uint32_t before;   /* entry of the same block in an earlier epoch */
	uint32_t previous; /* entry written just before this one, */
	uint32_t next;	   /* ... and just after it */
};

struct overlay {
	struct disk disk; /* first member; always writable */
	struct disk *below;
	enum overlay_epoch epoch;
	struct overlay_block *blocks; /* in order of creation */
	size_t block_count;
	size_t block_room;
	uint32_t *index; /* hash: block number -> newest entry of blocks */
	size_t index_slots;
	uint32_t first; /* entries in the order of their last write, */
	uint32_t last;	/* which is also the order of the epochs */
	size_t max_bytes;
	int sticky_err; /* a lost write poisons the overlay: never commit it */
};

/**
 * overlay_open - start an empty overlay over @below (not owned)
 * @max_bytes: cap for block data; OVERLAY_MAX_BYTES unless a test says so
 *
 * Starts in EPOCH_REPLAY.  Granularity is @below's block size; the rest of a
 * block that is written in part is read from the state before.
 *
 * A write that would exceed @max_bytes, that finds no memory or that cannot
 * read the rest of a block fails with -ERR_TOO_LARGE, -ERR_NO_MEMORY or the
 * error of the read, and poisons the overlay: every later write and commit
 * returns that error.
 *
 * Returns 0 or -ERR_NO_MEMORY; overlay_close() is valid either way.
 */
int overlay_open(struct overlay *o, struct disk *below, size_t max_bytes);

/**
 * overlay_enter - writes from here on belong to @epoch
 *
 * Epochs only go forward; entering the present one again changes nothing.
 * Returns 0 or -ERR_INTERNAL for a step backwards.
 */
int overlay_enter(struct overlay *o, enum overlay_epoch epoch);

/**
 * overlay_is_empty - true when nothing was written since overlay_open()
 *
 * False also for a poisoned overlay: something was to be written.
 */
bool overlay_is_empty(const struct overlay *o);

/** overlay_block_bytes - how much of @b counts: less at the end of the disk */
size_t overlay_block_bytes(
	const struct overlay *o, const struct overlay_block *b);

/** overlay_bytes_at - the same of block @number, which begins on the disk */
size_t overlay_bytes_at(const struct overlay *o, uint64_t number);

/**
 * overlay_find - what the newest epoch made of block @number
 *
 * NULL if no epoch wrote it.  Earlier ones follow by its member before.
 */
const struct overlay_block *overlay_find(
	const struct overlay *o, uint64_t number);

/** overlay_close - drop all that was written; accepts a zeroed overlay */
void overlay_close(struct overlay *o);

#endif
