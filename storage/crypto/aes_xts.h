/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XTS-AES-128 and XTS-AES-256 (IEEE 1619) over whole sectors.
 *
 * A run of sectors is one call: they are one stream of blocks then, without a
 * pause at the end of each sector.  The tweak is the sector's number,
 * little-endian, in units of the volume's sectors.  Units that are no multiple
 * of 16 bytes (ciphertext stealing) do not occur on disks.
 *
 * Input and output may be the same bytes; otherwise they must not overlap.
 * They need no alignment.
 */
#ifndef STORAGE_CRYPTO_AES_XTS_H
#define STORAGE_CRYPTO_AES_XTS_H

#include <mbedtls/aes.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/crypto/aes.h"
#include "storage/crypto/engine.h"

#define AES_XTS_128_KEY_BYTES 32
#define AES_XTS_256_KEY_BYTES 64

/* Both keys, for both directions.  Not to be copied, as struct aes. */
struct aes_xts {
	enum crypto_engine engine;
	union {
		struct {
			struct aes_round_keys data;
			struct aes_round_keys tweak;
		} hard;
		struct {
			mbedtls_aes_xts_context encrypt;
			mbedtls_aes_xts_context decrypt;
		} soft;
	};
};

/**
 * aes_xts_init - expand two keys
 * @keys: that of the data, then that of the tweak
 * @keys_bytes: of both, AES_XTS_128_KEY_BYTES or AES_XTS_256_KEY_BYTES
 * @engine: crypto_engine_for_aes(); CRYPTO_PORTABLE is always allowed
 *
 * Returns 0, or -ERR_UNSUPPORTED for another length; then @x holds nothing.
 * After success aes_xts_wipe() is due.
 */
int aes_xts_init(struct aes_xts *x, const uint8_t *keys, size_t keys_bytes,
	enum crypto_engine engine);

/** aes_xts_wipe - forget the keys; allowed after a failure, and twice */
void aes_xts_wipe(struct aes_xts *x);

/* Consecutive sectors. */
struct aes_xts_run {
	uint64_t first;	   /* number of the first */
	size_t unit_bytes; /* of one: a multiple of AES_BLOCK_BYTES, not 0 */
	size_t count;	   /* how many */
};

/**
 * aes_xts_encrypt, aes_xts_decrypt - all sectors of a run
 * @in, @out: @run->unit_bytes times @run->count bytes
 *
 * Return 0, or -ERR_INTERNAL for a unit of another size; then nothing was
 * done.
 */
int aes_xts_encrypt(const struct aes_xts *x, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out);
int aes_xts_decrypt(const struct aes_xts *x, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out);

#endif
