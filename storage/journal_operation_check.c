/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pairs of operations playlog redoes, of all that a log record can name.
 * It says so of itself where it does not know an operation; but a known one
 * with an unexpected undo it passes over without a word, as done.
 */
#include "storage/journal_check.h"

#include <string.h>

#include "storage/bytes.h"

#define RECORD_HEAD_BYTES  0x30
#define RECORD_TYPE	   0x20
#define RECORD_REDO	   0x30
#define RECORD_UNDO	   0x32
#define RECORD_REDO_OFFSET 0x34
#define RECORD_REDO_LENGTH 0x36
#define RECORD_UNDO_OFFSET 0x38
#define RECORD_UNDO_LENGTH 0x3A
#define RECORD_LCNS	   0x3E
#define RECORD_OFFSET	   0x40
#define RECORD_ATTRIBUTE   0x42
#define RECORD_LCN_LIST	   0x50
#define RECORD_IS_STANDARD 1

#define OP_DELETE_FILE	      0x03
#define OP_WRITE_END_OF_FILE  0x04
#define OP_DELETE_ATTRIBUTE   0x06
#define OP_NEW_SIZES	      0x0B
#define OP_DELETE_ROOT_ENTRY  0x0D
#define OP_DELETE_INDEX_ENTRY 0x0F

#define SIZES_BYTES 24 /* without that of a compressed or sparse attribute */
#define TOTAL_BYTES 8  /* which is that one */

#define FILE_SEQUENCE 0x10 /* in an MFT record: how often it was freed */

/* One bit for each undo operation that may stand beside a redo operation. */
#define UNDO(op) (UINT64_C(1) << (op))
#define ANY	 UINT64_MAX
#define TAKEN_BACK                                                             \
	UNDO(0x01) /* compensates a record of the same transaction             \
		    */

static const uint64_t undo_of[] = {
	[0x00] = ANY,			  /* Noop */
	[0x01] = UNDO(0x00),		  /* CompensationLogRecord */
	[0x02] = UNDO(0x00),		  /* InitializeFileRecordSegment */
	[0x03] = UNDO(0x02) | TAKEN_BACK, /* DeallocateFileRecord... */
	[0x04] = UNDO(0x04),		  /* WriteEndOfFileRecord... */
	[0x05] = UNDO(0x06) | TAKEN_BACK, /* CreateAttribute */
	[0x06] = UNDO(0x05) | TAKEN_BACK, /* DeleteAttribute */
	[0x07] = UNDO(0x07) | TAKEN_BACK, /* UpdateResidentValue */
	[0x08] =
		UNDO(0x08) | UNDO(0x00) | TAKEN_BACK, /* UpdateNonResident... */
	[0x09] = UNDO(0x09),			      /* UpdateMappingPairs */
	[0x0B] = UNDO(0x0B) | TAKEN_BACK,	      /* SetNewAttributeSizes */
	[0x0C] = UNDO(0x0D),			      /* AddIndexEntryRoot */
	[0x0D] = UNDO(0x0C) | TAKEN_BACK,	      /* DeleteIndexEntryRoot */
	[0x0E] = UNDO(0x0F),		  /* AddIndexEntryAllocation */
	[0x0F] = UNDO(0x0E) | TAKEN_BACK, /* DeleteIndexEntryAllocation */
	[0x10] = UNDO(0x10) | TAKEN_BACK, /* WriteEndOfIndexBuffer */
	[0x11] = UNDO(0x11),		  /* SetIndexEntryVcnRoot */
	[0x12] = UNDO(0x12) | TAKEN_BACK, /* SetIndexEntryVcnAllocation */
	[0x13] = UNDO(0x13) | TAKEN_BACK, /* UpdateFileNameRoot */
	[0x14] = UNDO(0x14) | TAKEN_BACK, /* UpdateFileNameAllocation */
	[0x15] = UNDO(0x16),		  /* SetBitsInNonResidentBitMap */
	[0x16] = UNDO(0x15) | TAKEN_BACK, /* ClearBitsInNonResident... */
	[0x1B] = ANY,			  /* ForgetTransaction */
	[0x1C] = UNDO(0x00),		  /* OpenNonResidentAttribute */
	[0x1D] = ANY,			  /* OpenAttributeTableDump */
	[0x1E] = ANY,			  /* AttributeNamesDump */
	[0x1F] = ANY,			  /* DirtyPageTableDump */
	[0x20] = ANY,			  /* TransactionTableDump */
	[0x25] = UNDO(0x00),		  /* Windows 10's trimming */
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
	case 0x00: /* Noop */
	case 0x1C: /* OpenNonResidentAttribute */
	case 0x1D: /* the dumps of a checkpoint's tables */
	case 0x1E:
	case 0x1F:
	case 0x20:
		return false;
	default:
		return true;
	}
}
