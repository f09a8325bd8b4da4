/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on a disk: broken devices, no memory, hostile and damaged bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "storage/blkid_disk.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/find.h"
#include "tests/support/check_found.h"
#include "tests/support/disk_layout.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"

#define MIB	   (1u << 20)
#define SIZE	   (16u * MIB)
#define BLOCK	   512u
#define NTFS_AT	   (4u * MIB)
#define NTFS_BYTES (8u * MIB)

static struct emudisk e;
static struct found found;

static void make_gpt_disk(void)
{
	const struct layout_gpt_part parts[] = {
		{layout_type_esp, 2048, 8191},
		{layout_type_data, NTFS_AT / BLOCK,
			(NTFS_AT + NTFS_BYTES) / BLOCK - 1},
		{layout_type_data, 24576, 28671},
	};

	layout_gpt(&e, parts, 3, LAYOUT_BOTH);
	layout_fat16(&e, 2048 * BLOCK, 6144 * BLOCK, "ESP");
	layout_ntfs(&e, NTFS_AT, NTFS_BYTES, 7, "Windows");
	layout_bitlocker(&e, 24576 * BLOCK);
}

static int open_disk(void **state)
{
	(void)state;
	assert_int_equal(emudisk_open(&e, SIZE, BLOCK), 0);
	make_gpt_disk();
	return 0;
}

static int close_disk(void **state)
{
	(void)state;
	emudisk_close(&e);
	return 0;
}

/* A failed read is never taken for "nothing there". */
static void each_read_fails(void **state)
{
	uint64_t reads;

	(void)state;
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 3);
	reads = e.counts.reads;
	assert_true(reads > 5);
	for (uint64_t n = 1; n <= reads; n++) {
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, false);
		assert_int_equal(find_volumes(&e.disk, &found), -ERR_IO);
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, true);
		assert_int_equal(find_volumes(&e.disk, &found), -ERR_IO);
	}
	emudisk_reset(&e);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 3);
}

/* libblkid goes on without a label it found no memory for; we do not. */
static void each_allocation_fails(void **state)
{
	bool has_failed = true;
	uint64_t n;
	int err;

	(void)state;
	for (n = 1; has_failed; n++) {
		failalloc_arm(n, n % 2);
		err = find_volumes(&e.disk, &found);
		has_failed = failalloc_disarm();
		assert_int_equal(err, has_failed ? -ERR_NO_MEMORY : 0);
	}
	assert_true(n > 20);
	assert_int_equal(found.count, 3);
	assert_string_equal(found.volumes[1].label, "Windows");
	assert_string_equal(found.volumes[1].uuid, "0000000000000007");
}

static void check_any(void)
{
	int err;

	memset(&found, 0xa5, sizeof(found));
	err = find_volumes(&e.disk, &found);
	if (err == 0)
		check_found(&found, &e.disk);
	else
		assert_true(err == -ERR_AMBIGUOUS || err == -ERR_CORRUPT ||
			    err == -ERR_TOO_LARGE);
}

static void cut_anywhere(void **state)
{
	(void)state;
	for (uint64_t size = 0; size < SIZE;
		size += size < 128 * BLOCK ? BLOCK : 301 * BLOCK) {
		e.disk.size_bytes = size;
		check_any();
	}
	e.disk.size_bytes = SIZE;
}

static void each_byte_flipped(void **state)
{
	static const struct {
		uint64_t from;
		uint64_t to;
	} ranges[] = {{0, 3 * BLOCK + 128}, {2048 * BLOCK, 2049 * BLOCK},
		{NTFS_AT, NTFS_AT + 3 * BLOCK},
		{NTFS_AT + 16384, NTFS_AT + 16384 + 8},
		{NTFS_AT + 16384 + 3072, NTFS_AT + 16384 + 3072 + 160},
		{24576 * BLOCK, 24577 * BLOCK}, {SIZE - BLOCK, SIZE}};

	(void)state;
	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++)
		for (uint64_t at = ranges[r].from; at < ranges[r].to; at++)
			for (unsigned int flip = 1; flip < 256; flip *= 4) {
				e.bytes[at] ^= (unsigned char)flip;
				check_any();
				e.bytes[at] ^= (unsigned char)flip;
			}
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 3);
}

static void random_disks(void **state)
{
	struct prng random = {.state = 11};

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		prng_fill(&random, e.bytes, 64 * BLOCK);
		le16_put(e.bytes + 510, 0xaa55);
		if (i % 3 == 1)
			memset(e.bytes + 446, 0, 64);
		if (i % 3 == 2)
			for (int k = 0; k < 4; k++)
				e.bytes[446 + 16 * k] &= 0x80;
		check_any();
	}
}

static void table_and_file_system(void **state)
{
	(void)state;
	layout_fat16(&e, 0, SIZE, "BOTH");
	assert_int_equal(find_volumes(&e.disk, &found), -ERR_AMBIGUOUS);
}

static void label_that_is_no_text(void **state)
{
	unsigned char *attribute = e.bytes + NTFS_AT + 16384 + 3072 + 56;
	struct found_volume *v = &found.volumes[1];

	(void)state;
	le16_put(attribute + 24 + 2, 0xd800); /* W?ndows: half a pair */
	le16_put(attribute + 24 + 4, 0x00fc);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_string_equal(v->label, "W\?\?\?\xc3\xbc"
				      "dows");
	/* 60 characters of three bytes each: 42 of them fit. */
	le32_put(attribute + 16, 120);
	for (int i = 0; i < 60; i++)
		le16_put(attribute + 24 + 2 * i, 0x20ac);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(strlen(v->label), 42 * 3);
	assert_memory_equal(v->label + 41 * 3, "\xe2\x82\xac", 4);
	/* FAT: code page bytes */
	memcpy(e.bytes + (2048 + 17) * BLOCK, "\x8e\x99", 2);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_string_equal(found.volumes[0].label, "\?\?P");
}

/* The head is emudisk's, the rest of the terabyte reads as zeros. */
#define HUGE_BYTES (1ull << 40)

static int huge_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	size_t inside = 0;

	(void)d;
	memset(buf, 0, len);
	if (off < SIZE) {
		inside = len < SIZE - off ? len : (size_t)(SIZE - off);
		memcpy(buf, e.bytes + off, inside);
	}
	e.counts.read_bytes += len;
	return 0;
}

static const struct disk_ops huge_ops = {.read = huge_read};

static int find_on_huge_disk(void)
{
	struct disk d = {.ops = &huge_ops,
		.size_bytes = HUGE_BYTES,
		.block_bytes = BLOCK};
	int err;

	e.counts.read_bytes = 0;
	err = find_volumes(&d, &found);
	assert_true(e.counts.read_bytes <= 2 * BLKID_DISK_BUDGET_BYTES);
	return err;
}

/* "2^30 bytes per MFT record": libblkid would read two of them. */
static void ntfs_with_huge_records(void **state)
{
	const struct layout_mbr_part parts[4] = {
		{0x07, NTFS_AT / BLOCK, 0x7ff00000}};

	(void)state;
	memset(e.bytes, 0, 64 * BLOCK);
	layout_mbr(&e, 0, 1, parts);
	e.bytes[NTFS_AT + 64] = 0xe2;
	assert_int_equal(find_on_huge_disk(), 0);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.volumes[0].kind, VOLUME_OTHER);
	layout_ntfs(&e, 0, HUGE_BYTES, 1, "");
	e.bytes[64] = 0xe2;
	assert_int_equal(find_on_huge_disk(), -ERR_TOO_LARGE);
}

/* Nobody can write a valid checksum for this; the entries come first. */
static void gpt_with_huge_table(void **state)
{
	unsigned char *h = e.bytes + BLOCK;
	uint32_t crc = 0xffffffff;

	(void)state;
	le64_put(h + 32, HUGE_BYTES / BLOCK - 1);
	le64_put(h + 48, HUGE_BYTES / BLOCK - 40);
	le32_put(h + 80, 33554431);
	le32_put(h + 16, 0);
	for (size_t i = 0; i < 92; i++) {
		crc ^= h[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	le32_put(h + 16, ~crc);
	assert_int_equal(find_on_huge_disk(), -ERR_TOO_LARGE);
}

/* @count logical partitions, each linking to the next; the last to @last. */
static void make_chain(uint32_t count, uint32_t last)
{
	const struct layout_mbr_part extended[4] = {
		{0x0f, 8, SIZE / BLOCK - 8}};

	memset(e.bytes, 0, SIZE);
	layout_mbr(&e, 0, 1, extended);
	for (uint32_t i = 0; i < count; i++) {
		const struct layout_mbr_part link[4] = {{0x07, 1, 1},
			{0x05, i + 1 < count ? 2 * i + 2 : last, 2}};

		layout_mbr(&e, 8 + 2 * i, 0, link);
	}
}

static void logical_chains(void **state)
{
	(void)state;
	make_chain(100, 0);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 100);
	make_chain(3, 2); /* back to the second one, for ever */
	assert_int_equal(find_volumes(&e.disk, &found), 0);
	assert_int_equal(found.count, 3);
	make_chain(129, 0);
	assert_int_equal(find_volumes(&e.disk, &found), -ERR_TOO_LARGE);
	make_chain(SIZE / BLOCK / 2 - 8, 0);
	assert_int_equal(find_volumes(&e.disk, &found), -ERR_TOO_LARGE);
}

static void one_session_at_a_time(void **state)
{
	unsigned char byte;

	(void)state;
	assert_true(blkid_disk_open(&e.disk) >= 0);
	assert_int_equal(find_volumes(&e.disk, &found), -ERR_INTERNAL);
	blkid_disk_close();
	assert_int_equal(blkid_disk_size(3), 0);
	assert_int_equal(blkid_disk_read(3, &byte, 1), -1);
	assert_int_equal(blkid_disk_seek(3, 0, SEEK_SET), -1);
	assert_int_equal(find_volumes(&e.disk, &found), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_read_fails, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			each_allocation_fails, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			cut_anywhere, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			each_byte_flipped, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			random_disks, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			table_and_file_system, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			label_that_is_no_text, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			ntfs_with_huge_records, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			gpt_with_huge_table, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			logical_chains, open_disk, close_disk),
		cmocka_unit_test_setup_teardown(
			one_session_at_a_time, open_disk, close_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
