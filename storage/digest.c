/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/digest.h"

#include <mbedtls/sha256.h>
#include <string.h>

#include "storage/err.h"

int digest_make(const void *bytes, size_t len, uint8_t ret[DIGEST_BYTES])
{
	return mbedtls_sha256_ret(bytes, len, ret, 0) ? -ERR_INTERNAL : 0;
}

const char *digest_hex(
	const uint8_t digest[DIGEST_BYTES], char buf[DIGEST_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < DIGEST_BYTES; i++) {
		buf[2 * i] = digits[digest[i] >> 4];
		buf[2 * i + 1] = digits[digest[i] & 15];
	}
	buf[DIGEST_HEX_BYTES - 1] = '\0';
	return buf;
}

/* Returns -1 if it is none. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int digest_parse(const char *text, uint8_t ret[DIGEST_BYTES])
{
	uint8_t digest[DIGEST_BYTES];
	size_t i;

	if (strlen(text) != DIGEST_HEX_BYTES - 1)
		return -ERR_CORRUPT;
	for (i = 0; i < DIGEST_BYTES; i++) {
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -ERR_CORRUPT;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret, digest, sizeof(digest));
	return 0;
}
