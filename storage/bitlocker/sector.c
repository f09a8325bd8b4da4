/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/bitlocker/sector.h"

#include <stdlib.h>

#include "storage/bitlocker/diffuser.h"
#include "storage/bytes.h"
#include "storage/crypto/aes.h"
#include "storage/crypto/aes_xts.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define SECOND_KEY   32 /* its place in a key with diffuser, always */
#define MASK_BYTES   32
#define MASK_2ND_BIT 0x80

struct sector_cipher {
	uint16_t method;
	uint32_t sector_bytes;
	/* Only those of the method are used. */
	struct aes_xts xts;
	struct aes cbc;
	struct aes mask;
};

static bool has_diffuser(const struct sector_cipher *c)
{
	return c->method == BITLOCKER_CBC_128_DIFFUSER ||
	       c->method == BITLOCKER_CBC_256_DIFFUSER;
}

static bool is_xts(const struct sector_cipher *c)
{
	return c->method == BITLOCKER_XTS_128 || c->method == BITLOCKER_XTS_256;
}

/* --- Keys ---------------------------------------------------------------- */

static int set_cbc(struct sector_cipher *c, const uint8_t *key, size_t bytes)
{
	enum crypto_engine engine = crypto_engine_for_aes();
	int err = aes_init(&c->cbc, key, bytes, engine);

	if (err == 0 && has_diffuser(c)) {
		err = aes_init(&c->mask, key + SECOND_KEY, bytes, engine);
		if (err < 0)
			aes_wipe(&c->cbc);
	}
	return err;
}

static int set_key(struct sector_cipher *c, const uint8_t *key)
{
	switch (c->method) {
	case BITLOCKER_CBC_128_DIFFUSER:
	case BITLOCKER_CBC_128:
		return set_cbc(c, key, AES_128_KEY_BYTES);
	case BITLOCKER_CBC_256_DIFFUSER:
	case BITLOCKER_CBC_256:
		return set_cbc(c, key, AES_256_KEY_BYTES);
	case BITLOCKER_XTS_128:
		return aes_xts_init(&c->xts, key, AES_XTS_128_KEY_BYTES,
			crypto_engine_for_aes());
	case BITLOCKER_XTS_256:
		return aes_xts_init(&c->xts, key, AES_XTS_256_KEY_BYTES,
			crypto_engine_for_aes());
	default:
		return -ERR_UNSUPPORTED;
	}
}

int sector_cipher_open(const struct bitlocker_fvek *fvek, uint32_t sector_bytes,
	struct sector_cipher **ret)
{
	struct sector_cipher *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ERR_NO_MEMORY;
	c->method = fvek->method;
	c->sector_bytes = sector_bytes;
	err = set_key(c, fvek->bytes);
	if (err < 0)
		free(c); /* holds no key */
	else
		*ret = c;
	return err;
}

void sector_cipher_close(struct sector_cipher *c)
{
	if (!c)
		return;
	if (is_xts(c))
		aes_xts_wipe(&c->xts);
	else
		aes_wipe(&c->cbc);
	if (has_diffuser(c))
		aes_wipe(&c->mask);
	free(c);
}

/* --- CBC, one sector at a time ------------------------------------------- */

static void make_vector(const struct sector_cipher *c, uint64_t offset,
	uint8_t ret[AES_BLOCK_BYTES])
{
	uint8_t block[AES_BLOCK_BYTES] = {0};

	le64_put(block, offset);
	aes_encrypt_block(&c->cbc, block, ret);
}

/* The sector key of the specification, over and over. */
static void apply_mask(
	const struct sector_cipher *c, uint64_t offset, uint8_t *b)
{
	uint8_t block[AES_BLOCK_BYTES] = {0};
	uint8_t mask[MASK_BYTES];
	size_t i;

	le64_put(block, offset);
	aes_encrypt_block(&c->mask, block, mask);
	block[AES_BLOCK_BYTES - 1] = MASK_2ND_BIT;
	aes_encrypt_block(&c->mask, block, mask + AES_BLOCK_BYTES);
	for (i = 0; i < c->sector_bytes; i++)
		b[i] ^= mask[i % MASK_BYTES];
	secret_wipe(mask, sizeof(mask));
}

static int cbc_encrypt(
	const struct sector_cipher *c, uint64_t offset, uint8_t *b)
{
	uint8_t vector[AES_BLOCK_BYTES];

	if (has_diffuser(c)) {
		apply_mask(c, offset, b);
		diffuser_mix(b, c->sector_bytes);
	}
	make_vector(c, offset, vector);
	return aes_cbc_encrypt(&c->cbc, vector, b, b, c->sector_bytes);
}

static int cbc_decrypt(
	const struct sector_cipher *c, uint64_t offset, uint8_t *b)
{
	uint8_t vector[AES_BLOCK_BYTES];
	int err;

	make_vector(c, offset, vector);
	err = aes_cbc_decrypt(&c->cbc, vector, b, b, c->sector_bytes);
	if (err == 0 && has_diffuser(c)) {
		diffuser_unmix(b, c->sector_bytes);
		apply_mask(c, offset, b);
	}
	return err;
}

/* --- A run of sectors ---------------------------------------------------- */

int sector_encrypt(const struct sector_cipher *c, uint64_t offset,
	uint8_t *bytes, size_t count)
{
	struct aes_xts_run run = {
		offset / c->sector_bytes, c->sector_bytes, count};
	int err = 0;

	if (is_xts(c))
		return aes_xts_encrypt(&c->xts, &run, bytes, bytes);
	for (; count && err == 0; count--) {
		err = cbc_encrypt(c, offset, bytes);
		offset += c->sector_bytes;
		bytes += c->sector_bytes;
	}
	return err;
}

int sector_decrypt(const struct sector_cipher *c, uint64_t offset,
	uint8_t *bytes, size_t count)
{
	struct aes_xts_run run = {
		offset / c->sector_bytes, c->sector_bytes, count};
	int err = 0;

	if (is_xts(c))
		return aes_xts_decrypt(&c->xts, &run, bytes, bytes);
	for (; count && err == 0; count--) {
		err = cbc_decrypt(c, offset, bytes);
		offset += c->sector_bytes;
		bytes += c->sector_bytes;
	}
	return err;
}
