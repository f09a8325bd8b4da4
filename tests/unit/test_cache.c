/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The read cache: same bytes as without, fewer calls, no stale line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/cache.h"
#include "storage/err.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"

#define LINE	   CACHE_LINE_BYTES
#define DISK_LINES (CACHE_LINES + 8)
#define TAIL_BYTES 1000 /* the last line is not whole */
#define DISK_BYTES ((DISK_LINES - 1) * LINE + TAIL_BYTES)
#define OPERATIONS 4000

static struct emudisk e;
static struct cache c;

static int open_cache(void **state)
{
	struct prng random = {.state = 1};

	(void)state;
	assert_int_equal(emudisk_open(&e, DISK_BYTES, 512), 0);
	prng_fill(&random, e.bytes, DISK_BYTES);
	assert_int_equal(cache_open(&c, &e.disk), 0);
	return 0;
}

static int close_cache(void **state)
{
	(void)state;
	cache_close(&c);
	emudisk_close(&e);
	return 0;
}

static void expect_read(uint64_t off, size_t len)
{
	unsigned char *buf = malloc(len);

	assert_non_null(buf);
	memset(buf, 0xa5, len);
	assert_int_equal(disk_read(&c.disk, off, buf, len), 0);
	assert_memory_equal(buf, e.bytes + off, len);
	free(buf);
}

static void same_bytes_as_the_disk(void **state)
{
	static unsigned char model[DISK_BYTES];
	static unsigned char buf[3 * LINE];
	struct prng random = {.state = 3};

	(void)state;
	memcpy(model, e.bytes, DISK_BYTES);
	for (int i = 0; i < OPERATIONS; i++) {
		size_t limit = prng_below(&random, 8) ? 5000 : sizeof(buf);
		size_t len = (size_t)prng_below(&random, limit) + 1;
		uint64_t off = prng_below(&random, DISK_BYTES - len + 1);

		if (prng_below(&random, 4)) {
			assert_int_equal(disk_read(&c.disk, off, buf, len), 0);
			assert_memory_equal(buf, model + off, len);
			continue;
		}
		prng_fill(&random, buf, len < 64 ? len : 64);
		memcpy(model + off, buf, len);
		assert_int_equal(disk_write(&c.disk, off, buf, len), 0);
	}
	assert_memory_equal(e.bytes, model, DISK_BYTES);
}

static void second_read_asks_no_device(void **state)
{
	(void)state;
	expect_read(5 * LINE + 512, 1024);
	expect_read(5 * LINE, 16);
	expect_read(5 * LINE, LINE);
	assert_int_equal(e.counts.reads, 1);
	assert_int_equal(e.counts.read_bytes, LINE);
	expect_read(6 * LINE - 1, 2);
	assert_int_equal(e.counts.reads, 2);
}

static void last_line_is_read_up_to_the_end(void **state)
{
	(void)state;
	expect_read(DISK_BYTES - 1, 1);
	expect_read(DISK_BYTES - TAIL_BYTES, TAIL_BYTES);
	assert_int_equal(e.counts.reads, 1);
	assert_int_equal(e.counts.read_bytes, TAIL_BYTES);
}

static void least_recently_used_line_goes(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < CACHE_LINES; i++)
		expect_read(i * LINE, 1);
	expect_read(0, 1); /* now line 1 is the oldest */
	assert_int_equal(e.counts.reads, CACHE_LINES);
	expect_read(CACHE_LINES * LINE, 1);
	assert_int_equal(e.counts.reads, CACHE_LINES + 1);
	for (uint64_t i = 2; i <= CACHE_LINES; i++)
		expect_read(i * LINE, 1);
	expect_read(0, 1);
	assert_int_equal(e.counts.reads, CACHE_LINES + 1);
	expect_read(LINE, 1);
	assert_int_equal(e.counts.reads, CACHE_LINES + 2);
}

static void big_reads_bypass(void **state)
{
	(void)state;
	expect_read(LINE / 2, 2 * LINE);
	assert_int_equal(e.counts.reads, 3);
	cache_drop(&c);
	expect_read(LINE / 2, 2 * LINE + 1);
	assert_int_equal(e.counts.reads, 4);
	expect_read(LINE, 1); /* and leave nothing behind */
	assert_int_equal(e.counts.reads, 5);
}

static void dropped_lines_are_read_again(void **state)
{
	(void)state;
	expect_read(0, 1);
	e.bytes[0] ^= 0xff; /* somebody else wrote */
	cache_drop(&c);
	expect_read(0, 1);
	assert_int_equal(e.counts.reads, 2);
}

static void write_forgets_only_what_it_touches(void **state)
{
	unsigned char two[2] = {1, 2};

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		expect_read(i * LINE, 1);
	assert_int_equal(disk_write(&c.disk, 2 * LINE - 1, two, 2), 0);
	assert_int_equal(e.counts.writes, 1);
	expect_read(0, LINE);
	expect_read(3 * LINE, LINE);
	assert_int_equal(e.counts.reads, 4);
	expect_read(LINE, LINE);
	expect_read(2 * LINE, LINE);
	assert_int_equal(e.counts.reads, 6);
}

static void failed_write_forgets_too(void **state)
{
	unsigned char byte = 1;

	(void)state;
	expect_read(0, 1);
	emudisk_plan_fault(&e, EMUDISK_WRITE, EMUDISK_FAIL, 1, false);
	assert_int_equal(disk_write(&c.disk, 0, &byte, 1), -ERR_IO);
	e.bytes[0] ^= 0xff; /* the failed write did reach the medium */
	expect_read(0, 1);
}

static void flush_goes_through(void **state)
{
	(void)state;
	assert_int_equal(disk_flush(&c.disk), 0);
	assert_int_equal(e.counts.flushes, 1);
	emudisk_plan_fault(&e, EMUDISK_FLUSH, EMUDISK_FAIL, 1, false);
	assert_int_equal(disk_flush(&c.disk), -ERR_IO);
}

static void bad_sector_spoils_only_itself(void **state)
{
	unsigned char buf[1024];
	uint64_t reads;

	(void)state;
	e.bad_from = 3 * LINE + 4096;
	e.bad_to = e.bad_from + 512;
	expect_read(3 * LINE, 4096);
	expect_read(e.bad_to, LINE);
	assert_int_equal(disk_read(&c.disk, e.bad_to - 1, buf, 1), -ERR_IO);
	assert_int_equal(
		disk_read(&c.disk, e.bad_from - 100, buf, 200), -ERR_IO);
	reads = e.counts.reads;
	expect_read(3 * LINE, 4096); /* the whole line is not tried again */
	assert_int_equal(e.counts.reads, reads + 1);
	e.bad_to = e.bad_from;
	cache_drop(&c);
	expect_read(3 * LINE, LINE);
	expect_read(3 * LINE, LINE);
	assert_int_equal(e.counts.reads, reads + 2);
}

static void dead_disk_is_an_error(void **state)
{
	unsigned char buf[16];

	(void)state;
	expect_read(0, 16);
	emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, 1, true);
	assert_int_equal(disk_read(&c.disk, LINE, buf, 16), -ERR_IO);
	expect_read(0, 16); /* still known */
}

static void cache_is_as_its_disk(void **state)
{
	unsigned char byte = 0;

	(void)state;
	assert_int_equal(c.disk.size_bytes, DISK_BYTES);
	assert_int_equal(c.disk.block_bytes, 512);
	assert_string_equal(c.disk.name, e.disk.name);
	cache_close(&c);
	e.disk.may_write = false;
	assert_int_equal(cache_open(&c, &e.disk), 0);
	assert_int_equal(disk_write(&c.disk, 0, &byte, 1), -ERR_READ_ONLY);
}

static void no_memory_is_an_error(void **state)
{
	struct cache other;
	bool hit = true;

	(void)state;
	for (unsigned int n = 1; hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = cache_open(&other, &e.disk);
		hit = failalloc_disarm();
		assert_int_equal(err, hit ? -ERR_NO_MEMORY : 0);
		cache_close(&other);
	}
	assert_int_equal(failalloc_count(), 2);
	cache_close(&other);
}

#define CACHE_TEST(f)                                                          \
	cmocka_unit_test_setup_teardown(f, open_cache, close_cache)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CACHE_TEST(same_bytes_as_the_disk),
		CACHE_TEST(second_read_asks_no_device),
		CACHE_TEST(last_line_is_read_up_to_the_end),
		CACHE_TEST(least_recently_used_line_goes),
		CACHE_TEST(big_reads_bypass),
		CACHE_TEST(dropped_lines_are_read_again),
		CACHE_TEST(write_forgets_only_what_it_touches),
		CACHE_TEST(failed_write_forgets_too),
		CACHE_TEST(flush_goes_through),
		CACHE_TEST(bad_sector_spoils_only_itself),
		CACHE_TEST(dead_disk_is_an_error),
		CACHE_TEST(cache_is_as_its_disk),
		CACHE_TEST(no_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
