/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which operations a log record may name: all numbers are tried.  What redoing
 * the known ones does to a volume is tested by tests/cli/
 * test_journal_operations.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/journal_check.h"

#define RECORD	     0x200
#define TYPE	     0x20
#define REDO	     0x30
#define UNDO	     0x32
#define REDO_OFFSET  0x34
#define REDO_LENGTH  0x36
#define UNDO_OFFSET  0x38
#define UNDO_LENGTH  0x3A
#define LCNS	     0x3E
#define DATA	     0x28 /* as offsets count: with one cluster or none */
#define DATA_AT	     0x58 /* in the record, with one cluster */
#define ANY_UNDO     0xFFFF
#define LARGEST_UNDO 0x60

/* Written down once more: redo, and up to three undo operations beside it. */
static const struct {
	uint16_t redo;
	uint16_t undo[3]; /* the last one again where there are fewer */
} known[] = {
	{0x00, {ANY_UNDO}},
	{0x01, {0x00, 0x00, 0x00}},
	{0x02, {0x00, 0x00, 0x00}},
	{0x03, {0x02, 0x01, 0x01}},
	{0x04, {0x04, 0x04, 0x04}},
	{0x05, {0x06, 0x01, 0x01}},
	{0x06, {0x05, 0x01, 0x01}},
	{0x07, {0x07, 0x01, 0x01}},
	{0x08, {0x08, 0x00, 0x01}},
	{0x09, {0x09, 0x09, 0x09}},
	{0x0B, {0x0B, 0x01, 0x01}},
	{0x0C, {0x0D, 0x0D, 0x0D}},
	{0x0D, {0x0C, 0x01, 0x01}},
	{0x0E, {0x0F, 0x0F, 0x0F}},
	{0x0F, {0x0E, 0x01, 0x01}},
	{0x10, {0x10, 0x01, 0x01}},
	{0x11, {0x11, 0x11, 0x11}},
	{0x12, {0x12, 0x01, 0x01}},
	{0x13, {0x13, 0x01, 0x01}},
	{0x14, {0x14, 0x01, 0x01}},
	{0x15, {0x16, 0x16, 0x16}},
	{0x16, {0x15, 0x01, 0x01}},
	{0x1B, {ANY_UNDO}},
	{0x1C, {0x00, 0x00, 0x00}},
	{0x1D, {ANY_UNDO}},
	{0x1E, {ANY_UNDO}},
	{0x1F, {ANY_UNDO}},
	{0x20, {ANY_UNDO}},
	{0x25, {0x00, 0x00, 0x00}},
};

static unsigned char record[RECORD];

static void begin(unsigned int redo, unsigned int undo, unsigned int redo_len,
	unsigned int undo_len)
{
	memset(record, 0, sizeof(record));
	le32_put(record + TYPE, 1);
	le16_put(record + REDO, (uint16_t)redo);
	le16_put(record + UNDO, (uint16_t)undo);
	le16_put(record + REDO_OFFSET, DATA);
	le16_put(record + REDO_LENGTH, (uint16_t)redo_len);
	le16_put(record + UNDO_OFFSET, (uint16_t)(DATA + redo_len));
	le16_put(record + UNDO_LENGTH, (uint16_t)undo_len);
	le16_put(record + LCNS, 1);
}

static bool is_accepted(void)
{
	return journal_operation_check(record, sizeof(record));
}

static bool is_known(unsigned int redo, unsigned int undo)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].redo == redo)
			return known[i].undo[0] == ANY_UNDO ||
			       known[i].undo[0] == undo ||
			       known[i].undo[1] == undo ||
			       known[i].undo[2] == undo;
	return false;
}

static void every_pair(void **state)
{
	unsigned int accepted = 0;

	(void)state;
	for (unsigned int redo = 0; redo <= 0xFFFF; redo++) {
		for (unsigned int undo = 0; undo <= LARGEST_UNDO; undo++) {
			begin(redo, undo, 24, 24);
			if (is_accepted() != is_known(redo, undo))
				fail_msg("%#x with %#x", redo, undo);
			accepted += is_known(redo, undo);
		}
		begin(redo, 0xFFFF, 24, 24);
		assert_int_equal(is_accepted(), is_known(redo, 0xFFFF));
	}
	printf("counted: 65536 redo operations x %u undo operations, %u pairs "
	       "are known\n",
		LARGEST_UNDO + 1, accepted);
}

static void nothing_to_delete(void **state)
{
	static const uint16_t pairs[][2] = {{0x06, 0x05}, {0x06, 0x01},
		{0x0D, 0x0C}, {0x0D, 0x01}, {0x0F, 0x0E}, {0x0F, 0x01}};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		begin(pairs[i][0], pairs[i][1], 0, 8);
		assert_true(is_accepted());
		begin(pairs[i][0], pairs[i][1], 0, 0);
		assert_false(is_accepted());
	}
}

static void sizes_are_three_or_four(void **state)
{
	(void)state;
	for (unsigned int len = 0; len < 64; len++) {
		begin(0x0B, 0x0B, len, len);
		assert_int_equal(is_accepted(), len == 24 || len == 32);
	}
}

/* Allocated, valid, data becomes allocated, data, valid; nothing else is new.
 */
static void sizes_are_put_in_order(void **state)
{
	unsigned char before[RECORD];

	(void)state;
	begin(0x0B, 0x0B, 24, 24);
	for (unsigned char i = 0; i < 48; i++)
		record[DATA_AT + i] = i;
	memcpy(before, record, RECORD);
	journal_record_mend(record, DATA_AT + 23);
	assert_memory_equal(record, before, RECORD);
	journal_record_mend(record, DATA_AT + 24);
	assert_memory_equal(record, before, DATA_AT + 8);
	assert_memory_equal(record + DATA_AT + 8, before + DATA_AT + 16, 8);
	assert_memory_equal(record + DATA_AT + 16, before + DATA_AT + 8, 8);
	assert_memory_equal(record + DATA_AT + 24, before + DATA_AT + 24,
		RECORD - DATA_AT - 24);
	for (unsigned int redo = 0; redo < LARGEST_UNDO; redo++) {
		begin(redo, 0, 24, 0);
		record[DATA_AT + 8] = 1;
		memcpy(before, record, RECORD);
		journal_record_mend(record, RECORD);
		assert_int_equal(
			memcmp(record, before, RECORD) != 0, redo == 0x0B);
	}
}

/* The head of a freed record comes as undo data, with its sequence number. */
static void freed_records_are_counted(void **state)
{
	static const uint16_t numbers[][2] = {
		{1, 2}, {0xFF, 0x100}, {0xFFFE, 0xFFFF}, {0xFFFF, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		begin(0x03, 0x02, 0, 24);
		le16_put(record + DATA_AT + 0x10, numbers[i][0]);
		journal_record_mend(record, DATA_AT + 0x11); /* cut off */
		assert_int_equal(
			le16_get(record + DATA_AT + 0x10), numbers[i][0]);
		journal_record_mend(record, RECORD);
		assert_int_equal(
			le16_get(record + DATA_AT + 0x10), numbers[i][1]);
	}
	begin(0x03, 0x02, 0, 0x11);
	journal_record_mend(record, RECORD);
	assert_int_equal(le16_get(record + DATA_AT + 0x10), 0);
	begin(0x03, 0x02, 0, 24);
	record[0x42] = 8; /* somewhere else in the record */
	journal_record_mend(record, RECORD);
	assert_int_equal(le16_get(record + DATA_AT + 0x10), 0);
}

/* The end of a record becomes shorter: the rest has to be what it was. */
static void another_end(void **state)
{
	(void)state;
	begin(0x04, 0x04, 8, 24);
	memcpy(record + DATA_AT, "the last", 8);
	memcpy(record + DATA_AT + 8, "an attribute and", 16);
	memcpy(record + DATA_AT + 24, "the last", 8);
	assert_true(is_accepted());
	record[DATA_AT + 31] ^= 1;
	assert_false(is_accepted());
	/* What it was is not told. */
	le16_put(record + UNDO_OFFSET, RECORD);
	assert_false(is_accepted());
	begin(0x04, 0x04, 24, 8);
	assert_true(is_accepted());
}

static void other_records(void **state)
{
	(void)state;
	begin(0xFFFF, 0xFFFF, 0, 0);
	assert_false(is_accepted());
	le32_put(record + TYPE, 2); /* a checkpoint */
	assert_true(is_accepted());
	begin(0x00, 0x00, 0, 0);
	for (size_t len = 0; len < 0x50; len++)
		assert_false(journal_operation_check(record, len));
}

/* An MFT record with one resident attribute. */
static void fill_block(unsigned int all, unsigned int start, unsigned int len)
{
	memset(record, 0, sizeof(record));
	memcpy(record, "FILE", 4);
	le16_put(record + 0x14, 0x38);
	le32_put(record + 0x38, 0x80);
	le32_put(record + 0x38 + 4, all);
	le32_put(record + 0x38 + 16, len);
	le16_put(record + 0x38 + 20, (uint16_t)start);
	le32_put(record + 0x38 + all, 0xFFFFFFFF);
}

static void values_fit(void **state)
{
	(void)state;
	for (unsigned int len = 0; len < 48; len++) {
		fill_block(48, 24, len);
		assert_int_equal(journal_redone_check(record, RECORD),
			len > 16 && len <= 24);
	}
	fill_block(48, 49, 0);
	assert_false(journal_redone_check(record, RECORD));
	fill_block(48, 24, 0xFFFFFFFF);
	assert_false(journal_redone_check(record, RECORD));
	fill_block(16, 0, 0);
	assert_false(journal_redone_check(record, RECORD));
	fill_block(48, 24, 0);
	record[0x38 + 8] = 1; /* not resident */
	assert_true(journal_redone_check(record, RECORD));
	memcpy(record, "INDX", 4);
	memset(record + 4, 0, RECORD - 4);
	assert_true(journal_redone_check(record, RECORD));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair),
		cmocka_unit_test(nothing_to_delete),
		cmocka_unit_test(sizes_are_three_or_four),
		cmocka_unit_test(sizes_are_put_in_order),
		cmocka_unit_test(freed_records_are_counted),
		cmocka_unit_test(another_end),
		cmocka_unit_test(other_records),
		cmocka_unit_test(values_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
