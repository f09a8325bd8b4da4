/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/share.h"

#include <mbedtls/sha256.h>

#define HASH_BYTES 32

uint32_t share_draw(const void *first, size_t first_len, const void *second,
	size_t second_len)
{
	unsigned char hash[HASH_BYTES] = {0};
	mbedtls_sha256_context sha;
	uint32_t number;

	/* In software, these four cannot fail. */
	mbedtls_sha256_init(&sha);
	(void)mbedtls_sha256_starts_ret(&sha, 0);
	(void)mbedtls_sha256_update_ret(&sha, first, first_len);
	(void)mbedtls_sha256_update_ret(&sha, second, second_len);
	(void)mbedtls_sha256_finish_ret(&sha, hash);
	mbedtls_sha256_free(&sha);
	number = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
		 (uint32_t)hash[2] << 8 | hash[3];
	return number % SHARE_ALL;
}

uint32_t share_number(const uint8_t *id, const uint8_t *mac)
{
	if (!id && !mac)
		return SHARE_UNKNOWN;
	return share_draw(
		id, id ? SHARE_ID_BYTES : 0, mac, mac ? SHARE_MAC_BYTES : 0);
}
