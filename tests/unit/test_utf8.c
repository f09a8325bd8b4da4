/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes are UTF-8, compared with every character there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_in_every_form),
		cmocka_unit_test(nothing_is_read_past_the_end),
		cmocka_unit_test(strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
