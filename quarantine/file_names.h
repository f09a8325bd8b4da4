/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of one file, where NTFS keeps them: the $FILE_NAME attributes of
 * its record and the entries of its directory's index.  Both carry copies of
 * the file's times, and they usually differ; a change of name leaves all of
 * them as they are.
 *
 * For quarantine/hold.c, which says what the names shall be.
 */
#ifndef QUARANTINE_FILE_NAMES_H
#define QUARANTINE_FILE_NAMES_H

#include "storage/ntfs_lib.h"
#include "storage/volume.h"

/* The value of one $FILE_NAME attribute, or the key of one index entry. */
union file_name {
	FILE_NAME_ATTR attr;
	u8 bytes[sizeof(FILE_NAME_ATTR) + 2 * NTFS_MAX_NAME_LEN];
};

struct file_names {
	union file_name long_name; /* the only name, or the WIN32 one */
	bool has_short;
	union file_name short_name; /* the DOS one */
};

/** file_name_bytes - length of the attribute value */
u32 file_name_bytes(const union file_name *n);

/** file_name_units - its characters; n->attr.file_name_length of them */
const ntfschar *file_name_units(const union file_name *n);

/** file_name_set - replace name and namespace, keep everything else */
void file_name_set(union file_name *n, const ntfschar *units, u8 len,
	FILE_NAME_TYPE_FLAGS space);

/** file_name_is - do both have the same characters, regardless of case? */
bool file_name_is(struct volume *v, const union file_name *n,
	const ntfschar *units, u8 len);

/**
 * file_names_read - the names of @ni in directory @dir
 *
 * Returns 0; -ERR_UNSUPPORTED if it has more than one hard link, or links
 * from elsewhere; -ERR_CORRUPT if it has no name in @dir; -ERR_IO;
 * -ERR_NO_MEMORY.
 */
int file_names_read(struct volume *v, ntfs_inode *ni, ntfs_inode *dir,
	struct file_names *ret);

/**
 * file_name_find - look @name up in the index of @dir
 * @ref: the file it should belong to
 *
 * Compares exactly.  Returns 1 with a copy of the entry's key, 0 if it is not
 * there, -ERR_EXISTS if it is there but belongs to another file, or what kept
 * it from finding out.
 */
int file_name_find(struct volume *v, ntfs_inode *dir, u64 ref,
	const union file_name *name, union file_name *ret_key);

/**
 * file_name_replace - @from becomes @to, in the index of @dir and in @ni
 *
 * Converges: whichever half was already done stays.  Returns 0; -ERR_EXISTS
 * if another file has the name @to (nothing was changed); -ERR_CORRUPT if an
 * entry of that name belongs to another file; -ERR_NO_SPACE if the file record
 * is full; -ERR_IO; -ERR_NO_MEMORY.
 */
int file_name_replace(struct volume *v, ntfs_inode *dir, ntfs_inode *ni,
	const union file_name *from, const union file_name *to);

/** file_name_add - one more name; converges and fails as file_name_replace() */
int file_name_add(struct volume *v, ntfs_inode *dir, ntfs_inode *ni,
	const union file_name *name);

/** file_name_remove - one name less; a half that is gone is no error */
int file_name_remove(struct volume *v, ntfs_inode *dir, ntfs_inode *ni,
	const union file_name *name);

#endif
