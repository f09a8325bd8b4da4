/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on a disk: its partitions and what each of them holds, as libblkid
 * sees it.  The same libblkid sources are compiled for the firmware and for
 * Linux; all their I/O goes through struct disk (storage/blkid_disk.c).
 */
#ifndef STORAGE_FIND_H
#define STORAGE_FIND_H

#include "storage/disk.h"

#define FIND_MAX_VOLUMES 128 /* GPT's usual number of entries */
#define FIND_LABEL_BYTES 128 /* UTF-8, with the closing NUL */
#define FIND_UUID_BYTES	 40  /* text, with the closing NUL */

enum volume_kind {
	VOLUME_OTHER, /* nothing we know, or nothing at all */
	VOLUME_NTFS,
	VOLUME_BITLOCKER,
	VOLUME_FAT,
	VOLUME_AMBIGUOUS, /* NTFS and something else at once, as after
			     formatting it anew with Linux: touch nothing */
	VOLUME_DYNAMIC,	  /* part of a dynamic disk or a storage pool, whatever
			     it looks like: touch nothing */
	VOLUME_REDO	  /* our own, by its type: for redo records */
};

/* GPT partition type of VOLUME_REDO */
#define FIND_REDO_TYPE "6f1aeb2f-ee5e-4739-b001-9b9a49a3315c"

struct found_volume {
	enum volume_kind kind;
	uint64_t start_bytes; /* within the disk */
	uint64_t size_bytes;
	uint32_t part_number; /* 1.., 0 = the whole disk has no partitions */
	char part_uuid[FIND_UUID_BYTES]; /* GPT partition GUID or "" */
	char uuid[FIND_UUID_BYTES];	 /* NTFS serial number in hex, or "" */
	char label[FIND_LABEL_BYTES];
};

struct found {
	bool has_table; /* a GPT or MBR partition table was recognised */
	char table_uuid[FIND_UUID_BYTES]; /* disk GUID or MBR id, or "" */
	size_t count;
	struct found_volume volumes[FIND_MAX_VOLUMES];
};

/**
 * find_volumes - list what @d holds
 * @d:	       a whole disk or an image; read only
 * @ret_found: filled in on success, unspecified after a failure; about 28 KiB:
 *	       do not put it on the stack
 *
 * A disk without partition table that holds a file system directly counts as
 * one volume with part_number 0.  Left out are empty partitions, those that
 * reach beyond the disk, and extended ones (their logical partitions count).
 * An empty or zero-sized disk gives count 0 and is no error.
 *
 * Returns 0; -ERR_IO, also if only one of the volumes could not be read;
 * -ERR_NO_MEMORY; -ERR_AMBIGUOUS if a file system on the whole disk contradicts
 * the partition table or another file system; -ERR_TOO_LARGE for more than
 *FIND_MAX_VOLUMES partitions or a table beyond every measure; -ERR_CORRUPT;
 *-ERR_INTERNAL if called from within itself (storage/blkid_disk.h).
 */
int find_volumes(struct disk *d, struct found *ret_found);

/**
 * find_partitions - the same by the partition table alone
 *
 * What is in a partition is not looked at, so it may be unreadable: kind is
 * OTHER but for what the table says.  As find_volumes() otherwise.
 */
int find_partitions(struct disk *d, struct found *ret_found);

#endif
