/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the NTFS change journal ($Extend\$UsnJrnl:$J): a stream of many
 * gigabytes of which only the end is there, in pages that no record crosses.
 *
 * Whoever can write to the volume can write here, too: it is one more witness,
 * not a proof.
 */
#ifndef QUARANTINE_CHANGE_JOURNAL_H
#define QUARANTINE_CHANGE_JOURNAL_H

#include "quarantine/change_record.h"
#include "storage/disk.h"

#define CHANGE_JOURNAL_PATH "$Extend/$UsnJrnl:$J"

/* How much of it is read: some days of a PC, in at most 40 reads. */
#define CHANGE_JOURNAL_MAX_BYTES   (8u << 20)
#define CHANGE_JOURNAL_PIECE_BYTES (256u << 10)
#define CHANGE_JOURNAL_PAGE_BYTES  4096u

/* What was read. */
struct change_span {
	uint32_t records;
	uint32_t damaged; /* pages with something else in them */
	uint64_t from;	  /* times of the first and the last record, */
	uint64_t until;	  /* FILETIME; 0 without any */
};

/**
 * change_journal_read - show what happened from @since on, oldest first
 * @j:	   the journal's stream; not owned
 * @since: FILETIME; a few earlier records may come as well
 *
 * No more than CHANGE_JOURNAL_MAX_BYTES from the end are looked at: see
 * @ret_span->from.  A page that is damaged is passed over from there on.
 *
 * Returns 0; the error of a read; -ERR_NO_MEMORY.
 */
int change_journal_read(struct disk *j, uint64_t since,
	void (*visit)(void *ctx, const struct change_record *record), void *ctx,
	struct change_span *ret_span);

#endif
