/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the index of a folder a sound tree?  Asked before a name in it is changed:
 * libntfs-3g follows the lengths of index entries unchecked while it moves them
 * from node to node, and a wrong one leads it out of its buffers.  Where names
 * are not in order it does not find some that are there, and puts others where
 * nobody finds them.
 */
#ifndef QUARANTINE_FOLDER_INDEX_H
#define QUARANTINE_FOLDER_INDEX_H

#include "storage/ntfs_lib.h"
#include "storage/volume.h"

/* Index blocks of one folder: of 4096 bytes, for some 500,000 names. */
#define FOLDER_INDEX_MAX_BLOCKS 16384

/* Nodes above each other, the root too: so many names need five. */
#define FOLDER_INDEX_MAX_DEPTH 16

/**
 * folder_index_check - every node that can be reached from the index root of
 * @dir, and every entry in it
 *
 * Each block has one parent, each name is greater than the one before.  Says
 * nothing about whose names they are.  Reads each block once; changes nothing.
 *
 * Returns 0; -ERR_CORRUPT; -ERR_TOO_LARGE; -ERR_NO_MEMORY; -ERR_IO.
 */
int folder_index_check(struct volume *v, ntfs_inode *dir);

#endif
