/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Characters of files in every encoding, good and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_chars.h"
#include "storage/err.h"
#include "tests/support/exact.h"

/* @bytes as they come out, '?' for what is not ASCII; "!": cannot be read. */
static const char *read_chars(const void *bytes, size_t len)
{
	static char found[256];
	struct key_memory m;
	struct key_chars c;
	size_t used = 0;
	void *exact = exact_copy(bytes, len);
	int next = 0;

	key_memory_open(&m, "", exact, len);
	assert_int_equal(key_chars_open(&c, &m.source), 0);
	while (used < sizeof(found) - 1) {
		next = key_chars_next(&c);
		if (next == KEY_CHARS_END)
			break;
		assert_in_range(next, 0, KEY_CHARS_OTHER);
		found[used++] = next == KEY_CHARS_OTHER ? '?' : (char)next;
	}
	assert_int_equal(key_chars_next(&c), KEY_CHARS_END); /* and again */
	key_chars_close(&c);
	free(exact);
	found[used] = '\0';
	return found;
}

struct example {
	const char *bytes;
	size_t len;
	const char *chars;
};

#define EXAMPLE(bytes, chars)                                                  \
	{                                                                      \
		bytes, sizeof(bytes) - 1, chars                                \
	}

static const struct example examples[] = {
	EXAMPLE("", ""),
	EXAMPLE("a b", "a b"),
	/* Ends of lines. */
	EXAMPLE("a\r\nb\nc\rd\r\r\n\n", "a\nb\nc\nd\n\n\n"),
	EXAMPLE("a\xC2\x85"
		"b\xE2\x80\xA8"
		"c\xE2\x80\xA9",
		"a\nb\nc\n"),
	/* Spaces, dashes, what has no width, wide forms. */
	EXAMPLE("\xC2\xA0\xE2\x80\x80\xE2\x80\x8A\xE2\x80\xAF\xE3\x80\x80",
		"     "),
	EXAMPLE("\xE2\x80\x90\xE2\x80\x95\xE2\x88\x92\xEF\xB9\xA3", "----"),
	EXAMPLE("a\xC2\xAD"
		"b\xE2\x80\x8B\xE2\x80\x8F\xE2\x80\xAA\xE2\x80\xAE\xE2\x81\xA0"
		"\xEF\xBB\xBF"
		"c",
		"abc"),
	EXAMPLE("\xEF\xBC\x81\xEF\xBC\x91\xEF\xBD\x9E", "!1~"),
	EXAMPLE("\xEF\xBD\x9F\xE2\x80\x96\xE2\x80\xA7", "???"),
	EXAMPLE("\xC3\xA4\xE6\xBC\xA2\xF0\x9F\x94\x91\xF4\x8F\xBF\xBF", "????"),
	/* No UTF-8, so Windows-1252, byte by byte. */
	EXAMPLE("\x96\x97\xA0\xAD\xE4", "-- ?"),
	EXAMPLE("\xC4x", "?x"),
	EXAMPLE("\xE2\x80", "??"),
	EXAMPLE("\xE2\x80x\xF5\x80\xC0\x80\xFF", "??x?????"),
	EXAMPLE("\xF0\x9F\x94", "???"),
	/* Marks that are cut short are none. */
	EXAMPLE("\xEF\xBB", "??"),
	EXAMPLE("\xEF\xBBx", "??x"),
	EXAMPLE("\xFFx", "?x"),
	EXAMPLE("\xFEx", "?x"),
	EXAMPLE("\xEF\xBB\xBFx", "x"),
	/* UTF-16, with and without a mark; at an odd end nothing. */
	EXAMPLE("\xFF\xFE"
		"a\0\x13\x20\xE4\0b",
		"a-?"),
	EXAMPLE("\xFE\xFF\0a\x20\x13\0\xE4\0", "a-?"),
	EXAMPLE("\xFF\xFE", ""),
	EXAMPLE("1\0002\0003\0-\0", "123-"),
	EXAMPLE("\0001\0002\0003\0-", "123-"),
	EXAMPLE("\xFF\xFE"
		"1\0\0\0002\0",
		"1 2"),
};

static void all_encodings(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_string_equal(
			read_chars(examples[i].bytes, examples[i].len),
			examples[i].chars);
}

static void lines_and_places(void **state)
{
	static const char text[] = "a\r\n\nb";
	struct key_chars_place begin;
	struct key_memory m;
	struct key_chars c;
	int round;

	(void)state;
	key_memory_open(&m, "", text, sizeof(text) - 1);
	assert_int_equal(key_chars_open(&c, &m.source), 0);
	begin = c.at;
	for (round = 0; round < 2; round++) {
		c.at = begin;
		assert_int_equal(key_chars_line(&c), 1);
		assert_int_equal(key_chars_next(&c), 'a');
		assert_int_equal(key_chars_next(&c), '\n');
		assert_int_equal(key_chars_line(&c), 2);
		assert_int_equal(key_chars_next(&c), '\n');
		assert_int_equal(key_chars_line(&c), 3);
		assert_int_equal(key_chars_next(&c), 'b');
	}
	key_chars_close(&c);
}

/* Gives @ctx bytes, the first one of a character of three, and then fails. */
static int read_once(void *ctx, uint64_t off, void *buf, size_t len)
{
	if (off >= KEY_CHARS_BUFFER - 1)
		return -ERR_IO;
	memset(buf, *(const char *)ctx, len);
	return 0;
}

static void failures(void **state)
{
	static const char fills[] = {' ', '\xE2', '\0'};
	struct key_source s = {
		.read = read_once, .size = KEY_CHARS_BUFFER + 1, .name = ""};
	uint8_t byte;
	struct key_chars c;
	size_t i;
	int next;

	(void)state;
	for (i = 0; i < sizeof(fills); i++) {
		char fill = fills[i];

		s.ctx = &fill;
		assert_int_equal(key_chars_open(&c, &s), 0);
		do
			next = key_chars_next(&c);
		while (next >= 0 && next != KEY_CHARS_END);
		assert_int_equal(next, -ERR_IO);
		key_chars_close(&c);
	}
	assert_int_equal(
		key_source_read(&s, s.size + 1, &byte, 0), -ERR_TRUNCATED);
	assert_int_equal(key_source_read(&s, s.size, &byte, 1), -ERR_TRUNCATED);
	assert_int_equal(key_source_read(&s, s.size, &byte, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_encodings),
		cmocka_unit_test(lines_and_places),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests_name("key_chars", tests, NULL, NULL);
}
