/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spoiling names in the bytes of an NTFS volume: finds the two places where
 * NTFS keeps one, the file's record and its directory's index, and changes
 * them there.  With the tools that make volumes nobody could make such ones.
 *
 * Names are ASCII.  A name across the last two bytes of 512 is not found there
 * (update sequence array): take another one.  Failures are failed assertions.
 */
#ifndef TESTS_SUPPORT_NTFS_PATCH_H
#define TESTS_SUPPORT_NTFS_PATCH_H

#include <stdint.h>

/* Within a $FILE_NAME value */
#define PATCH_NAME_LENGTH 64
#define PATCH_NAMESPACE	  65
#define PATCH_NAME	  66
#define PATCH_POSIX	  0
#define PATCH_DOS	  2

/* Before the value: in an index entry, and in an attribute */
#define PATCH_ENTRY_BYTES	     16
#define PATCH_ENTRY_LENGTH	     8
#define PATCH_ENTRY_KEY_LENGTH	     10
#define PATCH_ATTRIBUTE_BYTES	     24
#define PATCH_ATTRIBUTE_LENGTH	     4
#define PATCH_ATTRIBUTE_VALUE_LENGTH 16
#define PATCH_ATTRIBUTES_END	     0xffffffffu

/** patch_find_entry - the key of the entry @name in the index of @directory */
unsigned char *patch_find_entry(unsigned char *volume, uint64_t size,
	uint64_t directory, const char *name);

/** patch_find_name - the value of the attribute @name in the record @number */
unsigned char *patch_find_name(unsigned char *volume, uint64_t size,
	uint64_t number, const char *name);

/** patch_rename - other characters, as many as it has, for such a value */
void patch_rename(unsigned char *file_name, const char *name);

#endif
