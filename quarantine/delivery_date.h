/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When deliveries really came.  The index says when a file was last modified
 * or changed; the first can be set by anybody, some updaters set it to the
 * server's time, and after a crash both may be behind.  Two more witnesses:
 *
 *   the change journal	 when data was last written, or the file renamed into
 *			 its place, by the clock of that moment
 *   the file's record	 its times, which the index only copies, and the LSN
 *			 of its last change: an order without a clock
 *
 * A file's creation time is none: NTFS gives a new file that of the one whose
 * name it takes (tunnelling).
 */
#ifndef QUARANTINE_DELIVERY_DATE_H
#define QUARANTINE_DELIVERY_DATE_H

#include "quarantine/change_journal.h"
#include "quarantine/delivery.h"

/* So many records are read, of the newest files. */
#define DELIVERY_MAX_RECORDS 128

struct delivery_dating {
	bool has_journal;
	int journal_err; /* why its end could not be followed; or 0 */
	struct change_span span;
};

/**
 * delivery_list_date - date all of @list and @left, and sort them anew
 * @left:  as delivery_list_read() gave it
 * @since: FILETIME; what came before does not matter
 *
 * Where the journal tells of a delivery, that is its time, unless the index
 * has a time after the end of the journal, which a crash may have cut off:
 * then, and without a journal, it is the latest of those in index and record.
 * Same time: by LSN.  Which generation has to remain is decided again.
 *
 * What gives a file on hold its name back is no delivery, whoever did it.
 *
 * Reads only, at most some 40 times the journal and DELIVERY_MAX_RECORDS
 * records: for when a hold is being considered.  Positions in @list are others
 * afterwards.
 *
 * Returns 0; -ERR_IO; -ERR_NO_MEMORY; -ERR_CORRUPT if a record is not the
 * file's.  A journal that is damaged, or of an unknown kind, is no error.
 */
int delivery_list_date(struct volume *v, uint64_t since,
	struct delivery_list *list, struct delivery_list *left,
	struct delivery_dating *ret);

#endif
