/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening files of a mounted volume by path.  libntfs-3g does not share
 * inodes: never have one open twice, the last writer wins.
 */
#ifndef STORAGE_NTFS_INODE_H
#define STORAGE_NTFS_INODE_H

#include "storage/ntfs_lib.h"
#include "storage/volume.h"

/**
 * ntfs_inode_check_records - do all records that its attribute list names
 * belong to @ni?
 *
 * libntfs-3g takes them for its own, changes them and writes them, whosever
 * they are.  Returns 0, or -1 with errno set, also for a list that is damaged.
 */
int ntfs_inode_check_records(ntfs_inode *ni);

/**
 * ntfs_inode_open_whole - ntfs_inode_open(), and all its records are its own
 *
 * The only way to open a file in our code.  Returns NULL with errno set.
 */
ntfs_inode *ntfs_inode_open_whole(struct volume *v, u64 ref);

/**
 * ntfs_inode_open_path - open the file or directory @path
 * @path: as in storage/volume.h; "" is the root directory
 *
 * Returns 0 with *@ret_ni, which the caller gives to ntfs_inode_shut();
 * -ERR_NOT_FOUND; -ERR_CORRUPT; -ERR_IO; -ERR_NO_MEMORY.
 */
int ntfs_inode_open_path(
	struct volume *v, const char *path, ntfs_inode **ret_ni);

/**
 * ntfs_inode_shut - close @ni, writing back what changed
 * @ni:	 may be NULL
 * @err: the result so far
 *
 * Returns @err if that is already an error, else the error of closing, else
 * @err.
 */
int ntfs_inode_shut(struct volume *v, ntfs_inode *ni, int err);

#endif
