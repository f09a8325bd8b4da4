/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold by moving, for drivers that read every file of their folder whatever its
 * name: "Folder/X" becomes "Folder.held-<id>/X", in a folder beside it that is
 * made for the hold and removed with its last file.  Nothing but the parent
 * changes in the file's names, long and short.
 *
 * For quarantine/hold.c, which says when.  Each step converges.
 */
#ifndef QUARANTINE_HOLD_AWAY_H
#define QUARANTINE_HOLD_AWAY_H

#include "storage/volume.h"

/* Of a folder's path with one more name. */
#define HOLD_AWAY_PATH_BYTES 2048

/* The two folders of a hold. */
struct hold_away {
	char parent[HOLD_AWAY_PATH_BYTES]; /* of both; "" is the root */
	char name[HOLD_AWAY_PATH_BYTES];   /* of the one beside, in it */
	char path[HOLD_AWAY_PATH_BYTES];   /* the same as a path */
};

/**
 * hold_away_open - where do files of @folder go?
 *
 * Returns 0; -ERR_UNSUPPORTED for the root, which has no beside;
 * -ERR_TOO_LARGE.
 */
int hold_away_open(const char *folder, uint32_t hold_id, struct hold_away *ret);

/**
 * hold_away_make - make the folder beside @folder, if it is not there
 *
 * It gets @folder's access control list.  An entry that points to nothing, as
 * a power cut leaves one, is replaced.  Returns 0; -ERR_EXISTS if a file has
 * its name; -ERR_NO_SPACE if the index of the parent would have to grow: that
 * folder is somebody else's, and a power cut in it could lose more than one
 * name; otherwise as hold_apply().
 */
int hold_away_make(
	struct volume *v, const char *folder, const struct hold_away *a);

/** hold_away_remove - remove the folder beside, if it is there and empty */
int hold_away_remove(struct volume *v, const struct hold_away *a);

/**
 * hold_away_enter - the file @name of folder @from is in @to as well
 *
 * Its record is not changed.  Returns 0, also if it is in @to only; -ERR_EXISTS
 * if another file there has one of its names, and then nothing was changed;
 * otherwise as hold_apply().
 */
int hold_away_enter(
	struct volume *v, const char *from, const char *to, const char *name);

/** hold_away_leave - ... and is in @from no more */
int hold_away_leave(
	struct volume *v, const char *from, const char *to, const char *name);

#endif
