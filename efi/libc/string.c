/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes and strings, but for memcpy() and memset() (memory_<processor>.c).
 *
 * "own" as a user means the portable code in storage/, quarantine/ and
 * recovery/; "gcc" that the compiler itself makes such calls.
 */
#include <stdint.h>

#include "efi/libc/include/ctype.h"
#include "efi/libc/include/stdlib.h"
#include "efi/libc/include/string.h"
#include "efi/libc/keep_loop.h"

/* libntfs-3g, libblkid, libfdt, mbedtls */
KEEP_LOOP void *memmove(void *to, const void *from, size_t len)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	/* Copying upwards is right unless @to lies inside @from's range. */
	if ((uintptr_t)t - (uintptr_t)f >= len)
		return memcpy(to, from, len);
	while (len--)
		t[len] = f[len];
	return to;
}

/* gcc and everybody */
KEEP_LOOP int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	for (; len; len--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

/* libfdt */
KEEP_LOOP void *memchr(const void *bytes, int value, size_t len)
{
	const unsigned char *b = bytes;

	for (; len; len--, b++)
		if (*b == (unsigned char)value)
			return (void *)(uintptr_t)b;
	return NULL;
}

/* everybody */
KEEP_LOOP size_t strlen(const char *s)
{
	size_t len = 0;

	while (s[len])
		len++;
	return len;
}

/* libblkid, libfdt */
KEEP_LOOP size_t strnlen(const char *s, size_t max)
{
	size_t len = 0;

	while (len < max && s[len])
		len++;
	return len;
}

/* libntfs-3g, libblkid, mbedtls, own */
int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (unsigned char)*a - (unsigned char)*b;
}

/* libntfs-3g, own */
int strncmp(const char *a, const char *b, size_t max)
{
	for (; max && *a && *a == *b; max--, a++, b++)
		;
	return max ? (unsigned char)*a - (unsigned char)*b : 0;
}

/* libblkid: partitions.c */
int strncasecmp(const char *a, const char *b, size_t max)
{
	for (; max && *a &&
		tolower((unsigned char)*a) == tolower((unsigned char)*b);
		max--, a++, b++)
		;
	return max ? tolower((unsigned char)*a) - tolower((unsigned char)*b)
		   : 0;
}

/* libntfs-3g */
char *strncpy(char *restrict to, const char *restrict from, size_t len)
{
	size_t used = strnlen(from, len);

	memcpy(to, from, used);
	memset(to + used, 0, len - used);
	return to;
}

/* libntfs-3g, libblkid, libfdt */
char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}

/* libntfs-3g, libfdt */
char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	for (;; s++) {
		if (*s == (char)c)
			found = s;
		if (!*s)
			return (char *)(uintptr_t)found;
	}
}

/* libntfs-3g */
char *strstr(const char *haystack, const char *needle)
{
	size_t len = strlen(needle);

	for (; strncmp(haystack, needle, len) != 0; haystack++)
		if (!*haystack)
			return NULL;
	return (char *)(uintptr_t)haystack;
}

/* libblkid: partitions.c */
char *strsep(char **next, const char *delimiters)
{
	char *token = *next;
	char *s;

	if (!token)
		return NULL;
	for (s = token; *s && !strchr(delimiters, *s); s++)
		;
	*next = *s ? s + 1 : NULL;
	*s = '\0';
	return token;
}

/* libntfs-3g */
char *strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = malloc(size);

	return copy ? memcpy(copy, s, size) : NULL;
}

/* libntfs-3g: attrib.c */
int ffs(int value)
{
	return __builtin_ffs(value);
}
