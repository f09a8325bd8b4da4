/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages and records of $LogFile ntfsrecover may see.  It follows most
 * offsets and lengths it finds there without looking; whatever would lead it
 * out of its buffers is kept from it (storage/ntfsrecover_lib.c).
 *
 * Layout: linux-ntfs documentation, "$LogFile"; ntfs-3g's logfile.h.
 */
#ifndef STORAGE_JOURNAL_CHECK_H
#define STORAGE_JOURNAL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The only page size ntfsrecover has room for, and the one Windows uses. */
#define JOURNAL_PAGE_BYTES 4096

/**
 * journal_restart_check - do the parts of a restart page lie within it?
 * @page: JOURNAL_PAGE_BYTES hostile bytes
 */
bool journal_restart_check(const void *page);

/**
 * journal_page_check - is it a record page whose header makes sense?
 * @page: JOURNAL_PAGE_BYTES hostile bytes, update sequence still in place
 *
 * An erased page is none, and no harm either.
 */
bool journal_page_check(const void *page);

/* The longest log record takes 17 pages; each but the last is in its middle. */
#define JOURNAL_MAX_MIDDLE_PAGES 64

/**
 * journal_page_is_middle - does no log record end on this record page?
 *
 * ntfsrecover goes back over such pages, round the journal if need be, until
 * it finds another one.
 */
bool journal_page_is_middle(const void *page);

/* Zeroes that follow each record in memory; where playlog looks for data that a
 * record lacks. */
#define JOURNAL_RECORD_ROOM_BYTES 256

/* The volume that the records act on. */
struct journal_limits {
	uint32_t cluster_bytes;
	uint32_t record_bytes; /* of one MFT record */
	uint32_t index_bytes;  /* of one index block */
	uint64_t cluster_count;
};

/**
 * journal_record_check - may a log record be looked into, and redone?
 * @record: @len hostile bytes, which is all there is of it
 *
 * True says that the data its redo reads lie within it, its targets within the
 * buffers that are read for them, and its clusters within the volume; not that
 * redoing it makes sense.  Data that no redo reads are often left out.
 */
bool journal_record_check(
	const void *record, size_t len, const struct journal_limits *limits);

/**
 * journal_operation_check - is it known how its operation is redone, and is it?
 * @record: @len hostile bytes, journal_record_check()ed
 *
 * Also false for what ntfsrecover would take for done without having done it.
 * True for every checkpoint.
 */
bool journal_operation_check(const void *record, size_t len);

/**
 * journal_record_is_change - does the record belong to a change of the volume?
 * @record: journal_record_check()ed
 *
 * A checkpoint dumps its tables under the number of whatever transaction was
 * last.
 */
bool journal_record_is_change(const void *record);

/**
 * journal_record_mend - change what playlog would misunderstand
 * @record: @len bytes, journal_operation_check()ed
 *
 * Of the new sizes of an attribute a log record has the valid one before that
 * of the data, and the attribute behind it; playlog copies them as they are.
 * When an MFT record is freed its sequence number is counted up; playlog writes
 * the head that it had before.
 */
void journal_record_mend(void *record, size_t len);

/**
 * journal_block_check - may an MFT record or index block be searched?
 * @block: @len hostile bytes, update sequence resolved
 *
 * False only for one of these two whose parts do not lie within it.
 */
bool journal_block_check(const void *block, size_t len);

/**
 * journal_redone_check - may a block be written, after what was redone in it?
 * @block: @len hostile bytes, update sequence not in place
 *
 * False for an MFT record with a resident value that is longer than its
 * attribute, or shorter by more than is rounded up: playlog does not know where
 * a value begins when it makes it longer or shorter.
 */
bool journal_redone_check(const void *block, size_t len);

#endif
