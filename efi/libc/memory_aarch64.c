/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memcpy() and memset() for aarch64: by words, as far as both sides allow,
 * because the memory may be of a kind that refuses unaligned access.
 */
#include <stdint.h>

#include "efi/libc/keep_loop.h"
#include "efi/libc/include/string.h"

#define WORD_BYTES 8

/* May alias anything. */
typedef uint64_t __attribute__((may_alias)) word;

/* gcc and everybody */
KEEP_LOOP void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (((uintptr_t)t - (uintptr_t)f) % WORD_BYTES == 0) {
		for (; len && (uintptr_t)t % WORD_BYTES; len--)
			*t++ = *f++;
		for (; len >= WORD_BYTES; len -= WORD_BYTES) {
			*(word *)(void *)t = *(const word *)(const void *)f;
			t += WORD_BYTES;
			f += WORD_BYTES;
		}
	}
	while (len--)
		*t++ = *f++;
	return to;
}

/* gcc and everybody */
KEEP_LOOP void *memset(void *to, int value, size_t len)
{
	unsigned char *t = to;
	word pattern = (unsigned char)value * 0x0101010101010101u;

	for (; len && (uintptr_t)t % WORD_BYTES; len--)
		*t++ = (unsigned char)value;
	for (; len >= WORD_BYTES; len -= WORD_BYTES) {
		*(word *)(void *)t = pattern;
		t += WORD_BYTES;
	}
	while (len--)
		*t++ = (unsigned char)value;
	return to;
}
