/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's C library against the host's. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "efi/libc/libc.h"
#include "tests/support/prng.h"

/* libc_under_test.c */
struct libc_file;
struct lb_timespec {
	int64_t seconds;
	long nanoseconds;
};
extern int lb_errno;
extern struct libc_file *const lb_stdout;
extern struct libc_file *const lb_stderr;
int lb_clock_gettime(int clock, struct lb_timespec *ret);
int lb_fclose(struct libc_file *file);
int lb_fflush(struct libc_file *file);
int lb_ffs(int value);
struct libc_file *lb_fopen(const char *path, const char *mode);
int lb_fprintf(struct libc_file *file, const char *format, ...);
size_t lb_fread(void *buf, size_t size, size_t count, struct libc_file *file);
int lb_fseek(struct libc_file *file, long offset, int whence);
long lb_ftell(struct libc_file *file);
void *lb_memchr(const void *bytes, int value, size_t len);
int lb_memcmp(const void *a, const void *b, size_t len);
void *lb_memcpy(void *to, const void *from, size_t len);
void *lb_memcpy_aarch64(void *to, const void *from, size_t len);
void *lb_memmove(void *to, const void *from, size_t len);
void *lb_memset(void *to, int value, size_t len);
void *lb_memset_aarch64(void *to, int value, size_t len);
int lb_printf(const char *format, ...);
void lb_qsort(void *items, size_t count, size_t size,
	int (*compare)(const void *, const void *));
char *lb_setlocale(int category, const char *locale);
int lb_snprintf(char *buf, size_t cap, const char *format, ...);
int lb_sprintf(char *buf, const char *format, ...);
char *lb_strchr(const char *s, int c);
int lb_strcmp(const char *a, const char *b);
char *lb_strdup(const char *s);
char *lb_strerror(int number);
size_t lb_strlen(const char *s);
int lb_strncasecmp(const char *a, const char *b, size_t max);
int lb_strncmp(const char *a, const char *b, size_t max);
char *lb_strncpy(char *to, const char *from, size_t len);
size_t lb_strnlen(const char *s, size_t max);
char *lb_strrchr(const char *s, int c);
char *lb_strsep(char **next, const char *delimiters);
char *lb_strstr(const char *haystack, const char *needle);
long lb_strtol(const char *text, char **ret_end, int base);
unsigned long lb_strtoul(const char *text, char **ret_end, int base);
unsigned long long lb_strtoull(const char *text, char **ret_end, int base);
uintmax_t lb_strtoumax(const char *text, char **ret_end, int base);
int64_t lb_time(int64_t *ret_now);

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

static void test_memory(void **state)
{
	struct prng p = {.state = 2};
	unsigned char ours[128];
	unsigned char hosts[128];

	(void)state;
	prng_fill(&p, ours, sizeof(ours));
	memcpy(hosts, ours, sizeof(ours));
	for (size_t from = 0; from < 40; from++)
		for (size_t to = 0; to < 40; to++)
			for (size_t len = 0; len < 40; len += 1 + len / 8) {
				assert_ptr_equal(
					lb_memmove(ours + to, ours + from, len),
					ours + to);
				memmove(hosts + to, hosts + from, len);
				lb_memcpy(ours + 64 + to % 16, ours + from % 16,
					len);
				memcpy(hosts + 64 + to % 16, hosts + from % 16,
					len);
				lb_memset(ours + 40 + to, (int)from - 20,
					len % 20);
				memset(hosts + 40 + to, (int)from - 20,
					len % 20);
				assert_memory_equal(ours, hosts, sizeof(ours));
			}
}

static void test_memory_aarch64(void **state)
{
	struct prng p = {.state = 5};
	unsigned char from[96];
	unsigned char ours[96];
	unsigned char hosts[96];

	(void)state;
	prng_fill(&p, from, sizeof(from));
	for (unsigned int i = 0; i < 20000; i++) {
		size_t at = prng_below(&p, 17);
		size_t to = prng_below(&p, 17);
		size_t len = prng_below(&p, sizeof(from) - 16);

		prng_fill(&p, ours, sizeof(ours));
		memcpy(hosts, ours, sizeof(ours));
		assert_ptr_equal(lb_memcpy_aarch64(ours + to, from + at, len),
			ours + to);
		memcpy(hosts + to, from + at, len);
		assert_memory_equal(ours, hosts, sizeof(ours));
		assert_ptr_equal(
			lb_memset_aarch64(ours + at, (int)i - 300, len),
			ours + at);
		memset(hosts + at, (int)i - 300, len);
		assert_memory_equal(ours, hosts, sizeof(ours));
	}
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void test_memory_search(void **state)
{
	struct prng p = {.state = 3};
	unsigned char a[24];
	unsigned char b[24];

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		size_t len = (size_t)prng_below(&p, sizeof(a) + 1);

		for (size_t k = 0; k < sizeof(a); k++) {
			a[k] = (unsigned char)(prng_below(&p, 8) ? 0x80 : 0x7f);
			b[k] = (unsigned char)(prng_below(&p, 8) ? 0x80 : 0x7f);
		}
		assert_int_equal(
			sign(lb_memcmp(a, b, len)), sign(memcmp(a, b, len)));
		assert_ptr_equal(
			lb_memchr(a, 0x17f, len), memchr(a, 0x17f, len));
	}
}

/* Strings of few letters, so that they are often alike. */
static void random_text(struct prng *p, char *text, size_t cap)
{
	static const char letters[] = "aAbB\xe4,";
	size_t len = (size_t)prng_below(p, cap);

	for (size_t i = 0; i < len; i++)
		text[i] = letters[prng_below(p, 6)];
	text[len] = '\0';
}

static void check_strings(const char *a, const char *b, size_t max, int c)
{
	char ours[16];
	char hosts[16];

	assert_int_equal(lb_strlen(a), strlen(a));
	assert_int_equal(lb_strnlen(a, max), strnlen(a, max));
	assert_int_equal(sign(lb_strcmp(a, b)), sign(strcmp(a, b)));
	assert_int_equal(sign(lb_strncmp(a, b, max)), sign(strncmp(a, b, max)));
	assert_int_equal(
		sign(lb_strncasecmp(a, b, max)), sign(strncasecmp(a, b, max)));
	assert_ptr_equal(lb_strchr(a, c), strchr(a, c));
	assert_ptr_equal(lb_strrchr(a, c), strrchr(a, c));
	assert_ptr_equal(lb_strchr(a, 0), strchr(a, 0));
	assert_ptr_equal(lb_strrchr(a, 0), strrchr(a, 0));
	assert_ptr_equal(lb_strstr(a, b), strstr(a, b));
	memset(ours, '~', sizeof(ours));
	memset(hosts, '~', sizeof(hosts));
	lb_strncpy(ours, a, max);
	/* gcc: "might not be terminated", which is what is tested */
	for (size_t i = 0, end = 0; i < max; i++) {
		end |= a[end ? strlen(a) : i] == '\0';
		hosts[i] = end ? '\0' : a[i];
	}
	assert_memory_equal(ours, hosts, sizeof(ours));
}

static void test_strings(void **state)
{
	struct prng p = {.state = 4};
	char a[12];
	char b[5];
	char *copy;

	(void)state;
	for (unsigned int i = 0; i < 50000; i++) {
		random_text(&p, a, sizeof(a));
		random_text(&p, b, sizeof(b));
		check_strings(a, b, (size_t)prng_below(&p, 14),
			"aAbB\xe4,x"[prng_below(&p, 7)]);
	}
	copy = lb_strdup("held");
	assert_non_null(copy);
	assert_string_equal(copy, "held");
	free(copy);
	for (int bit = 0; bit < 31; bit++)
		assert_int_equal(
			lb_ffs((int)(5u << bit)), ffs((int)(5u << bit)));
	assert_int_equal(lb_ffs(0), 0);
}

static void test_strsep(void **state)
{
	struct prng p = {.state = 5};
	char a[12];
	char b[12];
	char *next_a;
	char *next_b;
	char *token;

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		random_text(&p, a, sizeof(a));
		memcpy(b, a, sizeof(a));
		next_a = a;
		next_b = b;
		while ((token = strsep(&next_b, ",A")))
			assert_string_equal(lb_strsep(&next_a, ",A"), token);
		assert_null(lb_strsep(&next_a, ",A"));
	}
}

static void check_number(const char *text, int base)
{
	char *our_end;
	char *host_end;

	lb_errno = errno = 0;
	assert_int_equal(
		lb_strtol(text, &our_end, base), strtol(text, &host_end, base));
	assert_ptr_equal(our_end, host_end);
	assert_int_equal(lb_errno, errno == ERANGE ? ERANGE : 0);
	lb_errno = errno = 0;
	assert_int_equal(lb_strtoull(text, &our_end, base),
		strtoull(text, &host_end, base));
	assert_ptr_equal(our_end, host_end);
	assert_int_equal(lb_errno, errno == ERANGE ? ERANGE : 0);
	assert_int_equal(
		lb_strtoul(text, NULL, base), strtoul(text, NULL, base));
	assert_int_equal(
		lb_strtoumax(text, NULL, base), strtoumax(text, NULL, base));
}

static void test_numbers(void **state)
{
	static const char *const texts[] = {"", " ", "0", "7", "-7", "+7",
		" \t\n12x", "0x", "0x1F", "0X1f", "-0x10", "0xg", "010", "08",
		"z", "Zz9", "--1", "+-1", "- 1", "2147483648",
		"9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "-9223372036854775809",
		"18446744073709551615", "18446744073709551616",
		"-18446744073709551615", "-18446744073709551616",
		"99999999999999999999999999", "ffffffffffffffffffff",
		"-0x7fffffffffffffffffff"};
	static const int bases[] = {0, 2, 8, 10, 16, 36};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t k = 0; k < sizeof(bases) / sizeof(bases[0]); k++)
			check_number(texts[i], bases[k]);
}

static int compare_first_byte(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

static void test_sort(void **state)
{
	static const size_t sizes[] = {1, 3, 8, 24};
	struct prng p = {.state = 6};
	unsigned char items[24 * 64];
	unsigned int seen[256];

	(void)state;
	for (unsigned int i = 0; i < 4000; i++) {
		size_t size = sizes[i % 4];
		size_t count = (size_t)prng_below(&p, 65);

		memset(seen, 0, sizeof(seen));
		for (size_t k = 0; k < count; k++) {
			/* every byte of an item is the same */
			unsigned char v = (unsigned char)prng_below(&p, 256);

			memset(items + k * size, v, size);
			seen[v]++;
		}
		lb_qsort(items, count, size, compare_first_byte);
		for (size_t k = 0; k < count; k++) {
			const unsigned char *item = items + k * size;

			if (k > 0)
				assert_true(item[0] >= *(item - size));
			for (size_t m = 1; m < size; m++)
				assert_int_equal(item[m], item[0]);
			seen[item[0]]--;
		}
		for (size_t k = 0; k < 256; k++)
			assert_int_equal(seen[k], 0);
	}
}

static uint64_t july_2024(void *ctx)
{
	*(int *)ctx += 1;
	return 1721362140;
}

static void test_clock(void **state)
{
	struct lb_timespec now = {.seconds = -1};
	int64_t seconds = -1;
	int calls = 0;

	(void)state;
	assert_int_equal(lb_time(NULL), 0);
	libc_set_clock(july_2024, &calls);
	assert_int_equal(lb_time(&seconds), 1721362140);
	assert_int_equal(seconds, 1721362140);
	assert_int_equal(lb_clock_gettime(0, &now), 0);
	assert_int_equal(now.seconds, 1721362140);
	assert_int_equal(now.nanoseconds, 0);
	assert_int_equal(calls, 2);
	libc_set_clock(NULL, NULL);
	assert_int_equal(lb_time(NULL), 0);
}

/* None of this exists in the firmware, and all of it says so. */
static void test_unsupported(void **state)
{
	char byte;

	(void)state;
	lb_errno = 0;
	assert_null(lb_fopen("log", "rb"));
	assert_int_equal(lb_errno, ENOENT);
	assert_int_equal(lb_fread(&byte, 1, 1, NULL), 0);
	assert_int_equal(lb_fseek(NULL, 0, 0), -1);
	assert_int_equal(lb_ftell(NULL), -1);
	assert_int_equal(lb_fclose(NULL), EOF);
	assert_null(lb_setlocale(6, ""));
	assert_string_equal(lb_strerror(EIO), "input/output error");
	assert_non_null(lb_strerror(-1));
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
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_aarch64),
		cmocka_unit_test(test_memory_search),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_strsep),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_unsupported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
