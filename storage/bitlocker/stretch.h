/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes guessing passwords slow: 0x100000 rounds of SHA-256, half a
 * second of a PC and several seconds of an emulated one.
 *
 * Format: the BDE specification of libbde, "stretch key".
 */
#ifndef STORAGE_BITLOCKER_STRETCH_H
#define STORAGE_BITLOCKER_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#define STRETCH_ROUNDS	   0x100000u
#define STRETCH_KEY_BYTES  32
#define STRETCH_SALT_BYTES 16

/* Asked 64 times in each stretch, and once at its end. */
struct stretch_progress {
	/* Returns false to give up: somebody has pressed Esc. */
	bool (*go_on)(void *ctx, unsigned int percent);
	void *ctx;
};

/**
 * stretch_key - @initial and @salt to the key that they stand for
 * @progress: may be NULL
 * @ret:      secret; written only with 1
 *
 * Returns 1; 0 if progress gave up; -ERR_INTERNAL.  Keeps nothing behind.
 */
int stretch_key(const uint8_t initial[STRETCH_KEY_BYTES],
	const uint8_t salt[STRETCH_SALT_BYTES],
	const struct stretch_progress *progress,
	uint8_t ret[STRETCH_KEY_BYTES]);

#endif
