/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marvin32, with the seed that Windows uses for the logs of hives.  Finds
 * accidents, not forgery: the seed is known.
 */
#ifndef RECOVERY_MARVIN_H
#define RECOVERY_MARVIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MARVIN_BYTES 8

struct marvin {
	uint32_t low;
	uint32_t high;
};

/** marvin_start - of nothing so far */
void marvin_start(struct marvin *m);

/** marvin_add - @len more bytes, a multiple of four */
void marvin_add(struct marvin *m, const uint8_t *bytes, size_t len);

/** marvin_is - is this the hash of all that was added? */
bool marvin_is(const struct marvin *m, const uint8_t hash[MARVIN_BYTES]);

#endif
