/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/bitlocker/diffuser.h"

#include "storage/bytes.h"

#define A_ROUNDS 5
#define B_ROUNDS 3

static const unsigned int a_turns[4] = {9, 0, 13, 0};
static const unsigned int b_turns[4] = {0, 10, 0, 25};

static uint32_t turn(uint32_t v, unsigned int bits)
{
	return bits ? v << bits | v >> (32 - bits) : v;
}

static uint32_t word(const uint8_t *bytes, size_t count, size_t i)
{
	return le32_get(bytes + 4 * (i % count));
}

/* What A adds to word i, and B. */
static uint32_t a_term(const uint8_t *b, size_t n, size_t i)
{
	return word(b, n, i + n - 2) ^
	       turn(word(b, n, i + n - 5), a_turns[i % 4]);
}

static uint32_t b_term(const uint8_t *b, size_t n, size_t i)
{
	return word(b, n, i + 2) ^ turn(word(b, n, i + 5), b_turns[i % 4]);
}

static void add(uint8_t *b, size_t i, uint32_t term)
{
	le32_put(b + 4 * i, le32_get(b + 4 * i) + term);
}

void diffuser_mix(uint8_t *bytes, size_t len)
{
	size_t n = len / 4;
	int round;
	size_t i;

	for (round = 0; round < A_ROUNDS; round++)
		for (i = n; i-- > 0;)
			add(bytes, i, 0u - a_term(bytes, n, i));
	for (round = 0; round < B_ROUNDS; round++)
		for (i = n; i-- > 0;)
			add(bytes, i, 0u - b_term(bytes, n, i));
}

void diffuser_unmix(uint8_t *bytes, size_t len)
{
	size_t n = len / 4;
	int round;
	size_t i;

	for (round = 0; round < B_ROUNDS; round++)
		for (i = 0; i < n; i++)
			add(bytes, i, b_term(bytes, n, i));
	for (round = 0; round < A_ROUNDS; round++)
		for (i = 0; i < n; i++)
			add(bytes, i, a_term(bytes, n, i));
}
