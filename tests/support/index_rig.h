/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume with a small, a medium and a large folder, and where the fields of
 * their indexes are, for a file of tests.
 */
#ifndef TESTS_SUPPORT_INDEX_RIG_H
#define TESTS_SUPPORT_INDEX_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/folder_index.h"
#include "storage/bytes.h"
#include "storage/ntfs_inode.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define SMALL	     "Small"
#define MEDIUM	     "Medium"
#define LARGE	     "Large"
#define SMALL_NAME   "one.sys"
#define LARGE_NAME   "name-0100-with-a-tail-that-makes-it-long.sys"
#define MEDIUM_FILES 70	 /* a node and its leaves */
#define LARGE_FILES  800 /* a level between */

#define INDEX_ROOT_TYPE	      0x90
#define INDEX_ALLOCATION_TYPE 0xA0
#define VALUE_OFFSET	      20
#define DATA_SIZE	      48 /* of a non-resident attribute */
#define BLOCK_BYTES	      4096

/* Of an index root, a block and an entry; see quarantine/folder_index.c. */
#define ROOT_BLOCK_BYTES 0x08
#define ROOT_HEADER	 0x10
#define BLOCK_VCN	 0x10
#define BLOCK_HEADER	 0x18
#define FIRST		 0x00
#define END		 0x04
#define ROOM		 0x08
#define ENTRY_LENGTH	 0x08
#define ENTRY_KEY	 0x0A
#define ENTRY_FLAGS	 0x0C
#define ENTRY_PARENT	 0x10
#define HAS_CHILDREN	 0x0C /* of a header */
#define REF_MASK	 0xffffffffffffu
#define ENTRY_NAME	 (0x10 + PATCH_NAME_LENGTH)

static struct mounted rig;

static inline void open_volume(void)
{
	static char manifest[(MEDIUM_FILES + LARGE_FILES) * 80];
	size_t used = 0;

	if (!manifest[0])
		used = (size_t)snprintf(manifest, sizeof(manifest),
			"file /" SMALL "/" SMALL_NAME " text 1\n"
			"file /" SMALL "/two.sys text 2\n");
	for (int i = 0; used && i < MEDIUM_FILES + LARGE_FILES; i++)
		used += (size_t)snprintf(manifest + used,
			sizeof(manifest) - used,
			"file /%s/name-%04d-with-a-tail-that-makes-it-"
			"long.sys\n",
			i < LARGE_FILES ? LARGE : MEDIUM, i % LARGE_FILES);
	mounted_open(&rig, &(struct image_plan){.manifest = manifest,
				   .cluster_bytes = 4096});
}

/* For cmocka. */
static inline int index_rig_teardown(void **state)
{
	(void)state;
	mounted_close(&rig);
	return 0;
}

static inline int index_check(const char *folder)
{
	ntfs_inode *dir;
	int err = ntfs_inode_open_path(&rig.volume, folder, &dir);

	if (err < 0)
		return err; /* libntfs-3g has seen it */
	err = folder_index_check(&rig.volume, dir);
	assert_int_equal(ntfs_inode_shut(&rig.volume, dir, 0), 0);
	return err;
}

/* --- Where the fields are ------------------------------------------------- */

static inline unsigned char *attribute(const char *folder, uint32_t type)
{
	uint64_t number = peek_record_of(rig.bytes, rig.size, folder);
	uint64_t at = peek_attribute_place(rig.bytes, rig.size, number, type);

	assert_true(at > 0);
	return rig.bytes + at;
}

static inline unsigned char *root(const char *folder)
{
	unsigned char *a = attribute(folder, INDEX_ROOT_TYPE);

	return a + le16_get(a + VALUE_OFFSET);
}

static inline unsigned char *header(const char *folder)
{
	return root(folder) + ROOT_HEADER;
}

static inline unsigned char *first(unsigned char *h)
{
	return h + le32_get(h + FIRST);
}

static inline unsigned char *last(unsigned char *h)
{
	unsigned char *e = first(h);

	while (!(le16_get(e + ENTRY_FLAGS) & 2))
		e += le16_get(e + ENTRY_LENGTH);
	return e;
}

static inline unsigned char *child(unsigned char *entry)
{
	return entry + le16_get(entry + ENTRY_LENGTH) - 8;
}

/* The leaf with LARGE_NAME. */
static inline unsigned char *leaf(void)
{
	unsigned char *e = patch_find_entry(rig.bytes, rig.size,
		peek_record_of(rig.bytes, rig.size, LARGE), LARGE_NAME);
	uint64_t at = (uint64_t)(e - rig.bytes) / BLOCK_BYTES * BLOCK_BYTES;

	assert_memory_equal(rig.bytes + at, "INDX", 4);
	return rig.bytes + at;
}

#endif
