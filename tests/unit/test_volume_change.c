/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two ways of changing a volume below the quarantine. */
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
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

static const struct image_plan plan = {
	.manifest = "dir /Windows/System32\n"
		    "file /Windows/bootstat.dat repeat STATUS 67584\n"
		    "file /Windows/small.txt text \"eleven char\"\n"
		    "file /Windows/empty.txt\n"
		    "file /Windows/big.bin repeat 0123456789 300000\n"
		    "stream /Windows/big.bin more text hidden\n",
};

static struct mounted m;

static int teardown(void **state)
{
	(void)state;
	mounted_close(&m);
	return 0;
}

static char *describe(void)
{
	return peek_describe(m.bytes, m.size);
}

/* Keep the change; the lines of the description that it changed. */
static char *difference_after_keep(void)
{
	char *before = describe();
	char *after, *difference;

	mounted_keep(&m);
	after = describe();
	difference = peek_difference(before, after);
	free(before);
	free(after);
	return difference;
}

static void overwrite_touches_only_data(void **state)
{
	static const struct {
		uint64_t off;
		size_t len;
	} ranges[] = {{0, 2048}, {1, 1}, {511, 2}, {4095, 4098}, {67583, 1},
		{0, 67584}, {65536, 2048}};
	static unsigned char buf[67584], now[67584];
	unsigned char expected[67584];
	char number[64];
	uint64_t size;
	size_t len;

	(void)state;
	mounted_open(&m, &plan);
	memset(buf, 0xa5, sizeof(buf));
	for (size_t i = 0; i < sizeof(expected); i++)
		expected[i] = (unsigned char)"STATUS"[i % 6];
	snprintf(number, sizeof(number), "record %d attribute 0x80",
		(int)peek_record_of(m.bytes, m.size, "bootstat.dat"));
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		char *difference;

		buf[0]++;
		memcpy(expected + ranges[i].off, buf, ranges[i].len);
		assert_int_equal(
			volume_overwrite_file(&m.volume, "Windows/BOOTSTAT.dat",
				ranges[i].off, buf, ranges[i].len),
			0);
		difference = difference_after_keep();
		assert_int_equal(volume_check_lines(difference), 2);
		assert_non_null(strstr(difference, number));
		free(difference);
		assert_int_equal(
			volume_read_file(&m.volume, "Windows/bootstat.dat", now,
				sizeof(now), &len, &size),
			0);
		assert_memory_equal(now, expected, sizeof(now));
	}
	/* Not a byte of metadata: the file's clusters are all that changed. */
	assert_int_equal(volume_overwrite_file(&m.volume,
				 "Windows/bootstat.dat", 0, buf, 512),
		0);
	assert_int_equal(volume_close(&m.volume), 0);
	assert_int_equal(m.overlay.block_count, 1);
}

static void refuse_overwrite(
	const char *path, uint64_t off, size_t len, int expected)
{
	static const unsigned char buf[4096] = "new";

	assert_int_equal(volume_overwrite_file(&m.volume, path, off, buf, len),
		expected);
	assert_int_equal(volume_close(&m.volume), 0);
	assert_true(overlay_is_empty(&m.overlay));
	assert_int_equal(volume_open(&m.volume, &m.overlay.disk), 0);
}

static void overwrite_refuses_what_would_touch_metadata(void **state)
{
	(void)state;
	mounted_open(&m, &plan);
	refuse_overwrite("Windows/small.txt", 0, 4, -ERR_UNSUPPORTED);
	refuse_overwrite("Windows/empty.txt", 0, 1, -ERR_UNSUPPORTED);
	refuse_overwrite("Windows/none.txt", 0, 1, -ERR_NOT_FOUND);
	refuse_overwrite("Windows/bootstat.dat", 67584, 1, -ERR_TRUNCATED);
	refuse_overwrite("Windows/bootstat.dat", 67583, 2, -ERR_TRUNCATED);
	refuse_overwrite("Windows/bootstat.dat", UINT64_MAX, 2, -ERR_TRUNCATED);
	refuse_overwrite("Windows/bootstat.dat", 1, 0, 0);
	assert_true(volume_overwrite_file(&m.volume, "Windows", 0, "x", 1) < 0);
}

/* Turn big.bin into something else by its attribute's header. */
static unsigned char *data_header(void)
{
	uint64_t number = peek_record_of(m.bytes, m.size, "big.bin");
	uint64_t place = peek_attribute_place(m.bytes, m.size, number, 0x80);

	assert_true(place);
	return m.bytes + place;
}

static void overwrite_refuses_unusual_data(void **state)
{
	static const uint16_t flags[] = {0x0001, 0x4000, 0x8000};
	unsigned char *header;

	(void)state;
	mounted_make(&m, &plan);
	header = data_header();
	for (size_t i = 0; i < 3; i++) {
		le16_put(header + 12, flags[i]);
		mounted_mount(&m);
		/* The library may think even less of it than we do. */
		assert_true(volume_overwrite_file(&m.volume, "Windows/big.bin",
				    0, "x", 1) < 0);
		assert_int_equal(volume_close(&m.volume), 0);
		assert_true(overlay_is_empty(&m.overlay));
		mounted_unmount(&m);
	}
	le16_put(header + 12, 0);
	le64_put(header + 56, 4096); /* the rest was never written */
	mounted_mount(&m);
	refuse_overwrite("Windows/big.bin", 4095, 2, -ERR_TRUNCATED);
	refuse_overwrite("Windows/big.bin", 8192, 1, -ERR_TRUNCATED);
	assert_int_equal(volume_overwrite_file(
				 &m.volume, "Windows/big.bin", 4095, "x", 1),
		0);
}

static void dirty_flag_is_one_bit(void **state)
{
	char *difference;

	(void)state;
	mounted_open(&m, &plan);
	assert_false(m.volume.was_dirty);
	assert_int_equal(volume_set_dirty(&m.volume, false), 0);
	assert_true(overlay_is_empty(&m.overlay));
	assert_int_equal(volume_set_dirty(&m.volume, true), 0);
	difference = difference_after_keep();
	assert_true(m.volume.was_dirty);
	assert_string_equal(difference,
		"-record 3 attribute 0x70 \"\" value 000000000000000003010000\n"
		"+record 3 attribute 0x70 \"\" value 000000000000000003010100"
		"\n");
	free(difference);
	assert_int_equal(volume_set_dirty(&m.volume, true), 0);
	assert_true(overlay_is_empty(&m.overlay));
	assert_int_equal(volume_set_dirty(&m.volume, false), 0);
	free(difference_after_keep());
	assert_false(m.volume.was_dirty);
	difference = peek_check(m.bytes, m.size);
	assert_string_equal(difference, "");
	free(difference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			overwrite_touches_only_data, teardown),
		cmocka_unit_test_teardown(
			overwrite_refuses_what_would_touch_metadata, teardown),
		cmocka_unit_test_teardown(
			overwrite_refuses_unusual_data, teardown),
		cmocka_unit_test_teardown(dirty_flag_is_one_bit, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
