/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the fields of a redo record are (storage/redo.h), for those who read
 * and write it.  Nobody else includes this.
 */
#ifndef STORAGE_REDO_FORMAT_H
#define STORAGE_REDO_FORMAT_H

#include "storage/crc32.h"
#include "storage/redo.h"

#define REDO_MAGIC	  "LBREDO1\n"
#define REDO_MAGIC_BYTES  8
#define REDO_HEADER_BYTES 0x50

#define HEADER_LENGTH	   0x08
#define HEADER_EMPTIED	   0x10 /* without a record: the last one's digest */
#define HEADER_BLOCK_BYTES 0x0C
#define HEADER_PLACE	   0x10
#define HEADER_ROWS	   0x48
#define HEADER_WITNESSES   0x4C

#define WITNESS_BYTES  16
#define WITNESS_NUMBER 0
#define WITNESS_SUM    8

#define ROW_NUMBER 0
#define ROW_EPOCH  8
#define ROW_FLAGS  12
#define ROW_SUMS   16

#define ROW_IS_WITNESS 1u /* the only flag */

/* Whole blocks of any medium: no part of one has to be read first. */
static inline size_t redo_medium_bytes(size_t len)
{
	return (len + DISK_MAX_BLOCK_BYTES - 1) / DISK_MAX_BLOCK_BYTES *
	       DISK_MAX_BLOCK_BYTES;
}

/* Checksum of the piece at @at of a block of which @len bytes count. */
static inline uint32_t redo_piece_sum(
	const uint8_t *block, size_t len, size_t at)
{
	size_t left = len - at;

	return crc32_of(
		block + at, left < REDO_PIECE_BYTES ? left : REDO_PIECE_BYTES);
}

#endif
