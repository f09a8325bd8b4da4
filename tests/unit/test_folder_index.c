/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders whose index is sound, small ones and trees of blocks, and the same
 * with one field spoiled: then nothing in them is put on hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/folder_index.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define SMALL	     "Small"
#define MEDIUM	     "Medium"
#define LARGE	     "Large"
#define SMALL_NAME   "one.sys"
#define LARGE_NAME   "name-0100-with-a-tail-that-makes-it-long.sys"
#define MEDIUM_FILES 70	 /* a node and its leaves */
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

static struct mounted m;

static void open_volume(void)
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
	mounted_open(&m, &(struct image_plan){
				 .manifest = manifest, .cluster_bytes = 4096});
}

static int teardown(void **state)
{
	(void)state;
	mounted_close(&m);
	return 0;
}

static int check(const char *folder)
{
	ntfs_inode *dir;
	int err = ntfs_inode_open_path(&m.volume, folder, &dir);

	if (err < 0)
		return err; /* libntfs-3g has seen it */
	err = folder_index_check(&m.volume, dir);
	assert_int_equal(ntfs_inode_shut(&m.volume, dir, 0), 0);
	return err;
}

/* --- Where the fields are --------------------------------------------------
 */

static unsigned char *attribute(const char *folder, uint32_t type)
{
	uint64_t number = peek_record_of(m.bytes, m.size, folder);
	uint64_t at = peek_attribute_place(m.bytes, m.size, number, type);

	assert_true(at > 0);
	return m.bytes + at;
}

static unsigned char *root(const char *folder)
{
	unsigned char *a = attribute(folder, INDEX_ROOT_TYPE);

	return a + le16_get(a + VALUE_OFFSET);
}

static unsigned char *header(const char *folder)
{
	return root(folder) + ROOT_HEADER;
}

static unsigned char *first(unsigned char *h)
{
	return h + le32_get(h + FIRST);
}

static unsigned char *last(unsigned char *h)
{
	unsigned char *e = first(h);

	while (!(le16_get(e + ENTRY_FLAGS) & 2))
		e += le16_get(e + ENTRY_LENGTH);
	return e;
}

static unsigned char *child(unsigned char *entry)
{
	return entry + le16_get(entry + ENTRY_LENGTH) - 8;
}

/* The leaf with LARGE_NAME. */
static unsigned char *block(void)
{
	unsigned char *e = patch_find_entry(m.bytes, m.size,
		peek_record_of(m.bytes, m.size, LARGE), LARGE_NAME);
	uint64_t at = (uint64_t)(e - m.bytes) / BLOCK_BYTES * BLOCK_BYTES;

	assert_memory_equal(m.bytes + at, "INDX", 4);
	return m.bytes + at;
}

/* --- One field spoiled -----------------------------------------------------
 */

enum place {
	SMALL_ROOT,
	SMALL_HEADER,
	SMALL_FIRST,
	SMALL_LAST,
	LARGE_ROOT,
	LARGE_HEADER,
	LARGE_FIRST,
	LARGE_CHILD,
	LEAF,
	LEAF_HEADER,
	LEAF_FIRST,
	LEAF_LAST,
	LARGE_BLOCKS
};

static unsigned char *place_of(enum place place)
{
	switch (place) {
	case SMALL_ROOT:
		return root(SMALL);
	case SMALL_HEADER:
		return header(SMALL);
	case SMALL_FIRST:
		return first(header(SMALL));
	case SMALL_LAST:
		return last(header(SMALL));
	case LARGE_ROOT:
		return root(LARGE);
	case LARGE_HEADER:
		return header(LARGE);
	case LARGE_FIRST:
		return first(header(LARGE));
	case LARGE_CHILD:
		return child(first(header(LARGE)));
	case LEAF:
		return block();
	case LEAF_HEADER:
		return block() + BLOCK_HEADER;
	case LEAF_FIRST:
		return first(block() + BLOCK_HEADER);
	case LEAF_LAST:
		return last(block() + BLOCK_HEADER);
	case LARGE_BLOCKS:
		return attribute(LARGE, INDEX_ALLOCATION_TYPE);
	}
	return NULL;
}

static const struct damage {
	enum place place;
	uint32_t off;
	uint32_t bytes; /* 1, 2, 4 or 8 */
	uint64_t value;
	int err; /* 0: -ERR_CORRUPT */
} all[] = {
	{SMALL_ROOT, ROOT_BLOCK_BYTES, 4, 0, 0},
	{SMALL_ROOT, ROOT_BLOCK_BYTES, 4, 256, 0},
	{SMALL_ROOT, ROOT_BLOCK_BYTES, 4, 768, 0},
	{SMALL_ROOT, ROOT_BLOCK_BYTES, 4, 0x20000, 0},
	{SMALL_HEADER, FIRST, 4, 8, 0},
	{SMALL_HEADER, FIRST, 4, 20, 0},
	{SMALL_HEADER, FIRST, 4, 0xfffffff8u, 0},
	{SMALL_HEADER, END, 4, 0, 0},
	{SMALL_HEADER, END, 4, 24, 0},
	{SMALL_HEADER, END, 4, 0x1000, 0},
	{SMALL_HEADER, END, 4, 0xffffffffu, 0},
	{SMALL_HEADER, ROOM, 4, 0, 0},
	{SMALL_HEADER, ROOM, 4, 0xffffffffu, 0},
	{SMALL_HEADER, HAS_CHILDREN, 1, 1, 0},
	{SMALL_FIRST, ENTRY_LENGTH, 2, 0, 0},
	{SMALL_FIRST, ENTRY_LENGTH, 2, 8, 0},
	{SMALL_FIRST, ENTRY_LENGTH, 2, 0x10, 0},
	{SMALL_FIRST, ENTRY_LENGTH, 2, 0x5c, 0},
	{SMALL_FIRST, ENTRY_LENGTH, 2, 0xfff8, 0},
	{SMALL_FIRST, ENTRY_KEY, 2, 0xffff, 0},
	{SMALL_FIRST, ENTRY_NAME, 1, 255, 0},
	{SMALL_FIRST, ENTRY_FLAGS, 2, 1, 0},
	{SMALL_FIRST, ENTRY_FLAGS, 2, 2, 0},
	{SMALL_LAST, ENTRY_FLAGS, 2, 0, 0},
	{SMALL_LAST, ENTRY_LENGTH, 2, 8, 0},
	{SMALL_LAST, ENTRY_LENGTH, 2, 0x18, 0},
	{SMALL_LAST, ENTRY_LENGTH, 2, 0xfff8, 0},
	{LARGE_ROOT, ROOT_BLOCK_BYTES, 4, 512, 0},
	{LARGE_HEADER, HAS_CHILDREN, 1, 0, 0},
	{LARGE_FIRST, ENTRY_FLAGS, 2, 0, 0},
	{LARGE_FIRST, ENTRY_LENGTH, 2, 0x10, 0},
	{LARGE_CHILD, 0, 8, 0xffffffffffffffffu, 0},
	{LARGE_CHILD, 0, 8, 0x7fffffffffffffffu, 0},
	{LARGE_CHILD, 0, 8, 1000, 0},
	{LARGE_CHILD, 7, 1, 0x80, 0},
	{LEAF, 0, 4, 0x44414142, 0}, /* "BAAD" */
	{LEAF, BLOCK_VCN, 8, 0x7000, 0},
	{LEAF_HEADER, FIRST, 4, 4, 0},
	{LEAF_HEADER, FIRST, 4, 0xff8, 0},
	{LEAF_HEADER, END, 4, 0xfff8, 0},
	{LEAF_HEADER, ROOM, 4, 0x100, 0},
	{LEAF_HEADER, HAS_CHILDREN, 1, 1, 0},
	{LEAF_FIRST, ENTRY_LENGTH, 2, 0, 0},
	{LEAF_FIRST, ENTRY_LENGTH, 2, 0xfff8, 0},
	{LEAF_FIRST, ENTRY_FLAGS, 2, 1, 0},
	{LEAF_LAST, ENTRY_FLAGS, 2, 0, 0},
	{LEAF_LAST, ENTRY_LENGTH, 2, 0, 0},
	{LARGE_BLOCKS, DATA_SIZE, 8, BLOCK_BYTES, 0},
};

static void put(unsigned char *at, uint32_t bytes, uint64_t value)
{
	for (; bytes--; value >>= 8)
		*at++ = (unsigned char)value;
}

static void spoiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct damage *d = &all[i];
		bool is_small = d->place <= SMALL_LAST;
		const char *folder = is_small ? SMALL : LARGE;
		int err;

		open_volume();
		mounted_unmount(&m);
		put(place_of(d->place) + d->off, d->bytes, d->value);
		mounted_mount(&m);
		err = check(folder);
		if (err != (d->err ? d->err : -ERR_CORRUPT))
			fail_msg("case %zu: %d", i, err);
		assert_int_equal(hold_apply(&m.volume, HOLD_FILE, folder,
					 is_small ? SMALL_NAME : LARGE_NAME, 7),
			err);
		mounted_close(&m);
	}
}

/* A block between the root of a folder and its leaves. */
static unsigned char *node_of(const char *folder)
{
	uint64_t number = peek_record_of(m.bytes, m.size, folder);

	for (uint64_t at = 0; at < m.size; at += BLOCK_BYTES) {
		unsigned char *h = m.bytes + at + BLOCK_HEADER;

		if (!memcmp(m.bytes + at, "INDX", 4) && h[HAS_CHILDREN] & 1 &&
			(le64_get(first(h) + ENTRY_PARENT) & REF_MASK) ==
				number)
			return m.bytes + at;
	}
	fail();
	return NULL;
}

/* Two parents of one block; and a block that is its own child. */
static void not_a_tree(void **state)
{
	unsigned char *h, *node;

	(void)state;
	open_volume();
	mounted_unmount(&m);
	h = node_of(LARGE) + BLOCK_HEADER;
	memcpy(child(last(h)), child(first(h)), 8);
	node = node_of(MEDIUM);
	memcpy(child(first(node + BLOCK_HEADER)), node + BLOCK_VCN, 8);
	mounted_mount(&m);
	assert_int_equal(check(LARGE), -ERR_CORRUPT);
	assert_int_equal(check(MEDIUM), -ERR_CORRUPT);
}

/* The first letter of the name of an entry. */
static unsigned char *letter(unsigned char *entry)
{
	return entry + ENTRY_PARENT + PATCH_NAME;
}

/* Each between two names of its own node, then of two of the tree's. */
static void out_of_order(void **state)
{
	(void)state;
	open_volume();
	mounted_unmount(&m);
	*letter(first(header(SMALL))) = 'z';
	*letter(first(block() + BLOCK_HEADER)) = 'z';
	*letter(first(node_of(MEDIUM) + BLOCK_HEADER)) = 'a';
	mounted_mount(&m);
	assert_int_equal(check(SMALL), -ERR_CORRUPT);
	assert_int_equal(check(LARGE), -ERR_CORRUPT);
	assert_int_equal(check(MEDIUM), -ERR_CORRUPT);
	mounted_close(&m);
	/* Behind the leaf it is the greatest of, and before the next name. */
	open_volume();
	mounted_unmount(&m);
	*letter(first(node_of(LARGE) + BLOCK_HEADER)) = 'z';
	mounted_mount(&m);
	assert_int_equal(check(LARGE), -ERR_CORRUPT);
	assert_int_equal(check(MEDIUM), 0);
	mounted_close(&m);
	/* Capital letters are no others, until nothing else decides. */
	open_volume();
	mounted_unmount(&m);
	*letter(first(header(SMALL))) = 'O';
	mounted_mount(&m);
	assert_int_equal(check(SMALL), 0);
}

static void one_name_twice(void **state)
{
	unsigned char *h, *e;

	(void)state;
	open_volume();
	mounted_unmount(&m);
	h = header(SMALL);
	e = first(h);
	memcpy(letter(e + le16_get(e + ENTRY_LENGTH)), letter(e),
		2 * strlen(SMALL_NAME));
	mounted_mount(&m);
	assert_int_equal(check(SMALL), -ERR_CORRUPT);
}

/* --- Sound ones ------------------------------------------------------------
 */

static void sound(void **state)
{
	(void)state;
	open_volume();
	assert_int_equal(check(""), 0);
	assert_int_equal(check(SMALL), 0);
	assert_int_equal(check(MEDIUM), 0);
	assert_int_equal(check(LARGE), 0);
	/* A tree of three levels, or the cases above prove little. */
	assert_true(header(LARGE)[HAS_CHILDREN] & 1);
	assert_true(le64_get(attribute(LARGE, INDEX_ALLOCATION_TYPE) +
			     DATA_SIZE) > 20 * BLOCK_BYTES);
	assert_int_equal(
		hold_apply(&m.volume, HOLD_FILE, LARGE, LARGE_NAME, 7), 0);
	assert_int_equal(check(LARGE), 0);
}

/* Blocks that are smaller than a cluster, and several times as large. */
static void other_clusters(void **state)
{
	const uint32_t clusters[] = {512, 1024, 8192, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof(clusters) / sizeof(clusters[0]); i++) {
		mounted_open(&m,
			&(struct image_plan){.size_bytes = 64u << 20,
				.manifest = "dir /Large\nfiller /Large 300\n",
				.cluster_bytes = clusters[i]});
		assert_int_equal(check(""), 0);
		assert_int_equal(check(LARGE), 0);
		if (clusters[i] == 512) {
			/* Not at the beginning of a block. */
			mounted_unmount(&m);
			le64_put(place_of(LARGE_CHILD),
				le64_get(place_of(LARGE_CHILD)) + 1);
			mounted_mount(&m);
			assert_int_equal(check(LARGE), -ERR_CORRUPT);
		}
		mounted_close(&m);
	}
}

/* --- What nobody could find out --------------------------------------------
 */

static void failures(void **state)
{
	ntfs_inode *dir;
	uint64_t nth = 0;
	int err;

	(void)state;
	open_volume();
	assert_int_equal(ntfs_inode_open_path(&m.volume, LARGE, &dir), 0);
	do {
		failalloc_arm(++nth, false);
		err = folder_index_check(&m.volume, dir);
		if (failalloc_disarm())
			assert_true(err < 0 && err != -ERR_CORRUPT);
		else
			assert_int_equal(err, 0);
	} while (err < 0);
	assert_true(nth > 3);
	assert_int_equal(ntfs_inode_shut(&m.volume, dir, 0), 0);
	mounted_close(&m);

	open_volume();
	assert_int_equal(ntfs_inode_open_path(&m.volume, LARGE, &dir), 0);
	m.disk.bad_from = (uint64_t)(block() - m.disk.bytes);
	m.disk.bad_to = m.disk.bad_from + 1;
	assert_int_equal(folder_index_check(&m.volume, dir), -ERR_IO);
	assert_int_equal(ntfs_inode_shut(&m.volume, dir, 0), 0);
}

/* More blocks than anybody needs. */
static void too_large(void **state)
{
	unsigned char *a;

	(void)state;
	open_volume();
	mounted_unmount(&m);
	a = place_of(LARGE_BLOCKS);
	for (size_t i = 0; i < 3; i++) /* allocated, data, initialized */
		le64_put(a + DATA_SIZE - 8 + 8 * i,
			(FOLDER_INDEX_MAX_BLOCKS + 1ull) * BLOCK_BYTES);
	mounted_mount(&m);
	assert_int_equal(check(LARGE), -ERR_TOO_LARGE);
}

/* Every folder of volumes that Windows has made. */
static void made_by_windows(void **state)
{
	static const struct {
		const char *name;
		uint64_t start;
	} real[] = {
		{"win10-clean-ads-40m.dd", 0},
		{"win10-index-2k-mbr-30m.raw", 65536},
		{"win10-si-vs-fn-mbr-1g.raw", 65536},
		{"win10-2Mclusters-mbr-1g.raw", 65536},
	};
	unsigned int folders = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		if (!mounted_fixture(&m, real[i].name, real[i].start))
			continue;
		mounted_mount(&m);
		for (u64 n = FILE_root; n < 200; n++) {
			ntfs_inode *ni = ntfs_inode_open(m.volume.ntfs, n);

			if (ni && ni->mrec->flags & MFT_RECORD_IS_DIRECTORY) {
				assert_int_equal(
					folder_index_check(&m.volume, ni), 0);
				folders++;
			}
			if (ni)
				assert_int_equal(
					ntfs_inode_shut(&m.volume, ni, 0), 0);
		}
		mounted_close(&m);
	}
	if (folders)
		printf("counted: %u folders made by Windows\n", folders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(sound, teardown),
		cmocka_unit_test_teardown(spoiled, teardown),
		cmocka_unit_test_teardown(not_a_tree, teardown),
		cmocka_unit_test_teardown(out_of_order, teardown),
		cmocka_unit_test_teardown(one_name_twice, teardown),
		cmocka_unit_test_teardown(other_clusters, teardown),
		cmocka_unit_test_teardown(failures, teardown),
		cmocka_unit_test_teardown(too_large, teardown),
		cmocka_unit_test_teardown(made_by_windows, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
