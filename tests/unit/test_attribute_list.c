/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder whose record needs a list of its attributes, and a list that does
 * not fit the records: what it leads to is not taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/file_names.h"
#include "quarantine/folder_index.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_peek.h"

#define CLUSTER_BYTES 4096

#define STANDARD_TYPE	0x10
#define LIST_TYPE	0x20
#define FILE_NAME_TYPE	0x30
#define INDEX_ROOT_TYPE 0x90

#define RUNS 32 /* of an attribute that is not resident */

/* Of an entry of an attribute list */
#define LISTED_LENGTH	4
#define LISTED_RECORD	16
#define LISTED_INSTANCE 24

/* Where the first run of such an attribute begins. */
static unsigned char *first_cluster(const unsigned char *a)
{
	const unsigned char *run = a + le16_get(a + RUNS);
	const unsigned char *place = run + 1 + (run[0] & 15);
	uint64_t cluster = 0;

	for (int i = run[0] >> 4; i-- > 0;)
		cluster = cluster << 8 | place[i];
	return rig_volume.bytes + cluster * CLUSTER_BYTES;
}

/* The entry of the list of D for the first attribute of that type. */
static unsigned char *listed(uint32_t type)
{
	uint64_t at = peek_attribute_place(rig_volume.bytes, rig_volume.size,
		rig_record_of("D"), LIST_TYPE);
	unsigned char *entry;

	assert_true(at > 0);
	entry = first_cluster(rig_volume.bytes + at);
	while (le32_get(entry) != type)
		entry += le16_get(entry + LISTED_LENGTH);
	return entry;
}

/* Streams so large that they have to be listed. */
static void open_volume(void)
{
	char manifest[2048] = "file /D/a.sys text a\n";

	for (int i = 0; i < 5; i++)
		(void)snprintf(manifest + strlen(manifest),
			sizeof(manifest) - strlen(manifest),
			"stream /D stream-%d repeat x 180\n", i);
	rig_open(manifest);
}

/* It leads to an attribute of another number, which nothing has. */
static void lead_nowhere(uint32_t type)
{
	unsigned char *entry = listed(type);

	mounted_unmount(&rig_volume);
	le16_put(entry + LISTED_INSTANCE,
		le16_get(entry + LISTED_INSTANCE) + 99);
	mounted_mount(&rig_volume);
}

/* It leads to an attribute that is of another type. */
static void lead_elsewhere(uint32_t type)
{
	unsigned char *entry = listed(type);
	const unsigned char *other = listed(STANDARD_TYPE);

	mounted_unmount(&rig_volume);
	memcpy(entry + LISTED_RECORD, other + LISTED_RECORD, 8);
	memcpy(entry + LISTED_INSTANCE, other + LISTED_INSTANCE, 2);
	mounted_mount(&rig_volume);
}

static ntfs_inode *open_inode(const char *path)
{
	ntfs_inode *ni;

	assert_int_equal(
		ntfs_inode_open_path(&rig_volume.volume, path, &ni), 0);
	return ni;
}

static void shut_inode(ntfs_inode *ni)
{
	assert_int_equal(ntfs_inode_shut(&rig_volume.volume, ni, 0), 0);
}

/* --- The index ------------------------------------------------------------ */

static int check_index(void)
{
	ntfs_inode *dir = open_inode("D");
	int err = folder_index_check(&rig_volume.volume, dir);

	shut_inode(dir);
	return err;
}

static void an_index_that_is_not_there(void **state)
{
	(void)state;
	open_volume();
	assert_int_equal(check_index(), 0);
	lead_nowhere(INDEX_ROOT_TYPE);
	assert_int_equal(check_index(), -ERR_CORRUPT);
}

static void an_index_that_is_something_else(void **state)
{
	(void)state;
	open_volume();
	lead_elsewhere(INDEX_ROOT_TYPE);
	assert_int_equal(check_index(), -ERR_CORRUPT);
}

/* The folder's records are looked at before its index is. */
static void an_entry_without_length(void **state)
{
	unsigned char *entry;
	ntfs_inode *dir;

	(void)state;
	open_volume();
	entry = listed(INDEX_ROOT_TYPE);
	mounted_unmount(&rig_volume);
	le16_put(entry + LISTED_LENGTH, 0);
	mounted_mount(&rig_volume);
	assert_int_equal(ntfs_inode_open_path(&rig_volume.volume, "D", &dir),
		-ERR_CORRUPT);
}

/* --- The names ------------------------------------------------------------ */

static int read_names(struct file_names *ret)
{
	ntfs_inode *root = open_inode("");
	ntfs_inode *dir = open_inode("D");
	int err = file_names_read(&rig_volume.volume, dir, root, ret);

	shut_inode(dir);
	shut_inode(root);
	return err;
}

static void a_name_that_is_not_there(void **state)
{
	struct file_names names;

	(void)state;
	open_volume();
	assert_int_equal(read_names(&names), 0);
	assert_int_equal(names.long_name.attr.file_name_length, 1);
	lead_nowhere(FILE_NAME_TYPE);
	assert_int_equal(read_names(&names), -ERR_CORRUPT);
}

static void a_name_that_is_something_else(void **state)
{
	struct file_names names;

	(void)state;
	open_volume();
	lead_elsewhere(FILE_NAME_TYPE);
	assert_int_equal(read_names(&names), -ERR_CORRUPT);
}

#define TEST(test) cmocka_unit_test_teardown(test, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_index_that_is_not_there),
		TEST(an_index_that_is_something_else),
		TEST(an_entry_without_length),
		TEST(a_name_that_is_not_there),
		TEST(a_name_that_is_something_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
