/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading numbers, and sorting. */
#include "efi/libc/include/ctype.h"
#include "efi/libc/include/errno.h"
#include "efi/libc/include/inttypes.h"
#include "efi/libc/include/limits.h"
#include <stdbool.h>
#include <stdint.h>

#include "efi/libc/include/stdlib.h"
#include "efi/libc/include/string.h"

struct number {
	uint64_t magnitude;
	bool is_negative;
	bool is_too_large; /* does not fit 64 bits */
};

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return INT_MAX;
}

/* Skips "0x" if a hexadecimal digit follows; settles base 0. */
static const char *skip_prefix(const char *s, int *base)
{
	bool is_hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') &&
		      digit_value(s[2]) < 16;

	if (is_hex && (*base == 0 || *base == 16)) {
		*base = 16;
		return s + 2;
	}
	if (*base == 0)
		*base = s[0] == '0' ? 8 : 10;
	return s;
}

static struct number read_number(const char *text, char **ret_end, int base)
{
	struct number n = {.magnitude = 0};
	const char *s = text;
	const char *digits;

	while (isspace((unsigned char)*s))
		s++;
	n.is_negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	s = digits = skip_prefix(s, &base);
	for (; digit_value(*s) < base; s++) {
		n.is_too_large |= __builtin_mul_overflow(
			n.magnitude, (uint64_t)base, &n.magnitude);
		n.is_too_large |= __builtin_add_overflow(
			n.magnitude, (uint64_t)digit_value(*s), &n.magnitude);
	}
	if (ret_end)
		*ret_end = (char *)(uintptr_t)(s == digits ? text : s);
	return n;
}

/* libblkid: partitions.c; atoi() */
long strtol(const char *text, char **ret_end, int base)
{
	struct number n = read_number(text, ret_end, base);
	uint64_t limit = (uint64_t)LONG_MAX + n.is_negative;

	if (n.is_too_large || n.magnitude > limit) {
		errno = ERANGE;
		return n.is_negative ? LONG_MIN : LONG_MAX;
	}
	return (long)(n.is_negative ? -n.magnitude : n.magnitude);
}

/* ntfsrecover */
unsigned long long strtoull(const char *text, char **ret_end, int base)
{
	struct number n = read_number(text, ret_end, base);

	if (n.is_too_large) {
		errno = ERANGE;
		return ULLONG_MAX;
	}
	return n.is_negative ? -n.magnitude : n.magnitude;
}

/* libfdt: fdt_overlay.c */
unsigned long strtoul(const char *text, char **ret_end, int base)
{
	return strtoull(text, ret_end, base);
}

/* libblkid: probe.c */
uintmax_t strtoumax(const char *text, char **ret_end, int base)
{
	return strtoull(text, ret_end, base);
}

static void swap_items(unsigned char *a, unsigned char *b, size_t size)
{
	unsigned char byte;

	for (; size; size--, a++, b++) {
		byte = *a;
		*a = *b;
		*b = byte;
	}
}

/* Lets the item @at sink to its place among the first @count of the heap. */
static void sift_down(unsigned char *items, size_t at, size_t count,
	size_t size, int (*compare)(const void *, const void *))
{
	size_t child;

	for (; at < count / 2; at = child) {
		child = 2 * at + 1;
		if (child + 1 < count &&
			compare(items + child * size,
				items + (child + 1) * size) < 0)
			child++;
		if (compare(items + at * size, items + child * size) >= 0)
			return;
		swap_items(items + at * size, items + child * size, size);
	}
}

/* own: quarantine/.  Heap sort: no recursion, no memory, no bad case. */
void qsort(void *items, size_t count, size_t size,
	int (*compare)(const void *a, const void *b))
{
	unsigned char *base = items;
	size_t i;

	for (i = count / 2; i-- > 0;)
		sift_down(base, i, count, size, compare);
	for (i = count; i-- > 1;) {
		swap_items(base, base + i * size, size);
		sift_down(base, 0, i, size, compare);
	}
}
