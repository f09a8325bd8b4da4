/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Index roots that libntfs-3g takes, but not for long: too short, too full, or
 * not there at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/folder_index.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_peek.h"

#define INDEX_ROOT_TYPE 0x90

/* Of an attribute that is resident */
#define NAME_OFFSET  10
#define VALUE_LENGTH 16
#define VALUE_OFFSET 20

/* Of an index root */
#define BLOCK_BYTES  0x08
#define HEADER	     0x10
#define HEADER_FIRST 0x10
#define HEADER_END   0x14
#define HEADER_ROOM  0x18

static uint64_t folder; /* the record of "D" */

static unsigned char *attribute(uint32_t type)
{
	uint64_t at = peek_attribute_place(
		rig_volume.bytes, rig_volume.size, folder, type);

	assert_true(at > 0);
	return rig_volume.bytes + at;
}

static unsigned char *value(unsigned char *a)
{
	return a + le16_get(a + VALUE_OFFSET);
}

/* libntfs-3g has to open it: what it refuses itself is not tested here. */
static int check(void)
{
	ntfs_inode *dir;
	int err;

	mounted_mount(&rig_volume);
	assert_int_equal(
		ntfs_inode_open_path(&rig_volume.volume, "D", &dir), 0);
	err = folder_index_check(&rig_volume.volume, dir);
	assert_int_equal(ntfs_inode_shut(&rig_volume.volume, dir, 0), 0);
	mounted_unmount(&rig_volume);
	return err;
}

static void open_folder(const char *manifest)
{
	rig_open(manifest);
	folder = rig_record_of("D");
	mounted_unmount(&rig_volume);
	assert_int_equal(check(), 0);
}

/* It leaves out what lies behind the header's flags. */
static void a_header_that_is_cut_short(void **state)
{
	unsigned char *a;

	(void)state;
	for (uint32_t len = 29; len < 32; len++) {
		open_folder("file /D/a.sys text a\n");
		a = attribute(INDEX_ROOT_TYPE);
		le32_put(a + VALUE_LENGTH, len);
		le32_put(value(a) + HEADER_FIRST, 16);
		le32_put(value(a) + HEADER_END, 16);
		le32_put(value(a) + HEADER_ROOM, 16);
		assert_int_equal(check(), -ERR_CORRUPT);
	}
}

/* Nor does it count those three bytes as a part of the room. */
static void more_room_than_there_is(void **state)
{
	unsigned char *a;

	(void)state;
	for (uint32_t more = 0; more < 4; more++) {
		open_folder("file /D/a.sys text a\n");
		a = attribute(INDEX_ROOT_TYPE);
		le32_put(value(a) + HEADER_ROOM,
			le32_get(a + VALUE_LENGTH) - HEADER + more);
		assert_int_equal(check(), more ? -ERR_CORRUPT : 0);
	}
}

/* Its entries would have to move to a block that is smaller. */
static void more_than_a_block_holds(void **state)
{
	static const char manifest[] = "file /D/a-name-of15.sys text a\n"
				       "file /D/b-name-of15.sys text b\n"
				       "file /D/c-name-of15.sys text c\n"
				       "file /D/d-name-of15.sys text d\n";

	(void)state;
	open_folder(manifest);
	le32_put(value(attribute(INDEX_ROOT_TYPE)) + BLOCK_BYTES, 1024);
	assert_int_equal(check(), 0);
	le32_put(value(attribute(INDEX_ROOT_TYPE)) + BLOCK_BYTES, 512);
	assert_int_equal(check(), -ERR_CORRUPT);
}

/* A folder has an index of names, or it is none. */
static void an_index_of_something_else(void **state)
{
	unsigned char *a;

	(void)state;
	open_folder("file /D/a.sys text a\n");
	a = attribute(INDEX_ROOT_TYPE);
	a += le16_get(a + NAME_OFFSET);
	assert_memory_equal(a, "$\0I\0003\0000\0", 8);
	a[6] = '1';
	assert_int_equal(check(), -ERR_CORRUPT);
}

#define TEST(test) cmocka_unit_test_teardown(test, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_header_that_is_cut_short),
		TEST(more_room_than_there_is),
		TEST(more_than_a_block_holds),
		TEST(an_index_of_something_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
