/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pairs of operations playlog redoes, of all that a log record can name.
 * It says so of itself where it does not know an operation; but a known one
 * with an unexpected undo it passes over without a word, as done.
 */
#include "storage/journal_check.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/journal_record.h"

#define SIZES_BYTES 24 /* without that of a compressed or sparse attribute */
#define TOTAL_BYTES 8  /* which is that one */

#define FILE_SEQUENCE 0x10 /* in an MFT record: how often it was freed */

/* One bit for each undo operation that may stand beside a redo operation. */
#define UNDO(op) (UINT64_C(1) << (op))
#define ANY	 UINT64_MAX
/* ... which compensates a record of the same transaction. */
#define TAKEN_BACK UNDO(OP_COMPENSATION)

static const uint64_t undo_of[] = {
	[OP_NOOP] = ANY,
	[OP_COMPENSATION] = UNDO(OP_NOOP),
	[OP_CREATE_FILE] = UNDO(OP_NOOP),
	[OP_DELETE_FILE] = UNDO(OP_CREATE_FILE) | TAKEN_BACK,
	[OP_WRITE_END_OF_FILE] = UNDO(OP_WRITE_END_OF_FILE),
	[OP_CREATE_ATTRIBUTE] = UNDO(OP_DELETE_ATTRIBUTE) | TAKEN_BACK,
	[OP_DELETE_ATTRIBUTE] = UNDO(OP_CREATE_ATTRIBUTE) | TAKEN_BACK,
	[OP_UPDATE_RESIDENT] = UNDO(OP_UPDATE_RESIDENT) | TAKEN_BACK,
	[OP_UPDATE_NON_RESIDENT] =
		UNDO(OP_UPDATE_NON_RESIDENT) | UNDO(OP_NOOP) | TAKEN_BACK,
	[OP_UPDATE_MAPPING] = UNDO(OP_UPDATE_MAPPING),
	[OP_NEW_SIZES] = UNDO(OP_NEW_SIZES) | TAKEN_BACK,
	[OP_ADD_ROOT_ENTRY] = UNDO(OP_DELETE_ROOT_ENTRY),
	[OP_DELETE_ROOT_ENTRY] = UNDO(OP_ADD_ROOT_ENTRY) | TAKEN_BACK,
	[OP_ADD_INDEX_ENTRY] = UNDO(OP_DELETE_INDEX_ENTRY),
	[OP_DELETE_INDEX_ENTRY] = UNDO(OP_ADD_INDEX_ENTRY) | TAKEN_BACK,
	[OP_WRITE_END_OF_INDEX] = UNDO(OP_WRITE_END_OF_INDEX) | TAKEN_BACK,
	[OP_SET_ROOT_VCN] = UNDO(OP_SET_ROOT_VCN),
	[OP_SET_INDEX_VCN] = UNDO(OP_SET_INDEX_VCN) | TAKEN_BACK,
	[OP_UPDATE_ROOT_NAME] = UNDO(OP_UPDATE_ROOT_NAME) | TAKEN_BACK,
	[OP_UPDATE_INDEX_NAME] = UNDO(OP_UPDATE_INDEX_NAME) | TAKEN_BACK,
	[OP_SET_BITS] = UNDO(OP_CLEAR_BITS),
	[OP_CLEAR_BITS] = UNDO(OP_SET_BITS) | TAKEN_BACK,
	[OP_FORGET_TRANSACTION] = ANY,
	[OP_OPEN_ATTRIBUTE] = UNDO(OP_NOOP),
	[OP_DUMP_ATTRIBUTES] = ANY,
	[OP_DUMP_NAMES] = ANY,
	[OP_DUMP_DIRTY_PAGES] = ANY,
	[OP_DUMP_TRANSACTIONS] = ANY,
	[OP_TRIM_FILE] = UNDO(OP_NOOP),
};

static bool pair_check(unsigned int redo, unsigned int undo)
{
	if (redo >= sizeof(undo_of) / sizeof(undo_of[0]))
		return false;
	if (undo_of[redo] == ANY)
		return true;
	return undo < 64 && undo_of[redo] & UNDO(undo);
}

/* That is how ntfsrecover finds the data. */
static size_t data_base(const unsigned char *b)
{
	return le16_get(b + RECORD_LCNS) ? RECORD_HEAD_BYTES
					 : RECORD_HEAD_BYTES - 8;
}

static size_t redo_place(const unsigned char *b)
{
	return data_base(b) + le16_get(b + RECORD_REDO_OFFSET);
}

static size_t undo_place(const unsigned char *b)
{
	return data_base(b) + le16_get(b + RECORD_UNDO_OFFSET);
}

/*
 * A shorter end of an MFT record is made by moving up the end of what is there:
 * right only if the new one is the end of the old one.
 */
static bool end_check(const unsigned char *b, size_t len)
{
	size_t redo = redo_place(b);
	size_t undo = undo_place(b);
	size_t redo_len = le16_get(b + RECORD_REDO_LENGTH);
	size_t undo_len = le16_get(b + RECORD_UNDO_LENGTH);

	if (redo_len >= undo_len)
		return true;
	if (redo > len || redo_len > len - redo || undo > len ||
		undo_len > len - undo)
		return false;
	return !memcmp(b + redo, b + undo + (undo_len - redo_len), redo_len);
}

bool journal_operation_check(const void *record, size_t len)
{
	const unsigned char *b = record;
	size_t sizes;

	if (len < RECORD_LCN_LIST)
		return false;
	if (le32_get(b + RECORD_TYPE) != RECORD_IS_STANDARD)
		return true;
	if (!pair_check(le16_get(b + RECORD_REDO), le16_get(b + RECORD_UNDO)))
		return false;
	switch (le16_get(b + RECORD_REDO)) {
	case OP_WRITE_END_OF_FILE:
		return end_check(b, len);
	case OP_DELETE_ATTRIBUTE:
	case OP_DELETE_ROOT_ENTRY:
	case OP_DELETE_INDEX_ENTRY:
		/* It takes away as much as was there, says the undo. */
		return le16_get(b + RECORD_UNDO_LENGTH) != 0;
	case OP_NEW_SIZES:
		sizes = le16_get(b + RECORD_REDO_LENGTH);
		return sizes == SIZES_BYTES ||
		       sizes == SIZES_BYTES + TOTAL_BYTES;
	default:
		return true;
	}
}

static void mend_sizes(unsigned char *b, size_t len)
{
	size_t sizes = redo_place(b);
	uint64_t valid;

	if (sizes > len || len - sizes < SIZES_BYTES)
		return;
	valid = le64_get(b + sizes + 8);
	le64_put(b + sizes + 8, le64_get(b + sizes + 16));
	le64_put(b + sizes + 16, valid);
}

static void mend_freed(unsigned char *b, size_t len)
{
	size_t head = undo_place(b);
	uint16_t sequence;

	if (le16_get(b + RECORD_UNDO_LENGTH) < FILE_SEQUENCE + 2 ||
		le16_get(b + RECORD_OFFSET) || le16_get(b + RECORD_ATTRIBUTE) ||
		head > len || len - head < FILE_SEQUENCE + 2)
		return;
	sequence = le16_get(b + head + FILE_SEQUENCE);
	/* 0 stands for a reference that has none. */
	sequence = sequence == UINT16_MAX ? 1 : (uint16_t)(sequence + 1);
	le16_put(b + head + FILE_SEQUENCE, sequence);
}

void journal_record_mend(void *record, size_t len)
{
	unsigned char *b = record;

	if (len < RECORD_LCN_LIST ||
		le32_get(b + RECORD_TYPE) != RECORD_IS_STANDARD)
		return;
	if (le16_get(b + RECORD_REDO) == OP_NEW_SIZES)
		mend_sizes(b, len);
	if (le16_get(b + RECORD_REDO) == OP_DELETE_FILE)
		mend_freed(b, len);
}

bool journal_record_is_change(const void *record)
{
	switch (le16_get((const unsigned char *)record + RECORD_REDO)) {
	case OP_NOOP:
	case OP_OPEN_ATTRIBUTE:
	case OP_DUMP_ATTRIBUTES: /* a checkpoint's tables */
	case OP_DUMP_NAMES:
	case OP_DUMP_DIRTY_PAGES:
	case OP_DUMP_TRANSACTIONS:
		return false;
	default:
		return true;
	}
}
