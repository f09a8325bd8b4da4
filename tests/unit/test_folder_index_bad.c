/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders whose index has one field spoiled, is no tree, or is out of order:
 * then nothing in them is put on hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/hold.h"
#include "storage/err.h"
#include "tests/support/index_rig.h"

/* --- One field spoiled ---------------------------------------------------- */

#define ONE_CHILD_BYTES 24 /* the entry of a node without names */

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
		return leaf();
	case LEAF_HEADER:
		return leaf() + BLOCK_HEADER;
	case LEAF_FIRST:
		return first(leaf() + BLOCK_HEADER);
	case LEAF_LAST:
		return last(leaf() + BLOCK_HEADER);
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
		mounted_unmount(&rig);
		put(place_of(d->place) + d->off, d->bytes, d->value);
		mounted_mount(&rig);
		err = index_check(folder);
		if (err != (d->err ? d->err : -ERR_CORRUPT))
			fail_msg("case %zu: %d", i, err);
		assert_int_equal(hold_apply(&rig.volume, HOLD_FILE, folder,
					 is_small ? SMALL_NAME : LARGE_NAME, 7),
			err);
		mounted_close(&rig);
	}
}

/* A block between the root of a folder and its leaves. */
static unsigned char *node_of(const char *folder)
{
	uint64_t number = peek_record_of(rig.bytes, rig.size, folder);

	for (uint64_t at = 0; at < rig.size; at += BLOCK_BYTES) {
		unsigned char *h = rig.bytes + at + BLOCK_HEADER;

		if (!memcmp(rig.bytes + at, "INDX", 4) && h[HAS_CHILDREN] & 1 &&
			(le64_get(first(h) + ENTRY_PARENT) & REF_MASK) ==
				number)
			return rig.bytes + at;
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
	mounted_unmount(&rig);
	h = node_of(LARGE) + BLOCK_HEADER;
	memcpy(child(last(h)), child(first(h)), 8);
	node = node_of(MEDIUM);
	memcpy(child(first(node + BLOCK_HEADER)), node + BLOCK_VCN, 8);
	mounted_mount(&rig);
	assert_int_equal(index_check(LARGE), -ERR_CORRUPT);
	assert_int_equal(index_check(MEDIUM), -ERR_CORRUPT);
}

/* A node with nothing but one child, which is the block @vcn. */
static void put_one_child(unsigned char *h, uint64_t vcn)
{
	unsigned char *e = first(h);

	h[HAS_CHILDREN] = 1;
	le32_put(h + END, le32_get(h + FIRST) + ONE_CHILD_BYTES);
	memset(e, 0, ONE_CHILD_BYTES);
	le16_put(e + ENTRY_LENGTH, ONE_CHILD_BYTES);
	le16_put(e + ENTRY_FLAGS, 3);
	le64_put(child(e), vcn);
}

/* Each block of LARGE under the one before, and @depth nodes down to a leaf. */
static int check_chain(uint32_t depth)
{
	uint64_t number;
	uint32_t blocks = 0;
	int err;

	open_volume();
	mounted_unmount(&rig);
	number = peek_record_of(rig.bytes, rig.size, LARGE);
	for (uint64_t at = 0; at < rig.size; at += BLOCK_BYTES) {
		unsigned char *h = rig.bytes + at + BLOCK_HEADER;
		uint64_t vcn = le64_get(rig.bytes + at + BLOCK_VCN);

		/* The last one stays a leaf, with its names. */
		if (memcmp(rig.bytes + at, "INDX", 4) != 0 ||
			(le64_get(first(h) + ENTRY_PARENT) & REF_MASK) !=
				number ||
			vcn + 2 > depth - 1)
			continue;
		put_one_child(h, vcn + 1);
		blocks++;
	}
	assert_int_equal(blocks, depth - 2);
	put_one_child(header(LARGE), 0);
	mounted_mount(&rig);
	err = index_check(LARGE);
	mounted_close(&rig);
	return err;
}

static void too_deep(void **state)
{
	(void)state;
	assert_int_equal(check_chain(FOLDER_INDEX_MAX_DEPTH), 0);
	assert_int_equal(
		check_chain(FOLDER_INDEX_MAX_DEPTH + 1), -ERR_TOO_LARGE);
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
	mounted_unmount(&rig);
	*letter(first(header(SMALL))) = 'z';
	*letter(first(leaf() + BLOCK_HEADER)) = 'z';
	*letter(first(node_of(MEDIUM) + BLOCK_HEADER)) = 'a';
	mounted_mount(&rig);
	assert_int_equal(index_check(SMALL), -ERR_CORRUPT);
	assert_int_equal(index_check(LARGE), -ERR_CORRUPT);
	assert_int_equal(index_check(MEDIUM), -ERR_CORRUPT);
	mounted_close(&rig);
	/* Behind the leaf it is the greatest of, and before the next name. */
	open_volume();
	mounted_unmount(&rig);
	*letter(first(node_of(LARGE) + BLOCK_HEADER)) = 'z';
	mounted_mount(&rig);
	assert_int_equal(index_check(LARGE), -ERR_CORRUPT);
	assert_int_equal(index_check(MEDIUM), 0);
	mounted_close(&rig);
	/* Capital letters are no others, until nothing else decides. */
	open_volume();
	mounted_unmount(&rig);
	*letter(first(header(SMALL))) = 'O';
	mounted_mount(&rig);
	assert_int_equal(index_check(SMALL), 0);
}

static void one_name_twice(void **state)
{
	unsigned char *h, *e;

	(void)state;
	open_volume();
	mounted_unmount(&rig);
	h = header(SMALL);
	e = first(h);
	memcpy(letter(e + le16_get(e + ENTRY_LENGTH)), letter(e),
		2 * strlen(SMALL_NAME));
	mounted_mount(&rig);
	assert_int_equal(index_check(SMALL), -ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(spoiled, index_rig_teardown),
		cmocka_unit_test_teardown(not_a_tree, index_rig_teardown),
		cmocka_unit_test_teardown(too_deep, index_rig_teardown),
		cmocka_unit_test_teardown(out_of_order, index_rig_teardown),
		cmocka_unit_test_teardown(one_name_twice, index_rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
