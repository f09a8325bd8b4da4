/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repeatable random numbers for tests (splitmix64): the same seed gives the
 * same run everywhere.
 */
#ifndef TESTS_SUPPORT_PRNG_H
#define TESTS_SUPPORT_PRNG_H

#include <stddef.h>
#include <stdint.h>

struct prng {
	uint64_t state; /* set it to the seed */
};

static inline uint64_t prng_next(struct prng *p)
{
	uint64_t z = p->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 .. @limit - 1; the tiny bias does not matter here */
static inline uint64_t prng_below(struct prng *p, uint64_t limit)
{
	return prng_next(p) % limit;
}

static inline void prng_fill(struct prng *p, void *buf, size_t len)
{
	unsigned char *b = buf;

	for (size_t i = 0; i < len; i++)
		b[i] = (unsigned char)prng_next(p);
}

#endif
