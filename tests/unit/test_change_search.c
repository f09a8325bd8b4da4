/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far back the change journal is read, past pages that nobody can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/change_journal.h"
#include "storage/err.h"
#include "tests/support/change_page.h"
#include "tests/support/emudisk.h"

#define TIME  133650000000000000ull
#define PAGE  CHANGE_JOURNAL_PAGE_BYTES
#define PIECE CHANGE_JOURNAL_PIECE_BYTES
#define SIZE  (8ull * PIECE)

/* Where the search looks first: one piece from the end. */
#define FIRST_LOOK (SIZE - PIECE)

/* A name that makes a record 64 bytes long, of which 64 fill a page. */
#define NAME "1"

static struct emudisk e;

struct seen {
	size_t count;
	uint64_t first_time;
};

static void see(void *ctx, const struct change_record *record)
{
	struct seen *s = ctx;

	if (!s->count++)
		s->first_time = record->changed_at;
}

/* One record a page, of the page's number as time; the rest is zeros. */
static void put_page(uint64_t off)
{
	struct made_change c = {.version = 2,
		.usn = off,
		.time = TIME + off / PAGE,
		.name = NAME};

	(void)made_change_put(e.bytes + off, &c);
}

static int setup(void **state)
{
	(void)state;
	if (emudisk_open(&e, SIZE, 512) < 0)
		return -1;
	for (uint64_t off = 0; off < SIZE; off += PAGE)
		put_page(off);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	emudisk_close(&e);
	return 0;
}

static void read_all(struct seen *seen, struct change_span *span)
{
	memset(seen, 0, sizeof(*seen));
	assert_int_equal(
		change_journal_read(&e.disk, TIME, see, seen, span), 0);
}

/* A whole page of records of @version. */
static void fill_page(uint64_t off, unsigned int version)
{
	for (uint64_t at = off; at < off + PAGE; at += 64) {
		struct made_change c = {
			.version = 2, .usn = at, .time = TIME, .name = NAME};

		assert_int_equal(made_change_put(e.bytes + at, &c), 64);
		le16_put(e.bytes + at + 4, (uint16_t)version);
	}
}

/* Ranges of files (version 4): Windows writes them where it is told to. */
static void a_page_of_another_version(void **state)
{
	struct change_span span;
	struct seen seen;

	(void)state;
	fill_page(FIRST_LOOK, 4);
	read_all(&seen, &span);
	assert_int_equal(seen.count, SIZE / PAGE - 1);
	assert_int_equal(seen.first_time, TIME);
	assert_int_equal(span.damaged, 0);
	/* One that is known, behind those that are not. */
	put_page(FIRST_LOOK);
	fill_page(FIRST_LOOK, 4);
	le16_put(e.bytes + FIRST_LOOK + PAGE - 64 + 4, 2);
	read_all(&seen, &span);
	assert_int_equal(seen.count, SIZE / PAGE);
}

static void a_damaged_page(void **state)
{
	struct change_span span;
	struct seen seen;

	(void)state;
	memset(e.bytes + FIRST_LOOK, 0xA5, PAGE);
	read_all(&seen, &span);
	assert_int_equal(seen.count, SIZE / PAGE - 1);
	assert_int_equal(seen.first_time, TIME);
	assert_int_equal(span.damaged, 1);
}

/* Zeros are no damage: nothing is looked for before them. */
static void a_page_that_was_given_back(void **state)
{
	struct change_span span;
	struct seen seen;

	(void)state;
	memset(e.bytes + FIRST_LOOK, 0, PAGE);
	read_all(&seen, &span);
	assert_int_equal(seen.count, PIECE / PAGE - 1);
	assert_int_equal(e.counts.reads, 2);
}

/* Shorter than its own head, which every record has. */
static void a_record_without_a_head(void **state)
{
	uint8_t bytes[PAGE] = {0};
	struct change_record r;
	bool is_known;

	(void)state;
	for (uint8_t own = 1; own < 8; own++) {
		bytes[0] = own;
		assert_int_equal(change_record_check(bytes, sizeof(bytes), 0,
					 &r, &is_known),
			-ERR_CORRUPT);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_of_another_version),
		TEST(a_damaged_page),
		TEST(a_page_that_was_given_back),
		cmocka_unit_test(a_record_without_a_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
