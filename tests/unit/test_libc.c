/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's C library against the host's, but for printf(). */
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
#include "tests/support/libc_under_test.h"
#include "tests/support/prng.h"

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
