/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The change journal: one record, and the end of a long stream of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/change_journal.h"
#include "storage/err.h"
#include "tests/support/change_page.h"
#include "tests/support/emudisk.h"
#include "tests/support/exact.h"
#include "tests/support/failalloc.h"

#define FILE_REF   0x0003000000001234ull
#define FOLDER_REF 0x0001000000000042ull
#define TIME	   133650000000000000ull
#define USN	   0x123456000ull
#define PAGE	   CHANGE_JOURNAL_PAGE_BYTES
#define PIECE	   CHANGE_JOURNAL_PIECE_BYTES

static struct made_change some_change(unsigned int version)
{
	struct made_change c = {
		.version = version,
		.usn = USN,
		.file = FILE_REF,
		.folder = FOLDER_REF,
		.time = TIME,
		.reasons = CHANGE_FILE_CREATE | CHANGE_CLOSE,
		.name = "C-00000291.sys",
	};

	return c;
}

/* --- One record ----------------------------------------------------------- */

static int check(const uint8_t *bytes, size_t len, struct change_record *ret,
	bool *ret_known)
{
	memset(ret, 0, sizeof(*ret));
	*ret_known = false;
	return change_record_check(bytes, len, USN, ret, ret_known);
}

static void both_versions(void **state)
{
	(void)state;
	for (unsigned int version = 2; version <= 3; version++) {
		struct made_change c = some_change(version);
		struct change_record r;
		uint8_t bytes[1024];
		bool is_known;
		size_t len = made_change_put(bytes, &c);

		assert_int_equal(
			check(bytes, sizeof(bytes), &r, &is_known), len);
		assert_true(is_known);
		assert_int_equal(r.file, FILE_REF);
		assert_int_equal(r.folder, FOLDER_REF);
		assert_int_equal(r.changed_at, TIME);
		assert_int_equal(r.reasons, c.reasons);
		assert_int_equal(r.name_bytes, 2 * strlen(c.name));
		assert_memory_equal(r.name, "C\0-\0", 4);
		/* At another place it is what an older journal has left. */
		assert_int_equal(change_record_check(bytes, sizeof(bytes),
					 USN + 8, &r, &is_known),
			-ERR_CORRUPT);
	}
}

static void every_length(void **state)
{
	(void)state;
	for (unsigned int version = 2; version <= 3; version++) {
		struct made_change c = some_change(version);
		struct change_record r;
		uint8_t bytes[1024];
		bool is_known;
		size_t len = made_change_put(bytes, &c);

		for (size_t cut = 0; cut <= len; cut++) {
			uint8_t *copy = exact_copy(bytes, cut);

			assert_int_equal(check(copy, cut, &r, &is_known),
				cut < 8	    ? 0
				: cut < len ? -ERR_CORRUPT
					    : (int)len);
			free(copy);
		}
		/* A shorter record of that length has no room for its head. */
		for (size_t own = 8; own < len; own += 8) {
			uint8_t *copy = exact_copy(bytes, own);

			le32_put(copy, (uint32_t)own);
			assert_int_equal(
				check(copy, own, &r, &is_known), -ERR_CORRUPT);
			free(copy);
		}
	}
}

static void extremes(void **state)
{
	static const struct {
		size_t place; /* from the name's length on, if from_name */
		bool from_name;
		uint16_t value;
		bool is_good;
	} values[] = {
		{0, false, 9, false},	   /* length not a multiple of 8 */
		{0, false, 0xfff8, false}, /* longer than the page */
		{0, true, 0, true},
		{0, true, 1, false}, /* half a character */
		{0, true, 0xffff, false},
		{0, true, 0xfffe, false},
		{2, true, 0, false}, /* the name in the head */
		{2, true, 0xffff, false},
	};

	(void)state;
	for (unsigned int version = 2; version <= 3; version++)
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]);
			i++) {
			struct made_change c = some_change(version);
			struct change_record r;
			uint8_t bytes[1024];
			bool is_known;
			size_t len = made_change_put(bytes, &c);
			size_t place = values[i].place;

			if (values[i].from_name)
				place += MADE_NAME_BYTES(version);
			le16_put(bytes + place, values[i].value);
			assert_int_equal(
				check(bytes, sizeof(bytes), &r, &is_known),
				values[i].is_good ? (int)len : -ERR_CORRUPT);
		}
}

static void other_versions(void **state)
{
	struct made_change c = some_change(3);
	struct change_record r;
	uint8_t bytes[1024];
	bool is_known;
	size_t len = made_change_put(bytes, &c);

	(void)state;
	/* File references as only ReFS has them. */
	bytes[16] = 1;
	assert_int_equal(check(bytes, len, &r, &is_known), -ERR_CORRUPT);
	bytes[16] = 0;
	bytes[32] = 1;
	assert_int_equal(check(bytes, len, &r, &is_known), -ERR_CORRUPT);
	for (uint16_t version = 0; version < 300; version++) {
		if (version == 2 || version == 3)
			continue;
		le16_put(bytes + 4, version);
		assert_int_equal(check(bytes, len, &r, &is_known), len);
		assert_false(is_known);
	}
	/* Nothing more on this page. */
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(check(bytes, sizeof(bytes), &r, &is_known), 0);
}

/* --- The stream ----------------------------------------------------------- */

static struct emudisk e;

struct seen {
	size_t count;
	uint64_t first, last, last_time;
};

static void see(void *ctx, const struct change_record *record)
{
	struct seen *s = ctx;

	assert_true(record->changed_at >= s->last_time);
	s->last_time = record->changed_at;
	if (!s->count++)
		s->first = record->file;
	s->last = record->file;
}

static int teardown(void **state)
{
	(void)state;
	emudisk_close(&e);
	return 0;
}

/*
 * Fill the stream from @start to its end: one record a second, numbered;
 * returns how many.
 */
static size_t fill(uint64_t start)
{
	struct made_change c = some_change(2);
	uint8_t bytes[1024];
	uint64_t pos = start;
	size_t count = 0;

	for (;;) {
		size_t len;

		c.usn = pos;
		c.file = count;
		c.time = TIME + 10000000ull * count;
		if (count % 3 == 1)
			c.version = 3;
		else
			c.version = 2;
		len = made_change_put(bytes, &c);
		if (len > PAGE - pos % PAGE) {
			pos += PAGE - pos % PAGE;
			continue;
		}
		if (pos > e.disk.size_bytes || len > e.disk.size_bytes - pos)
			return count;
		memcpy(e.bytes + pos, bytes, len);
		pos += len;
		count++;
	}
}

static int read_since(
	uint64_t since, struct seen *seen, struct change_span *span)
{
	memset(seen, 0, sizeof(*seen));
	memset(span, 0, sizeof(*span));
	emudisk_reset(&e);
	return change_journal_read(&e.disk, since, see, seen, span);
}

static void open_stream(uint64_t bytes)
{
	emudisk_close(&e);
	assert_int_equal(emudisk_open(&e, bytes, 512), 0);
}

/* All of a short one; the last page ends somewhere. */
static void a_short_one(void **state)
{
	struct change_span span;
	struct seen seen;

	(void)state;
	for (uint64_t bytes = 0; bytes < 3 * PAGE; bytes += 512) {
		size_t count;

		open_stream(bytes);
		count = fill(0);
		assert_int_equal(read_since(0, &seen, &span), 0);
		assert_int_equal(seen.count, count);
		assert_int_equal(span.records, count);
		assert_int_equal(span.damaged, 0);
		if (count) {
			assert_int_equal(span.from, TIME);
			assert_int_equal(
				span.until, TIME + 10000000ull * (count - 1));
			assert_int_equal(seen.last, count - 1);
		} else {
			assert_int_equal(span.from + span.until, 0);
		}
	}
}

/* From its end, no further than it takes. */
static void a_long_one(void **state)
{
	struct change_span span;
	struct seen seen;
	uint64_t last;
	size_t count;

	(void)state;
	open_stream(40u << 20);
	count = fill(0);
	last = TIME + 10000000ull * (count - 1);
	/* What matters is in the last piece. */
	assert_int_equal(read_since(last - 600000000ull, &seen, &span), 0);
	assert_int_equal(seen.last, count - 1);
	assert_true(seen.first * 10000000 + TIME < last - 600000000ull);
	assert_int_equal(e.counts.reads, 2);
	assert_true(e.counts.read_bytes <= PIECE + PAGE);
	/* Some four steps back. */
	assert_int_equal(read_since(last - 100000000000ull, &seen, &span), 0);
	assert_true(span.from < last - 100000000000ull);
	assert_true(e.counts.read_bytes <= 4 * PIECE + 2 * PAGE);
	/* Never further than this. */
	assert_int_equal(read_since(0, &seen, &span), 0);
	assert_true(e.counts.reads <= 40);
	assert_true(e.counts.read_bytes <= CHANGE_JOURNAL_MAX_BYTES + 4 * PAGE);
	assert_true(seen.first > 0);
	assert_int_equal(span.until, last);
	assert_int_equal(
		span.from, TIME + 10000000ull * seen.first); /* not earlier */
}

/* What lies further in front was given back: zeros. */
static void holes_in_front(void **state)
{
	struct change_span span;
	struct seen seen;
	size_t count;

	(void)state;
	open_stream(8u << 20);
	count = fill((8u << 20) - 3 * PAGE);
	assert_int_equal(read_since(0, &seen, &span), 0);
	assert_int_equal(seen.count, count);
	assert_int_equal(e.counts.reads, 2);
}

/* A page that is damaged costs what lies behind the damage, not more. */
static void damaged_pages(void **state)
{
	struct change_span span;
	struct seen seen;
	size_t count;

	(void)state;
	open_stream(8 * PAGE);
	count = fill(0);
	memset(e.bytes + 3 * PAGE, 0xff, 100);
	memset(e.bytes + 5 * PAGE + PAGE / 2, 0xa5, PAGE / 2);
	assert_int_equal(read_since(0, &seen, &span), 0);
	assert_int_equal(span.damaged, 2);
	assert_true(seen.count < count - count / 8);
	assert_true(seen.count > count - count / 4);
	assert_int_equal(seen.last, count - 1);
}

static void count(void *ctx, const struct change_record *record)
{
	(void)record;
	++*(size_t *)ctx;
}

/* Whatever byte is another one: an end, and nothing beyond. */
static void any_byte(void **state)
{
	struct change_span span;
	size_t records;

	(void)state;
	open_stream(PAGE);
	(void)fill(0);
	for (size_t i = 0; i < 400; i++) {
		static const uint8_t masks[] = {0x01, 0x80, 0xff};

		for (size_t k = 0; k < sizeof(masks); k++) {
			e.bytes[i] ^= masks[k];
			records = 0;
			assert_int_equal(
				change_journal_read(&e.disk, UINT64_MAX, count,
					&records, &span),
				0);
			e.bytes[i] ^= masks[k];
			assert_int_equal(records, span.records);
			assert_true(records <= PAGE / 60);
		}
	}
}

static void failures(void **state)
{
	struct change_span span;
	struct seen seen;

	(void)state;
	open_stream(2u << 20);
	(void)fill(0);
	assert_int_equal(read_since(0, &seen, &span), 0);
	for (uint64_t n = e.counts.reads; n > 0; n--) {
		memset(&seen, 0, sizeof(seen));
		emudisk_reset(&e);
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, n, false);
		assert_int_equal(
			change_journal_read(&e.disk, 0, see, &seen, &span),
			-ERR_IO);
	}
	emudisk_reset(&e);
	failalloc_arm(1, false);
	assert_int_equal(change_journal_read(&e.disk, 0, see, &seen, &span),
		-ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_versions),
		TEST(every_length),
		TEST(extremes),
		TEST(other_versions),
		TEST(a_short_one),
		TEST(a_long_one),
		TEST(holes_in_front),
		TEST(damaged_pages),
		TEST(any_byte),
		TEST(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
