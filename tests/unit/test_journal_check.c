/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages and records of $LogFile that lead out of themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/journal_check.h"

static const struct journal_limits limits = {
	.cluster_bytes = 4096,
	.record_bytes = 1024,
	.index_bytes = 4096,
	.cluster_count = 1000,
};

#define RECORD_BYTES 0x80
#define DATA_AT	     0x58 /* behind one cluster number */

/* UpdateResidentValue of eight bytes at 0x38 + 0x38 of the second record. */
static void make_record(unsigned char *b)
{
	memset(b, 0, RECORD_BYTES);
	le32_put(b + 0x18, RECORD_BYTES - 0x30);
	le32_put(b + 0x20, 1);
	le32_put(b + 0x24, 0x18);
	le16_put(b + 0x30, 7);
	le16_put(b + 0x32, 7);
	le16_put(b + 0x34, DATA_AT - 0x30);
	le16_put(b + 0x36, 8);
	le16_put(b + 0x38, DATA_AT - 0x30 + 8);
	le16_put(b + 0x3A, 8);
	le16_put(b + 0x3E, 1);
	le16_put(b + 0x40, 0x38);
	le16_put(b + 0x42, 0x38);
	le16_put(b + 0x44, 2);
	le64_put(b + 0x50, 4);
}

static bool check(const unsigned char *b)
{
	return journal_record_check(b, RECORD_BYTES, &limits);
}

static void good_record_is_accepted(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	assert_true(check(b));
	/* Exactly as much as there is. */
	le16_put(b + 0x36, RECORD_BYTES - DATA_AT);
	le16_put(b + 0x3A, RECORD_BYTES - DATA_AT);
	le16_put(b + 0x38, DATA_AT - 0x30);
	assert_true(check(b));
}

/* One field at a time. */
static void record_that_leads_out_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint16_t value;
	} bad[] = {
		{0x18, 0},			/* length of the data */
		{0x18, 0xFFF8}, {0x20, 3},	/* type */
		{0x34, 0xFFF8},			/* redo */
		{0x38, 0xFFF8},			/* undo */
		{0x3A, 0xFFFF}, {0x3E, 0xFFFF}, /* clusters */
		{0x3E, 0},	     /* ... none, for a change that wants one */
		{0x40, 1024 - 0x17}, /* attribute */
		{0x42, 1024 - 0x38 - 7}, /* value */
		{0x42, 0xFFFF},
		{0x44, 7}, /* sector of the record: half outside */
		{0x44, 0xFFFF},
		{0x50, 1000}, /* cluster: the first behind the last */
	};
	unsigned char b[RECORD_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		make_record(b);
		le16_put(b + bad[i].at, bad[i].value);
		if (check(b))
			fail_msg("accepted: %zx = %x", bad[i].at, bad[i].value);
	}
}

/* What the redo does not read may be missing. */
static void data_may_be_left_out(void **state)
{
	static const struct {
		uint16_t redo, undo;
		bool without_redo, without_undo;
	} ops[] = {
		{0x02, 0x03, false, false},
		{0x02, 0x01, false, true},
		{0x03, 0x02, true, false},
		{0x03, 0x01, true, false},
		{0x05, 0x06, false, false},
		{0x05, 0x01, false, true},
		{0x06, 0x05, true, false},
		{0x06, 0x01, true, false},
		{0x07, 0x07, false, false},
		{0x07, 0x01, false, true},
		{0x0D, 0x0C, true, false},
		{0x0D, 0x01, true, true},
		{0x0F, 0x0E, true, false},
		{0x0F, 0x01, true, true},
		{0x13, 0x13, false, false},
		{0x13, 0x01, false, true},
		{0x25, 0x00, true, true},
	};
	unsigned char b[RECORD_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		make_record(b);
		le16_put(b + 0x30, ops[i].redo);
		le16_put(b + 0x32, ops[i].undo);
		assert_true(check(b));
		le16_put(b + 0x34, RECORD_BYTES - 0x30);
		if (check(b) != ops[i].without_redo)
			fail_msg("%#x without redo", ops[i].redo);
		le16_put(b + 0x34, DATA_AT - 0x30);
		le16_put(b + 0x38, RECORD_BYTES - 0x30);
		if (check(b) != ops[i].without_undo)
			fail_msg("%#x without undo, %#x", ops[i].redo,
				ops[i].undo);
	}
}

/* Of $DATA that is deleted the head is enough. */
static void head_of_deleted_data(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	le16_put(b + 0x30, 6);
	le16_put(b + 0x36, 0);
	le16_put(b + 0x38, DATA_AT - 0x30);
	le16_put(b + 0x3A, 0x200);
	le16_put(b + 0x42, 0);
	assert_false(check(b));
	le32_put(b + DATA_AT, 0x80);
	assert_true(check(b));
	/* Its type is not what is compared first. */
	le16_put(b + 0x42, 8);
	assert_false(check(b));
	le16_put(b + 0x42, 0);
	/* Not even the head. */
	le16_put(b + 0x38, RECORD_BYTES - 0x30 - 0x10);
	le32_put(b + RECORD_BYTES - 0x10, 0x80);
	assert_false(check(b));
}

static void short_record_is_refused(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	for (size_t len = 0; len < RECORD_BYTES; len++)
		assert_false(journal_record_check(b, len, &limits));
}

/* Moving the rest of the record rounds up to eight bytes. */
static void room_for_the_end_is_kept(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	le16_put(b + 0x36, 16);
	le16_put(b + 0x42, 1024 - 0x38 - 24);
	assert_true(check(b));
	le16_put(b + 0x42, 1024 - 0x38 - 16);
	assert_false(check(b));
}

static void mapping_that_grows_from_before_is_refused(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	le16_put(b + 0x30, 9);
	le16_put(b + 0x40, 0);
	le16_put(b + 0x42, 8);
	le16_put(b + 0x36, 16);
	assert_true(check(b));
	le16_put(b + 0x36, 24);
	assert_false(check(b));
}

static void bits_lie_within_their_clusters(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	le16_put(b + 0x30, 0x15);
	le32_put(b + DATA_AT, 4096 * 8 - 3);
	le32_put(b + DATA_AT + 4, 3);
	assert_true(check(b));
	le32_put(b + DATA_AT + 4, 4);
	assert_false(check(b));
	le32_put(b + DATA_AT, 3);
	le32_put(b + DATA_AT + 4, UINT32_MAX);
	assert_false(check(b));
	le16_put(b + 0x36, 7);
	le32_put(b + DATA_AT + 4, 1);
	assert_false(check(b));
}

static void table_lies_within_its_record(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	le16_put(b + 0x30, 0x1D);
	le16_put(b + 0x36, 24 + 16);
	le16_put(b + DATA_AT + 8, 16);
	le16_put(b + DATA_AT + 12, 1);
	assert_true(check(b));
	le16_put(b + DATA_AT + 12, 2); /* stops at the length */
	assert_true(check(b));
	le16_put(b + DATA_AT + 8, 17);
	assert_false(check(b));
	le16_put(b + DATA_AT + 8, 0);
	assert_false(check(b));
}

static void names_lie_within_their_record(void **state)
{
	unsigned char b[RECORD_BYTES];

	(void)state;
	make_record(b);
	le16_put(b + 0x30, 0x1E);
	le16_put(b + 0x36, RECORD_BYTES - DATA_AT);
	le16_put(b + 0x3A, 0);
	le16_put(b + DATA_AT + 8, 0x18);
	le16_put(b + DATA_AT + 10, 8);
	assert_true(check(b));
	le16_put(b + DATA_AT + 10, RECORD_BYTES - DATA_AT - 12);
	assert_true(check(b));
	le16_put(b + DATA_AT + 10, RECORD_BYTES - DATA_AT - 11);
	assert_false(check(b));
}

static void make_page(unsigned char *page)
{
	memset(page, 0, JOURNAL_PAGE_BYTES);
	memcpy(page, "RCRD", 4);
	le16_put(page + 4, 0x28);
	le16_put(page + 6, 9);
	le16_put(page + 0x18, 0x40);
}

static void pages(void **state)
{
	unsigned char page[JOURNAL_PAGE_BYTES];

	(void)state;
	make_page(page);
	assert_true(journal_page_check(page));
	le16_put(page + 0x18, JOURNAL_PAGE_BYTES);
	assert_true(journal_page_check(page));
	le16_put(page + 0x18, JOURNAL_PAGE_BYTES + 8);
	assert_false(journal_page_check(page));
	make_page(page);
	le16_put(page + 4, JOURNAL_PAGE_BYTES - 2);
	assert_false(journal_page_check(page));
	make_page(page);
	le16_put(page + 6, 8);
	assert_false(journal_page_check(page));
	memset(page, 0xff, sizeof(page));
	assert_false(journal_page_check(page));
}

static void middle_of_a_record_is_told(void **state)
{
	unsigned char page[JOURNAL_PAGE_BYTES];

	(void)state;
	make_page(page);
	assert_true(journal_page_is_middle(page));
	le32_put(page + 0x10, 1);
	assert_false(journal_page_is_middle(page));
	le16_put(page + 0x18, 0);
	assert_true(journal_page_is_middle(page));
}

static void restart_pages(void **state)
{
	unsigned char page[JOURNAL_PAGE_BYTES] = "RSTR";

	(void)state;
	le16_put(page + 0x18, 0x30);
	le16_put(page + 0x30 + 0x16, 0x40);
	assert_true(journal_restart_check(page));
	le16_put(page + 0x30 + 0x16, JOURNAL_PAGE_BYTES - 0xA0 - 0x30 + 1);
	assert_false(journal_restart_check(page));
	le16_put(page + 0x18, 0xFFFF);
	assert_false(journal_restart_check(page));
	le16_put(page + 0x18, 0x30);
	le16_put(page + 0x30 + 0x16, 0);
	page[0] = 'X';
	assert_false(journal_restart_check(page));
}

static void blocks(void **state)
{
	unsigned char block[1024] = "FILE";

	(void)state;
	le16_put(block + 0x14, 0x38);
	le32_put(block + 0x38, 0x10);
	le32_put(block + 0x38 + 4, 0x60);
	le32_put(block + 0x98, 0xFFFFFFFF);
	assert_true(journal_block_check(block, sizeof(block)));
	le32_put(block + 0x38 + 4, 0);
	assert_false(journal_block_check(block, sizeof(block)));
	le32_put(block + 0x38 + 4, 0xFFFFFF00);
	assert_false(journal_block_check(block, sizeof(block)));
	le16_put(block + 0x14, 0xFFFF);
	assert_false(journal_block_check(block, sizeof(block)));
	memcpy(block, "INDX", 4);
	le32_put(block + 0x18, 0x28);
	le32_put(block + 0x1C, 1024 - 0x18);
	assert_true(journal_block_check(block, sizeof(block)));
	le32_put(block + 0x1C, 1024 - 0x17);
	assert_false(journal_block_check(block, sizeof(block)));
	memcpy(block, "BAAD", 4);
	assert_true(journal_block_check(block, sizeof(block)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_record_is_accepted),
		cmocka_unit_test(record_that_leads_out_is_refused),
		cmocka_unit_test(data_may_be_left_out),
		cmocka_unit_test(head_of_deleted_data),
		cmocka_unit_test(short_record_is_refused),
		cmocka_unit_test(room_for_the_end_is_kept),
		cmocka_unit_test(mapping_that_grows_from_before_is_refused),
		cmocka_unit_test(bits_lie_within_their_clusters),
		cmocka_unit_test(table_lies_within_its_record),
		cmocka_unit_test(names_lie_within_their_record),
		cmocka_unit_test(pages),
		cmocka_unit_test(middle_of_a_record_is_told),
		cmocka_unit_test(restart_pages),
		cmocka_unit_test(blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
