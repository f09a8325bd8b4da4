/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * List of values: as many u32 cells.  Value: 00 "vk"  02 u16 bytes of the name
 * 04 u32 size of the data (bit 31: they are in the next field)	 08 u32 their
 * cell  0C u32 type	10 u16 flags (1: compressed name)  14 name
 *
 * Big data: 00 "db"  02 u16 pieces  04 u32 cell with a list of their cells;
 * each has 16344 bytes but the last.
 */
#include "recovery/hive_value.h"

#include <string.h>

#include "recovery/hive_cell.h"
#include "storage/ascii.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/utf8.h"

#define VALUE_BYTES	    0x14 /* before the name */
#define VALUE_IS_COMPRESSED 0x01

#define SIZE_IS_INLINE 0x80000000u
#define INLINE_BYTES   4

#define PIECE_BYTES	16344 /* of big data */
#define BIG_DATA_MINOR	4     /* before, a cell could be any size */
#define BIG_DATA_LIST	4
#define BIG_DATA_FIELDS 8

/* --- Values ----------------------------------------------------------------
 */

int hive_value_at(struct hive *h, const struct hive_key *k, uint32_t i,
	struct hive_value *ret)
{
	struct hive_value v = {.type = 0};
	uint8_t bytes[VALUE_BYTES] = {0};
	struct hive_cell cell;
	int err = hive_cell_open(h, k->value_list, &cell);

	if (err == 0)
		err = hive_cell_read(h, &cell, 4 * i, bytes, 4);
	if (err == 0)
		err = hive_cell_open(h, le32_get(bytes), &cell);
	if (err == 0)
		err = hive_cell_read(h, &cell, 0, bytes, sizeof(bytes));
	if (err < 0)
		return err;
	if (memcmp(bytes, "vk", 2) != 0)
		return -ERR_CORRUPT;
	v.size = le32_get(bytes + 0x04);
	v.is_inline = v.size & SIZE_IS_INLINE;
	v.size &= ~SIZE_IS_INLINE;
	v.data = le32_get(bytes + 0x08);
	v.type = le32_get(bytes + 0x0C);
	if (v.is_inline && v.size > INLINE_BYTES)
		return -ERR_CORRUPT;
	err = hive_cell_name(h, &cell, VALUE_BYTES, le16_get(bytes + 0x02),
		le16_get(bytes + 0x10) & VALUE_IS_COMPRESSED, v.name);
	if (err == 0)
		*ret = v;
	return err;
}

int hive_value_find(struct hive *h, const struct hive_key *k, const char *name,
	struct hive_value *ret)
{
	struct hive_value v;
	uint32_t i;
	int err;

	for (i = 0; i < k->value_count; i++) {
		err = hive_value_at(h, k, i, &v);
		if (err < 0)
			return err;
		if (ascii_same_text(v.name, name)) {
			*ret = v;
			return 0;
		}
	}
	return -ERR_NOT_FOUND;
}

/* --- Their data ------------------------------------------------------------
 */

/* The cell with piece number @i of big data. */
static int piece_open(
	struct hive *h, uint32_t data, uint32_t i, struct hive_cell *ret)
{
	uint8_t fields[BIG_DATA_FIELDS] = {0};
	struct hive_cell cell;
	int err = hive_cell_open(h, data, &cell);

	if (err == 0)
		err = hive_cell_read(h, &cell, 0, fields, sizeof(fields));
	if (err < 0)
		return err;
	if (memcmp(fields, "db", 2) != 0 || i >= le16_get(fields + 2))
		return -ERR_CORRUPT;
	err = hive_cell_open(h, le32_get(fields + BIG_DATA_LIST), &cell);
	if (err == 0)
		err = hive_cell_read(h, &cell, 4 * i, fields, 4);
	if (err == 0)
		err = hive_cell_open(h, le32_get(fields), ret);
	return err;
}

static int read_pieces(struct hive *h, const struct hive_value *v, uint32_t off,
	uint8_t *buf, uint32_t len)
{
	while (len) {
		uint32_t skip = off % PIECE_BYTES;
		uint32_t part = PIECE_BYTES - skip;
		struct hive_cell cell;
		int err = piece_open(h, v->data, off / PIECE_BYTES, &cell);

		if (part > len)
			part = len;
		if (err == 0)
			err = hive_cell_read(h, &cell, skip, buf, part);
		if (err < 0)
			return err;
		off += part;
		buf += part;
		len -= part;
	}
	return 0;
}

int hive_value_read(struct hive *h, const struct hive_value *v, uint32_t off,
	void *buf, uint32_t len)
{
	uint8_t field[INLINE_BYTES];
	struct hive_cell cell;
	int err;

	if (off > v->size || len > v->size - off)
		return -ERR_TRUNCATED;
	if (v->is_inline) {
		le32_put(field, v->data);
		memcpy(buf, field + off, len);
		return 0;
	}
	if (v->size > PIECE_BYTES && h->minor >= BIG_DATA_MINOR)
		return read_pieces(h, v, off, buf, len);
	if (!len)
		return 0;
	err = hive_cell_open(h, v->data, &cell);
	return err < 0 ? err : hive_cell_read(h, &cell, off, buf, len);
}

/* --- By name ---------------------------------------------------------------
 */

/* A number of @size bytes; the field it is read into may be longer. */
static int get_number(struct hive *h, const struct hive_key *k,
	const char *name, uint32_t type, uint32_t size, uint8_t *field)
{
	struct hive_value v;
	int err = hive_value_find(h, k, name, &v);

	if (err < 0)
		return err;
	if (v.type != type || v.size != size)
		return -ERR_UNSUPPORTED;
	return hive_value_read(h, &v, 0, field, size);
}

int hive_get_u32(struct hive *h, const struct hive_key *k, const char *name,
	uint32_t *ret)
{
	uint8_t field[4];
	int err = get_number(h, k, name, HIVE_DWORD, sizeof(field), field);

	if (err == 0)
		*ret = le32_get(field);
	return err;
}

int hive_get_u64(struct hive *h, const struct hive_key *k, const char *name,
	uint64_t *ret)
{
	uint8_t field[8];
	int err = get_number(h, k, name, HIVE_QWORD, sizeof(field), field);

	if (err == 0)
		*ret = le64_get(field);
	return err;
}

int hive_get_bytes(struct hive *h, const struct hive_key *k, const char *name,
	void *buf, size_t cap, size_t *ret_len)
{
	struct hive_value v;
	int err = hive_value_find(h, k, name, &v);

	if (err == 0 && v.size > cap)
		err = -ERR_TOO_LARGE;
	if (err == 0)
		err = hive_value_read(h, &v, 0, buf, v.size);
	if (err == 0)
		*ret_len = v.size;
	return err;
}

/* How many units before a NUL, or before the end? */
static size_t units_before_nul(const uint8_t *utf16, size_t units)
{
	size_t i;

	for (i = 0; i < units && le16_get(utf16 + 2 * i); i++)
		;
	return i;
}

/* The strings of @units at @utf16, at most @max of them, in @ret. */
static int put_strings(
	const uint8_t *utf16, size_t units, size_t max, char *ret, size_t cap)
{
	char text[UTF8_MAX_BYTES * HIVE_TEXT_UNITS + 1];
	size_t used = 0;

	for (; max && units; max--) {
		size_t len = units_before_nul(utf16, units);
		size_t bytes;

		if (!len)
			break;
		bytes = utf8_from_utf16(utf16, len, text, sizeof(text)) + 1;
		/* One more for the NUL at the very end. */
		if (bytes >= cap - used)
			return -ERR_TOO_LARGE;
		memcpy(ret + used, text, bytes);
		used += bytes;
		if (len == units)
			break;
		utf16 += 2 * (len + 1);
		units -= len + 1;
	}
	memset(ret + used, 0, used ? 1 : 2);
	return 0;
}

int hive_get_text(struct hive *h, const struct hive_key *k, const char *name,
	char *ret, size_t cap)
{
	uint8_t utf16[2 * HIVE_TEXT_UNITS];
	struct hive_value v;
	int err = hive_value_find(h, k, name, &v);

	if (err < 0)
		return err;
	if (v.type != HIVE_SZ && v.type != HIVE_EXPAND_SZ &&
		v.type != HIVE_MULTI_SZ)
		return -ERR_UNSUPPORTED;
	if (v.size > sizeof(utf16))
		return -ERR_TOO_LARGE;
	err = hive_value_read(h, &v, 0, utf16, v.size);
	if (err < 0)
		return err;
	return put_strings(utf16, v.size / 2,
		v.type == HIVE_MULTI_SZ ? HIVE_TEXT_UNITS : 1, ret, cap);
}
