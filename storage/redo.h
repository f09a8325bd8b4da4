/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The redo record: everything that a commit is about to write to a volume, so
 * that a commit which the power, a device or we ourselves broke off can be
 * finished.  It lies on a medium of our own: a partition of the stick, or a
 * file that was preallocated at installation.  Blocks are as they go to the
 * disk; of an encrypted volume they are encrypted.
 *
 * Beside each block there is a checksum of what the disk held before, and for
 * some blocks that are not written, but that whoever mounts the volume changes
 * ("witnesses"), one too: by these storage/redo_finish.h knows whether only we
 * have been at the volume since.
 *
 * The format, little-endian:
 *
 *   00 magic "LBREDO1\n"	08 u32 length of it all; 0: no record, but
 *				   at 10 the SHA-256 of the one before
 *   0C u32 block size		10 place of the volume (storage/place.h)
 *   48 u32 blocks written	4C u32 witnesses
 *   50 witnesses: u64 number of the block, u32 CRC-32 of it, u32 0
 *      rows: u64 number of the block, u32 epoch, u32 flags, and for each
 *	      REDO_PIECE_BYTES of the block the u32 CRC-32 before it is written;
 *	      the only flag, 1: it is a witness as well
 *      blocks, in the order of the rows; past the end of the volume: zeros
 *      SHA-256 of all before
 *
 * A record is believed only by its SHA-256, which is kept where nobody else can
 * write (recovery/record.h).  So the medium may belong to anybody.
 */
#ifndef STORAGE_REDO_H
#define STORAGE_REDO_H

#include "storage/digest.h"
#include "storage/extents.h"
#include "storage/overlay.h"
#include "storage/place.h"

/* A larger change goes without a record; a medium need not be larger. */
#define REDO_MAX_BYTES (4u << 20)

#define REDO_MAX_WITNESSES 256 /* blocks */

/* Power cuts tear at such places, whatever the size of a block. */
#define REDO_PIECE_BYTES 512

/* A checked record. */
struct redo {
	const uint8_t *bytes; /* not owned */
	size_t len;
	struct place place;
	uint32_t block_bytes;
	uint32_t row_count;
	uint32_t witness_count;
	uint8_t digest[DIGEST_BYTES];
};

/* One block of it, as one epoch leaves it. */
struct redo_row {
	uint64_t number;
	enum overlay_epoch epoch;
	bool is_witness;     /* whoever mounts the volume writes all of it */
	const uint8_t *sums; /* CRC-32s, one for each piece */
	const uint8_t *data; /* block_bytes */
};

struct redo_witness {
	uint64_t number;
	uint32_t sum;
};

/* What is about to be committed. */
struct redo_change {
	struct overlay *overlay;   /* complete, and not poisoned */
	const struct place *place; /* of its disk below */
	/*
	 * Parts of that disk that whoever mounts the volume or starts it
	 * changes.  The first @whole_count are structures that who mounts it
	 * writes as a whole: each of their pieces, by the update sequence.
	 */
	const struct extent *witnesses;
	size_t witness_count;
	size_t whole_count;
	/*
	 * Nobody can tell from a block of an encrypted volume what it is: where
	 * the commit writes one of the first witnesses, more than one piece in
	 * a third state is somebody else's.
	 */
	bool is_encrypted;
};

/**
 * redo_encode - the record of a commit
 * @ret_bytes:	   for free(); zeros follow, up to a whole number of
 *		   DISK_MAX_BLOCK_BYTES
 * @ret:	   refers to @ret_bytes
 *
 * Reads what the disk holds now through the overlay's disk below.  Returns 0;
 * -ERR_TOO_LARGE above REDO_MAX_BYTES or REDO_MAX_WITNESSES; -ERR_TRUNCATED
 * for a witness out of range; the error of a read; -ERR_NO_MEMORY.
 */
int redo_encode(const struct redo_change *change, uint8_t **ret_bytes,
	struct redo *ret);

/**
 * redo_check - parse a record
 * @len: may be more than its length
 *
 * Returns 0; -ERR_NOT_FOUND for an empty medium, prepared or not;
 * -ERR_TRUNCATED; -ERR_TOO_LARGE; -ERR_CORRUPT.
 */
int redo_check(const void *bytes, size_t len, struct redo *ret);

/** redo_row_get - row @i, which exists */
struct redo_row redo_row_get(const struct redo *r, uint32_t i);

/** redo_witness_get - witness @i, which exists */
struct redo_witness redo_witness_get(const struct redo *r, uint32_t i);

#endif
