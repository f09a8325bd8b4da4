/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first MFT records and their copies after a power cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/mft_mirror.h"
#include "tests/support/mounted.h"

#define SECTOR	      512
#define RECORD_BYTES  1024
#define VOLUME_RECORD 3

static const struct image_plan plan = {
	.manifest = "file /Windows/x.sys text x\n",
};

static struct mounted m;
static struct mft_places places;

static int setup(void **state)
{
	(void)state;
	mounted_make(&m, &plan);
	assert_int_equal(mft_places_parse(m.bytes, &places), 0);
	assert_int_equal(places.record_bytes, RECORD_BYTES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mounted_close(&m);
	return 0;
}

static unsigned char *record(uint32_t number)
{
	return m.bytes + places.mft + number * RECORD_BYTES;
}

static unsigned char *mirror(uint32_t number)
{
	return m.bytes + places.mirror + number * RECORD_BYTES;
}

/* As a newer state would be written: another update sequence number. */
static void rewrite(unsigned char *r)
{
	uint16_t usn = (uint16_t)(le16_get(r + le16_get(r + 4)) + 1);
	size_t end;

	le16_put(r + le16_get(r + 4), usn);
	for (end = SECTOR; end <= RECORD_BYTES; end += SECTOR)
		le16_put(r + end - 2, usn);
	r[8]++; /* the log sequence number */
}

static void tear(unsigned char *r)
{
	le16_put(r + SECTOR - 2, (uint16_t)(le16_get(r + SECTOR - 2) + 1));
}

/* Mounts, sees the file, and the overlay has record and copy equal. */
static void assert_mends(uint32_t records)
{
	unsigned char a[RECORD_BYTES], b[RECORD_BYTES];
	uint32_t i;

	assert_int_equal(
		overlay_open(&m.overlay, &m.slice.disk, OVERLAY_MAX_BYTES), 0);
	assert_int_equal(volume_open_mending(&m.volume, &m.overlay.disk), 0);
	assert_int_equal(m.volume.mended_records, records);
	assert_int_equal(volume_exists(&m.volume, "Windows/x.sys"), 1);
	for (i = 0; i < MFT_MIRROR_RECORDS; i++) {
		assert_int_equal(
			disk_read(&m.overlay.disk,
				places.mft + i * RECORD_BYTES, a, sizeof(a)),
			0);
		assert_int_equal(
			disk_read(&m.overlay.disk,
				places.mirror + i * RECORD_BYTES, b, sizeof(b)),
			0);
		assert_memory_equal(a, b, sizeof(a));
	}
	mounted_unmount(&m);
}

static void nothing_to_mend(void **state)
{
	(void)state;
	assert_mends(0);
}

static void copy_is_behind(void **state)
{
	unsigned char newest[RECORD_BYTES];
	uint32_t i;

	(void)state;
	for (i = 0; i < MFT_MIRROR_RECORDS; i++)
		rewrite(record(i));
	memcpy(newest, record(VOLUME_RECORD), sizeof(newest));
	assert_mends(MFT_MIRROR_RECORDS);
	assert_memory_equal(record(VOLUME_RECORD), newest, sizeof(newest));
}

static void record_is_torn(void **state)
{
	(void)state;
	tear(record(VOLUME_RECORD));
	assert_mends(1);
}

static void copy_is_torn(void **state)
{
	(void)state;
	rewrite(record(VOLUME_RECORD));
	tear(mirror(VOLUME_RECORD));
	assert_mends(1);
}

/* One record each way. */
static void both_ways(void **state)
{
	(void)state;
	tear(record(0));
	rewrite(record(VOLUME_RECORD));
	assert_mends(2);
}

static void both_are_torn(void **state)
{
	struct overlay o;

	(void)state;
	rewrite(record(0));
	tear(record(VOLUME_RECORD));
	tear(mirror(VOLUME_RECORD));
	assert_int_equal(overlay_open(&o, &m.slice.disk, OVERLAY_MAX_BYTES), 0);
	assert_int_equal(mft_mirror_mend(&o.disk), -ERR_CORRUPT);
	assert_int_equal(o.block_count, 0);
	assert_int_equal(volume_open_mending(&m.volume, &o.disk), -ERR_CORRUPT);
	assert_int_equal(o.block_count, 0);
	overlay_close(&o);
}

/*
 * Found on the disk it is mended; on an overlay that holds changes already it
 * is an error, and nothing is written.
 */
static void later_disagreement_is_an_error(void **state)
{
	unsigned char r[RECORD_BYTES];
	size_t blocks;

	(void)state;
	mounted_mount(&m);
	assert_int_equal(volume_close(&m.volume), 0);
	assert_int_equal(overlay_enter(&m.overlay, EPOCH_HOLD), 0);
	memcpy(r, record(VOLUME_RECORD), sizeof(r));
	rewrite(r);
	assert_int_equal(disk_write(&m.overlay.disk,
				 places.mft + VOLUME_RECORD * RECORD_BYTES, r,
				 sizeof(r)),
		0);
	blocks = m.overlay.block_count;
	assert_int_equal(volume_open(&m.volume, &m.overlay.disk), -ERR_CORRUPT);
	assert_null(m.volume.ntfs);
	assert_int_equal(m.overlay.block_count, blocks);
	overlay_close(&m.overlay);
}

static void a_record_of_another_number_is_none(void **state)
{
	(void)state;
	memcpy(mirror(1), mirror(2), RECORD_BYTES);
	assert_mends(1);
	tear(record(1));
	memcpy(mirror(1), record(2), RECORD_BYTES);
	assert_int_equal(mft_mirror_mend(&m.slice.disk), -ERR_CORRUPT);
}

static void failing_reads_are_failures(void **state)
{
	struct overlay o;

	(void)state;
	rewrite(record(VOLUME_RECORD));
	assert_int_equal(overlay_open(&o, &m.slice.disk, OVERLAY_MAX_BYTES), 0);
	emudisk_plan_fault(&m.disk, EMUDISK_READ, EMUDISK_FAIL, 3, true);
	assert_int_equal(mft_mirror_mend(&o.disk), -ERR_IO);
	assert_int_equal(o.block_count, 0);
	overlay_close(&o);
	emudisk_reset(&m.disk);
}

static void hostile_boot_sectors(void **state)
{
	static const struct {
		size_t offset;
		size_t len;
		uint64_t value;
		int err;
	} changes[] = {
		{3, 1, 'M', -ERR_CORRUPT},
		{0x0B, 2, 0, -ERR_UNSUPPORTED},
		{0x0B, 2, 513, -ERR_UNSUPPORTED},
		{0x0B, 2, 8192, -ERR_UNSUPPORTED},
		{0x0D, 1, 0, -ERR_UNSUPPORTED},
		{0x0D, 1, 3, -ERR_UNSUPPORTED},
		{0x0D, 1, 0x81, -ERR_UNSUPPORTED},
		{0x0D, 1, 0xE1, -ERR_UNSUPPORTED},
		{0x0D, 1, 0xF4, 0}, /* 2 MiB */
		{0x30, 8, 0, -ERR_CORRUPT},
		{0x30, 8, UINT64_MAX, -ERR_CORRUPT},
		{0x30, 8, UINT64_MAX / 4096 + 1, -ERR_CORRUPT},
		{0x38, 8, 0, -ERR_CORRUPT},
		{0x38, 8, INT64_MAX, -ERR_CORRUPT},
		{0x38, 8, 4, -ERR_CORRUPT}, /* where mkntfs puts $MFT */
		{0x38, 8, 5, 0},
		{0x40, 1, 0, -ERR_UNSUPPORTED},
		{0x40, 1, 1, 0}, /* a cluster of 4096 bytes */
		{0x40, 1, 2, -ERR_UNSUPPORTED},
		{0x40, 1, 0x80, -ERR_UNSUPPORTED},
		{0x40, 1, 0xE0, -ERR_UNSUPPORTED},
		{0x40, 1, 0xF7, 0}, /* 512 */
		{0x40, 1, 0xF8, -ERR_UNSUPPORTED},
		{0x40, 1, 0xFF, -ERR_UNSUPPORTED},
	};
	unsigned char sector[SECTOR], bytes[8];
	struct mft_places ret;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		memcpy(sector, m.bytes, sizeof(sector));
		le64_put(bytes, changes[i].value);
		memcpy(sector + changes[i].offset, bytes, changes[i].len);
		if (mft_places_parse(sector, &ret) != changes[i].err)
			fail_msg("change %zu", i);
	}
}

static void places_beyond_the_volume(void **state)
{
	(void)state;
	le64_put(m.bytes + 0x38, m.size / 4096);
	assert_int_equal(mft_mirror_mend(&m.slice.disk), -ERR_CORRUPT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_mend),
		TEST(copy_is_behind),
		TEST(record_is_torn),
		TEST(copy_is_torn),
		TEST(both_ways),
		TEST(both_are_torn),
		TEST(later_disagreement_is_an_error),
		TEST(a_record_of_another_number_is_none),
		TEST(failing_reads_are_failures),
		TEST(hostile_boot_sectors),
		TEST(places_beyond_the_volume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
