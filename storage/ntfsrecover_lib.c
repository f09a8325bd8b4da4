/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wraps ntfsprogs' ntfsrecover.c without editing it (playlog.c, which does the
 * redoing, is compiled beside it).  Compiled like the third-party code it
 * contains: without our warnings.
 */
#include "scripts/deps/ntfs-3g/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/err.h"
#include "storage/ntfsrecover_lib.h"

#define exit(code) mute("") /* only main() and usage() exit */
#define main	   ntfsrecover_main
static int ntfsrecover_main(int argc, char *argv[]);
#include "scripts/deps/ntfs-3g/mute.h"
/* The queue is freed before walk() returns: look at it when it is played. */
#define play_redos play_redos_and_count
#include "ntfsrecover.c"
#undef play_redos
#undef main
#undef exit

int play_redos(ntfs_volume *vol, const struct ACTION_RECORD *firstredo);

static unsigned int uncommitted; /* log records of unfinished transactions */

/*
 * Does the record belong to a change of the volume?  A checkpoint dumps its
 * tables under the number of whatever transaction was last.
 */
static int is_change(const struct ACTION_RECORD *action)
{
	switch (le16_to_cpu(action->record.redo_operation)) {
	case Noop:
	case OpenNonResidentAttribute:
	case OpenAttributeTableDump:
	case AttributeNamesDump:
	case DirtyPageTableDump:
	case TransactionTableDump:
		return 0;
	default:
		return 1;
	}
}

int play_redos_and_count(
	ntfs_volume *vol, const struct ACTION_RECORD *firstredo)
{
	const struct ACTION_RECORD *action;

	for (action = firstredo; action; action = action->next)
		if (action->record.transaction_id && is_change(action) &&
			!(action->flags & ACTION_TO_REDO))
			uncommitted++;
	return play_redos(vol, firstredo);
}

/* Every global that a run reads before it sets it. */
static void reset_globals(void)
{
	opts = 1; /* --sync */
	optk = 1; /* accept version 2.0: hibernation was excluded before */
	optb = optc = optd = opth = opti = optf = optn = optp = optr = FALSE;
	optt = optu = FALSE;
	optv = optV = 0;
	memset(optx, 0, sizeof(optx));
	memset(redirect, 0, sizeof(redirect));
	memset(buffer_table, 0, sizeof(buffer_table));
	log_major = 0;
	redos_met = 0;
	committed_lsn = synced_lsn = latest_lsn = restart_lsn = 0;
	offset_mask = 0;
	actionnum = attrcount = playcount = playedactions = 0;
	redocount = undocount = uncommitted = 0;
	attrtable = NULL;
	log_ni = NULL;
	log_na = NULL;
}

static void free_globals(void)
{
	unsigned int i;

	if (log_na)
		ntfs_attr_close(log_na);
	if (log_ni)
		(void)ntfs_inode_close(log_ni); /* nothing in it was changed */
	for (i = 0; i < sizeof(buffer_table) / sizeof(buffer_table[0]); i++)
		free(buffer_table[i]);
	for (i = 0; i < attrcount; i++)
		free(attrtable[i]);
	free(attrtable);
	freeclusterentry(NULL);
	reset_globals();
}

int ntfsrecover_sync(struct _ntfs_volume *vol,
	int (*before_reset)(void *ctx), void *ctx,
	struct replay_result *ret_result)
{
	union {
		char bytes[1024];
		u64 alignment;
	} boot;
	struct replay_result result;
	CONTEXT context;
	int err = 0;

	if (!checkstructs())
		return -ERR_INTERNAL;
	reset_globals();
	memset(&context, 0, sizeof(context));
	context.vol = vol;
	if (ntfs_pread(vol->dev, 0, sizeof(boot), boot.bytes) != sizeof(boot)) {
		err = -ERR_IO;
		goto out;
	}
	if (!getvolumedata(&context, boot.bytes) || walk(&context)) {
		err = -ERR_UNSUPPORTED;
		goto out;
	}
	result.actions = redocount;
	result.uncommitted = uncommitted;
	err = before_reset(ctx);
	if (err < 0)
		goto out;
	if (reset_logfile(&context)) {
		err = -ERR_IO;
		goto out;
	}
	*ret_result = result;
out:
	free_globals();
	return err;
}
