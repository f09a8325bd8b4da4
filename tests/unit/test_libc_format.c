/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's printf() family against the host's. */
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "efi/libc/libc.h"
#include "tests/support/libc_under_test.h"
#include "tests/support/prng.h"

#define TEXT_BYTES 512

/* The same call to both libraries, with several sizes of the buffer. */
#define CHECK_FORMAT(...)                                                      \
	do {                                                                   \
		static const size_t caps[] = {0, 1, 2, 7, TEXT_BYTES};         \
		char ours[TEXT_BYTES];                                         \
		char hosts[TEXT_BYTES];                                        \
		for (size_t i = 0; i < 5; i++) {                               \
			memset(ours, '~', sizeof(ours));                       \
			memset(hosts, '~', sizeof(hosts));                     \
			int l = lb_snprintf(ours, caps[i], __VA_ARGS__);       \
			int h = snprintf(hosts, caps[i], __VA_ARGS__);         \
			assert_int_equal(l, h);                                \
			assert_memory_equal(ours, hosts, sizeof(ours));        \
		}                                                              \
	} while (0)

/* gcc warns about each of these; that they are unusual is the point. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wformat-truncation"
#endif

static void test_format_integers(void **state)
{
	(void)state;
	CHECK_FORMAT("plain text");
	CHECK_FORMAT("%%|%%");
	CHECK_FORMAT("%d %i %u", 0, -1, 4000000000u);
	CHECK_FORMAT("%d %d", INT_MAX, INT_MIN);
	CHECK_FORMAT("%ld %ld %lu", LONG_MAX, LONG_MIN, ULONG_MAX);
	CHECK_FORMAT("%lld %llu", LLONG_MIN, ULLONG_MAX);
	CHECK_FORMAT("%zu %zd %jd %td", (size_t)7, (ssize_t)-7, INTMAX_MIN,
		(ptrdiff_t)-1);
	CHECK_FORMAT("%hhd %hhu %hd %hu", 0x1ff, 0x1ff, 0x1ffff, 0x1ffff);
	CHECK_FORMAT("%x %X %o %#x %#X %#o", 0xbeef, 0xbeef, 8, 255, 255, 8);
	CHECK_FORMAT("%#x %#o %.0d|%.0x|%#.0o", 0, 0, 0, 0, 0);
	CHECK_FORMAT("%016" PRIX64, (uint64_t)0x1234abcd);
	CHECK_FORMAT("%p", (void *)TEXT_BYTES);
}

static void test_format_fields(void **state)
{
	(void)state;
	CHECK_FORMAT("|%5d|%-5d|%05d|%+d|% d|%+5d|%-+5d|", 42, 42, 42, 42, 42,
		42, 42);
	CHECK_FORMAT("|%8.3d|%-8.3d|%08.3d|%+.3d|", 7, 7, 7, 7);
	CHECK_FORMAT("|%08d|%+08d|% 08d|%-08d|", -42, 42, 42, 42);
	CHECK_FORMAT("|%#010x|%#-10x|%#10x|%#.5x|", 255, 255, 255, 255);
	CHECK_FORMAT("|%#6o|%#06o|%#.3o|", 8, 8, 8);
	CHECK_FORMAT("|%*d|%-*d|%*d|", 6, 1, 6, 2, -6, 3);
	CHECK_FORMAT("|%.*d|%.*d|%*.*d|", 4, 1, -4, 2, 8, 4, 3);
	CHECK_FORMAT("|%s|%5s|%-5s|%.2s|%5.1s|%.*s|", "abc", "abc", "abc",
		"abc", "abc", 2, "abc");
	CHECK_FORMAT("|%.0s|%.s|%s|", "abc", "abc", "");
	CHECK_FORMAT("|%c|%3c|%-3c|", 'x', 'y', 'z');
	CHECK_FORMAT("%100d|%-100d|%0100d", 1, 2, 3);
	CHECK_FORMAT("%.33s-%02x", "1234abcd", 5);
}

static void test_format_without_terminator(void **state)
{
	const char letters[3] = {'a', 'b', 'c'};
	char text[16];

	(void)state;
	assert_int_equal(lb_snprintf(text, sizeof(text), "%.3s", letters), 3);
	assert_string_equal(text, "abc");
}

/* What it does not know ends the formatting: nothing is guessed. */
static void test_format_unknown(void **state)
{
	char text[32];

	(void)state;
	lb_snprintf(text, sizeof(text), "%d %f %d", 1, 2.0, 3);
	assert_string_equal(text, "1 %f %d");
	lb_snprintf(text, sizeof(text), "%d %n", 1, (int *)NULL);
	assert_string_equal(text, "1 %n");
	lb_snprintf(text, sizeof(text), "50%");
	assert_string_equal(text, "50%");
	lb_snprintf(text, sizeof(text), "%s", (const char *)NULL);
	assert_string_equal(text, "(null)");
	assert_int_equal(lb_snprintf(NULL, 0, "%99999999999d", 1), 4096);
}

#pragma GCC diagnostic pop

static size_t random_format(struct prng *p, char *format)
{
	static const char flags[] = "-0+ #";
	static const char *const lengths[] = {
		"hh", "h", "", "l", "ll", "z", "j", "t"};
	static const char letters[] = "diuxXo";
	size_t length = (size_t)prng_below(p, 8);
	size_t len = 0;

	format[len++] = '%';
	for (size_t i = 0; i < 5; i++)
		if (prng_below(p, 3) == 0)
			format[len++] = flags[i];
	if (prng_below(p, 2))
		len += (size_t)sprintf(
			format + len, "%u", (unsigned int)prng_below(p, 40));
	if (prng_below(p, 2))
		len += (size_t)sprintf(
			format + len, ".%u", (unsigned int)prng_below(p, 30));
	len += (size_t)sprintf(format + len, "%s%c", lengths[length],
		letters[prng_below(p, 6)]);
	return length;
}

static void test_format_random(void **state)
{
	struct prng p = {.state = 1};
	char format[64];
	char ours[TEXT_BYTES];
	char hosts[TEXT_BYTES];
	uint64_t n;
	size_t length;

	(void)state;
	for (unsigned int i = 0; i < 100000; i++) {
		length = random_format(&p, format);
		n = prng_next(&p) >> prng_below(&p, 64);
		if (length < 3) {
			lb_snprintf(ours, sizeof(ours), format, (int)n);
			snprintf(hosts, sizeof(hosts), format, (int)n);
		} else {
			lb_snprintf(ours, sizeof(ours), format, (long)n);
			snprintf(hosts, sizeof(hosts), format, (long)n);
		}
		if (strcmp(ours, hosts) != 0)
			print_error(
				"format \"%s\" of %" PRIx64 "\n", format, n);
		assert_string_equal(ours, hosts);
	}
}

struct collected {
	char text[TEXT_BYTES];
	size_t len;
};

static void collect(void *ctx, const char *text, size_t len)
{
	struct collected *c = ctx;

	assert_true(len <= sizeof(c->text) - 1 - c->len);
	memcpy(c->text + c->len, text, len);
	c->len += len;
	c->text[c->len] = '\0';
}

static void test_output(void **state)
{
	struct collected c = {.len = 0};
	char text[16];

	(void)state;
	assert_int_equal(lb_printf("dropped %d", 1), 9);
	libc_set_output(collect, &c);
	assert_int_equal(lb_printf("one %d\n", 1), 6);
	assert_int_equal(lb_fprintf(lb_stderr, "two %s\n", "x"), 6);
	assert_int_equal(lb_fflush(lb_stdout), 0);
	libc_set_output(NULL, NULL);
	lb_printf("dropped");
	assert_string_equal(c.text, "one 1\ntwo x\n");
	assert_int_equal(lb_sprintf(text, "%d-%d", 3, 4), 3);
	assert_string_equal(text, "3-4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_integers),
		cmocka_unit_test(test_format_fields),
		cmocka_unit_test(test_format_without_terminator),
		cmocka_unit_test(test_format_unknown),
		cmocka_unit_test(test_format_random),
		cmocka_unit_test(test_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
