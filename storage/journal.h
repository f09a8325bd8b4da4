/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NTFS journal ($LogFile): in which state a volume was left, and redoing
 * the transactions Windows had committed but not yet written in place.
 *
 * After a crash Windows 8 and later leave a version 2.0 journal in use.
 * libntfs-3g refuses to mount it; the replay is the code of ntfsrecover(8).
 */
#ifndef STORAGE_JOURNAL_H
#define STORAGE_JOURNAL_H

#include "storage/disk.h"
#include "storage/volume.h"

enum journal_state {
	JOURNAL_CLEAN,		/* empty, or closed properly */
	JOURNAL_DIRTY_FLAG,	/* as clean, but VOLUME_IS_DIRTY is set */
	JOURNAL_REPLAYABLE_1_1, /* in use, version 1.1 */
	JOURNAL_REPLAYABLE_2_0, /* version 2.0, in use or closed */
	JOURNAL_HIBERNATED,	/* hiberfil.sys holds a session: hands off */
	JOURNAL_UNREADABLE	/* damaged, or a version we do not know */
};

/** journal_state_text - "clean", "in use (version 2.0)", ... */
const char *journal_state_text(enum journal_state state);

/**
 * journal_classify - in which state was @v left?
 *
 * The hibernation file is looked at first: it decides whatever the journal
 * says.  Reads only.  Returns 0 with *@ret_state, or -ERR_IO / -ERR_NO_MEMORY
 * if that could not be found out.  Damage is a state, not an error.
 */
int journal_classify(struct volume *v, enum journal_state *ret_state);

struct replay_result {
	uint32_t actions;     /* log records redone */
	uint32_t uncommitted; /* log records of transactions left unfinished */
};

/**
 * journal_replay - redo the committed transactions of the volume on @o
 * @o: an overlay (storage/overlay.h) in EPOCH_REPLAY; no volume may be open
 *     on it
 * @d: @o's disk, or the layer on it that decrypts
 *
 * Leaves the redone metadata in EPOCH_REPLAY and the restart pages, now
 * version 1.1 and closed, in EPOCH_JOURNAL_CLEAN.  Unfinished transactions are
 * not rolled back: if there are any, VOLUME_IS_DIRTY is set in EPOCH_REPLAY and
 * has to stay set, so that Windows checks the volume.
 *
 * Returns 0; -ERR_UNSUPPORTED for a log record nobody knows how to redo;
 * -ERR_CORRUPT; -ERR_TOO_LARGE for more log records than there may be
 * (storage/ntfsrecover_lib.h); -ERR_IO; -ERR_NO_MEMORY.  After a failure the
 * overlay is half changed: drop it.
 */
struct overlay;
struct disk;
int journal_replay(
	struct overlay *o, struct disk *d, struct replay_result *ret_result);

#endif
