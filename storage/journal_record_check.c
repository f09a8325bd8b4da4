/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log records: what each operation reads and where it writes. */
#include "storage/journal_check.h"

#include "storage/bytes.h"
#include "storage/journal_record.h"

#define SECTOR 512

#define ATTRIBUTE_HEAD_BYTES 0x18
#define ATTRIBUTE_IS_DATA    0x80 /* its type, in the first four bytes */
#define INDEX_HEAD_BYTES     0x28
#define NAME_IN_INDEX_ENTRY  0x50 /* length of the name, in an index entry */
#define END_OF_FILE_BYTES    8	  /* closes every MFT record */
#define RAW_MAX_BYTES	     0x10000

/* What a standard record says, taken apart. */
struct parts {
	const unsigned char *bytes;
	size_t len;
	unsigned int op;
	bool is_compensation;  /* undoes another record, and has no undo */
	size_t redo, redo_len; /* from the start of the record */
	size_t undo, undo_len;
	size_t at; /* target within its block */
	size_t record_offset;
	size_t skip; /* of the block within the clusters */
	size_t room; /* in the clusters */
};

static struct parts parts_of(
	const unsigned char *b, size_t len, const struct journal_limits *limits)
{
	size_t lcns = le16_get(b + RECORD_LCNS);
	/* That is how ntfsrecover finds them. */
	size_t base = lcns ? RECORD_HEAD_BYTES : RECORD_HEAD_BYTES - 8;

	return (struct parts){
		.bytes = b,
		.len = len,
		.op = le16_get(b + RECORD_REDO),
		.is_compensation = le16_get(b + RECORD_UNDO) == OP_COMPENSATION,
		.redo = base + le16_get(b + RECORD_REDO_OFFSET),
		.redo_len = le16_get(b + RECORD_REDO_LENGTH),
		.undo = base + le16_get(b + RECORD_UNDO_OFFSET),
		.undo_len = le16_get(b + RECORD_UNDO_LENGTH),
		.at = (size_t)le16_get(b + RECORD_OFFSET) +
		      le16_get(b + RECORD_ATTRIBUTE),
		.record_offset = le16_get(b + RECORD_OFFSET),
		.skip = (size_t)le16_get(b + RECORD_SECTOR) * SECTOR,
		.room = lcns * limits->cluster_bytes,
	};
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static bool lies_within(size_t off, size_t len, size_t all)
{
	return off <= all && len <= all - off;
}

/* Where it writes zeroes or cuts a value off, playlog asks for the data. */
static bool may_lack_data(const struct parts *p)
{
	return p->op == OP_UPDATE_NON_RESIDENT ||
	       ((p->op == OP_UPDATE_RESIDENT ||
			p->op == OP_WRITE_END_OF_FILE) &&
		       p->redo_len != p->undo_len);
}

/* Does redoing it read what the record brings? */
static bool reads_redo(const struct parts *p)
{
	switch (p->op) {
	case OP_DELETE_FILE:
	case OP_DELETE_ATTRIBUTE:
	case OP_DELETE_ROOT_ENTRY:
	case OP_DELETE_INDEX_ENTRY:
		return false; /* compares with what was there: the undo */
	case OP_TRIM_FILE:
		return false; /* zeroes; Windows 10 leaves them out */
	default:
		return !may_lack_data(p);
	}
}

/*
 * Of $DATA that is deleted the record may have no more than the head.  Where
 * playlog finds $DATA it compares the head alone, within
 * JOURNAL_RECORD_ROOM_BYTES; elsewhere the first bytes, the type, differ.
 */
static bool is_head_of_data(const struct parts *p)
{
	return p->at == p->record_offset &&
	       lies_within(p->undo, ATTRIBUTE_HEAD_BYTES, p->len) &&
	       le32_get(p->bytes + p->undo) == ATTRIBUTE_IS_DATA;
}

/* How much redoing it reads of what was there before. */
static size_t undo_bytes_read(const struct parts *p)
{
	switch (p->op) {
	case OP_DELETE_ATTRIBUTE:
		return is_head_of_data(p) ? 0 : p->undo_len;
	case OP_DELETE_FILE:
		return p->undo_len;
	case OP_SET_ROOT_VCN:
		return larger(p->undo_len, p->redo_len);
	case OP_UPDATE_ROOT_NAME:
		return p->is_compensation ? 0
					  : larger(p->undo_len, p->redo_len);
	case OP_TRIM_FILE:
		return 0;
	default:
		/* Most read none; Windows writes it nevertheless. */
		return p->is_compensation || may_lack_data(p) ? 0 : p->undo_len;
	}
}

static bool data_lie_within(const struct parts *p)
{
	return lies_within(p->redo, reads_redo(p) ? p->redo_len : 0, p->len) &&
	       lies_within(p->undo, undo_bytes_read(p), p->len);
}

static bool clusters_exist(
	const struct parts *p, const struct journal_limits *limits)
{
	size_t count = le16_get(p->bytes + RECORD_LCNS);
	size_t i;

	if (count > (p->len - RECORD_LCN_LIST) / 8)
		return false;
	for (i = 0; i < count; i++)
		if (le64_get(p->bytes + RECORD_LCN_LIST + 8 * i) >=
			limits->cluster_count)
			return false;
	return true;
}

/* All of them are read into memory.  Windows changes 4 KiB, or one cluster. */
static bool clusters_are_few(
	const struct parts *p, const struct journal_limits *limits)
{
	return p->room <= RAW_MAX_BYTES || p->room <= limits->cluster_bytes;
}

/* Is the block within the clusters, where ntfsrecover will look for it? */
static bool block_lies_within(const struct parts *p, size_t block,
	const struct journal_limits *limits)
{
	/* It ignores the sector of a block that fills its clusters. */
	return lies_within(
		block < limits->cluster_bytes ? p->skip : 0, block, p->room);
}

static bool file_change_check(
	const struct parts *p, const struct journal_limits *limits)
{
	size_t all = limits->record_bytes;
	size_t most = larger(p->redo_len, p->undo_len);

	if (!block_lies_within(p, all, limits) ||
		!lies_within(p->record_offset, ATTRIBUTE_HEAD_BYTES, all) ||
		!lies_within(p->at, most, all))
		return false;
	switch (p->op) {
	case OP_UPDATE_RESIDENT:
		/* Sizes are rounded up when the rest is moved. */
		return p->redo_len == p->undo_len ||
		       lies_within(p->at, most + END_OF_FILE_BYTES, all);
	case OP_UPDATE_MAPPING:
		return p->redo_len <= p->at + p->undo_len;
	case OP_UPDATE_ROOT_NAME:
		return p->redo_len <= p->at + NAME_IN_INDEX_ENTRY;
	case OP_SET_ROOT_VCN:
		return p->at >= 8 && lies_within(p->at, 16, all);
	default:
		return true;
	}
}

static bool index_change_check(
	const struct parts *p, const struct journal_limits *limits)
{
	size_t all = limits->index_bytes;

	if (!block_lies_within(p, all, limits) ||
		!lies_within(p->record_offset, INDEX_HEAD_BYTES, all) ||
		!lies_within(p->at, larger(p->redo_len, p->undo_len), all))
		return false;
	if (p->op == OP_SET_INDEX_VCN)
		return p->at >= 8 && lies_within(p->at, 16, all);
	return true;
}

/* An index block or plain clusters: which one only the open attribute tells. */
static bool value_change_check(
	const struct parts *p, const struct journal_limits *limits)
{
	size_t most = p->room < RAW_MAX_BYTES ? p->room : RAW_MAX_BYTES;

	if (p->room < limits->index_bytes)
		return !p->skip && lies_within(p->at, p->redo_len, most);
	return lies_within(p->skip, limits->index_bytes, p->room) &&
	       lies_within(p->at, p->redo_len, most);
}

static bool bits_change_check(const struct parts *p)
{
	const unsigned char *data = p->bytes + p->redo;

	if (p->redo_len < 8)
		return false;
	return lies_within(le32_get(data), le32_get(data + 4), 8 * p->room);
}

/* The name follows the longer of the two. */
static bool open_attribute_check(const struct parts *p)
{
	size_t end = larger(p->redo + p->redo_len, p->undo + p->undo_len);

	return ((end - 1) | 7) + 1 <= p->len;
}

/*
 * Of a dump ntfsrecover takes the eight bytes before it for its beginning, so
 * that its end lies that much behind what the length says.
 */
static size_t dump_bytes(const struct parts *p)
{
	return p->len - p->redo;
}

#define TABLE_HEAD_BYTES 24
#define TABLE_STEP	 8
#define TABLE_USED	 12

/* A table of open attributes; it stops at the length, too. */
static bool attributes_check(const struct parts *p)
{
	const unsigned char *table = p->bytes + p->redo;
	size_t all = dump_bytes(p);
	size_t i = TABLE_HEAD_BYTES;
	size_t step, used;

	if (all < TABLE_HEAD_BYTES)
		return false;
	step = le16_get(table + TABLE_STEP);
	used = le16_get(table + TABLE_USED);
	if (used && i < p->redo_len && !step)
		return false;
	for (; used && i < p->redo_len; used--, i += step)
		if (!lies_within(i, step, all))
			return false;
	return true;
}

#define NAMES_HEAD_BYTES 8
#define NAME_HEAD_BYTES	 4 /* key and length; two bytes follow the name */

static bool names_check(const struct parts *p)
{
	const unsigned char *names = p->bytes + p->redo;
	size_t all = dump_bytes(p);
	size_t i = NAMES_HEAD_BYTES;

	while (i < p->redo_len) {
		if (!lies_within(i, NAME_HEAD_BYTES, all))
			return false;
		if (!le16_get(names + i)) /* the last one */
			return true;
		if (!lies_within(
			    i + NAME_HEAD_BYTES, le16_get(names + i + 2), all))
			return false;
		i += NAME_HEAD_BYTES + le16_get(names + i + 2) + 2u;
	}
	return true;
}

static bool operation_check(
	const struct parts *p, const struct journal_limits *limits)
{
	switch (p->op) {
	case OP_CREATE_FILE:
	case OP_DELETE_FILE:
	case OP_WRITE_END_OF_FILE:
	case OP_CREATE_ATTRIBUTE:
	case OP_DELETE_ATTRIBUTE:
	case OP_UPDATE_RESIDENT:
	case OP_UPDATE_MAPPING:
	case OP_NEW_SIZES:
	case OP_ADD_ROOT_ENTRY:
	case OP_DELETE_ROOT_ENTRY:
	case OP_SET_ROOT_VCN:
	case OP_UPDATE_ROOT_NAME:
	case OP_TRIM_FILE:
		return file_change_check(p, limits);
	case OP_ADD_INDEX_ENTRY:
	case OP_DELETE_INDEX_ENTRY:
	case OP_WRITE_END_OF_INDEX:
	case OP_SET_INDEX_VCN:
	case OP_UPDATE_INDEX_NAME:
		return index_change_check(p, limits);
	case OP_UPDATE_NON_RESIDENT:
		return value_change_check(p, limits);
	case OP_SET_BITS:
	case OP_CLEAR_BITS:
		return bits_change_check(p);
	case OP_OPEN_ATTRIBUTE:
		return open_attribute_check(p);
	case OP_DUMP_ATTRIBUTES:
		return attributes_check(p);
	case OP_DUMP_NAMES:
		return names_check(p);
	default:
		return true; /* looked at no further, or refused */
	}
}

bool journal_record_check(
	const void *record, size_t len, const struct journal_limits *limits)
{
	const unsigned char *b = record;
	struct parts p;

	if (len < RECORD_LCN_LIST ||
		le32_get(b + RECORD_DATA_LENGTH) != len - RECORD_HEAD_BYTES)
		return false;
	if (le32_get(b + RECORD_TYPE) == RECORD_IS_CHECKPOINT)
		return le16_get(b + RECORD_REDO) <= OP_COMPENSATION;
	if (le32_get(b + RECORD_TYPE) != RECORD_IS_STANDARD)
		return false;
	p = parts_of(b, len, limits);
	return data_lie_within(&p) && clusters_exist(&p, limits) &&
	       clusters_are_few(&p, limits) && operation_check(&p, limits);
}
