/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs of a hive, written here field by field: numbers that cannot be, pages
 * that lie across each other, logs in every order and of both formats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/hive_replay.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/hive_maker.h"

#define BINS	  (16 * HIVE_BIN_BYTES)
#define SEQUENCE  7
#define LOG_BYTES (1u << 20)

static struct made_hive made;
static struct hive_replay replay;
static uint8_t wanted[2 * BINS]; /* the bins, as they should be */

/* --- Writing -------------------------------------------------------------- */

static void put_base(struct emudisk *e, uint32_t file, uint32_t sequence,
	uint32_t sequence_done)
{
	uint8_t *b = e->bytes;

	memcpy(b, "regf", 4);
	le32_put(b + 0x04, sequence);
	le32_put(b + 0x08, sequence_done);
	le64_put(b + 0x0C, 1000);
	le32_put(b + 0x14, 1);
	le32_put(b + 0x18, 5);
	le32_put(b + 0x1C, file);
	le32_put(b + 0x20, 1);
	le32_put(b + 0x24, 32);
	le32_put(b + 0x28, BINS);
	le32_put(b + 0x1FC, hive_base_checksum(b));
}

static void set_field(struct emudisk *e, uint32_t at, uint32_t value)
{
	le32_put(e->bytes + at, value);
	le32_put(e->bytes + 0x1FC, hive_base_checksum(e->bytes));
}

/* A dirty hive whose bytes say where they are, and two empty logs. */
static int setup(void **state)
{
	(void)state;
	memset(&made, 0, sizeof(made));
	assert_int_equal(
		emudisk_open(&made.primary, HIVE_BASE_BYTES + BINS, 512), 0);
	for (size_t i = 0; i < BINS; i++)
		made.primary.bytes[HIVE_BASE_BYTES + i] = (uint8_t)(i ^ i >> 8);
	put_base(&made.primary, HIVE_FILE_PRIMARY, SEQUENCE + 1, SEQUENCE);
	memset(wanted, 0, sizeof(wanted));
	memcpy(wanted, made.primary.bytes + HIVE_BASE_BYTES, BINS);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(
			emudisk_open(&made.logs[i], LOG_BYTES, 512), 0);
		put_base(&made.logs[i], HIVE_FILE_LOG, SEQUENCE + 1 + i,
			SEQUENCE + 1 + i);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hive_replay_close(&replay);
	hive_free(&made);
	return 0;
}

struct page {
	uint32_t at;
	uint32_t len;
};

/* An entry at @at; its pages are filled with @fill.  Returns where it ends. */
static uint32_t put_entry(struct emudisk *e, uint32_t at, uint32_t sequence,
	const struct page *pages, uint32_t count, uint8_t fill)
{
	uint32_t data = at + 40 + 8 * count;
	uint8_t *b = e->bytes + at;
	uint32_t size;

	memcpy(b, "HvLE", 4);
	le32_put(b + 0x0C, sequence);
	le32_put(b + 0x10, BINS);
	le32_put(b + 0x14, count);
	for (uint32_t i = 0; i < count; i++) {
		le32_put(b + 40 + 8 * i, pages[i].at);
		le32_put(b + 44 + 8 * i, pages[i].len);
		memset(e->bytes + data, fill, pages[i].len);
		data += pages[i].len;
	}
	size = (data - at + 511) / 512 * 512;
	le32_put(b + 0x04, size);
	hive_fix_log(e);
	return at + size;
}

static void want(const struct page *pages, uint32_t count, uint8_t fill)
{
	for (uint32_t i = 0; i < count; i++)
		memset(wanted + pages[i].at, fill, pages[i].len);
}

static int open_replay(void)
{
	hive_replay_close(&replay);
	return hive_replay_open(&replay, &made.primary.disk, &made.logs[0].disk,
		&made.logs[1].disk);
}

/* The hive is as wanted, whatever the pieces it is read in. */
static void expect_bins(uint32_t entries)
{
	static const size_t pieces[] = {BINS, 4096, 1000, 7};
	static uint8_t bins[BINS];

	assert_int_equal(open_replay(), 0);
	assert_int_equal(replay.state, entries ? HIVE_REPLAYED : HIVE_STALE);
	assert_int_equal(replay.entries, entries);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		for (size_t at = 0; at < BINS; at += pieces[i]) {
			size_t len =
				BINS - at < pieces[i] ? BINS - at : pieces[i];

			assert_int_equal(
				disk_read(&replay.disk, HIVE_BASE_BYTES + at,
					bins + at, len),
				0);
		}
		assert_memory_equal(bins, wanted, BINS);
	}
}

/* What cannot be read is not the same as what is not there. */
static void fail_each_read(struct emudisk *e, uint64_t least)
{
	uint64_t nth;
	int err = -1;

	for (nth = 1; err < 0; nth++) {
		emudisk_reset(e);
		emudisk_plan_fault(e, EMUDISK_READ, EMUDISK_FAIL, nth, false);
		err = open_replay();
		assert_true(err == 0 || err == -ERR_IO);
	}
	assert_true(nth > least);
}

/* --- Pages ---------------------------------------------------------------- */

static void pages_across_each_other(void **state)
{
	static const struct page first[] = {
		{0, 4096}, {20000, 3000}, {40000, 1}, {60000, 5536}};
	static const struct page second[] = {
		{2000, 4096}, {21000, 500}, {19000, 1001}, {61000, 4536}};
	static const struct page third[] = {{3000, 1}, {0, 1}, {0, 0}};
	uint32_t at;

	(void)state;
	at = put_entry(&made.logs[0], 512, SEQUENCE + 1, first, 4, 'a');
	put_entry(&made.logs[0], at, SEQUENCE + 2, second, 4, 'b');
	put_base(&made.logs[1], HIVE_FILE_LOG, SEQUENCE + 3, SEQUENCE + 3);
	put_entry(&made.logs[1], 512, SEQUENCE + 3, third, 3, 'c');
	want(first, 4, 'a');
	want(second, 4, 'b');
	want(third, 3, 'c');
	expect_bins(3);
}

/* Pages that touch in the hive and in the log become one. */
static void neighbours(void **state)
{
	static const struct page pages[] = {
		{4096, 4096}, {8192, 4096}, {16384, 100}, {16484, 100}};

	static const struct page next = {16584, 100};
	uint32_t at =
		put_entry(&made.logs[0], 512, SEQUENCE + 1, pages, 4, 'n');

	(void)state;
	want(pages, 4, 'n');
	expect_bins(1);
	assert_int_equal(replay.extents.count, 2);
	/* In the log they are none. */
	put_entry(&made.logs[0], at, SEQUENCE + 2, &next, 1, 'o');
	want(&next, 1, 'o');
	expect_bins(2);
	assert_int_equal(replay.extents.count, 3);
}

/* An entry that takes more than one read. */
static void a_long_entry(void **state)
{
	struct page pages[40];
	uint32_t at;

	(void)state;
	for (uint32_t i = 0; i < 40; i++)
		pages[i] = (struct page){i % 8 * 8192, 8192};
	at = put_entry(&made.logs[0], 512, SEQUENCE + 1, pages, 40, 'l');
	assert_true(at > 320000);
	put_entry(&made.logs[0], at, SEQUENCE + 2, pages, 1, 'm');
	want(pages, 40, 'l');
	want(pages, 1, 'm');
	expect_bins(2);
	fail_each_read(&made.logs[0], 4);
}

static void as_many_extents_as_there_may_be(void **state)
{
	uint32_t count = HIVE_LOG_MAX_EXTENTS;
	struct page *pages = calloc(count + 1, sizeof(*pages));

	(void)state;
	assert_non_null(pages);
	for (uint32_t i = 0; i <= count; i++)
		pages[i] = (struct page){3 * i % (BINS - 1), 1};
	put_entry(&made.logs[0], 512, SEQUENCE + 1, pages, count, 'e');
	want(pages, count, 'e');
	assert_int_equal(open_replay(), 0);
	assert_int_equal(replay.extents.count, count);
	put_entry(&made.logs[0], 512, SEQUENCE + 1, pages, count + 1, 'e');
	assert_int_equal(open_replay(), -ERR_TOO_LARGE);
	free(pages);
}

/* --- Numbers -------------------------------------------------------------- */

/* An entry whose hashes are right, and a number that is not. */
static void numbers_of_an_entry(void **state)
{
	static const struct page page = {4096, 4096};
	static const struct {
		uint32_t at;
		uint32_t value;
	} rows[] = {{0x04, 0}, {0x04, 40}, {0x04, 508}, {0x04, 4700},
		{0x04, LOG_BYTES}, {0x04, UINT32_MAX & ~511u}, {0x0C, 0},
		{0x0C, SEQUENCE + 3}, {0x10, 0}, {0x10, 4095},
		{0x10, HIVE_MAX_BYTES}, {0x14, UINT32_MAX}, {0x14, 600},
		{0x28, UINT32_MAX}, {0x2C, UINT32_MAX}, {0x2C, 5000}};
	uint32_t second =
		put_entry(&made.logs[0], 512, SEQUENCE + 1, &page, 1, 'x');

	(void)state;
	put_entry(&made.logs[0], second, SEQUENCE + 2, &page, 1, 'y');
	want(&page, 1, 'y');
	expect_bins(2);
	want(&page, 1, 'x');
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *at = made.logs[0].bytes + second + rows[i].at;
		uint32_t before = le32_get(at);

		le32_put(at, rows[i].value);
		hive_fix_log(&made.logs[0]);
		expect_bins(1);
		le32_put(at, before);
		hive_fix_log(&made.logs[0]);
	}
}

static void base_blocks_of_logs(void **state)
{
	static const struct page page = {0, 4096};
	struct emudisk *e = &made.logs[0];

	(void)state;
	put_entry(e, 512, SEQUENCE + 1, &page, 1, 'x');
	made.logs[1].disk.size_bytes = 0;
	set_field(e, 0x08, SEQUENCE); /* it was being written */
	expect_bins(0);
	assert_int_equal(replay.log_errs[0], -ERR_CORRUPT);
	assert_int_equal(replay.log_errs[1], -ERR_NOT_FOUND);
	set_field(e, 0x08, SEQUENCE + 1);
	set_field(e, 0x1C, HIVE_FILE_PRIMARY); /* it is a hive */
	expect_bins(0);
	set_field(e, 0x1C, HIVE_FILE_LOG);
	/* What Windows may understand. */
	set_field(e, 0x18, 7);
	assert_int_equal(open_replay(), -ERR_UNSUPPORTED);
	set_field(e, 0x18, 5);
	e->disk.size_bytes = HIVE_LOG_MAX_BYTES + 1;
	assert_int_equal(open_replay(), -ERR_TOO_LARGE);
	e->disk.size_bytes = LOG_BYTES;
	want(&page, 1, 'x');
	expect_bins(1);
	set_field(&made.primary, 0x1C, HIVE_FILE_LOG);
	assert_int_equal(open_replay(), -ERR_UNSUPPORTED);
	made.logs[1].disk.size_bytes = LOG_BYTES;
}

/* --- Which log comes first ------------------------------------------------ */

static void the_second_log_may_be_the_older(void **state)
{
	static const struct page page = {4096, 4096};

	(void)state;
	put_base(&made.logs[0], HIVE_FILE_LOG, SEQUENCE + 2, SEQUENCE + 2);
	put_base(&made.logs[1], HIVE_FILE_LOG, SEQUENCE + 1, SEQUENCE + 1);
	put_entry(&made.logs[0], 512, SEQUENCE + 2, &page, 1, 'b');
	put_entry(&made.logs[1], 512, SEQUENCE + 1, &page, 1, 'a');
	want(&page, 1, 'b');
	expect_bins(2);
	/* What the older one says is in the hive: its number is behind. */
	set_field(&made.primary, 0x08, SEQUENCE + 2);
	set_field(&made.primary, 0x04, SEQUENCE + 3);
	expect_bins(1);
}

/* --- The older format ----------------------------------------------------- */

#define MAP_BYTES (BINS / 512 / 8)

static void put_old_log(struct emudisk *e, uint8_t bits, uint8_t fill)
{
	put_base(e, HIVE_FILE_LOG_OLD, SEQUENCE + 1, SEQUENCE + 1);
	memcpy(e->bytes + 512, "DIRT", 4);
	memset(e->bytes + 516, bits, MAP_BYTES);
	memset(e->bytes + 1024, fill, BINS);
}

static void want_old(uint8_t bits, uint8_t fill)
{
	for (uint32_t i = 0; i < BINS / 512; i++)
		if (bits >> i % 8 & 1)
			memset(wanted + 512 * i, fill, 512);
}

static void sectors_here_and_there(void **state)
{
	uint8_t before[BINS];

	(void)state;
	made.logs[1].disk.size_bytes = 0;
	memcpy(before, wanted, BINS);
	for (unsigned int bits = 1; bits < 256; bits += 9) {
		put_old_log(&made.logs[0], (uint8_t)bits, 'o');
		memcpy(wanted, before, BINS);
		want_old((uint8_t)bits, 'o');
		expect_bins(1);
	}
	set_field(&made.logs[0], 0x1C, HIVE_FILE_LOG_OLDEST);
	expect_bins(1);
	fail_each_read(&made.logs[0], 2);
	made.logs[1].disk.size_bytes = LOG_BYTES;
}

/* Every other sector of a large hive. */
static void too_many_sectors(void **state)
{
	struct emudisk *e = &made.logs[0];

	(void)state;
	emudisk_close(e);
	assert_int_equal(emudisk_open(e, 24u << 20, 512), 0);
	put_base(e, HIVE_FILE_LOG_OLD, SEQUENCE + 1, SEQUENCE + 1);
	set_field(e, 0x28, 32u << 20);
	memcpy(e->bytes + 512, "DIRT", 4);
	memset(e->bytes + 516, 0x55, (32u << 20) / 4096);
	made.logs[1].disk.size_bytes = 0;
	assert_int_equal(open_replay(), -ERR_TOO_LARGE);
	made.logs[1].disk.size_bytes = LOG_BYTES;
}

/* Neither a base block, nor a bin that says when it was written. */
static void a_hive_without_anything(void **state)
{
	static const struct page page = {0, 4096};

	(void)state;
	put_entry(&made.logs[0], 512, SEQUENCE + 1, &page, 1, 'x');
	made.logs[1].disk.size_bytes = 0;
	made.primary.bytes[0] = 0;
	made.primary.disk.size_bytes = HIVE_BASE_BYTES;
	assert_int_equal(open_replay(), 0);
	assert_int_equal(replay.state, HIVE_REPLAYED);
	made.primary.disk.size_bytes = HIVE_BASE_BYTES + BINS;
	made.logs[1].disk.size_bytes = LOG_BYTES;
}

static void an_old_log_that_is_not_whole(void **state)
{
	struct emudisk *e = &made.logs[0];

	(void)state;
	made.logs[1].disk.size_bytes = 0;
	put_old_log(e, 0xFF, 'o');
	e->bytes[512] = 'd';
	expect_bins(0);
	e->bytes[512] = 'D';
	for (uint64_t len = 512; len < 1024 + BINS; len += 509) {
		e->disk.size_bytes = len;
		expect_bins(0);
	}
	e->disk.size_bytes = 1024 + BINS;
	want_old(0xFF, 'o');
	expect_bins(1);
	e->disk.size_bytes = LOG_BYTES;
	made.logs[1].disk.size_bytes = LOG_BYTES;
}

static void of_two_old_logs_the_newest(void **state)
{
	(void)state;
	put_old_log(&made.logs[0], 0x0F, 'a');
	put_old_log(&made.logs[1], 0xF0, 'b');
	want_old(0x0F, 'a');
	expect_bins(1);
	set_field(&made.logs[1], 0x0C, 1001);
	memcpy(wanted, made.primary.bytes + HIVE_BASE_BYTES, BINS);
	want_old(0xF0, 'b');
	expect_bins(1);
}

static void of_two_formats_the_new_one(void **state)
{
	static const struct page page = {4096, 4096};

	(void)state;
	want(&page, 1, 'n');
	for (size_t i = 0; i < 2; i++) {
		put_old_log(&made.logs[i], 0xFF, 'o');
		memset(made.logs[!i].bytes, 0, 4096);
		put_base(&made.logs[!i], HIVE_FILE_LOG, SEQUENCE + 1,
			SEQUENCE + 1);
		put_entry(&made.logs[!i], 512, SEQUENCE + 1, &page, 1, 'n');
		expect_bins(1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_across_each_other),
		TEST(neighbours),
		TEST(a_long_entry),
		TEST(as_many_extents_as_there_may_be),
		TEST(numbers_of_an_entry),
		TEST(base_blocks_of_logs),
		TEST(the_second_log_may_be_the_older),
		TEST(sectors_here_and_there),
		TEST(too_many_sectors),
		TEST(a_hive_without_anything),
		TEST(an_old_log_that_is_not_whole),
		TEST(of_two_old_logs_the_newest),
		TEST(of_two_formats_the_new_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
