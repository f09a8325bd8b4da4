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

#include <malloc.h>

#include "types.h"
#include "attrib.h"

#include "storage/err.h"
#include "storage/journal_check.h"
#include "storage/ntfsrecover_lib.h"
#include "storage/ntfsrecover_playlog.h"

/*
 * ntfsrecover goes on with buffers it found no memory for and with blocks the
 * disk did not give.  Such a call does not return here but to guarded(), and
 * ends the run.
 */
static void *way_out[5]; /* as __builtin_setjmp() wants it */
static int way_out_err;

static void __attribute__((noreturn)) give_up(int err)
{
	way_out_err = err;
	__builtin_longjmp(way_out, 1);
}

static void *must_malloc(size_t size);
static void *must_realloc(void *old, size_t size);

static s64 must_attr_pread(ntfs_attr *na, s64 pos, s64 count, void *buf);
static void *checked_memcpy(
	void *to, const void *from, size_t size, int is_log_record);

#define malloc(size)	   must_malloc(size)
#define realloc(old, size) must_realloc(old, size)
#define ntfs_attr_pread(na, pos, count, buf)                                   \
	must_attr_pread(na, pos, count, buf)
/* A copy into a LOG_RECORD is a record on its way into the queue. */
#define memcpy(to, from, size)                                                 \
	checked_memcpy(to, from, size,                                         \
		__builtin_types_compatible_p(__typeof__(*(to)), LOG_RECORD))
#define exit(code) ((void)0) /* only main() and usage() exit */
#define main	   ntfsrecover_main
static int ntfsrecover_main(int argc, char *argv[]);
#include "scripts/deps/ntfs-3g/mute.h"
/* The queue is freed before walk() returns: look at it when it is played. */
#define play_redos play_redos_and_count
/*
 * Without a page before the latest one it follows a null pointer, if that is
 * among the first of the journal.  The name is the same where walkback() is
 * defined and where it is called; only the first has a type in front.
 */
#define CHECKED_u32	u32
#define CHECKED_prevblk first_page_to_walk(blk, prevbuf, prevblk)
#define walkback(ctx, buf, blk, prevbuf, prevblk)                              \
	walkback(ctx, buf, blk, prevbuf, CHECKED_##prevblk)
static u32 first_page_to_walk(u32 blk, const void *prevbuf, u32 prevblk);
/* Only its option --undo reverts committed transactions. */
#define play_undos play_no_undos
#include "ntfsrecover.c"
#undef walkback
#undef CHECKED_prevblk
#undef CHECKED_u32
#undef play_undos
#undef play_redos
#undef main
#undef exit
#undef memcpy
#undef ntfs_attr_pread
#undef realloc
#undef malloc

int play_redos(ntfs_volume *vol, const struct ACTION_RECORD *firstredo);

/*
 * It looks for a record where the one before says that the next begins, up to
 * 64 KiB on, before it checks that this is within the page; and for a header
 * in records that are shorter.  There it finds zeroes, which are no record.
 */
#define PAGE_ROOM_BYTES (65536 + 256)

/* Of log records and open attributes; the pages have their own bound. */
static size_t held_bytes;

static void *must_malloc(size_t size)
{
	bool is_page = size == sizeof(struct BUFFER) + blocksz;
	size_t all =
		size + (is_page ? PAGE_ROOM_BYTES : JOURNAL_RECORD_ROOM_BYTES);
	void *p;

	/* What a restart page says it is, before anybody has checked that. */
	if (is_page && blocksz > JOURNAL_PAGE_BYTES)
		give_up(-ERR_CORRUPT);
	if (!is_page) {
		if (all > JOURNAL_MAX_HELD_BYTES - held_bytes)
			give_up(-ERR_TOO_LARGE);
		held_bytes += all;
	}
	p = calloc(1, all);
	if (!p)
		give_up(-ERR_NO_MEMORY);
	return p;
}

/*
 * A journal that its page buffers could hold as a whole would let it go round
 * for ever without reading.  Windows makes none below 2 MiB.
 */
#define LOG_MIN_PAGES (2 * (BASEBLKS2 + BUFFERCNT))

static unsigned int middle_pages; /* read one after the other */

static void count_middle_page(const void *page)
{
	middle_pages = journal_page_is_middle(page) ? middle_pages + 1 : 0;
	if (middle_pages > JOURNAL_MAX_MIDDLE_PAGES)
		give_up(-ERR_CORRUPT);
}

static void check_page(s64 pos, void *page)
{
	if (blocksz != JOURNAL_PAGE_BYTES ||
		logfilesz / JOURNAL_PAGE_BYTES < LOG_MIN_PAGES)
		give_up(-ERR_UNSUPPORTED);
	if (pos < (s64)RSTBLKS * JOURNAL_PAGE_BYTES) {
		if (!journal_restart_check(page))
			give_up(-ERR_CORRUPT);
	} else if (!journal_page_check(page)) {
		/* As good as erased, and it knows what to do about that. */
		memset(page, 0xff, JOURNAL_PAGE_BYTES);
		middle_pages = 0;
	} else {
		count_middle_page(page);
	}
}

static s64 must_attr_pread(ntfs_attr *na, s64 pos, s64 count, void *buf)
{
	s64 done = ntfs_attr_pread(na, pos, count, buf);

	if (done < 0)
		give_up(-ERR_IO);
	if (na == log_na && count == blocksz && done == count)
		check_page(pos, buf);
	return done;
}

static void *checked_memcpy(
	void *to, const void *from, size_t size, int is_log_record)
{
	const struct journal_limits limits = {
		.cluster_bytes = clustersz,
		.record_bytes = mftrecsz,
		.index_bytes = log_ni->vol->indx_record_size,
		.cluster_count = (u64)log_ni->vol->nr_clusters,
	};
	int err = 0;

	if (!is_log_record)
		return memcpy(to, from, size);
	if (!journal_record_check(from, size, &limits))
		err = -ERR_CORRUPT;
	else if (!journal_operation_check(from, size))
		err = -ERR_UNSUPPORTED;
	if (err < 0) {
		free((char *)to - offsetof(struct ACTION_RECORD, record));
		give_up(err);
	}
	memcpy(to, from, size);
	journal_record_mend(to, size);
	return to;
}

static void *must_realloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (p)
		return p;
	if (old == attrtable)
		attrcount--; /* counted before it had its place */
	give_up(-ERR_NO_MEMORY);
}

static int is_walking; /* back through a journal that is in use */
static int has_played; /* as far as its oldest record */

/*
 * The page before the latest one, @blk; where there is none, one from which
 * walkback() sees that there is no way back.
 */
static u32 first_page_to_walk(u32 blk, const void *prevbuf, u32 prevblk)
{
	is_walking = 1;
	if (prevbuf)
		return prevblk;
	if (blk <= RSTBLKS)
		give_up(-ERR_CORRUPT);
	return 0;
}

static unsigned int uncommitted; /* log records of unfinished transactions */

int play_redos_and_count(
	ntfs_volume *vol, const struct ACTION_RECORD *firstredo)
{
	struct ACTION_RECORD *action;

	for (action = (struct ACTION_RECORD *)firstredo; action;
		action = action->next) {
		if (action->record.transaction_id &&
			journal_record_is_change(&action->record) &&
			!(action->flags & ACTION_TO_REDO))
			uncommitted++;
		/* playlog ignores it in one place and fails in another. */
		if (action->record.redo_operation ==
			cpu_to_le16(TransactionTableDump))
			action->flags &= (u16)~ACTION_TO_REDO;
	}
	has_played = 1;
	return play_redos(vol, firstredo);
}

int play_no_undos(ntfs_volume *vol, const struct ACTION_RECORD *lastaction)
{
	(void)vol;
	(void)lastaction;
	give_up(-ERR_INTERNAL); /* --undo is never asked for */
}

/*
 * Every global that a run reads before it sets it.  But for two no option is
 * ever set, which is left for the compiler to see: what they ask for is not
 * in the application then.
 */
static void reset_globals(void)
{
	opts = 1; /* --sync */
	optk = 1; /* accept version 2.0: hibernation was excluded before */
	memset(redirect, 0, sizeof(redirect));
	memset(buffer_table, 0, sizeof(buffer_table));
	log_major = 0;
	redos_met = 0;
	committed_lsn = synced_lsn = latest_lsn = restart_lsn = 0;
	offset_mask = 0;
	actionnum = attrcount = playcount = playedactions = 0;
	redocount = undocount = uncommitted = middle_pages = 0;
	held_bytes = 0;
	is_walking = has_played = 0;
	playlog_begin();
	attrtable = NULL;
	log_ni = NULL;
	log_na = NULL;
}

static void free_actions(struct ACTION_RECORD *action)
{
	struct ACTION_RECORD *next;

	for (; action; action = next) {
		next = action->next;
		free(action);
	}
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
	for (i = 0; attrtable && i < attrcount; i++)
		free(attrtable[i]);
	free(attrtable);
	freeclusterentry(NULL);
	reset_globals();
}

/* Carry out @step, which may give up.  Never inlined: it is a way out. */
static int __attribute__((noinline))
guarded(int (*step)(CONTEXT *context), CONTEXT *context)
{
	if (__builtin_setjmp(way_out))
		return way_out_err;
	return step(context);
}

/*
 * ntfsrecover wants to go on without the second restart page, and then follows
 * a null pointer.
 */
static int check_second_page(void)
{
	RESTART_PAGE_HEADER *first = NULL;
	char *page = NULL;
	int err = -ERR_UNSUPPORTED;
	u32 size;

	if (!ntfs_check_logfile(log_na, &first) || !first)
		return -ERR_UNSUPPORTED;
	size = le32_to_cpu(first->system_page_size);
	page = malloc(size); /* checked by the library: 64 KiB at most */
	if (!page)
		err = -ERR_NO_MEMORY;
	else if (ntfs_attr_pread(log_na, size, size, page) == size &&
		 !ntfs_mst_post_read_fixup((NTFS_RECORD *)page, size))
		err = 0;
	free(page);
	free(first);
	return err;
}

static int walk_step(CONTEXT *context)
{
	union {
		char bytes[1024];
		u64 alignment;
	} boot;
	int err;

	if (ntfs_pread(context->vol->dev, 0, sizeof(boot), boot.bytes) !=
		sizeof(boot))
		return -ERR_IO;
	if (!getvolumedata(context, boot.bytes))
		return -ERR_UNSUPPORTED;
	err = check_second_page();
	if (err < 0)
		return err;
	if (walk(context))
		err = -ERR_UNSUPPORTED;
	if (playlog_lacked_memory())
		err = -ERR_NO_MEMORY;
	if (err < 0)
		return err;
	/* For ntfsrecover, to come to the journal's end is a success, too. */
	return is_walking && !has_played ? -ERR_CORRUPT : 0;
}

static int reset_step(CONTEXT *context)
{
	/* For example a restart page that was written in part. */
	return reset_logfile(context) ? -ERR_UNSUPPORTED : 0;
}

int ntfsrecover_sync(struct _ntfs_volume *vol,
	int (*before_reset)(void *ctx, const struct replay_result *result),
	void *ctx, struct replay_result *ret_result)
{
	struct replay_result result;
	CONTEXT context;
	int err;

	if (!checkstructs())
		return -ERR_INTERNAL;
	reset_globals();
	memset(&context, 0, sizeof(context));
	context.vol = vol;
	err = guarded(walk_step, &context);
	if (err < 0)
		goto out;
	result.actions = redocount;
	result.uncommitted = uncommitted;
	err = before_reset(ctx, &result);
	if (err < 0)
		goto out;
	err = guarded(reset_step, &context);
	if (err < 0)
		goto out;
	*ret_result = result;
out:
	free_actions(context.firstaction); /* unless walk() got that far */
	free_globals();
	return err;
}
