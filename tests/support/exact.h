/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies in blocks of exactly their size, so that AddressSanitizer sees every
 * byte that is read or written beyond.
 */
#ifndef TESTS_SUPPORT_EXACT_H
#define TESTS_SUPPORT_EXACT_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Never NULL, not even for no bytes; free() it. */
static inline void *exact_copy(const void *bytes, size_t len)
{
	void *copy = malloc(len);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

#endif
