/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Base block, all in little-endian order:
 *
 *   00 "regf"	04 u32 sequence	08 u32 sequence done	0C u64 last written
 *   14 u32 1	18 u32 minor	1C u32 kind of file	20 u32 1
 *   24 u32 root cell	28 u32 size of the bins		1FC u32 checksum
 *
 * The bins begin at 4096.  A cell: i32 size with itself, negative if it is in
 * use; then its content.
 */
#include "recovery/hive_cell.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/utf8.h"

#define CHECKSUM_AT 0x1FC

#define MAJOR	  1
#define MINOR_MIN 3
#define MINOR_MAX 6

#define CELL_ALIGNMENT	8
#define NAME_MAX_UNITS	255
#define LENGTH_OF_CELLS 4 /* of the field in front of the content */

/* --- The base block --------------------------------------------------------
 */

uint32_t hive_base_checksum(const uint8_t *bytes)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < CHECKSUM_AT; i += 4)
		sum ^= le32_get(bytes + i);
	return sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
}

int hive_base_check(const uint8_t *bytes, struct hive_base *ret)
{
	struct hive_base b;

	if (memcmp(bytes, "regf", 4) != 0)
		return -ERR_NOT_FOUND;
	if (le32_get(bytes + CHECKSUM_AT) != hive_base_checksum(bytes))
		return -ERR_CORRUPT;
	b.sequence = le32_get(bytes + 0x04);
	b.sequence_done = le32_get(bytes + 0x08);
	b.written = le64_get(bytes + 0x0C);
	b.minor = le32_get(bytes + 0x18);
	b.file = le32_get(bytes + 0x1C);
	b.root = le32_get(bytes + 0x24);
	b.bins_bytes = le32_get(bytes + 0x28);
	if (le32_get(bytes + 0x14) != MAJOR || b.minor < MINOR_MIN ||
		b.minor > MINOR_MAX || le32_get(bytes + 0x20) != 1)
		return -ERR_UNSUPPORTED;
	if (b.bins_bytes > HIVE_MAX_BYTES - HIVE_BASE_BYTES)
		return -ERR_TOO_LARGE;
	if (!b.bins_bytes || b.bins_bytes % HIVE_BIN_BYTES ||
		b.root >= b.bins_bytes)
		return -ERR_CORRUPT;
	*ret = b;
	return 0;
}

/* --- Cells -----------------------------------------------------------------
 */

int hive_cell_open(struct hive *h, uint32_t offset, struct hive_cell *ret)
{
	uint64_t at = HIVE_BASE_BYTES + (uint64_t)offset;
	uint8_t field[LENGTH_OF_CELLS];
	uint32_t size;
	int err;

	if (!h->cells_left)
		return -ERR_TOO_LARGE;
	h->cells_left--;
	if (offset % CELL_ALIGNMENT || offset >= h->bins_bytes)
		return -ERR_CORRUPT;
	err = disk_read(h->disk, at, field, sizeof(field));
	if (err < 0)
		return err;
	/* What is free, and so not negative, becomes far too large. */
	size = 0 - le32_get(field);
	if (size < CELL_ALIGNMENT || size % CELL_ALIGNMENT ||
		size > h->bins_bytes - offset)
		return -ERR_CORRUPT;
	ret->at = at + LENGTH_OF_CELLS;
	ret->len = size - LENGTH_OF_CELLS;
	return 0;
}

int hive_cell_read(struct hive *h, const struct hive_cell *c, uint32_t off,
	void *buf, uint32_t len)
{
	if (off > c->len || len > c->len - off)
		return -ERR_CORRUPT;
	return disk_read(h->disk, c->at + off, buf, len);
}

int hive_cell_name(struct hive *h, const struct hive_cell *c, uint32_t off,
	uint32_t len, bool is_compressed, char ret[HIVE_NAME_BYTES])
{
	uint8_t name[2 * NAME_MAX_UNITS];
	size_t units = is_compressed ? len : len / 2;
	size_t i;
	int err;

	if (units > NAME_MAX_UNITS || (!is_compressed && len % 2))
		return -ERR_CORRUPT;
	err = hive_cell_read(h, c, off, name, len);
	if (err < 0)
		return err;
	/* From its end on, so that nothing is overwritten before it moved. */
	for (i = units; i-- > 0;) {
		uint16_t unit =
			is_compressed ? name[i] : le16_get(name + 2 * i);

		le16_put(name + 2 * i, unit ? unit : '?');
	}
	utf8_from_utf16(name, units, ret, HIVE_NAME_BYTES);
	return 0;
}
