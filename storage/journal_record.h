/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log records of $LogFile: where their fields are, and the operations they
 * name.  Source: the structures of ntfsrecover, and records that Windows wrote.
 * Only the journal_*_check.c include this.
 */
#ifndef STORAGE_JOURNAL_RECORD_H
#define STORAGE_JOURNAL_RECORD_H

#define RECORD_DATA_LENGTH 0x18
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
#define RECORD_SECTOR	   0x44 /* within the first cluster */
#define RECORD_LCN_LIST	   0x50

#define RECORD_HEAD_BYTES    0x30 /* what RECORD_DATA_LENGTH leaves out */
#define RECORD_IS_STANDARD   1	  /* types */
#define RECORD_IS_CHECKPOINT 2

enum operation {
	OP_NOOP = 0x00,		       /* Noop */
	OP_COMPENSATION = 0x01,	       /* CompensationLogRecord */
	OP_CREATE_FILE = 0x02,	       /* InitializeFileRecordSegment */
	OP_DELETE_FILE = 0x03,	       /* DeallocateFileRecordSegment */
	OP_WRITE_END_OF_FILE = 0x04,   /* WriteEndOfFileRecordSegment */
	OP_CREATE_ATTRIBUTE = 0x05,    /* CreateAttribute */
	OP_DELETE_ATTRIBUTE = 0x06,    /* DeleteAttribute */
	OP_UPDATE_RESIDENT = 0x07,     /* UpdateResidentValue */
	OP_UPDATE_NON_RESIDENT = 0x08, /* UpdateNonresidentValue */
	OP_UPDATE_MAPPING = 0x09,      /* UpdateMappingPairs */
	OP_NEW_SIZES = 0x0B,	       /* SetNewAttributeSizes */
	OP_ADD_ROOT_ENTRY = 0x0C,      /* AddIndexEntryRoot */
	OP_DELETE_ROOT_ENTRY = 0x0D,   /* DeleteIndexEntryRoot */
	OP_ADD_INDEX_ENTRY = 0x0E,     /* AddIndexEntryAllocation */
	OP_DELETE_INDEX_ENTRY = 0x0F,  /* DeleteIndexEntryAllocation */
	OP_WRITE_END_OF_INDEX = 0x10,  /* WriteEndOfIndexBuffer */
	OP_SET_ROOT_VCN = 0x11,	       /* SetIndexEntryVcnRoot */
	OP_SET_INDEX_VCN = 0x12,       /* SetIndexEntryVcnAllocation */
	OP_UPDATE_ROOT_NAME = 0x13,    /* UpdateFileNameRoot */
	OP_UPDATE_INDEX_NAME = 0x14,   /* UpdateFileNameAllocation */
	OP_SET_BITS = 0x15,	       /* SetBitsInNonresidentBitMap */
	OP_CLEAR_BITS = 0x16,	       /* ClearBitsInNonresidentBitMap */
	OP_FORGET_TRANSACTION = 0x1B,  /* ForgetTransaction */
	OP_OPEN_ATTRIBUTE = 0x1C,      /* OpenNonresidentAttribute */
	OP_DUMP_ATTRIBUTES = 0x1D,     /* OpenAttributeTableDump */
	OP_DUMP_NAMES = 0x1E,	       /* AttributeNamesDump */
	OP_DUMP_DIRTY_PAGES = 0x1F,    /* DirtyPageTableDump */
	OP_DUMP_TRANSACTIONS = 0x20,   /* TransactionTableDump */
	OP_TRIM_FILE = 0x25 /* Windows 10's trimming of MFT records */
};

#endif
