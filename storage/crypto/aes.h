/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES-128 and AES-256: one block, and CBC (FIPS 197, NIST SP 800-38A).  XTS is
 * in aes_xts.h; why this is not left to the library, in engine.h.
 *
 * Input and output may be the same bytes; otherwise they must not overlap.
 * They need no alignment.
 */
#ifndef STORAGE_CRYPTO_AES_H
#define STORAGE_CRYPTO_AES_H

#include <mbedtls/aes.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/crypto/engine.h"

#define AES_BLOCK_BYTES	  16
#define AES_128_KEY_BYTES 16
#define AES_256_KEY_BYTES 32
#define AES_MAX_ROUNDS	  14

/* A key as the instructions take it; private to the kernels. */
struct aes_round_keys {
	_Alignas(16) uint8_t encrypt[AES_MAX_ROUNDS + 1][AES_BLOCK_BYTES];
	_Alignas(16) uint8_t decrypt[AES_MAX_ROUNDS + 1][AES_BLOCK_BYTES];
	unsigned int rounds; /* 10 or 14 */
};

/* A key, ready for both directions.  Not to be copied: mbedtls points into it.
 */
struct aes {
	enum crypto_engine engine;
	union {
		struct aes_round_keys hard;
		struct {
			mbedtls_aes_context encrypt;
			mbedtls_aes_context decrypt;
		} soft;
	};
};

/**
 * aes_init - expand a key
 * @key_bytes: AES_128_KEY_BYTES or AES_256_KEY_BYTES
 * @engine: crypto_engine_for_aes(); CRYPTO_PORTABLE is always allowed
 *
 * Returns 0, or -ERR_UNSUPPORTED for another length of key; then @a holds
 * nothing.  After success aes_wipe() is due.
 */
int aes_init(struct aes *a, const uint8_t *key, size_t key_bytes,
	enum crypto_engine engine);

/** aes_wipe - forget the key; allowed after a failed aes_init(), and twice */
void aes_wipe(struct aes *a);

/** aes_encrypt_block - one block, without any mode */
void aes_encrypt_block(const struct aes *a, const uint8_t in[AES_BLOCK_BYTES],
	uint8_t out[AES_BLOCK_BYTES]);

/**
 * aes_cbc_encrypt, aes_cbc_decrypt - whole blocks
 * @iv: not changed
 * @len: a multiple of AES_BLOCK_BYTES
 *
 * Return 0, or -ERR_INTERNAL for another length; then nothing was done.
 * Encrypting goes one block at a time, because each depends on the one before.
 */
int aes_cbc_encrypt(const struct aes *a, const uint8_t iv[AES_BLOCK_BYTES],
	const uint8_t *in, uint8_t *out, size_t len);
int aes_cbc_decrypt(const struct aes *a, const uint8_t iv[AES_BLOCK_BYTES],
	const uint8_t *in, uint8_t *out, size_t len);

#endif
