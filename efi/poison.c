/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The poison pattern: a counter spread over 64 bits.
 */
#include "efi/poison.h"

#define WORDS_PER_SECTOR (POISON_SECTOR_BYTES / sizeof(uint64_t))

/* Odd, so that no two words of a buffer are equal. */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

static uint64_t poison_word(size_t index, uint64_t seed)
{
	return ((uint64_t)index + 1) * SPREAD ^ seed;
}

void poison_fill(void *buf, size_t len, uint64_t seed)
{
	uint64_t *words = buf;

	for (size_t i = 0; i < len / sizeof(*words); i++)
		words[i] = poison_word(i, seed);
}

static bool sector_is_poison(const uint64_t *words, size_t first, uint64_t seed)
{
	for (size_t i = first; i < first + WORDS_PER_SECTOR; i++) {
		if (words[i] != poison_word(i, seed))
			return false;
	}
	return true;
}

bool poison_remains(const void *buf, size_t len, uint64_t seed)
{
	const uint64_t *words = buf;
	size_t count = len / sizeof(*words);

	for (size_t first = 0; first < count; first += WORDS_PER_SECTOR) {
		if (sector_is_poison(words, first, seed))
			return true;
	}
	return false;
}
