/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold: rename a file, or a generation folder with all that is in it, in its
 * own folder so that nobody finds it any more, and undo.  "X" becomes
 * "X.held-<id>", id being eight hexadecimal digits; its short name, if it has
 * one, gets the extension HLD (quarantine/short_name.h).  Everything else
 * stays: inode, data, streams, access control list, and the four times wherever
 * NTFS keeps them ($STANDARD_INFORMATION, $FILE_NAME, directory index).
 *
 * Where a rule says so a file is moved instead (quarantine/hold_away.h): "X" in
 * "Folder" becomes "../Folder.held-<id>/X", as names of held files are given
 * here, from its folder on.
 *
 * The name alone is enough to undo a hold: no database, nothing is deleted.
 * By hand, from Windows: rename the file back, or move it back.
 */
#ifndef QUARANTINE_HOLD_H
#define QUARANTINE_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarantine/rule.h"
#include "storage/volume.h"

#define HOLD_SUFFIX	  ".held-"
#define HOLD_SUFFIX_CHARS 14 /* ".held-" and eight hexadecimal digits */

/* 255 UTF-16 units as UTF-8, with NUL: any name on NTFS. */
#define HOLD_NAME_BYTES 768

/**
 * hold_name - the name of @name while on hold
 * @buf: receives UTF-8; @cap bytes
 *
 * Returns 0 or -ERR_TOO_LARGE (a name longer than 241 UTF-16 units).
 */
int hold_name(const char *name, uint32_t hold_id, char *buf, size_t cap);

/**
 * hold_parse_name - is @name the name of a held file?
 * @ret_id: may be NULL
 *
 * Returns the length in bytes of the original name, or 0 if it is not one.
 */
size_t hold_parse_name(const char *name, uint32_t *ret_id);

/** hold_moved_name - the same for a file of @folder that is moved */
int hold_moved_name(const char *folder, const char *name, uint32_t hold_id,
	char *buf, size_t cap);

/**
 * hold_parse_any - is @name one that either function above has made?
 * @ret_original: where the original name begins in @name; may be NULL
 *
 * Returns its length in bytes, or 0.
 */
size_t hold_parse_any(
	const char *name, uint32_t *ret_id, const char **ret_original);

/** hold_is_moved - does the name of a held file say that it was moved? */
bool hold_is_moved(const char *held_name);

/**
 * hold_path - where @name of @folder lies, which may be that of a moved file
 * @buf: receives the path from the volume's root on; what has no room is cut
 *
 * For sentences: "A/B" and "../B.held-0000002a/X" give "A/B.held-0000002a/X".
 */
void hold_path(const char *folder, const char *name, char *buf, size_t cap);

/* What is put on hold, and how. */
enum hold_style { HOLD_FILE, HOLD_FOLDER, HOLD_MOVED };

/** hold_style_of - how a rule's deliveries are held */
enum hold_style hold_style_of(const struct rule *r);

/*
 * A hold that moves, and its undo, go through these one after the other, for
 * all files together, and what one has done is on the disk before the next
 * begins: so a file is in one folder or the other at any time.  Everything else
 * happens in HOLD_CHANGE.
 */
enum hold_phase {
	HOLD_MAKE,   /* the folder to move to */
	HOLD_ENTER,  /* the file is in both */
	HOLD_CHANGE, /* ... in the new one only; renames */
	HOLD_TIDY,   /* the folder that is empty now */
	HOLD_PHASE_COUNT
};

/**
 * hold_apply_phase - put @name in @folder on hold
 *
 * Converges: a hold that was cut short by a power failure is completed.
 *
 * Returns 0; -ERR_NOT_FOUND; -ERR_UNSUPPORTED (a directory where a file was
 * expected or the reverse, a system file, a reparse point, or a file with more
 * than one hard link); -ERR_EXISTS if a file of the new name is there;
 * -ERR_NO_SPACE; -ERR_TOO_LARGE; -ERR_CORRUPT if index and file record
 * contradict each other; -ERR_IO; -ERR_NO_MEMORY.  After a failure the volume
 * is half changed: drop the overlay.
 */
int hold_apply_phase(struct volume *v, enum hold_phase phase,
	enum hold_style style, const char *folder, const char *name,
	uint32_t hold_id);

/**
 * hold_undo_phase - give what is on hold as @held_name its name back
 *
 * Restores name, namespace and short name; if another file has that short name
 * by now, a renamed one keeps its own, and a moved one stays.  Converges as
 * hold_apply_phase() does, as long as the index shows the held name.  Returns
 * 0; -ERR_EXISTS if a new file of the original name has been delivered since
 * (the held one stays and nothing was changed); otherwise as
 * hold_apply_phase().
 */
int hold_undo_phase(struct volume *v, enum hold_phase phase, const char *folder,
	const char *held_name);

/** hold_apply, hold_undo - all phases */
int hold_apply(struct volume *v, enum hold_style style, const char *folder,
	const char *name, uint32_t hold_id);
int hold_undo(struct volume *v, const char *folder, const char *held_name);

/**
 * hold_verify - does the volume show what hold_apply() or hold_undo() did?
 * @present: a name that must be in @folder, in the index and in its record
 * @absent:  a name that must not be there; either may be that of a moved file
 *
 * Meant for a volume that was closed and opened again.  Returns 0 if so,
 * -ERR_NOT_STORED if not, or the error that kept it from finding out.
 */
int hold_verify(struct volume *v, const char *folder, const char *present,
	const char *absent);

#endif
