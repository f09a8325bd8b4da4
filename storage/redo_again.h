/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comparing a volume with a redo record (redo_compare.c) finds out for
 * finishing it (redo_finish.c).  Nobody else includes this.
 */
#ifndef STORAGE_REDO_AGAIN_H
#define STORAGE_REDO_AGAIN_H

#include "storage/redo_finish.h"

/* The commit once more, or the end of it. */
struct redo_again {
	const struct redo *redo;
	struct overlay overlay;
	enum overlay_epoch missing; /* the first that is not whole */
	enum overlay_epoch reached; /* the last that was begun: all before it
				       were flushed, and read back */
	bool is_old;   /* everything so far is as before the commit, */
	bool is_final; /* ... as after it */
	bool is_strange;
	bool is_torn;	   /* at one place, and */
	bool is_scattered; /* ... at others */
	bool is_unreadable;
	bool is_torn_witness; /* a piece of one is torn */
	/* The first epoch of a torn block that no other epoch writes. */
	enum overlay_epoch torn_epoch;
	uint64_t torn_at;
	unsigned char torn_pieces; /* a bit for each, from torn_at on */
};

_Static_assert(REDO_TEAR_BYTES / REDO_PIECE_BYTES == 8, "bits of torn_pieces");

/* Sectors are counted from the beginning of the disk. */
static inline uint64_t redo_place_of(const struct redo_again *a, uint64_t off)
{
	uint64_t at = a->redo->place.start_bytes + off;

	return at - at % REDO_TEAR_BYTES;
}

/* The bit of the piece at @off in torn_pieces. */
static inline unsigned char redo_piece_bit(
	const struct redo_again *a, uint64_t off)
{
	uint64_t at = a->redo->place.start_bytes + off;

	return (unsigned char)(1u << at % REDO_TEAR_BYTES / REDO_PIECE_BYTES);
}

/*
 * redo_again_open - all of it: entry i of the overlay is row i of the record
 *
 * Errors as redo_compare(); overlay_close() is valid either way.
 */
int redo_again_open(
	struct redo_again *a, const struct redo *r, struct disk *target);

/* redo_again_cut - keep only epochs from @a->missing on; once it is known */
int redo_again_cut(struct redo_again *a);

/* redo_again_compare - fill in what is found out by comparing */
int redo_again_compare(struct redo_again *a);

/* redo_again_state - the answer */
enum redo_state redo_again_state(const struct redo_again *a);

#endif
