/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/marvin.h"

#include "storage/bytes.h"

static uint32_t turn(uint32_t value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

static void marvin_word(struct marvin *m, uint32_t word)
{
	m->low += word;
	m->high ^= m->low;
	m->low = turn(m->low, 20) + m->high;
	m->high = turn(m->high, 9) ^ m->low;
	m->low = turn(m->low, 27) + m->high;
	m->high = turn(m->high, 19);
}

void marvin_start(struct marvin *m)
{
	*m = (struct marvin){.low = 0x7A4E55C5, .high = 0x82EF4D88};
}

void marvin_add(struct marvin *m, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += 4)
		marvin_word(m, le32_get(bytes + i));
}

bool marvin_is(const struct marvin *m, const uint8_t hash[MARVIN_BYTES])
{
	struct marvin end = *m;

	marvin_word(&end, 0x80);
	marvin_word(&end, 0);
	return le32_get(hash) == end.low && le32_get(hash + 4) == end.high;
}
