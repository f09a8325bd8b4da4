/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes are UTF-8, compared with every character there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/utf8.h"

/* @value in the form of @len bytes, whether that is allowed or not. */
static void encode(uint32_t value, size_t len, char *buf)
{
	static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t i;

	for (i = len; i-- > 1; value >>= 6)
		buf[i] = (char)(0x80 | (value & 0x3F));
	buf[0] = (char)(first[len] | value);
	buf[len] = '\0';
}

static size_t right_length(uint32_t value)
{
	if (value >= 0xD800 && value <= 0xDFFF)
		return 0;
	if (value > 0x10FFFF)
		return 0;
	return value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
}

static void every_character_in_every_form(void **state)
{
	static const uint32_t room[] = {0, 0x80, 0x800, 0x10000, 0x200000};
	uint32_t value;
	size_t len;
	char buf[5];

	(void)state;
	for (value = 0; value < 0x200000; value++)
		for (len = 1; len <= 4; len++) {
			size_t want = right_length(value) == len ? len : 0;

			if (value >= room[len])
				continue;
			encode(value, len, buf);
			if (utf8_length(buf) != want)
				fail_msg("U+%X in %zu bytes", value, len);
		}
}

static void nothing_is_read_past_the_end(void **state)
{
	static const char *const cut[] = {"", "\xC3", "\xE2", "\xE2\x82",
		"\xF0", "\xF0\x9F", "\xF0\x9F\x98"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		/* On the heap: the sanitizer watches its end. */
		char *s = strdup(cut[i]);

		assert_non_null(s);
		assert_int_equal(utf8_length(s), *s ? 0 : 1);
		assert_int_equal(utf8_is_valid(s), !*s);
		free(s);
	}
}

static void strings(void **state)
{
	(void)state;
	assert_true(utf8_is_valid("C-00000291*.sys"));
	assert_true(
		utf8_is_valid("\xC3\x84rger \xE2\x82\xAC \xF0\x9F\x98\x80"));
	assert_false(utf8_is_valid("\xC4rger"));
	assert_false(utf8_is_valid("a\xFF"));
	assert_false(utf8_is_valid("\x80"));
}

/* --- From UTF-16 --------------------------------------------------------- */

/* @units as UTF-8 in @cap bytes; in blocks of exactly their size. */
static void expect_utf8(
	const uint16_t *units, size_t count, size_t cap, const char *want)
{
	uint8_t *utf16 = malloc(2 * count);
	char *ret = malloc(cap);
	size_t i;

	assert_true(utf16 && ret);
	for (i = 0; i < count; i++)
		le16_put(utf16 + 2 * i, units[i]);
	assert_int_equal(utf8_from_utf16(utf16, count, ret, cap), strlen(want));
	assert_string_equal(ret, want);
	free(utf16);
	free(ret);
}

static void every_character_of_utf16(void **state)
{
	uint32_t value;
	char want[5];

	(void)state;
	for (value = 1; value <= 0x10FFFF; value += value < 0x11000 ? 1 : 97) {
		uint16_t pair[] = {(uint16_t)value, 0};
		size_t count = 1;

		if (!right_length(value))
			continue;
		if (value > 0xFFFF) {
			pair[0] = (uint16_t)(0xD7C0 + (value >> 10));
			pair[1] = (uint16_t)(0xDC00 + (value & 0x3FF));
			count = 2;
		}
		encode(value, right_length(value), want);
		expect_utf8(pair, count, sizeof(want), want);
	}
}

static void what_is_no_utf16(void **state)
{
	static const uint16_t high_last[] = {'a', 0xD83D};
	static const uint16_t high_alone[] = {0xD83D, 'b'};
	static const uint16_t two_high[] = {0xD83D, 0xD83D, 0xDE00};
	static const uint16_t low[] = {0xDE00, 'c'};
	static const uint16_t with_end[] = {'a', 0, 'b'};

	(void)state;
	expect_utf8(high_last, 2, 16, "a?");
	expect_utf8(high_alone, 2, 16, "?b");
	expect_utf8(two_high, 3, 16, "?\xF0\x9F\x98\x80");
	expect_utf8(low, 2, 16, "?c");
	expect_utf8(with_end, 3, 16, "a");
	expect_utf8(with_end, 0, 1, "");
}

static void cut_after_a_whole_character(void **state)
{
	static const uint16_t text[] = {'a', 0x20AC, 0xD83D, 0xDE00};
	static const char whole[] = "a\xE2\x82\xAC\xF0\x9F\x98\x80";
	static const size_t ends[] = {0, 0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
	char want[sizeof(whole)];
	size_t cap;

	(void)state;
	for (cap = 1; cap < sizeof(ends) / sizeof(ends[0]); cap++) {
		memcpy(want, whole, ends[cap]);
		want[ends[cap]] = '\0';
		expect_utf8(text, 4, cap, want);
	}
}

/* There and back again, every character; and no unit more than there is room.
 */
static void every_character_to_utf16_and_back(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 1; c < 0x110000; c++) {
		uint16_t units[2] = {(uint16_t)c, 0};
		size_t count = c < 0x10000 ? 1 : 2;
		uint16_t again[2];
		char utf8[8];
		size_t n = 0;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		if (count == 2) {
			units[0] = (uint16_t)(0xD7C0 + (c >> 10));
			units[1] = (uint16_t)(0xDC00 | (c & 0x3FF));
		}
		(void)utf8_from_utf16(units, count, utf8, sizeof(utf8));
		if (!utf8_to_utf16(utf8, again, count, &n) || n != count ||
			memcmp(units, again, 2 * count) != 0 ||
			utf8_to_utf16(utf8, again, count - 1, &n))
			fail_msg("U+%04lX", (unsigned long)c);
	}
	assert_false(utf8_to_utf16("a\xC0", (uint16_t[4]){0}, 4, &(size_t){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_in_every_form),
		cmocka_unit_test(nothing_is_read_past_the_end),
		cmocka_unit_test(strings),
		cmocka_unit_test(every_character_of_utf16),
		cmocka_unit_test(what_is_no_utf16),
		cmocka_unit_test(cut_after_a_whole_character),
		cmocka_unit_test(every_character_to_utf16_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
