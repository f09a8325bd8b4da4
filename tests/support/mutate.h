/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For fuzzers: something good with a few bytes changed.  No fuzzer guesses a
 * whole tree.
 */
#ifndef TESTS_SUPPORT_MUTATE_H
#define TESTS_SUPPORT_MUTATE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Exactly sized, so that the sanitizer sees every byte beyond; aligned. */
static inline void *mutate_copy(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

/* The same with bytes changed: @data is triples of place (two bytes), value. */
static inline void *mutate(
	const void *good, size_t len, const uint8_t *data, size_t size)
{
	uint8_t *copy = mutate_copy(good, len);
	size_t i;

	for (i = 0; i + 3 <= size; i += 3)
		copy[(data[i] | (size_t)data[i + 1] << 8) % len] = data[i + 2];
	return copy;
}

/* @data as it is, and as changes of @good; @check aborts if it finds fault. */
static inline void mutate_try(const void *good, size_t len, const uint8_t *data,
	size_t size, void (*check)(const void *bytes, size_t len))
{
	void *copy = mutate_copy(data, size);

	check(copy, size);
	free(copy);
	copy = mutate(good, len, data, size);
	check(copy, len);
	free(copy);
}

#endif
