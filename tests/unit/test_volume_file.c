/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a volume as disks: the bytes that NTFS promises and those that lie
 * in the clusters, streams, scattered files, and damage of every kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/volume_file.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"

#define CLUSTER	  4096u
#define BIG_BYTES 40000u /* in one run */
#define SCATTERED 2800000u

#define ATTRIBUTE_DATA 0x80
#define TYPE_STANDARD  0x10

/* Of a non-resident attribute's header. */
#define OFF_FLAGS	0x0C
#define OFF_RUNS	0x20
#define OFF_DATA_SIZE	0x30
#define OFF_INITIALISED 0x38

/* Of $STANDARD_INFORMATION's value, which begins there. */
#define STANDARD_VALUE 0x18
#define OFF_FILE_FLAGS 0x20
#define FLAG_REPARSE   0x400
#define FLAG_ENCRYPTED 0x4000

static const struct image_plan plan = {
	.manifest = "dir /Windows\n"
		    "file /Windows/small.txt text \"eleven char\"\n"
		    "file /Windows/empty.txt\n"
		    "file /Windows/big.bin repeat 0123456789 40000\n"
		    "stream /Windows/big.bin more text hidden\n"
		    "stream /Windows/big.bin bulk repeat abc 30000\n"
		    "dir /Folder\n"
		    "stream /Folder note text \"of a folder\"\n",
};

static const struct image_plan scattered_plan = {
	.size_bytes = 12 << 20,
	.manifest = "dir /Comb\n"
		    "comb /Comb\n"
		    "file /pagefile.sys repeat 0123456789 2800000\n",
};

static struct mounted m;
static struct volume_file f;

static int setup(void **state)
{
	(void)state;
	mounted_open(&m, &plan);
	return 0;
}

static int setup_scattered(void **state)
{
	(void)state;
	mounted_open(&m, &scattered_plan);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)volume_file_close(&f); /* also after a test that failed */
	mounted_close(&m);
	return 0;
}

static int open_file(const char *path, int way)
{
	return volume_file_open(&f, &m.volume, path, (enum volume_file_way)way);
}

static void expect_open(const char *path, int way, int result)
{
	int err = open_file(path, way);

	if (err != result)
		fail_msg("%s: %d", path, err);
	if (err < 0)
		assert_true(!f.inode && !f.attribute);
	assert_int_equal(volume_file_close(&f), 0);
}

/* The bytes [off, off + len) are @text over and over. */
static void expect_pattern(uint64_t off, size_t len, const char *text)
{
	uint8_t *buf = malloc(len);
	size_t i;

	assert_int_equal(disk_read(&f.disk, off, buf, len), 0);
	for (i = 0; i < len; i++)
		if (buf[i] != (uint8_t)text[(off + i) % strlen(text)])
			fail_msg("byte %d is %d", (int)(off + i), buf[i]);
	free(buf);
}

static void expect_zeros(uint64_t off, size_t len)
{
	uint8_t *buf = malloc(len);
	size_t i;

	assert_int_equal(disk_read(&f.disk, off, buf, len), 0);
	for (i = 0; i < len; i++)
		assert_int_equal(buf[i], 0);
	free(buf);
}

/* --- What is there -------------------------------------------------------- */

static void reads_any_range_both_ways(void **state)
{
	static const struct {
		uint64_t off;
		size_t len;
	} ranges[] = {{0, BIG_BYTES}, {0, 1}, {BIG_BYTES - 1, 1}, {4095, 2},
		{1, 8191}, {8192, 4096}, {12345, 20000}, {BIG_BYTES, 0}};

	(void)state;
	for (int way = VOLUME_FILE_NORMAL; way <= VOLUME_FILE_RAW; way++) {
		assert_int_equal(open_file("windows/BIG.bin", way), 0);
		assert_int_equal(f.disk.size_bytes, BIG_BYTES);
		assert_false(f.disk.may_write);
		assert_string_equal(f.disk.name, "windows/BIG.bin");
		for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
			expect_pattern(
				ranges[i].off, ranges[i].len, "0123456789");
		assert_int_equal(
			disk_read(&f.disk, BIG_BYTES, &way, 1), -ERR_TRUNCATED);
		assert_int_equal(
			disk_write(&f.disk, 0, &way, 1), -ERR_READ_ONLY);
		assert_int_equal(disk_flush(&f.disk), 0);
		assert_int_equal(volume_file_close(&f), 0);
		assert_int_equal(
			disk_read(&f.disk, 0, &way, 1), -ERR_TRUNCATED);
	}
	assert_true(overlay_is_empty(&m.overlay));
}

static void reads_resident_data(void **state)
{
	(void)state;
	for (int way = VOLUME_FILE_NORMAL; way <= VOLUME_FILE_RAW; way++) {
		assert_int_equal(open_file("Windows/small.txt", way), 0);
		assert_int_equal(f.disk.size_bytes, 11);
		expect_pattern(0, 11, "eleven char");
		expect_pattern(3, 8, "eleven char");
		assert_int_equal(volume_file_close(&f), 0);
		assert_int_equal(open_file("Windows/empty.txt", way), 0);
		assert_int_equal(f.disk.size_bytes, 0);
		assert_int_equal(volume_file_close(&f), 0);
	}
}

static void reads_streams_by_name(void **state)
{
	char path[VOLUME_FILE_PATH_BYTES + 1];

	(void)state;
	for (int way = VOLUME_FILE_NORMAL; way <= VOLUME_FILE_RAW; way++) {
		assert_int_equal(open_file("Windows/big.bin:more", way), 0);
		expect_pattern(0, 6, "hidden");
		assert_int_equal(volume_file_close(&f), 0);
		assert_int_equal(open_file("Windows/big.bin:bulk", way), 0);
		assert_int_equal(f.disk.size_bytes, 30000);
		expect_pattern(0, 30000, "abc");
		assert_int_equal(volume_file_close(&f), 0);
		assert_int_equal(open_file("Folder:note", way), 0);
		expect_pattern(0, 11, "of a folder");
		assert_int_equal(volume_file_close(&f), 0);
		expect_open("Windows/big.bin:none", way, -ERR_NOT_FOUND);
		expect_open("Windows/none:more", way, -ERR_NOT_FOUND);
		expect_open("Windows/big.bin:more:more", way, -ERR_NOT_FOUND);
		/* Neither the first stream nor the index. */
		expect_open("Folder", way, -ERR_NOT_FOUND);
		expect_open("Windows", way, -ERR_NOT_FOUND);
		expect_open("Windows:$I30", way, -ERR_NOT_FOUND);
		expect_open("Windows/big.bin:", way, 0);
	}
	memset(path, 'x', sizeof(path));
	path[VOLUME_FILE_PATH_BYTES] = '\0';
	expect_open(path, VOLUME_FILE_RAW, -ERR_TOO_LARGE);
	path[VOLUME_FILE_PATH_BYTES - 1] = '\0';
	expect_open(path, VOLUME_FILE_RAW, -ERR_NOT_FOUND);
}

static void reads_a_scattered_file(void **state)
{
	uint64_t last = SCATTERED - SCATTERED % CLUSTER;
	uint64_t before;

	(void)state;
	assert_int_equal(open_file("pagefile.sys", VOLUME_FILE_RAW), 0);
	assert_int_equal(f.disk.size_bytes, SCATTERED);
	before = m.disk.counts.reads;
	expect_pattern(0, 1, "0123456789");
	assert_int_equal(m.disk.counts.reads - before, 1);
	expect_pattern(last - 1, 2, "0123456789");
	expect_pattern(0, SCATTERED, "0123456789");
	/* Each run is one read, and there are many. */
	before = m.disk.counts.reads;
	expect_pattern(0, SCATTERED, "0123456789");
	assert_true(m.disk.counts.reads - before > 70);
	assert_int_equal(volume_file_close(&f), 0);
	assert_int_equal(open_file("pagefile.sys", VOLUME_FILE_NORMAL), 0);
	expect_pattern(0, SCATTERED, "0123456789");
	assert_true(overlay_is_empty(&m.overlay));
}

/* --- Headers by hand ------------------------------------------------------ */

/* The header of the file's first attribute of that type, on the disk. */
static uint8_t *attribute_of(const char *name, uint32_t type)
{
	uint64_t number = peek_record_of(m.bytes, m.size, name);
	uint64_t place = peek_attribute_place(m.bytes, m.size, number, type);

	assert_true(number && place);
	return m.bytes + place;
}

static uint8_t *runs_of(uint8_t *attribute)
{
	return attribute + le16_get(attribute + OFF_RUNS);
}

/* What was changed on the disk counts from here on. */
static void mount_anew(void)
{
	assert_int_equal(volume_file_close(&f), 0);
	if (m.volume.ntfs)
		mounted_unmount(&m);
	mounted_mount(&m);
}

static void raw_reads_past_the_valid_data(void **state)
{
	static const uint64_t valid[] = {0, 1, 5000, CLUSTER, BIG_BYTES};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		le64_put(attribute_of("big.bin", ATTRIBUTE_DATA) +
				 OFF_INITIALISED,
			valid[i]);
		mount_anew();
		assert_int_equal(
			open_file("Windows/big.bin", VOLUME_FILE_NORMAL), 0);
		assert_int_equal(f.disk.size_bytes, BIG_BYTES);
		expect_pattern(0, (size_t)valid[i], "0123456789");
		expect_zeros(valid[i], (size_t)(BIG_BYTES - valid[i]));
		assert_int_equal(volume_file_close(&f), 0);
		assert_int_equal(
			open_file("Windows/big.bin", VOLUME_FILE_RAW), 0);
		assert_int_equal(f.disk.size_bytes, BIG_BYTES);
		expect_pattern(0, BIG_BYTES, "0123456789");
	}
}

/* "21 0A xx yy 00": ten clusters.  Now four of nothing, then six of them. */
static void holes_are_zeros(void **state)
{
	uint8_t *runs = runs_of(attribute_of("big.bin", ATTRIBUTE_DATA));
	uint16_t cluster;

	(void)state;
	assert_int_equal(runs[0] & 0x0F, 1);
	assert_in_range(runs[0] >> 4, 1, 2);
	assert_int_equal(runs[1], BIG_BYTES / CLUSTER + 1);
	cluster = runs[0] >> 4 == 1 ? runs[2] : le16_get(runs + 2);
	memcpy(runs, "\x01\x04\x21\x06\x00\x00\x00", 7);
	le16_put(runs + 4, (uint16_t)(cluster + 4));
	mount_anew();
	for (int way = VOLUME_FILE_NORMAL; way <= VOLUME_FILE_RAW; way++) {
		assert_int_equal(open_file("Windows/big.bin", way), 0);
		expect_zeros(0, 4 * CLUSTER);
		expect_zeros(4 * CLUSTER - 1, 1);
		expect_pattern(
			4 * CLUSTER, BIG_BYTES - 4 * CLUSTER, "0123456789");
		assert_int_equal(volume_file_close(&f), 0);
	}
}

static void names_what_it_cannot_read(void **state)
{
	uint8_t *flags = attribute_of("big.bin", TYPE_STANDARD) +
			 STANDARD_VALUE + OFF_FILE_FLAGS;
	uint8_t *data = attribute_of("big.bin", ATTRIBUTE_DATA);
	uint32_t plain = le32_get(flags);

	(void)state;
	le32_put(flags, plain | FLAG_REPARSE);
	mount_anew();
	expect_open("Windows/big.bin", VOLUME_FILE_NORMAL, -ERR_UNSUPPORTED);
	expect_open("Windows/big.bin", VOLUME_FILE_RAW, -ERR_UNSUPPORTED);
	expect_open("Windows/big.bin:more", VOLUME_FILE_RAW, 0);
	le32_put(flags, plain | FLAG_ENCRYPTED);
	le16_put(data + OFF_FLAGS, 0x4000);
	mount_anew();
	expect_open("Windows/big.bin", VOLUME_FILE_NORMAL, -ERR_UNSUPPORTED);
	expect_open("Windows/big.bin", VOLUME_FILE_RAW, -ERR_UNSUPPORTED);
	le32_put(flags, plain | 0x800);
	le16_put(data + OFF_FLAGS, 1);
	data[0x22] = 4; /* its compression unit */
	mount_anew();
	expect_open("Windows/big.bin", VOLUME_FILE_RAW, -ERR_UNSUPPORTED);
	expect_open("Windows/big.bin", VOLUME_FILE_NORMAL, 0);
}

/* --- Damage --------------------------------------------------------------- */

static void expect_failure(int way, int expected)
{
	uint8_t *buf = malloc(BIG_BYTES);
	int err = open_file("Windows/big.bin", way);

	if (err == 0)
		err = disk_read(&f.disk, 0, buf, BIG_BYTES);
	if (err != expected)
		fail_msg("way %d: %d", way, err);
	assert_int_equal(volume_file_close(&f), 0);
	free(buf);
}

static void damaged_runs_are_damage(void **state)
{
	static const struct {
		const char *runs;
		size_t len;
	} bad[] = {
		{"\x00", 1},		     /* none at all */
		{"\x21\x04\x40\x00\x00", 5}, /* fewer than ten clusters */
		{"\x21\x0A\x00\x7F\x00", 5}, /* beyond the volume */
		{"\x11\x0A\xC0\x00", 4},     /* before the volume */
		{"\x21\x00\x40\x00\x00", 5}, /* an empty run */
		{"\x91\x0A\x00\x00\x00", 5}, /* nine bytes of cluster */
	};
	uint8_t *runs = runs_of(attribute_of("big.bin", ATTRIBUTE_DATA));

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(runs, bad[i].runs, bad[i].len);
		mount_anew();
		expect_failure(VOLUME_FILE_NORMAL, -ERR_CORRUPT);
		expect_failure(VOLUME_FILE_RAW, -ERR_CORRUPT);
	}
}

static void impossible_sizes_are_damage(void **state)
{
	uint8_t *data = attribute_of("big.bin", ATTRIBUTE_DATA);
	uint8_t byte;

	(void)state;
	le64_put(data + OFF_DATA_SIZE, (uint64_t)1 << 40);
	mount_anew();
	assert_int_equal(open_file("Windows/big.bin", VOLUME_FILE_RAW), 0);
	expect_pattern(0, BIG_BYTES, "0123456789");
	assert_int_equal(
		disk_read(&f.disk, (uint64_t)1 << 39, &byte, 1), -ERR_CORRUPT);
	le64_put(data + OFF_DATA_SIZE, UINT64_MAX);
	mount_anew();
	assert_true(open_file("Windows/big.bin", VOLUME_FILE_RAW) < 0);
	assert_true(open_file("Windows/big.bin", VOLUME_FILE_NORMAL) < 0);
}

/* Any byte of its record: it opens and reads, or an error says why. */
static void any_changed_byte_is_survived(void **state)
{
	uint64_t number = peek_record_of(m.bytes, m.size, "big.bin");
	uint64_t place = peek_record_place(m.bytes, m.size, number);
	uint8_t *buf = malloc(BIG_BYTES);

	(void)state;
	for (size_t i = 0; i < 1024; i += 3) {
		uint8_t before = m.bytes[place + i];

		m.bytes[place + i] ^= 0x81;
		mount_anew();
		for (int way = 0; way <= VOLUME_FILE_RAW; way++) {
			uint64_t len;

			if (open_file("Windows/big.bin", way) < 0)
				continue;
			len = f.disk.size_bytes < BIG_BYTES ? f.disk.size_bytes
							    : BIG_BYTES;
			(void)disk_read(&f.disk, 0, buf, (size_t)len);
			assert_int_equal(volume_file_close(&f), 0);
		}
		assert_true(overlay_is_empty(&m.overlay));
		m.bytes[place + i] = before;
	}
	free(buf);
}

/* Mount, open, read; the first error. */
static int whole_reading(int way, uint8_t *buf)
{
	struct overlay o;
	struct volume v = {0};
	int err = overlay_open(&o, &m.slice.disk, OVERLAY_MAX_BYTES);

	if (!err)
		err = volume_open(&v, &o.disk);
	if (!err)
		err = volume_file_open(
			&f, &v, "Windows/big.bin", (enum volume_file_way)way);
	if (!err)
		err = disk_read(&f.disk, 0, buf, BIG_BYTES);
	if (f.inode && volume_file_close(&f) < 0)
		err = -ERR_INTERNAL;
	(void)volume_close(&v); /* nothing was written */
	overlay_close(&o);
	return err;
}

static void failing_reads_are_named(void **state)
{
	uint8_t *buf = malloc(BIG_BYTES);

	(void)state;
	mounted_unmount(&m);
	for (int way = 0; way <= VOLUME_FILE_RAW; way++) {
		uint64_t reads;

		emudisk_reset(&m.disk);
		assert_int_equal(whole_reading(way, buf), 0);
		reads = m.disk.counts.reads;
		assert_true(reads > 10);
		for (uint64_t n = 1; n <= reads; n++) {
			emudisk_reset(&m.disk);
			emudisk_plan_fault(
				&m.disk, EMUDISK_READ, EMUDISK_FAIL, n, true);
			if (whole_reading(way, buf) != -ERR_IO)
				fail_msg("way %d, read %d", way, (int)n);
		}
	}
	emudisk_reset(&m.disk);
	free(buf);
	mounted_mount(&m);
}

static void failing_allocations_are_named(void **state)
{
	uint8_t *buf = malloc(BIG_BYTES);

	(void)state;
	for (int way = 0; way <= VOLUME_FILE_RAW; way++) {
		bool was_hit = true;

		for (uint64_t n = 1; was_hit; n++) {
			int err;

			failalloc_arm(n, false);
			err = whole_reading(way, buf);
			was_hit = failalloc_disarm();
			/* One of them the library can do without. */
			if (err && (!was_hit || err != -ERR_NO_MEMORY))
				fail_msg("way %d, allocation %d: %d", way,
					(int)n, err);
		}
	}
	free(buf);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define SCATTERED_(test)                                                       \
	cmocka_unit_test_setup_teardown(test, setup_scattered, teardown)
	const struct CMUnitTest tests[] = {
		ON(reads_any_range_both_ways),
		ON(reads_resident_data),
		ON(reads_streams_by_name),
		SCATTERED_(reads_a_scattered_file),
		ON(raw_reads_past_the_valid_data),
		ON(holes_are_zeros),
		ON(names_what_it_cannot_read),
		ON(damaged_runs_are_damage),
		ON(impossible_sizes_are_damage),
		ON(any_changed_byte_is_survived),
		ON(failing_reads_are_named),
		ON(failing_allocations_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
