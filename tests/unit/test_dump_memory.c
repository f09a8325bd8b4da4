/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which page of physical memory lies where in a dump: bitmaps and runs, each
 * cut, wrong counts, and how much is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/dump_memory.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/emudisk.h"
#include "tests/support/exact.h"
#include "tests/support/failalloc.h"
#include "tests/support/counted_disk.h"

#define BITS_AT	    0x2038u
#define BLOCK_PAGES (8u * DUMP_BLOCK_BYTES)

/* A bitmap of three blocks, the last of them short and of odd length. */
#define PAGES	   (2u * BLOCK_PAGES + 1003)
#define FIRST_PAGE 0x50000u
#define FILE_BYTES (FIRST_PAGE + 64 * DUMP_PAGE_BYTES)

/* Those that are present, in order. */
static const uint32_t present[] = {0, 1, 8, 63, 64, 4095, 100000,
	BLOCK_PAGES - 1, BLOCK_PAGES, BLOCK_PAGES + 77, 2 * BLOCK_PAGES - 1,
	2 * BLOCK_PAGES, 2 * BLOCK_PAGES + 1000, PAGES - 1};

#define PRESENT (sizeof(present) / sizeof(present[0]))

static uint8_t *bytes;
static struct counted_disk disk;
static struct dump_memory m;

static void set_bit(uint32_t page)
{
	bytes[BITS_AT + page / 8] |= (uint8_t)(1u << page % 8);
}

static int setup(void **state)
{
	(void)state;
	bytes = calloc(1, FILE_BYTES);
	memcpy(bytes + 0x2000, "SDMPDUMP", 8);
	le64_put(bytes + 0x2020, FIRST_PAGE);
	le64_put(bytes + 0x2028, PRESENT);
	le64_put(bytes + 0x2030, PAGES);
	for (size_t i = 0; i < PRESENT; i++) {
		set_bit(present[i]);
		le32_put(bytes + FIRST_PAGE + i * DUMP_PAGE_BYTES + 16,
			present[i]);
	}
	/* Beyond the end: not counted. */
	set_bit(PAGES);
	counted_disk_open(&disk, bytes, FILE_BYTES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dump_memory_close(&m);
	free(bytes);
	return 0;
}

static int open_as(uint32_t type)
{
	dump_memory_close(&m);
	return dump_memory_open(&m, &disk.meter.disk, type);
}

static void expect_page(uint64_t page, uint64_t at)
{
	uint64_t offset = 0;

	assert_int_equal(dump_memory_find(&m, page, &offset), 0);
	assert_int_equal(offset, at);
}

static void expect_none(uint64_t page, int expected)
{
	uint64_t offset = 0;
	int err = dump_memory_find(&m, page, &offset);

	if (err != expected)
		fail_msg("page %llx: %d", (unsigned long long)page, err);
}

/* --- Bitmaps -------------------------------------------------------------- */

static void a_bitmap_is_counted(void **state)
{
	(void)state;
	for (uint32_t type = DUMP_BITMAP_FULL; type <= DUMP_AUTOMATIC; type++) {
		bytes[0x2000] = type == DUMP_BITMAP_FULL ? 'F' : 'S';
		assert_int_equal(open_as(type), 0);
		for (size_t i = 0; i < PRESENT; i++)
			expect_page(
				present[i], FIRST_PAGE + i * DUMP_PAGE_BYTES);
		expect_none(2, -ERR_NOT_FOUND);
		expect_none(BLOCK_PAGES + 1, -ERR_NOT_FOUND);
		expect_none(PAGES, -ERR_NOT_FOUND);
		expect_none(UINT64_MAX, -ERR_NOT_FOUND);
	}
}

static void pages_are_read_once(void **state)
{
	uint8_t buf[DUMP_PAGE_BYTES];
	unsigned int reads;

	(void)state;
	assert_int_equal(open_as(DUMP_BITMAP_KERNEL), 0);
	assert_int_equal(counted_disk_reads(&disk), 1 + 3); /* header, blocks */
	reads = counted_disk_reads(&disk);
	for (int again = 0; again < 3; again++)
		for (size_t i = 0; i < PRESENT; i++) {
			assert_int_equal(
				dump_memory_read(&m,
					(uint64_t)present[i] * DUMP_PAGE_BYTES +
						16,
					buf, 4),
				0);
			assert_int_equal(le32_get(buf), present[i]);
		}
	assert_int_equal(counted_disk_reads(&disk) - reads, PRESENT);
	assert_int_equal(dump_memory_read(&m, 0, buf, sizeof(buf)), 0);
	assert_int_equal(dump_memory_read(&m, DUMP_PAGE_BYTES - 1, buf, 1), 0);
	/* Not of two pages. */
	assert_int_equal(dump_memory_read(&m, DUMP_PAGE_BYTES - 1, buf, 2),
		-ERR_INTERNAL);
	assert_int_equal(dump_memory_read(&m, 2 * DUMP_PAGE_BYTES, buf, 1),
		-ERR_NOT_FOUND);
}

/* More blocks than stay in memory: right, and bounded. */
static void a_big_machine_has_a_bound(void **state)
{
	const uint32_t blocks = DUMP_KEPT_BLOCKS + 4;
	size_t len = BITS_AT + (size_t)blocks * DUMP_BLOCK_BYTES;
	struct counted_disk big;
	uint64_t offset;
	int err = 0;

	(void)state;
	free(bytes);
	bytes = calloc(1, len + DUMP_PAGE_BYTES * blocks);
	memcpy(bytes + 0x2000, "SDMPDUMP", 8);
	le64_put(bytes + 0x2020, len);
	le64_put(bytes + 0x2028, blocks);
	le64_put(bytes + 0x2030, (uint64_t)blocks * BLOCK_PAGES);
	for (uint32_t i = 0; i < blocks; i++)
		set_bit(i * BLOCK_PAGES + i);
	counted_disk_open(&big, bytes, len + DUMP_PAGE_BYTES * blocks);
	dump_memory_close(&m);
	assert_int_equal(
		dump_memory_open(&m, &big.meter.disk, DUMP_BITMAP_KERNEL), 0);
	assert_int_equal(counted_disk_reads(&big), 1 + blocks);
	for (uint32_t i = 0; i < blocks; i++)
		expect_page(i * BLOCK_PAGES + i, len + i * DUMP_PAGE_BYTES);
	for (uint32_t i = 0; err == 0; i++)
		err = dump_memory_find(
			&m, i % blocks * BLOCK_PAGES + i % blocks, &offset);
	assert_int_equal(err, -ERR_TOO_LARGE);
	assert_int_equal(counted_disk_reads(&big), 1 + blocks + DUMP_MAX_READS);
}

static void wrong_bitmaps(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		int err;
	} cases[] = {
		{0x2000, 0x504D554451414D53, -ERR_CORRUPT}, /* no marks */
		{0x2000, 0x504D5544504D4454, -ERR_CORRUPT},
		{0x2020, 0x2037, -ERR_CORRUPT},
		{0x2028, PRESENT - 1, -ERR_CORRUPT},
		{0x2028, PRESENT + 1, -ERR_CORRUPT},
		{0x2030, 0, -ERR_CORRUPT},
		{0x2030, PAGES + 1, -ERR_CORRUPT}, /* one more is set */
		{0x2030, PAGES - 1, -ERR_CORRUPT},
		{0x2030, 256ull * BLOCK_PAGES, -ERR_TRUNCATED},
		{0x2030, 256ull * BLOCK_PAGES + 1, -ERR_TOO_LARGE},
		{0x2030, UINT64_MAX, -ERR_TOO_LARGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t before = le64_get(bytes + cases[i].at);

		le64_put(bytes + cases[i].at, cases[i].value);
		assert_int_equal(open_as(DUMP_BITMAP_KERNEL), cases[i].err);
		assert_null(m.disk);
		le64_put(bytes + cases[i].at, before);
	}
	/* Pages beyond the end of the file, and of everything. */
	le64_put(bytes + 0x2020, FILE_BYTES - DUMP_PAGE_BYTES);
	assert_int_equal(open_as(DUMP_BITMAP_KERNEL), 0);
	expect_page(0, FILE_BYTES - DUMP_PAGE_BYTES);
	expect_none(1, -ERR_TRUNCATED);
	le64_put(bytes + 0x2020, UINT64_MAX);
	assert_int_equal(open_as(DUMP_BITMAP_KERNEL), 0);
	expect_none(0, -ERR_TRUNCATED);
}

static void other_types_are_not_read(void **state)
{
	static const uint32_t types[] = {
		0, DUMP_KERNEL, 3, DUMP_TRIAGE, 8, 10, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_int_equal(open_as(types[i]), -ERR_UNSUPPORTED);
	assert_int_equal(counted_disk_reads(&disk), 0);
}

static void every_cut_of_a_bitmap(void **state)
{
	const size_t end = BITS_AT + (PAGES + 7) / 8;

	(void)state;
	for (size_t len = 0x2000; len < FILE_BYTES; len += 997) {
		uint8_t *exact = exact_copy(bytes, len);
		struct counted_disk cut;
		uint64_t offset;
		int err;

		counted_disk_open(&cut, exact, len);
		dump_memory_close(&m);
		err = dump_memory_open(&m, &cut.meter.disk, DUMP_BITMAP_KERNEL);
		assert_int_equal(err, len < end ? -ERR_TRUNCATED : 0);
		for (size_t i = 0; err == 0 && i < PRESENT; i++) {
			uint64_t want = FIRST_PAGE + (i + 1) * DUMP_PAGE_BYTES;

			assert_int_equal(
				dump_memory_find(&m, present[i], &offset),
				len < want ? -ERR_TRUNCATED : 0);
		}
		dump_memory_close(&m);
		free(exact);
	}
}

/* --- Runs ----------------------------------------------------------------- */

static void put_runs(uint32_t count)
{
	le32_put(bytes + 0x88, count);
	for (uint32_t i = 0; i < count && i < DUMP_MAX_RUNS; i++) {
		le64_put(bytes + 0x98 + 16 * i, 0x100 * i + 1);
		le64_put(bytes + 0xA0 + 16 * i, 2);
	}
}

static void runs_follow_each_other(void **state)
{
	(void)state;
	put_runs(DUMP_MAX_RUNS);
	assert_int_equal(open_as(DUMP_FULL), 0);
	assert_int_equal(counted_disk_reads(&disk), 1);
	expect_none(0, -ERR_NOT_FOUND);
	expect_page(1, 0x2000);
	expect_page(2, 0x3000);
	expect_none(3, -ERR_NOT_FOUND);
	expect_page(0x100 * 41 + 2, 0x2000 + 83 * DUMP_PAGE_BYTES);
	/* Where the machine has more than the file. */
	le64_put(bytes + 0xA0, 1u << 20);
	assert_int_equal(open_as(DUMP_FULL), 0);
	expect_page(1, 0x2000);
	expect_none(0x10000, -ERR_TRUNCATED);
}

static void wrong_runs(void **state)
{
	(void)state;
	put_runs(0);
	assert_int_equal(open_as(DUMP_FULL), -ERR_CORRUPT);
	put_runs(DUMP_MAX_RUNS + 1);
	assert_int_equal(open_as(DUMP_FULL), -ERR_CORRUPT);
	put_runs(0x45474150);
	assert_int_equal(open_as(DUMP_FULL), -ERR_CORRUPT);
	put_runs(3);
	le64_put(bytes + 0xA0, UINT64_MAX);
	assert_int_equal(open_as(DUMP_FULL), -ERR_TOO_LARGE);
	le64_put(bytes + 0xA0, 0); /* an empty one is odd, no more */
	le64_put(bytes + 0x98, UINT64_MAX);
	assert_int_equal(open_as(DUMP_FULL), 0);
	expect_none(UINT64_MAX, -ERR_NOT_FOUND);
	expect_page(0x101, 0x2000);
	disk.meter.disk.size_bytes = 0x100;
	assert_int_equal(open_as(DUMP_FULL), -ERR_TRUNCATED);
}

/* --- Failures ------------------------------------------------------------- */

static void failing_reads_are_named(void **state)
{
	uint8_t buf[8];
	struct emudisk e;
	int err = -ERR_IO;

	(void)state;
	assert_int_equal(emudisk_open(&e, FILE_BYTES, 512), 0);
	memcpy(e.bytes, bytes, FILE_BYTES);
	for (uint64_t n = 1; err < 0; n++) {
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, false);
		dump_memory_close(&m);
		err = dump_memory_open(&m, &e.disk, DUMP_BITMAP_KERNEL);
		if (err == 0)
			err = dump_memory_read(&m, 0, buf, sizeof(buf));
		assert_int_equal(err, n <= 5 ? -ERR_IO : 0);
		/* What could not be read is not taken for read. */
		if (n == 5)
			assert_int_equal(
				dump_memory_read(&m, 0, buf, sizeof(buf)), 0);
	}
	dump_memory_close(&m);
	emudisk_close(&e);
}

static void failing_allocations_are_named(void **state)
{
	bool was_hit = true;

	(void)state;
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = open_as(DUMP_BITMAP_KERNEL);
		was_hit = failalloc_disarm();
		assert_int_equal(err, was_hit ? -ERR_NO_MEMORY : 0);
	}
	assert_true(failalloc_count() >= 3);
}

#define memory_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		memory_test(a_bitmap_is_counted),
		memory_test(pages_are_read_once),
		memory_test(a_big_machine_has_a_bound),
		memory_test(wrong_bitmaps),
		memory_test(other_types_are_not_read),
		memory_test(every_cut_of_a_bitmap),
		memory_test(runs_follow_each_other),
		memory_test(wrong_runs),
		memory_test(failing_reads_are_named),
		memory_test(failing_allocations_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
