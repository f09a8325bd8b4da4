/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hives with bytes changed, cut short, on failing disks; and real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/hive_cell.h"
#include "recovery/hive_value.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/hive_maker.h"
#include "tests/support/hive_visit.h"

/* Small, with one of each thing there is. */
#define DESCRIPTION                                                            \
	"{'a': {'d': 1, 't': 'text', 'm': ['one', 'two'], 'b': b'12345'},"     \
	" 'a/one': {}, 'a/two': {}, 'a/three': {'': 'x'},"                     \
	" 'b/\\u20acuro': {'\\u20ac': {'qword': 1}}}"
#define KEYS 6

/* What cannot be said of a hive, whatever its bytes are. */
#define MANY 3000

static struct made_hive made;
static struct hive hive;

static int setup(void **state)
{
	const char *words[] = {"--leaf", "2", DESCRIPTION, NULL};

	(void)state;
	hive_make(&made, words);
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hive_free(&made);
	return 0;
}

/* --- The base block ----------------------------------------------------------
 */

static void put_field(uint32_t at, uint32_t value)
{
	uint8_t *head = made.primary.bytes;

	le32_put(head + at, value);
	le32_put(head + 0x1FC, hive_base_checksum(head));
}

static void fields_of_the_base_block(void **state)
{
	static const struct {
		uint32_t at;
		uint32_t value;
		int err;
	} rows[] = {
		{0x14, 2, -ERR_UNSUPPORTED},
		{0x18, 2, -ERR_UNSUPPORTED},
		{0x18, 7, -ERR_UNSUPPORTED},
		{0x1C, 1, -ERR_UNSUPPORTED},
		{0x1C, 6, -ERR_UNSUPPORTED},
		{0x20, 0, -ERR_UNSUPPORTED},
		{0x24, 4096 * 100, -ERR_CORRUPT},
		{0x24, UINT32_MAX, -ERR_CORRUPT},
		{0x24, 0x24, -ERR_CORRUPT},
		{0x24, 0, -ERR_CORRUPT},
		{0x28, 0, -ERR_CORRUPT},
		{0x28, 100, -ERR_CORRUPT},
		{0x28, 4096 * 100, -ERR_TRUNCATED},
		{0x28, 0xFFFFF000, -ERR_TOO_LARGE},
		{0x28, HIVE_MAX_BYTES, -ERR_TOO_LARGE},
		{0x28, HIVE_MAX_BYTES - 4096, -ERR_TRUNCATED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t before = le32_get(made.primary.bytes + rows[i].at);
		struct hive opened = {.minor = 77};

		put_field(rows[i].at, rows[i].value);
		assert_int_equal(
			hive_open(&opened, &made.primary.disk), rows[i].err);
		assert_int_equal(opened.minor, 77);
		put_field(rows[i].at, before);
	}
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
	put_field(4, 100);
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
	assert_true(hive.is_dirty);
	made.primary.bytes[0x1FC]++;
	assert_int_equal(hive_open(&hive, &made.primary.disk), -ERR_CORRUPT);
	made.primary.bytes[0]++;
	assert_int_equal(hive_open(&hive, &made.primary.disk), -ERR_NOT_FOUND);
}

/* 0 and all ones are stored as something else. */
static void checksums_at_their_limits(void **state)
{
	uint8_t head[HIVE_HEAD_BYTES] = {0};

	(void)state;
	assert_int_equal(hive_base_checksum(head), 1);
	memset(head, 0xFF, 4);
	assert_int_equal(hive_base_checksum(head), 0xFFFFFFFE);
	le32_put(head, 0x12345678);
	assert_int_equal(hive_base_checksum(head), 0x12345678);
}

static void cut_at_each_length(void **state)
{
	uint64_t whole = made.primary.disk.size_bytes;

	(void)state;
	for (uint64_t len = 0; len < whole; len++) {
		made.primary.disk.size_bytes = len;
		assert_int_equal(hive_open(&hive, &made.primary.disk),
			len ? -ERR_TRUNCATED : -ERR_NOT_FOUND);
	}
	made.primary.disk.size_bytes = whole;
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
}

/* --- Cells -------------------------------------------------------------------
 */

/* Reading all of it ends, with few reads, and names what is wrong. */
static struct hive_census census(void)
{
	struct hive_census c;

	emudisk_reset(&made.primary);
	c = hive_visit(&hive, 100);
	assert_in_range(made.primary.counts.reads, 0, MANY * 100);
	assert_in_range(-c.err, 0, ERR_INTERNAL - 1);
	return c;
}

static void each_byte_changed(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xFF};
	uint32_t noticed = 0;

	(void)state;
	for (size_t m = 0; m < sizeof(masks); m++)
		for (uint32_t at = HIVE_BASE_BYTES;
			at < made.primary.disk.size_bytes; at++) {
			uint8_t *byte = made.primary.bytes + at;
			struct hive_census c;

			*byte ^= masks[m];
			if (hive_open(&hive, &made.primary.disk) == 0) {
				c = census();
				noticed += c.err != 0;
			}
			*byte ^= masks[m];
		}
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
	assert_int_equal(census().keys, KEYS);
	assert_true(noticed > 100);
}

/* The cell of a key, as bytes; what is put there is undone by teardown. */
static uint8_t *bytes_of(uint32_t cell)
{
	return made.primary.bytes + HIVE_BASE_BYTES + cell + 4;
}

static struct hive_key key_a(void)
{
	struct hive_key k;

	assert_int_equal(hive_find(&hive, &hive.root, "a", &k), 0);
	return k;
}

static int walk_err(const struct hive_key *k)
{
	struct hive_key subkey;
	struct hive_walk w;
	int err;

	hive_walk_begin(&w, &hive, k);
	while ((err = hive_walk_next(&w, &subkey)) > 0)
		;
	/* It stays so. */
	assert_int_equal(hive_walk_next(&w, &subkey), err);
	return err;
}

static void counts_at_their_limits(void **state)
{
	struct hive_key k = key_a();
	uint8_t *node = bytes_of(k.cell);
	uint8_t *lists = bytes_of(k.subkey_list);
	struct hive_key found;

	(void)state;
	assert_memory_equal(lists, "ri", 2);
	/* More subkeys than any key has, and more than its lists have. */
	le32_put(node + 0x14, UINT32_MAX);
	assert_int_equal(
		hive_find(&hive, &hive.root, "a", &found), -ERR_TOO_LARGE);
	le32_put(node + 0x14, HIVE_MAX_SUBKEYS + 1);
	assert_int_equal(
		hive_find(&hive, &hive.root, "a", &found), -ERR_TOO_LARGE);
	le32_put(node + 0x14, HIVE_MAX_SUBKEYS);
	k = key_a();
	assert_int_equal(walk_err(&k), -ERR_CORRUPT);
	assert_int_equal(hive_find(&hive, &k, "none", &found), -ERR_CORRUPT);
	/* Fewer: the rest is not looked at. */
	le32_put(node + 0x14, 1);
	k = key_a();
	assert_int_equal(walk_err(&k), 0);
	le32_put(node + 0x14, 3);
	/* Values. */
	le32_put(node + 0x24, HIVE_MAX_VALUES + 1);
	assert_int_equal(
		hive_find(&hive, &hive.root, "a", &found), -ERR_TOO_LARGE);
	le32_put(node + 0x24, HIVE_MAX_VALUES);
	k = key_a();
	assert_int_equal(census().err, -ERR_CORRUPT);
	le32_put(node + 0x24, 4);
	/* Lists longer than their cells, and too many of them. */
	k = key_a();
	le16_put(lists + 2, 0xFFFF);
	assert_int_equal(walk_err(&k), -ERR_CORRUPT);
	le16_put(lists + 2, 0);
	assert_int_equal(walk_err(&k), -ERR_CORRUPT);
}

static void too_many_lists(void **state)
{
	struct hive_key k = key_a();
	uint32_t size = HIVE_BIN_BYTES;
	uint8_t *lists = made.primary.bytes + HIVE_BASE_BYTES;

	(void)state;
	/* All of the hive is one cell with a list of lists. */
	le32_put(lists, 0 - size);
	memcpy(lists + 4, "ri", 2);
	le16_put(lists + 6, HIVE_MAX_LEAVES + 1);
	k.subkey_list = 0;
	assert_int_equal(walk_err(&k), -ERR_TOO_LARGE);
	le16_put(lists + 6, HIVE_MAX_LEAVES);
	assert_int_equal(walk_err(&k), -ERR_CORRUPT);
}

static void lists_in_circles(void **state)
{
	struct hive_key k = key_a();
	uint8_t *lists = bytes_of(k.subkey_list);
	uint8_t *leaf = bytes_of(le32_get(lists + 4));
	struct hive_key found;

	(void)state;
	/* A key that is its own child: a path leads through it as deep as it
	 * says, and no deeper. */
	le32_put(leaf + 4, k.cell);
	assert_in_range(hive_visit(&hive, 1000).keys, KEYS + 1, 100);
	assert_int_equal(hive_find(&hive, &k, "two", &found), 0);
	/* A list of lists that is in itself. */
	le32_put(lists + 4, k.subkey_list);
	assert_int_equal(walk_err(&k), -ERR_CORRUPT);
}

/* What the bounds of single lists do not end, this does. */
static void enough_is_enough(void **state)
{
	struct hive_key k;
	uint32_t used;

	(void)state;
	assert_int_equal(hive_find(&hive, &hive.root, "a\\three", &k), 0);
	used = HIVE_MAX_CELLS - hive.cells_left;
	assert_in_range(used, 5, 50);
	for (uint32_t left = 0; left < used; left++) {
		assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
		hive.cells_left = left;
		if (hive_find(&hive, &hive.root, "a\\three", &k) == 0)
			break;
		assert_int_equal(hive.cells_left, 0);
		assert_int_equal(
			hive_find(&hive, &hive.root, "a", &k), -ERR_TOO_LARGE);
	}
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
	assert_int_equal(hive_find(&hive, &hive.root, "a\\three", &k), 0);
}

/* --- Values ------------------------------------------------------------------
 */

/* The value @name of the key "a", as bytes. */
static uint8_t *value_bytes(const char *name)
{
	struct hive_key k = key_a();
	uint8_t *list = bytes_of(k.value_list);
	uint8_t *value;
	size_t i;

	for (i = 0;; i++) {
		assert_in_range(i, 0, 3);
		value = bytes_of(le32_get(list + 4 * i));
		if (value[0x14] == (uint8_t)name[0])
			return value;
	}
}

static void values_at_their_limits(void **state)
{
	struct hive_key k = key_a();
	uint8_t *number = value_bytes("d");
	uint8_t *text = value_bytes("t");
	char buf[64];
	uint32_t word;

	(void)state;
	/* More in the value itself than there is room for. */
	le32_put(number + 4, 0x80000005);
	assert_int_equal(hive_get_u32(&hive, &k, "d", &word), -ERR_CORRUPT);
	le32_put(number + 4, 0x80000003);
	assert_int_equal(hive_get_u32(&hive, &k, "d", &word), -ERR_UNSUPPORTED);
	le32_put(number + 4, 4);
	assert_int_equal(hive_get_u32(&hive, &k, "d", &word), -ERR_CORRUPT);
	le32_put(number + 4, 0x80000004);
	assert_int_equal(hive_get_u32(&hive, &k, "d", &word), 0);
	/* Text longer than its cell, than is read, than a hive can be. */
	le32_put(text + 4, 200);
	assert_int_equal(hive_get_text(&hive, &k, "t", buf, 64), -ERR_CORRUPT);
	le32_put(text + 4, 2 * HIVE_TEXT_UNITS + 2);
	assert_int_equal(
		hive_get_text(&hive, &k, "t", buf, 64), -ERR_TOO_LARGE);
	le32_put(text + 4, 0x7FFFFFFF);
	assert_int_equal(
		hive_get_text(&hive, &k, "t", buf, 64), -ERR_TOO_LARGE);
	/* Without its NUL, of an odd number of bytes, or empty. */
	le32_put(text + 4, 6);
	assert_int_equal(hive_get_text(&hive, &k, "t", buf, 64), 0);
	assert_string_equal(buf, "tex");
	le32_put(text + 4, 7);
	assert_int_equal(hive_get_text(&hive, &k, "t", buf, 64), 0);
	assert_string_equal(buf, "tex");
	le32_put(text + 4, 0);
	assert_int_equal(hive_get_text(&hive, &k, "t", buf, 2), 0);
	assert_memory_equal(buf, "\0", 2);
}

/* Such names are there to hide something: they are no other name. */
static void names_with_a_nul(void **state)
{
	uint8_t *value = value_bytes("t");
	struct hive_key k = key_a();
	struct hive_value v;

	(void)state;
	value[0x14] = 0;
	assert_int_equal(hive_value_find(&hive, &k, "t", &v), -ERR_NOT_FOUND);
	assert_int_equal(hive_value_find(&hive, &k, "", &v), -ERR_NOT_FOUND);
	assert_int_equal(hive_value_find(&hive, &k, "?", &v), 0);
}

static void names_that_are_too_long(void **state)
{
	uint8_t *value = value_bytes("m");
	struct hive_key k = key_a();
	struct hive_value v;

	(void)state;
	le16_put(value + 2, 256);
	assert_int_equal(hive_value_find(&hive, &k, "m", &v), -ERR_CORRUPT);
	le16_put(value + 2, 0xFFFF);
	assert_int_equal(hive_value_find(&hive, &k, "m", &v), -ERR_CORRUPT);
	le16_put(value + 2, 255);
	assert_int_equal(hive_value_find(&hive, &k, "m", &v), -ERR_CORRUPT);
	/* What comes before it is still found. */
	assert_int_equal(hive_value_find(&hive, &k, "d", &v), 0);
}

/* --- Disks ---------------------------------------------------------------- */

/* A look-up that a read failed for has found nothing out. */
static void any_read_may_fail(void **state)
{
	struct hive_key k;
	char buf[64];
	uint64_t nth;
	int err;

	(void)state;
	for (nth = 1;; nth++) {
		emudisk_reset(&made.primary);
		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, nth, false);
		err = hive_open(&hive, &made.primary.disk);
		if (err == 0)
			err = hive_find(&hive, &hive.root, "A\\three", &k);
		if (err == 0)
			err = hive_get_text(&hive, &k, "", buf, sizeof(buf));
		if (err == 0)
			break;
		assert_int_equal(err, -ERR_IO);
	}
	assert_string_equal(buf, "x");
	assert_in_range(nth, 15, 60);
	for (nth = 1;; nth++) {
		emudisk_reset(&made.primary);
		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, nth, false);
		err = hive_find(&hive, &hive.root, "a\\none", &k);
		if (err == -ERR_NOT_FOUND)
			break;
		assert_int_equal(err, -ERR_IO);
	}
}

/* --- Made by Windows ------------------------------------------------------ */

static bool open_fixture(const char *name, int expected)
{
	if (!hive_fixture_file(&made.primary, name))
		return false;
	assert_int_equal(hive_open(&hive, &made.primary.disk), expected);
	return true;
}

static void a_hive_that_was_cut(void **state)
{
	(void)state;
	if (!open_fixture("yarp-given.tar.xz:TruncatedHive", -ERR_TRUNCATED))
		skip();
}

static void names_outside_latin_1(void **state)
{
	struct hive_census c;
	struct hive_walk w;
	struct hive_key k;
	bool has_others = false;

	(void)state;
	if (!open_fixture("yarp-given.tar.xz:UnicodeHive", 0))
		skip();
	c = hive_visit(&hive, 1000);
	assert_int_equal(c.err, 0);
	assert_true(c.keys > 0);
	hive_walk_begin(&w, &hive, &hive.root);
	while (hive_walk_next(&w, &k) > 0)
		has_others |= (uint8_t)k.name[0] > 0xC3;
	assert_true(has_others);
}

static void data_in_many_cells(void **state)
{
	struct hive_census c;

	(void)state;
	if (!open_fixture("yarp-given.tar.xz:BigDataHive", 0))
		skip();
	c = hive_visit(&hive, 1000);
	assert_int_equal(c.err, 0);
	assert_true(c.data_bytes > 2 * 16344);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_of_the_base_block),
		cmocka_unit_test(checksums_at_their_limits),
		TEST(cut_at_each_length),
		TEST(each_byte_changed),
		TEST(counts_at_their_limits),
		TEST(too_many_lists),
		TEST(lists_in_circles),
		TEST(enough_is_enough),
		TEST(values_at_their_limits),
		TEST(names_with_a_nul),
		TEST(names_that_are_too_long),
		TEST(any_read_may_fail),
		cmocka_unit_test_teardown(a_hive_that_was_cut, teardown),
		cmocka_unit_test_teardown(names_outside_latin_1, teardown),
		cmocka_unit_test_teardown(data_in_many_cells, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
