/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256.  The known answers are those of FIPS 180-4's examples. */
#include <mbedtls/sha256.h>
#include <stdlib.h>
#include <string.h>

#include "storage/crypto/sha256.h"
#include "tests/support/crypto_check.h"
#include "tests/support/prng.h"

#define ROUNDS	   400
#define MAX_LEN	   5000
#define MAX_OFFSET 16
#define MILLION	   1000000u

/* A whole digest, with the padding that sha256_blocks() leaves to others. */
static int digest_of(enum crypto_engine engine, const uint8_t *bytes,
	size_t len, uint8_t ret[SHA256_DIGEST_BYTES])
{
	uint8_t last[2 * SHA256_BLOCK_BYTES] = {0};
	size_t whole = len / SHA256_BLOCK_BYTES;
	size_t rest = len % SHA256_BLOCK_BYTES;
	size_t blocks = rest + 9 > SHA256_BLOCK_BYTES ? 2 : 1;
	uint32_t state[SHA256_WORDS];
	size_t i;

	memcpy(last, bytes + whole * SHA256_BLOCK_BYTES, rest);
	last[rest] = 0x80;
	for (i = 0; i < 8; i++)
		last[blocks * SHA256_BLOCK_BYTES - 1 - i] =
			(uint8_t)((uint64_t)len * 8 >> 8 * i);
	sha256_start(state);
	if (sha256_blocks(engine, state, bytes, whole) ||
		sha256_blocks(engine, state, last, blocks))
		return -1;
	sha256_finish(state, ret);
	return 0;
}

struct known {
	const char *message;
	uint8_t digest[SHA256_DIGEST_BYTES];
};

static const char *short_answers(enum crypto_engine engine, uint64_t seed)
{
	static const struct known cases[] = {
		{"abc", {0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41,
				0x41, 0x40, 0xDE, 0x5D, 0xAE, 0x22, 0x23, 0xB0,
				0x03, 0x61, 0xA3, 0x96, 0x17, 0x7A, 0x9C, 0xB4,
				0x10, 0xFF, 0x61, 0xF2, 0x00, 0x15, 0xAD}},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			{0x24, 0x8D, 0x6A, 0x61, 0xD2, 0x06, 0x38, 0xB8, 0xE5,
				0xC0, 0x26, 0x93, 0x0C, 0x3E, 0x60, 0x39, 0xA3,
				0x3C, 0xE4, 0x59, 0x64, 0xFF, 0x21, 0x67, 0xF6,
				0xEC, 0xED, 0xD4, 0x19, 0xDB, 0x06, 0xC1}},
	};
	uint8_t got[SHA256_DIGEST_BYTES];
	size_t i;

	(void)seed;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (digest_of(engine, (const uint8_t *)cases[i].message,
			    strlen(cases[i].message), got) ||
			memcmp(got, cases[i].digest, sizeof(got)))
			return cases[i].message;
	return NULL;
}

static const char *long_answer(enum crypto_engine engine, uint64_t seed)
{
	static const uint8_t want[SHA256_DIGEST_BYTES] = {0xCD, 0xC7, 0x6E,
		0x5C, 0x99, 0x14, 0xFB, 0x92, 0x81, 0xA1, 0xC7, 0xE2, 0x84,
		0xD7, 0x3E, 0x67, 0xF1, 0x80, 0x9A, 0x48, 0xA4, 0x97, 0x20,
		0x0E, 0x04, 0x6D, 0x39, 0xCC, 0xC7, 0x11, 0x2C, 0xD0};
	uint8_t *bytes = malloc(MILLION);
	uint8_t got[SHA256_DIGEST_BYTES] = {0};
	int status;

	(void)seed;
	if (!bytes)
		return "no memory";
	memset(bytes, 'a', MILLION);
	status = digest_of(engine, bytes, MILLION, got);
	free(bytes);
	return status || memcmp(got, want, sizeof(got)) ? "a million times a"
							: NULL;
}

static const char *compared(enum crypto_engine engine, uint64_t seed)
{
	struct prng rng = {seed};
	uint8_t bytes[MAX_LEN + MAX_OFFSET];
	uint8_t got[SHA256_DIGEST_BYTES];
	uint8_t want[SHA256_DIGEST_BYTES];
	size_t i;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		size_t off = prng_next(&rng) % MAX_OFFSET;
		size_t len = prng_next(&rng) % MAX_LEN;

		for (i = 0; i < len; i++)
			bytes[off + i] = (uint8_t)prng_next(&rng);
		if (mbedtls_sha256_ret(bytes + off, len, want, 0))
			return "mbedtls refused";
		if (digest_of(engine, bytes + off, len, got) ||
			memcmp(got, want, sizeof(got)))
			return "not what mbedtls says";
	}
	return NULL;
}

const struct crypto_check crypto_check_sha256[] = {
	{"one and two blocks of FIPS 180-4", short_answers},
	{"a million bytes", long_answer},
	{"as mbedtls does it", compared},
};
const size_t crypto_check_sha256_count =
	sizeof(crypto_check_sha256) / sizeof(*crypto_check_sha256);
