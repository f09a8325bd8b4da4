/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256's compression (FIPS 180-4) on whole blocks, for those who hash the
 * same short message a million times, as the stretching of BitLocker's keys
 * does; storage/digest.h hashes everything else.  Why this is not left to the
 * library: engine.h.
 */
#ifndef STORAGE_CRYPTO_SHA256_H
#define STORAGE_CRYPTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "storage/crypto/engine.h"

#define SHA256_BLOCK_BYTES  64
#define SHA256_DIGEST_BYTES 32
#define SHA256_WORDS	    8

/** sha256_start - the state before the first block */
void sha256_start(uint32_t state[SHA256_WORDS]);

/**
 * sha256_blocks - take in @count blocks of SHA256_BLOCK_BYTES each
 * @engine: crypto_engine_for_sha256(); CRYPTO_PORTABLE is always allowed
 * @blocks: needs no alignment; the padding of the last one is the caller's
 *
 * Returns 0 or -ERR_INTERNAL (never with the processor's instructions).
 */
int sha256_blocks(enum crypto_engine engine, uint32_t state[SHA256_WORDS],
	const uint8_t *blocks, size_t count);

/** sha256_finish - the state as the bytes of a digest */
void sha256_finish(
	const uint32_t state[SHA256_WORDS], uint8_t ret[SHA256_DIGEST_BYTES]);

#endif
