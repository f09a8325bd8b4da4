/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on a disk: tables and volumes that are as they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "storage/cache.h"
#include "storage/err.h"
#include "storage/find.h"
#include "tests/support/disk_layout.h"
#include "tests/support/emudisk.h"

#define MIB   (1u << 20)
#define SIZE  (64u * MIB)
#define BLOCK 512u

static struct emudisk e;
static struct found found;

static void open_disk(uint32_t block_bytes)
{
	assert_int_equal(emudisk_open(&e, SIZE, block_bytes), 0);
	memset(&found, 0xa5, sizeof(found));
}

static int close_disk(void **state)
{
	(void)state;
	emudisk_close(&e);
	return 0;
}

static void expect_volume(size_t i, enum volume_kind kind, uint32_t number,
	uint64_t start, uint64_t size, const char *label)
{
	const struct found_volume *v = &found.volumes[i];

	assert_true(i < found.count);
	assert_int_equal(v->kind, kind);
	assert_int_equal(v->part_number, number);
	assert_int_equal(v->start_bytes, start);
	assert_int_equal(v->size_bytes, size);
	assert_string_equal(v->label, label);
}

/* The usual Windows disk: ESP, MSR, Windows, and a locked one. */
static void make_gpt_disk(enum layout_gpt_copies copies)
{
	uint64_t per_mib = MIB / e.disk.block_bytes;
	const struct layout_gpt_part parts[] = {
		{layout_type_esp, 1 * per_mib, 17 * per_mib - 1},
		{layout_type_msr, 17 * per_mib, 18 * per_mib - 1},
		{NULL, 0, 0},
		{layout_type_data, 18 * per_mib, 50 * per_mib - 1},
		{layout_type_data, 50 * per_mib, 60 * per_mib - 1},
	};

	layout_gpt(&e, parts, 5, copies);
	layout_fat16(&e, 1 * MIB, 16 * MIB, "SYSTEM");
	layout_ntfs(&e, 18 * MIB, 32 * MIB, 0x1122334455667788, "Windows");
	layout_bitlocker(&e, 50 * MIB);
}

static void expect_gpt_disk(void)
{
	char guid[FIND_UUID_BYTES];

	assert_true(found.has_table);
	assert_string_equal(found.table_uuid, LAYOUT_DISK_GUID);
	assert_int_equal(found.count, 4);
	expect_volume(0, VOLUME_FAT, 1, 1 * MIB, 16 * MIB, "SYSTEM");
	expect_volume(1, VOLUME_OTHER, 2, 17 * MIB, 1 * MIB, "");
	expect_volume(2, VOLUME_NTFS, 4, 18 * MIB, 32 * MIB, "Windows");
	expect_volume(3, VOLUME_BITLOCKER, 5, 50 * MIB, 10 * MIB, "");
	for (size_t i = 0; i < 4; i++) {
		snprintf(guid, sizeof(guid), LAYOUT_PART_GUID,
			found.volumes[i].part_number);
		assert_string_equal(found.volumes[i].part_uuid, guid);
		assert_string_equal(found.volumes[i].uuid,
			i == 2 ? "1122334455667788" : "");
	}
}

static void gpt(void **state)
{
	(void)state;
	open_disk(512);
	make_gpt_disk(LAYOUT_BOTH);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	expect_gpt_disk();
	assert_int_equal(e.counts.writes, 0);
	print_message("  GPT with 4 partitions: %u reads, %u bytes\n",
		(unsigned int)e.counts.reads,
		(unsigned int)e.counts.read_bytes);
	assert_true(e.counts.reads <= 14);
}

static void gpt_through_the_cache(void **state)
{
	struct cache c;

	(void)state;
	open_disk(512);
	make_gpt_disk(LAYOUT_BOTH);
	assert_int_equal(cache_open(&c, &e.disk), 0);
	assert_int_equal(find_volumes(&c.disk, &found), 0);
	cache_close(&c);
	expect_gpt_disk();
	print_message("  through the cache: %u reads, %u bytes\n",
		(unsigned int)e.counts.reads,
		(unsigned int)e.counts.read_bytes);
	assert_true(e.counts.reads <= 8);
}

static void gpt_in_4096_byte_blocks(void **state)
{
	(void)state;
	open_disk(4096);
	make_gpt_disk(LAYOUT_BOTH);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	expect_gpt_disk();
}

static void gpt_from_its_backup(void **state)
{
	(void)state;
	open_disk(512);
	make_gpt_disk(LAYOUT_BACKUP);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	expect_gpt_disk();
}

/* A damaged entry makes the checksum wrong: the other copy is asked. */
static void gpt_with_a_flipped_bit(void **state)
{
	(void)state;
	open_disk(512);
	make_gpt_disk(LAYOUT_BOTH);
	e.bytes[2 * BLOCK + 32] ^= 1;
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	expect_gpt_disk();
}

/* There is a table, and it cannot be read: that is not "no table". */
static void gpt_without_any_good_copy(void **state)
{
	(void)state;
	open_disk(512);
	make_gpt_disk(LAYOUT_BOTH);
	e.bytes[1 * BLOCK + 20] ^= 1;
	e.bytes[SIZE - BLOCK + 20] ^= 1;
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_true(found.has_table);
	assert_int_equal(found.count, 0);
}

static void gpt_with_128_partitions(void **state)
{
	struct layout_gpt_part parts[128];

	(void)state;
	open_disk(512);
	for (uint64_t i = 0; i < 128; i++)
		parts[i] = (struct layout_gpt_part){
			layout_type_data, 2048 + 8 * i, 2048 + 8 * i + 7};
	layout_gpt(&e, parts, 128, LAYOUT_BOTH);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 128);
	expect_volume(127, VOLUME_OTHER, 128, (2048 + 8 * 127) * BLOCK,
		8 * BLOCK, "");
}

/* It would look like any NTFS volume, and would be half of one. */
static void dynamic_disks(void **state)
{
	const struct layout_gpt_part gpt_parts[] = {
		{layout_type_ldm_data, 2048, 4095},
		{layout_type_storage_pool, 4096, 8191},
		{layout_type_data, 8192, 16383},
	};
	const struct layout_mbr_part mbr_parts[4] = {
		{0x42, 2048, 2048}, {0x07, 8192, 8192}};

	(void)state;
	open_disk(512);
	layout_ntfs(&e, 2048 * BLOCK, 2048 * BLOCK, 1, "mirror");
	layout_ntfs(&e, 4096 * BLOCK, 4096 * BLOCK, 2, "pool");
	layout_ntfs(&e, 8192 * BLOCK, 8192 * BLOCK, 3, "own");
	layout_gpt(&e, gpt_parts, 3, LAYOUT_BOTH);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.volumes[0].kind, VOLUME_DYNAMIC);
	assert_int_equal(found.volumes[1].kind, VOLUME_DYNAMIC);
	assert_int_equal(found.volumes[2].kind, VOLUME_NTFS);
	layout_mbr(&e, 0, 0x1234abcd, mbr_parts);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.volumes[0].kind, VOLUME_DYNAMIC);
	assert_int_equal(found.volumes[1].kind, VOLUME_NTFS);
}

static void mbr_with_logical_partitions(void **state)
{
	const struct layout_mbr_part primary[4] = {
		{0x07, 2048, 20480}, {0}, {0x0f, 40960, 61440}};
	const struct layout_mbr_part first[4] = {
		{0x07, 2048, 20480}, {0x05, 24576, 24576}};
	const struct layout_mbr_part second[4] = {{0x0c, 2048, 20480}};

	(void)state;
	open_disk(512);
	layout_mbr(&e, 0, 0x1234abcd, primary);
	layout_mbr(&e, 40960, 0, first);
	layout_mbr(&e, 40960 + 24576, 0, second);
	layout_ntfs(&e, 2048 * BLOCK, 20480 * BLOCK, 1, "System");
	layout_ntfs(&e, 43008 * BLOCK, 20480 * BLOCK, 2, "Data");
	layout_fat16(&e, 67584 * BLOCK, 20480 * BLOCK, "FAT");
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_true(found.has_table);
	assert_string_equal(found.table_uuid, "1234abcd");
	assert_int_equal(found.count, 3);
	expect_volume(0, VOLUME_NTFS, 1, 2048 * BLOCK, 20480 * BLOCK, "System");
	expect_volume(1, VOLUME_NTFS, 5, 43008 * BLOCK, 20480 * BLOCK, "Data");
	expect_volume(2, VOLUME_FAT, 6, 67584 * BLOCK, 20480 * BLOCK, "FAT");
	assert_string_equal(found.volumes[0].part_uuid, "");
	assert_string_equal(found.volumes[1].uuid, "0000000000000002");
}

static void mbr_beyond_the_disk(void **state)
{
	const uint32_t end = SIZE / BLOCK;
	const struct layout_mbr_part parts[4] = {{0x07, end - 10, 11},
		{0x07, end, 1}, {0x07, end + 1, 0xffffffff},
		{0x07, end - 10, 10}};

	(void)state;
	open_disk(512);
	layout_mbr(&e, 0, 0, parts);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_true(found.has_table);
	assert_string_equal(found.table_uuid, "");
	assert_int_equal(found.count, 1);
	expect_volume(0, VOLUME_OTHER, 4, (uint64_t)(end - 10) * BLOCK,
		10 * BLOCK, "");
}

static void expect_whole_disk(enum volume_kind kind, const char *label)
{
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_false(found.has_table);
	assert_int_equal(found.count, 1);
	expect_volume(0, kind, 0, 0, SIZE, label);
	assert_string_equal(found.volumes[0].part_uuid, "");
}

static void whole_disk_ntfs(void **state)
{
	(void)state;
	open_disk(512);
	layout_ntfs(&e, 0, SIZE, 0xfedcba9876543210, "No table");
	expect_whole_disk(VOLUME_NTFS, "No table");
	assert_string_equal(found.volumes[0].uuid, "FEDCBA9876543210");
}

static void whole_disk_fat(void **state)
{
	(void)state;
	open_disk(512);
	layout_fat16(&e, 0, SIZE, "STICK");
	expect_whole_disk(VOLUME_FAT, "STICK");
}

static void whole_disk_bitlocker(void **state)
{
	(void)state;
	open_disk(512);
	layout_bitlocker(&e, 0);
	/* What is in the place of the table must not look like one. */
	memset(e.bytes + 446, 'A', 64);
	expect_whole_disk(VOLUME_BITLOCKER, "");
}

/* Its last two bytes are those of an MBR, and the table's place is full. */
static void ntfs_that_looks_like_an_mbr(void **state)
{
	const struct layout_mbr_part parts[4] = {
		{0x07, 2048, 2048}, {0x0c, 8192, 8192}};

	(void)state;
	open_disk(512);
	layout_mbr(&e, 0, 0x1234abcd, parts);
	layout_ntfs(&e, 0, SIZE, 1, "N");
	expect_whole_disk(VOLUME_NTFS, "N");
}

/* mkfs need not overwrite the old boot sector: which of the two is it? */
static void ntfs_under_another_file_system(void **state)
{
	const struct layout_mbr_part parts[4] = {{0x07, 2048, 20480},
		{0x07, 22528, 20480}, {0x83, 43008, 20480},
		{0x07, 63488, 20480}};

	(void)state;
	open_disk(512);
	layout_mbr(&e, 0, 1, parts);
	for (uint64_t at = 2048; at <= 63488; at += 20480)
		if (at != 43008)
			layout_ntfs(&e, at * BLOCK, 20480 * BLOCK, at, "old");
	layout_ext2(&e, 2048 * BLOCK);
	layout_btrfs(&e, 22528 * BLOCK);
	layout_ext2(&e, 43008 * BLOCK);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 4);
	assert_int_equal(found.volumes[0].kind, VOLUME_AMBIGUOUS);
	assert_int_equal(found.volumes[1].kind, VOLUME_AMBIGUOUS);
	assert_int_equal(found.volumes[2].kind, VOLUME_OTHER);
	assert_int_equal(found.volumes[3].kind, VOLUME_NTFS);
	memset(e.bytes, 0, 2 * BLOCK);
	layout_ntfs(&e, 0, SIZE, 1, "old");
	layout_ext2(&e, 0);
	expect_whole_disk(VOLUME_AMBIGUOUS, "old");
}

/* Nor need it overwrite that of a volume that was encrypted once. */
static void bitlocker_under_another_file_system(void **state)
{
	const struct layout_mbr_part parts[4] = {{0x07, 2048, 20480},
		{0x07, 22528, 20480}, {0x07, 43008, 20480},
		{0x07, 63488, 20480}};

	(void)state;
	open_disk(512);
	layout_mbr(&e, 0, 1, parts);
	for (uint64_t at = 2048; at <= 63488; at += 20480)
		layout_bitlocker(&e, at * BLOCK);
	layout_ext2(&e, 2048 * BLOCK);
	layout_btrfs(&e, 22528 * BLOCK);
	layout_ntfs(&e, 43008 * BLOCK, 20480 * BLOCK, 1, "N");
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 4);
	assert_int_equal(found.volumes[0].kind, VOLUME_AMBIGUOUS);
	assert_int_equal(found.volumes[1].kind, VOLUME_AMBIGUOUS);
	assert_int_equal(found.volumes[2].kind, VOLUME_NTFS);
	assert_int_equal(found.volumes[3].kind, VOLUME_BITLOCKER);
	memset(e.bytes, 0, 2 * BLOCK);
	layout_bitlocker(&e, 0);
	memset(e.bytes + 446, 'A', 64); /* no table of partitions */
	layout_ext2(&e, 0);
	expect_whole_disk(VOLUME_AMBIGUOUS, "");
}

static void expect_nothing(uint64_t size)
{
	e.disk.size_bytes = size;
	memset(&found, 0xa5, sizeof(found));
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_false(found.has_table);
	assert_int_equal(found.count, 0);
	assert_string_equal(found.table_uuid, "");
	e.disk.size_bytes = SIZE;
}

static void empty_disks(void **state)
{
	(void)state;
	open_disk(512);
	expect_nothing(0);
	expect_nothing(512);
	expect_nothing(1024);
	expect_nothing(1536);
	expect_nothing(SIZE);
	memset(e.bytes, 0xff, SIZE);
	expect_nothing(SIZE);
	e.disk.size_bytes = 0;
	e.disk.block_bytes = 4096;
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 0);
	e.disk.size_bytes = SIZE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(gpt, close_disk),
		cmocka_unit_test_teardown(gpt_through_the_cache, close_disk),
		cmocka_unit_test_teardown(gpt_in_4096_byte_blocks, close_disk),
		cmocka_unit_test_teardown(gpt_from_its_backup, close_disk),
		cmocka_unit_test_teardown(gpt_with_a_flipped_bit, close_disk),
		cmocka_unit_test_teardown(
			gpt_without_any_good_copy, close_disk),
		cmocka_unit_test_teardown(gpt_with_128_partitions, close_disk),
		cmocka_unit_test_teardown(dynamic_disks, close_disk),
		cmocka_unit_test_teardown(
			mbr_with_logical_partitions, close_disk),
		cmocka_unit_test_teardown(mbr_beyond_the_disk, close_disk),
		cmocka_unit_test_teardown(whole_disk_ntfs, close_disk),
		cmocka_unit_test_teardown(whole_disk_fat, close_disk),
		cmocka_unit_test_teardown(whole_disk_bitlocker, close_disk),
		cmocka_unit_test_teardown(
			ntfs_that_looks_like_an_mbr, close_disk),
		cmocka_unit_test_teardown(
			ntfs_under_another_file_system, close_disk),
		cmocka_unit_test_teardown(
			bitlocker_under_another_file_system, close_disk),
		cmocka_unit_test_teardown(empty_disks, close_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
