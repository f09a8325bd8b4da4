/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 for those who may not know the library.
 */
#ifndef STORAGE_DIGEST_H
#define STORAGE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES	 32
#define DIGEST_HEX_BYTES 65 /* with the closing NUL */

/** digest_make - SHA-256 of @len bytes; 0 or -ERR_INTERNAL */
int digest_make(const void *bytes, size_t len, uint8_t ret[DIGEST_BYTES]);

/** digest_hex - @digest as small hexadecimal digits; returns @buf */
const char *digest_hex(
	const uint8_t digest[DIGEST_BYTES], char buf[DIGEST_HEX_BYTES]);

/**
 * digest_parse - 64 hexadecimal digits of either kind, and nothing else
 *
 * Returns 0 or -ERR_CORRUPT.
 */
int digest_parse(const char *text, uint8_t ret[DIGEST_BYTES]);

#endif
