/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/bitlocker_maker_cipher.h"

#include <mbedtls/aes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/diffuser.h"
#include "storage/bytes.h"

struct maker_cipher {
	uint16_t method;
	uint32_t sector_bytes;
	mbedtls_aes_xts_context xts;
	mbedtls_aes_context aes;
	mbedtls_aes_context second;
};

size_t maker_key_bytes(uint16_t method)
{
	static const uint8_t bytes[] = {64, 64, 16, 32, 32, 64};

	if (method < 0x8000 || method > 0x8005)
		abort();
	return bytes[method - 0x8000];
}

struct maker_cipher *maker_cipher_open(
	uint16_t method, const uint8_t key[64], uint32_t sector_bytes)
{
	struct maker_cipher *c = calloc(1, sizeof(*c));
	unsigned int bits = method % 2 ? 256 : 128;
	int err;

	if (!c || method < 0x8000 || method > 0x8005)
		abort();
	c->method = method;
	c->sector_bytes = sector_bytes;
	mbedtls_aes_xts_init(&c->xts);
	mbedtls_aes_init(&c->aes);
	mbedtls_aes_init(&c->second);
	if (method >= 0x8004)
		err = mbedtls_aes_xts_setkey_enc(&c->xts, key, 2 * bits);
	else
		err = mbedtls_aes_setkey_enc(&c->aes, key, bits) ||
		      mbedtls_aes_setkey_enc(&c->second, key + 32, bits);
	if (err)
		abort();
	return c;
}

static void encrypt_block(mbedtls_aes_context *aes, uint64_t number,
	uint8_t last, uint8_t ret[16])
{
	uint8_t block[16] = {0};

	le64_put(block, number);
	block[15] = last;
	if (mbedtls_aes_crypt_ecb(aes, MBEDTLS_AES_ENCRYPT, block, ret))
		abort();
}

static void encrypt_sector(struct maker_cipher *c, uint8_t *b, uint64_t off)
{
	uint8_t vector[16] = {0};
	uint8_t mask[32];
	int err;
	size_t i;

	if (c->method >= 0x8004) {
		le64_put(vector, off / c->sector_bytes);
		err = mbedtls_aes_crypt_xts(&c->xts, MBEDTLS_AES_ENCRYPT,
			c->sector_bytes, vector, b, b);
	} else {
		encrypt_block(&c->second, off, 0, mask);
		encrypt_block(&c->second, off, 0x80, mask + 16);
		for (i = 0; i < c->sector_bytes && c->method < 0x8002; i++)
			b[i] ^= mask[i % 32];
		if (c->method < 0x8002)
			diffuser_mix(b, c->sector_bytes);
		encrypt_block(&c->aes, off, 0, vector);
		err = mbedtls_aes_crypt_cbc(&c->aes, MBEDTLS_AES_ENCRYPT,
			c->sector_bytes, vector, b, b);
	}
	if (err)
		abort();
}

void maker_encrypt(
	struct maker_cipher *c, uint8_t *volume, uint64_t from, uint64_t to)
{
	uint64_t off;

	for (off = from; off < to; off += c->sector_bytes)
		encrypt_sector(c, volume + off, off);
}

void maker_cipher_close(struct maker_cipher *c)
{
	mbedtls_aes_xts_free(&c->xts);
	mbedtls_aes_free(&c->aes);
	mbedtls_aes_free(&c->second);
	free(c);
}
