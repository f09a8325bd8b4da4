/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making and removing an empty folder.  Not the library's ntfs_create(): short
 * of memory, that one frees the new inode and goes on using it; nor its
 * ntfs_delete(), which then forgets to free one.
 */
#ifndef QUARANTINE_NEW_FOLDER_H
#define QUARANTINE_NEW_FOLDER_H

#include "quarantine/file_names.h"

/**
 * new_folder_make - make a folder in @parent
 * @name:     characters and namespace; the rest is filled in
 * @security: of its access control list, as $Secure knows it; 0: none of its
 *	      own
 *
 * The parent keeps its times.  Returns 0; -ERR_NO_SPACE; -ERR_EXISTS;
 * -ERR_CORRUPT; -ERR_IO; -ERR_NO_MEMORY.
 */
int new_folder_make(struct volume *v, ntfs_inode *parent, union file_name *name,
	le32 security);

/**
 * new_folder_remove - remove the folder @ni from @parent
 * @ref:  MFT reference of @ni
 * @name: of it in @parent
 *
 * Takes @ni over in any case.  Returns 0, also if it is not empty, and stays;
 * otherwise as above.
 */
int new_folder_remove(struct volume *v, ntfs_inode *parent, ntfs_inode *ni,
	u64 ref, const union file_name *name);

#endif
