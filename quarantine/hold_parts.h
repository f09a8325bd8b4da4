/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of hold share.  Nobody else includes this.
 *
 *   hold.c	    finding the file; hold, undo and verify of its long name
 *   hold_short.c   its short name
 *   hold_away.c    moving it to a folder beside its own
 *   hold_name.c    how the name of a held file is made and recognised
 */
#ifndef QUARANTINE_HOLD_PARTS_H
#define QUARANTINE_HOLD_PARTS_H

#include "quarantine/file_names.h"
#include "quarantine/hold.h"
#include "storage/ntfs_inode.h"

/* A file and its folder, open; each inode exactly once. */
struct target {
	ntfs_inode *dir;
	ntfs_inode *ni;
	u64 ref; /* of the file: record and sequence number */
	struct file_names names;
};

/* A name in the characters NTFS compares. */
struct units {
	ntfschar *text;
	u8 len;
};

/** hold_units_of - @name in those characters; the caller frees the text */
int hold_units_of(struct volume *v, const char *name, struct units *ret);

/** hold_look_up - the MFT reference of @name in @dir; 0, -ERR_NOT_FOUND ... */
int hold_look_up(
	struct volume *v, ntfs_inode *dir, const char *name, u64 *ret_ref);

/** hold_check_holdable - is it what a hold of that style is for? */
int hold_check_holdable(const ntfs_inode *ni, enum hold_style style);

/**
 * hold_short_name - give the file on hold its short name
 * @original: its name when not on hold
 *
 * A name that was its own short name becomes a long one with a short one
 * beside it: the held name is too long to be both.  Converges; returns as
 * hold_apply().
 */
int hold_short_name(
	struct volume *v, struct target *t, const struct units *original);

/**
 * hold_short_name_undo - give the short name back
 * @is_done: the record has the original long name again already
 * @space:   of the long name; changed where that is its own short name again
 */
int hold_short_name_undo(struct volume *v, struct target *t,
	const struct units *original, bool is_done,
	FILE_NAME_TYPE_FLAGS *space);

#endif
