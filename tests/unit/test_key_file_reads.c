/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of a file with keys is read: a look at its start, and all once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_file.h"
#include "recovery/keys/key_pack.h"
#include "storage/err.h"
#include "tests/support/key_sample.h"

#define LARGE (1u << 21)
/* Two looks at the form, one at what is between fields, and loose ends. */
#define LOOKS (3 * KEY_SOURCE_LOOK_BYTES + 4 * 4096)

struct counted {
	struct key_source source;
	char *bytes;
	uint64_t read;
};

static int read_counted(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct counted *c = ctx;

	memcpy(buf, c->bytes + off, len);
	c->read += len;
	return 0;
}

/* LARGE bytes without an end of line, a key at the end. */
static void make(struct counted *c, const char *name, const char *start,
	char filler, const char *end)
{
	size_t len = strlen(start);

	c->bytes = malloc(LARGE + 512);
	assert_non_null(c->bytes);
	memcpy(c->bytes, start, len);
	memset(c->bytes + len, filler, LARGE - len);
	len = key_sample_write(end, c->bytes + LARGE, 512);
	c->source = (struct key_source){.read = read_counted,
		.ctx = c,
		.size = LARGE + len,
		.name = name};
	c->read = 0;
}

static void long_lines(void **state)
{
	static const struct {
		const char *name;
		const char *start;
		const char *end;
	} cases[] = {
		{"a.txt", "", " %I1 %K1\n"},
		{"a.csv", "", ",%I1,%K1\n"},
		{"a.tsv", "a\tb\n", "\t%I1\t%K1"},
		/* A table, by its first line. */
		{"a", "KeyID,RecoveryKey\n", ",\n%I1,%K1\n"},
		/* A mark of quotation that nobody closes, before and behind. */
		{"a.csv", "\"", "\n%I1,%K1\n"},
		{"a.csv", "", ",\"\n%I1,%K1\n"},
		{"a.csv", "KeyID,RecoveryKey\n", "\"\n%I1,%K1\n\"\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct key_sample found = {.count = 0};
		const struct key_sink sink = key_sample_sink(&found);
		struct counted c;

		make(&c, cases[i].name, cases[i].start, 'x', cases[i].end);
		assert_int_equal(key_file_parse(&c.source, &sink), 0);
		assert_int_equal(found.count, 1);
		assert_in_range(c.read, c.source.size, c.source.size + LOOKS);
		free(c.bytes);
	}
}

/* What is only recognised is not read. */
static void recognised_by_its_start(void **state)
{
	enum key_format format;
	struct counted c;

	(void)state;
	make(&c, "a", "", ',', "");
	assert_int_equal(key_file_recognise(&c.source, &format), 0);
	assert_int_equal(format, KEY_FORMAT_TEXT);
	assert_in_range(c.read, 1, LOOKS);
	c.read = 0;
	assert_int_equal(key_file_is_pack(&c.source), 0);
	memcpy(c.bytes, KEY_PACK_MAGIC, KEY_PACK_MAGIC_BYTES);
	assert_int_equal(key_file_is_pack(&c.source), 1);
	assert_int_equal(c.read, 2 * KEY_PACK_MAGIC_BYTES);
	c.source.size = KEY_PACK_MAGIC_BYTES - 1;
	assert_int_equal(key_file_is_pack(&c.source), 0);
	c.bytes[0] = 'x';
	c.source.size = KEY_SOURCE_MAX_BYTES + 1;
	assert_int_equal(
		key_file_recognise(&c.source, &format), -ERR_TOO_LARGE);
	free(c.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_lines),
		cmocka_unit_test(recognised_by_its_start),
	};

	return cmocka_run_group_tests_name("key_file_reads", tests, NULL, NULL);
}
