/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names in one folder, and what its index says about each: for those who
 * look for deliveries.
 */
#ifndef QUARANTINE_FOLDER_LIST_H
#define QUARANTINE_FOLDER_LIST_H

#include "quarantine/content.h"
#include "quarantine/file_names.h"

/* What a name of the folder must be to be listed. */
#define FOLDER_LIST_FILES   1u /* plain files */
#define FOLDER_LIST_FOLDERS 2u /* folders, but "." and ".." */

struct folder_entry {
	u64 ref; /* of the file: record and sequence number */
	bool is_folder;
	u8 len;
	ntfschar units[NTFS_MAX_NAME_LEN];
};

struct folder_list {
	struct folder_entry *entries;
	size_t count;
	size_t room;
};

/* What is wanted of a folder. */
struct folder_wish {
	unsigned int kinds;
	const struct content *content; /* names it concerns; NULL: all */
	size_t max;		       /* more of them: -ERR_TOO_LARGE */
};

/**
 * folder_list_read - list the names of @dir, each file once
 * @list: zeroed, or as an earlier call left it: its memory is used again
 *
 * Reparse points, DOS (8.3) names, system files and names that are not UTF-16
 * are passed over.  Returns 0; -ERR_TOO_LARGE; -ERR_CORRUPT; -ERR_IO;
 * -ERR_NO_MEMORY.  folder_list_free() is valid either way.
 */
int folder_list_read(struct volume *v, ntfs_inode *dir,
	const struct folder_wish *wish, struct folder_list *list);

/**
 * folder_list_key - what the index of @dir says about @e
 *
 * Returns 0; -ERR_CORRUPT if it has no such entry; otherwise as above.
 */
int folder_list_key(struct volume *v, ntfs_inode *dir,
	const struct folder_entry *e, union file_name *ret_key);

/** folder_list_time - the later of "modified" and "MFT changed" */
uint64_t folder_list_time(const union file_name *key);

/** folder_list_free - accepts a zeroed list */
void folder_list_free(struct folder_list *list);

#endif
