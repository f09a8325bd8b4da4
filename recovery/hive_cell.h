/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two things a registry hive consists of: its base block, and cells.  For
 * recovery/hive*.c; others read keys (hive.h) and values (hive_value.h).
 *
 * Sources: msuhanov/regf, "Windows registry file format specification".
 */
#ifndef RECOVERY_HIVE_CELL_H
#define RECOVERY_HIVE_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "recovery/hive.h"

#define HIVE_HEAD_BYTES 512  /* of the base block, with all its fields */
#define HIVE_BIN_BYTES	4096 /* the bins' size is a multiple of this */

enum hive_file {
	HIVE_FILE_PRIMARY = 0,
	HIVE_FILE_LOG_OLD = 1, /* up to Windows 8 */
	HIVE_FILE_LOG_OLDEST = 2,
	HIVE_FILE_LOG = 6
};

/* A base block, of a hive or of one of its logs. */
struct hive_base {
	uint32_t sequence;	/* raised when a write begins */
	uint32_t sequence_done; /* ... and when it is complete */
	uint64_t written;	/* FILETIME; 0 on newer Windows */
	uint32_t minor;		/* version 1.x */
	uint32_t file;		/* enum hive_file, or unknown */
	uint32_t root;		/* cell of the root key */
	uint32_t bins_bytes;
};

/**
 * hive_base_check - read the HIVE_HEAD_BYTES at @bytes
 *
 * Returns 0; -ERR_NOT_FOUND if it is no base block; -ERR_CORRUPT if its
 * checksum is wrong or its fields make no sense; -ERR_UNSUPPORTED for a version
 * that is not known; -ERR_TOO_LARGE for more than HIVE_MAX_BYTES.
 */
int hive_base_check(const uint8_t *bytes, struct hive_base *ret);

/** hive_base_checksum - what belongs at the end of such a block */
uint32_t hive_base_checksum(const uint8_t *bytes);

/** hive_base_is_dirty - was the write that came last interrupted? */
static inline bool hive_base_is_dirty(const struct hive_base *b)
{
	return b->sequence != b->sequence_done;
}

/* The content of an allocated cell, wholly within the bins. */
struct hive_cell {
	uint64_t at; /* on the hive's disk */
	uint32_t len;
};

/**
 * hive_cell_open - the cell at @offset, as other cells name it
 *
 * Returns 0; -ERR_CORRUPT if there is none; -ERR_TOO_LARGE if that would be one
 * more than HIVE_MAX_CELLS; -ERR_IO and the like.
 */
int hive_cell_open(struct hive *h, uint32_t offset, struct hive_cell *ret);

/**
 * hive_cell_read - @len bytes of a cell's content from @off on
 *
 * Returns 0; -ERR_CORRUPT if it has fewer; -ERR_IO and the like.
 */
int hive_cell_read(struct hive *h, const struct hive_cell *c, uint32_t off,
	void *buf, uint32_t len);

/**
 * hive_cell_name - a name within a cell as UTF-8
 * @len:	   in bytes
 * @is_compressed: one byte for each character, Latin-1
 *
 * A NUL within it becomes '?', so that it equals no name without one.  Returns
 * 0; -ERR_CORRUPT if it is longer than the name of a key can be; and as
 * hive_cell_read().
 */
int hive_cell_name(struct hive *h, const struct hive_cell *c, uint32_t off,
	uint32_t len, bool is_compressed, char ret[HIVE_NAME_BYTES]);

#endif
