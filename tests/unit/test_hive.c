/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and values of hives that somebody else has written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/hive_value.h"
#include "storage/err.h"
#include "tests/support/hive_maker.h"
#include "tests/support/hive_visit.h"

/* What the hives of most tests say. */
#define DESCRIPTION                                                            \
	"{'Select': {'Current': 1, '': 'the default', 'Long': 'x'},"           \
	" 'Control/Class': {'q': {'qword': 0x1122334455667788},"               \
	"   'e': {'expand': '%SystemRoot%\\\\x'}, 'b': b'\\1\\2\\3\\4\\5',"    \
	"   'm': ['one', 'zw\\u00f6lf', ''], 'none': b'', 'two': b'\\7\\0'},"  \
	" 'Stra\\u00dfe/\\u20acuro': {'\\u20ac': 1},"                          \
	" 'a': {}, 'b': {}, 'c': {}, 'd': {}, 'e': {}, 'f': {}, 'g': {},"      \
	" 'a/b': {}, 'a/b/c': {'deep': 3}}"

/* Of it: Select, Control, Class, two that are not ASCII, a..g, a/b, a/b/c. */
#define KEYS   14
#define VALUES 11

/* Names that are not ASCII. */
#define STREET "Stra\xC3\x9F\x65"
#define EURO   "\xE2\x82\xAC"

static struct made_hive made;
static struct hive hive;

static void open_made(const char *const *words)
{
	hive_make(&made, words);
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
}

static int setup(void **state)
{
	static const char *const words[] = {DESCRIPTION, NULL};

	(void)state;
	open_made(words);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hive_free(&made);
	return 0;
}

static struct hive_key key_at(const char *path)
{
	struct hive_key k;

	assert_int_equal(hive_find(&hive, &hive.root, path, &k), 0);
	return k;
}

/* --- Keys ------------------------------------------------------------------
 */

static void check_keys(void)
{
	struct hive_census c = hive_visit(&hive, 1000);
	struct hive_key k;

	assert_int_equal(c.err, 0);
	assert_int_equal(c.keys, KEYS);
	assert_int_equal(c.values, VALUES);
	assert_string_equal(hive.root.name, "ROOT");
	assert_string_equal(key_at("Select").name, "Select");
	assert_string_equal(key_at("select").name, "Select");
	assert_string_equal(key_at("CONTROL\\cLASS").name, "Class");
	assert_string_equal(key_at("A\\B\\C").name, "c");
	assert_string_equal(key_at("").name, "ROOT");
	assert_string_equal(key_at(STREET "\\" EURO "URO").name, EURO "uro");
	k = key_at("a");
	assert_int_equal(hive_find(&hive, &k, "b", &k), 0);
	assert_int_equal(hive_find(&hive, &k, "c", &k), 0);
	assert_int_equal(k.written, 133658352000000000ull);
	assert_int_equal(hive_find(&hive, &k, "d", &k), -ERR_NOT_FOUND);
	/* Nothing was put into it. */
	assert_string_equal(k.name, "c");
	assert_int_equal(
		hive_find(&hive, &hive.root, "Select[", &k), -ERR_NOT_FOUND);
	assert_int_equal(
		hive_find(&hive, &hive.root, "{a}", &k), -ERR_NOT_FOUND);
	assert_int_equal(
		hive_find(&hive, &hive.root, "Selec", &k), -ERR_NOT_FOUND);
	assert_int_equal(
		hive_find(&hive, &hive.root, "Selects", &k), -ERR_NOT_FOUND);
	assert_int_equal(
		hive_find(&hive, &hive.root, "\\Select", &k), -ERR_NOT_FOUND);
}

static void keys_in_every_kind_of_list(void **state)
{
	static const char *const lists[] = {"lf", "lh", "li"};
	static const char *const leaves[] = {"1", "3", "512"};
	static const char *const minors[] = {"3", "5"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			for (size_t m = 0; m < 2; m++) {
				const char *words[] = {"--lists", lists[i],
					"--leaf", leaves[j], "--minor",
					minors[m], DESCRIPTION, NULL};

				hive_free(&made);
				open_made(words);
				check_keys();
			}
}

static void subkeys_come_in_order(void **state)
{
	static const char *const names[] = {
		"a", "b", "c", "Control", "d", "e", "f", "g", "Select", STREET};
	struct hive_walk w;
	struct hive_key k;
	size_t i;

	(void)state;
	hive_walk_begin(&w, &hive, &hive.root);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(hive_walk_next(&w, &k), 1);
		assert_string_equal(k.name, names[i]);
	}
	assert_int_equal(hive_walk_next(&w, &k), 0);
	assert_int_equal(hive_walk_next(&w, &k), 0);
}

/* --- Values ----------------------------------------------------------------
 */

static void values_of_each_type(void **state)
{
	struct hive_key k = key_at("Control\\Class");
	struct hive_key select = key_at("Select");
	char text[64];
	uint8_t bytes[8];
	uint64_t number;
	uint32_t word;
	size_t len;

	(void)state;
	assert_int_equal(hive_get_u32(&hive, &select, "CURRENT", &word), 0);
	assert_int_equal(word, 1);
	assert_int_equal(hive_get_text(&hive, &select, "", text, 64), 0);
	assert_string_equal(text, "the default");
	assert_int_equal(hive_get_u64(&hive, &k, "q", &number), 0);
	assert_int_equal(number, 0x1122334455667788);
	assert_int_equal(hive_get_text(&hive, &k, "e", text, 64), 0);
	assert_memory_equal(text, "%SystemRoot%\\x\0", 16);
	assert_int_equal(hive_get_text(&hive, &k, "m", text, 64), 0);
	assert_memory_equal(text, "one\0zw\xC3\xB6lf\0", 12);
	assert_int_equal(hive_get_bytes(&hive, &k, "b", bytes, 5, &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(bytes, "\1\2\3\4\5", 5);
	assert_int_equal(hive_get_bytes(&hive, &k, "two", bytes, 8, &len), 0);
	assert_int_equal(len, 2);
	assert_memory_equal(bytes, "\7\0", 2);
	assert_int_equal(hive_get_bytes(&hive, &k, "none", bytes, 8, &len), 0);
	assert_int_equal(len, 0);
}

static void values_that_are_something_else(void **state)
{
	struct hive_key k = key_at("Control\\Class");
	struct hive_key select = key_at("Select");
	char text[64] = "as before";
	uint64_t number = 7;
	uint32_t word = 7;
	size_t len = 7;

	(void)state;
	assert_int_equal(
		hive_get_u32(&hive, &k, "Current", &word), -ERR_NOT_FOUND);
	assert_int_equal(hive_get_u32(&hive, &k, "", &word), -ERR_NOT_FOUND);
	assert_int_equal(hive_get_u32(&hive, &k, "e", &word), -ERR_UNSUPPORTED);
	assert_int_equal(hive_get_u32(&hive, &k, "q", &word), -ERR_UNSUPPORTED);
	assert_int_equal(hive_get_u64(&hive, &select, "Current", &number),
		-ERR_UNSUPPORTED);
	assert_int_equal(
		hive_get_text(&hive, &k, "b", text, 64), -ERR_UNSUPPORTED);
	assert_int_equal(
		hive_get_bytes(&hive, &k, "b", text, 4, &len), -ERR_TOO_LARGE);
	assert_true(word == 7 && number == 7 && len == 7);
	assert_string_equal(text, "as before");
}

/* Half a path names another file. */
static void text_is_never_cut(void **state)
{
	struct hive_key k = key_at("Control\\Class");
	char text[16];
	size_t cap;

	(void)state;
	for (cap = 2; cap < 16; cap++)
		assert_int_equal(hive_get_text(&hive, &k, "e", text, cap),
			-ERR_TOO_LARGE);
	assert_int_equal(hive_get_text(&hive, &k, "e", text, 16), 0);
}

#define LONGEST 50000

static char letter(uint32_t n)
{
	return (char)('A' + (n / 251 + n) % 26);
}

/* One value for each size, called as it is. */
static const char *describe_long_values(const uint32_t *sizes, size_t count)
{
	static char text[120000];
	char *at = text + sprintf(text, "{'k': {");

	for (size_t i = 0; i < count; i++) {
		at += sprintf(at, "'%u': b'", sizes[i]);
		for (uint32_t n = 0; n < sizes[i]; n++)
			*at++ = letter(n);
		at += sprintf(at, "',");
	}
	strcpy(at, "}}");
	return text;
}

static void check_long_value(uint32_t size)
{
	static uint8_t bytes[LONGEST];
	struct hive_key k = key_at("k");
	struct hive_value v;
	char name[8];
	size_t len;

	sprintf(name, "%u", size);
	assert_int_equal(
		hive_get_bytes(&hive, &k, name, bytes, LONGEST, &len), 0);
	assert_int_equal(len, size);
	for (uint32_t n = 0; n < size; n++)
		assert_int_equal(bytes[n], letter(n));
	assert_int_equal(hive_value_find(&hive, &k, name, &v), 0);
	assert_int_equal(hive_value_read(&hive, &v, size - 3, bytes, 3), 0);
	assert_int_equal(bytes[2], letter(size - 1));
	assert_int_equal(hive_value_read(&hive, &v, size, bytes, 0), 0);
	assert_int_equal(
		hive_value_read(&hive, &v, size, bytes, 1), -ERR_TRUNCATED);
	assert_int_equal(hive_value_read(&hive, &v, UINT32_MAX, bytes, 2),
		-ERR_TRUNCATED);
}

/* Of a value in many cells: each read fails once, and there are too few. */
static void cells_of_a_long_value(void)
{
	static uint8_t bytes[LONGEST];
	struct hive_key k = key_at("k");
	struct hive_value v;
	uint64_t nth;
	int err = -1;

	assert_int_equal(hive_value_find(&hive, &k, "50000", &v), 0);
	for (nth = 1; err < 0; nth++) {
		emudisk_reset(&made.primary);
		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, nth, false);
		err = hive_value_read(&hive, &v, 0, bytes, LONGEST);
		assert_true(err == 0 || err == -ERR_IO);
	}
	assert_true(nth > 20);
	emudisk_reset(&made.primary);
	v.size = 5 * 16344;
	assert_int_equal(
		hive_value_read(&hive, &v, 4 * 16344, bytes, 1), -ERR_CORRUPT);
}

/* In one cell up to version 1.3, spread over many from 16344 bytes on later. */
static void long_values(void **state)
{
	static const uint32_t sizes[] = {16343, 16344, 16345, LONGEST};
	static const char *const minors[] = {"3", "5"};

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		const char *words[] = {"--minor", minors[m],
			describe_long_values(sizes, 4), NULL};

		hive_free(&made);
		open_made(words);
		for (size_t i = 0; i < 4; i++)
			check_long_value(sizes[i]);
	}
	cells_of_a_long_value();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			keys_in_every_kind_of_list, setup, teardown),
		cmocka_unit_test_setup_teardown(
			subkeys_come_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			values_of_each_type, setup, teardown),
		cmocka_unit_test_setup_teardown(
			values_that_are_something_else, setup, teardown),
		cmocka_unit_test_setup_teardown(
			text_is_never_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(long_values, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
