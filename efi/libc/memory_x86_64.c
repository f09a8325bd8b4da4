/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memcpy() and memset() for x86-64, whose string instructions do not need the
 * registers that firmware code may not use.
 */
#include <stdint.h>

#include "efi/libc/include/string.h"

/* gcc and everybody */
void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	void *t = to;
	size_t words = len / 8;

	len %= 8;
	__asm__ volatile("rep movsq"
			 : "+D"(t), "+S"(from), "+c"(words)
			 :
			 : "memory");
	__asm__ volatile("rep movsb"
			 : "+D"(t), "+S"(from), "+c"(len)
			 :
			 : "memory");
	return to;
}

/* gcc and everybody */
void *memset(void *to, int value, size_t len)
{
	void *t = to;
	size_t words = len / 8;
	uint64_t pattern = (unsigned char)value * 0x0101010101010101u;

	len %= 8;
	__asm__ volatile("rep stosq"
			 : "+D"(t), "+c"(words)
			 : "a"(pattern)
			 : "memory");
	__asm__ volatile("rep stosb"
			 : "+D"(t), "+c"(len)
			 : "a"(pattern)
			 : "memory");
	return to;
}
