/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ntfsrecover(8) of ntfs-3g as a function.  Its source is compiled
 * unchanged into ntfsrecover_lib.c, so that its fifty global variables stay
 * behind this interface.  Not re-entrant.
 */
#ifndef STORAGE_NTFSRECOVER_LIB_H
#define STORAGE_NTFSRECOVER_LIB_H

#include "storage/journal.h"

struct _ntfs_volume;

/*
 * How much memory the log records of one run may take, and what is around them.
 * A record takes about 300 bytes more than in the journal.  A journal of 64
 * MiB, the largest that Windows makes by itself, is at most half full when the
 * oldest part of it is written back: some 130,000 records of 250 bytes.
 */
#define JOURNAL_MAX_HELD_BYTES (96u << 20)

/**
 * ntfsrecover_sync - redo the committed transactions, then close the journal
 * @vol:	  mounted with NTFS_MNT_FORENSIC on an overlay
 * @before_reset: called with @ctx and the result between the redo and the
 *		  writing of the restart pages; a negative return ends the
 *		  run with it
 *
 * Returns 0 with *@ret_result; -ERR_UNSUPPORTED if the log could not be
 * followed or holds an operation nobody knows how to redo; -ERR_CORRUPT;
 * -ERR_TOO_LARGE if its records take more than JOURNAL_MAX_HELD_BYTES;
 * -ERR_IO; -ERR_NO_MEMORY;
 * what @before_reset returned.  The volume's inodes are stale afterwards:
 * unmount it at once.
 */
int ntfsrecover_sync(struct _ntfs_volume *vol,
	int (*before_reset)(void *ctx, const struct replay_result *result),
	void *ctx, struct replay_result *ret_result);

#endif
