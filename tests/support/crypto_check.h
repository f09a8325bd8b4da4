/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does an engine compute what the standards say, and what mbedtls does?
 *
 * Without cmocka, so that it also runs on an emulated processor for which there
 * is no cmocka (tests/engines).
 */
#ifndef TESTS_SUPPORT_CRYPTO_CHECK_H
#define TESTS_SUPPORT_CRYPTO_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "storage/crypto/engine.h"

struct crypto_check {
	const char *name;
	/* NULL, or what was wrong; @seed: of what is random */
	const char *(*run)(enum crypto_engine engine, uint64_t seed);
};

extern const struct crypto_check crypto_check_aes[];
extern const size_t crypto_check_aes_count;
extern const struct crypto_check crypto_check_sha256[];
extern const size_t crypto_check_sha256_count;

#endif
