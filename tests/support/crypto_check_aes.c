/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES.  The known answers are those of FIPS 197 (appendix C), NIST SP 800-38A
 * (F.2) and IEEE 1619-2007 (annex B, vectors 2, 4 and 10; of the long ones the
 * digest of the answer).
 */
#include <mbedtls/aes.h>
#include <mbedtls/sha256.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/crypto/aes.h"
#include "storage/crypto/aes_xts.h"
#include "storage/err.h"
#include "tests/support/crypto_check.h"
#include "tests/support/prng.h"

#define ROUNDS	     400
#define ROOM	     (20 * 1024)
#define GUARD_BYTES  32
#define GUARD	     0xA5
#define MAX_CBC_LEN  4096
#define MAX_OFFSET   16
#define MAX_RUN	     19 /* more than two groups of eight, and a rest */
#define DIGEST_BYTES 32

static uint8_t nibble_of(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Small digits in pairs; returns how many bytes. */
static size_t bytes_of(const char *hex, uint8_t *ret)
{
	size_t i;

	for (i = 0; hex[2 * i]; i++)
		ret[i] = (uint8_t)(nibble_of(hex[2 * i]) << 4 |
				   nibble_of(hex[2 * i + 1]));
	return i;
}

static void counting_bytes(uint8_t *ret, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		ret[i] = (uint8_t)i;
}

/* --- Known answers ------------------------------------------------------- */

struct block_case {
	size_t key_bytes;
	const char *cipher;
};

static const char *block_answers(enum crypto_engine engine, uint64_t seed)
{
	static const struct block_case cases[] = {
		{AES_128_KEY_BYTES, "69c4e0d86a7b0430d8cdb78070b4c55a"},
		{AES_256_KEY_BYTES, "8ea2b7ca516745bfeafc49904b496089"},
	};
	uint8_t key[AES_256_KEY_BYTES];
	uint8_t plain[AES_BLOCK_BYTES];
	uint8_t cipher[AES_BLOCK_BYTES];
	uint8_t zero[AES_BLOCK_BYTES] = {0};
	uint8_t block[AES_BLOCK_BYTES];
	struct aes aes;
	size_t i;

	(void)seed;
	counting_bytes(key, sizeof(key));
	bytes_of("00112233445566778899aabbccddeeff", plain);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bytes_of(cases[i].cipher, cipher);
		if (aes_init(&aes, key, cases[i].key_bytes, engine))
			return "FIPS 197: the key was refused";
		aes_encrypt_block(&aes, plain, block);
		if (memcmp(block, cipher, sizeof(block)))
			return "FIPS 197: encrypted to something else";
		if (aes_cbc_decrypt(&aes, zero, block, block, sizeof(block)) ||
			memcmp(block, plain, sizeof(block)))
			return "FIPS 197: decrypted to something else";
		aes_wipe(&aes);
	}
	return NULL;
}

#define CBC_PLAIN                                                              \
	"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"     \
	"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

struct cbc_case {
	const char *key;
	const char *cipher;
};

static const char *cbc_answers(enum crypto_engine engine, uint64_t seed)
{
	static const struct cbc_case cases[] = {
		{"2b7e151628aed2a6abf7158809cf4f3c",
			"7649abac8119b246cee98e9b12e9197d"
			"5086cb9b507219ee95db113a917678b2"
			"73bed6b8e3c1743b7116e69e22229516"
			"3ff1caa1681fac09120eca307586e1a7"},
		{"603deb1015ca71be2b73aef0857d7781"
		 "1f352c073b6108d72d9810a30914dff4",
			"f58c4c04d6e5f1ba779eabfb5f7bfbd6"
			"9cfc4e967edb808d679f777bc6702c7d"
			"39f23369a9d9bacfa530e26304231461"
			"b2eb05e2c39be9fcda6c19078c6a9d1b"},
	};
	uint8_t key[AES_256_KEY_BYTES];
	uint8_t iv[AES_BLOCK_BYTES];
	uint8_t plain[64];
	uint8_t cipher[64];
	uint8_t got[64];
	struct aes aes;
	size_t i;

	(void)seed;
	counting_bytes(iv, sizeof(iv));
	bytes_of(CBC_PLAIN, plain);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bytes_of(cases[i].cipher, cipher);
		if (aes_init(&aes, key, bytes_of(cases[i].key, key), engine))
			return "SP 800-38A: the key was refused";
		if (aes_cbc_encrypt(&aes, iv, plain, got, sizeof(got)) ||
			memcmp(got, cipher, sizeof(got)))
			return "SP 800-38A: encrypted to something else";
		if (aes_cbc_decrypt(&aes, iv, cipher, got, sizeof(got)) ||
			memcmp(got, plain, sizeof(got)))
			return "SP 800-38A: decrypted to something else";
		aes_wipe(&aes);
	}
	return NULL;
}

/* Both directions; @want: the ciphertext or, if @len is longer, its digest. */
static const char *xts_answer(enum crypto_engine engine, const char *keys_hex,
	uint64_t unit, const uint8_t *plain, size_t len, const char *want_hex)
{
	struct aes_xts_run run = {unit, len, 1};
	uint8_t keys[AES_XTS_256_KEY_BYTES];
	uint8_t want[DIGEST_BYTES];
	uint8_t digest[DIGEST_BYTES];
	uint8_t got[512];
	struct aes_xts xts;

	bytes_of(want_hex, want);
	if (aes_xts_init(&xts, keys, bytes_of(keys_hex, keys), engine))
		return "IEEE 1619: the keys were refused";
	if (aes_xts_encrypt(&xts, &run, plain, got))
		return "IEEE 1619: not encrypted";
	memcpy(digest, got, sizeof(digest));
	if (len > sizeof(digest) && mbedtls_sha256_ret(got, len, digest, 0))
		return "IEEE 1619: no digest";
	if (memcmp(digest, want, sizeof(want)))
		return "IEEE 1619: encrypted to something else";
	if (aes_xts_decrypt(&xts, &run, got, got) || memcmp(got, plain, len))
		return "IEEE 1619: decrypted to something else";
	aes_xts_wipe(&xts);
	return NULL;
}

#define PI_1 "31415926535897932384626433832795"
#define PI_2 "02884197169399375105820974944592"
#define E_1  "27182818284590452353602874713526"
#define E_2  "62497757247093699959574966967627"

static const char *xts_answers(enum crypto_engine engine, uint64_t seed)
{
	uint8_t plain[512];
	const char *wrong;

	(void)seed;
	memset(plain, 0x44, 32);
	wrong = xts_answer(engine,
		"11111111111111111111111111111111"
		"22222222222222222222222222222222",
		0x3333333333, plain, 32,
		"c454185e6a16936e39334038acef838b"
		"fb186fff7480adc4289382ecd6d394f0");
	counting_bytes(plain, sizeof(plain));
	if (!wrong)
		wrong = xts_answer(engine, E_1 PI_1, 0, plain, sizeof(plain),
			"ebee4d64dd2395bb2d6a2d37a0a48ecb"
			"2bf4913cfc99d27c2214f2f4144715ea");
	if (!wrong)
		wrong = xts_answer(engine, E_1 E_2 PI_1 PI_2, 0xff, plain,
			sizeof(plain),
			"e97e974fa393af794f7a4684395814cf"
			"820de60a01eaec677d87b452e316b364");
	return wrong;
}

/* --- Compared with mbedtls ------------------------------------------------ */

struct trial {
	struct prng rng;
	uint8_t input[ROOM];
	uint8_t output[ROOM];
	uint8_t want[ROOM];
};

static struct trial *trial_new(uint64_t seed)
{
	struct trial *t = malloc(sizeof(*t));

	if (t)
		t->rng.state = seed;
	return t;
}

/* Where the next answer goes: over the question, or between two guards. */
static uint8_t *place_choose(struct trial *t, uint8_t *in, size_t len)
{
	uint8_t *out =
		t->output + GUARD_BYTES + prng_next(&t->rng) % MAX_OFFSET;

	if (prng_next(&t->rng) % 2)
		return in;
	memset(out - GUARD_BYTES, GUARD, len + 2 * GUARD_BYTES);
	return out;
}

static bool guards_are_whole(const uint8_t *out, size_t len)
{
	size_t i;

	for (i = 0; i < GUARD_BYTES; i++)
		if (out[-1 - (ptrdiff_t)i] != GUARD || out[len + i] != GUARD)
			return false;
	return true;
}

static const char *answer_judge(const struct trial *t, const uint8_t *in,
	const uint8_t *out, size_t len)
{
	if (memcmp(out, t->want, len))
		return "not what mbedtls says";
	if (in != out && !guards_are_whole(out, len))
		return "wrote beside its output";
	return NULL;
}

static int cbc_by_mbedtls(bool encrypt, const uint8_t *key, size_t key_bytes,
	const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
	unsigned int bits = (unsigned int)key_bytes * 8;
	uint8_t last[AES_BLOCK_BYTES];
	mbedtls_aes_context context;
	int status;

	memcpy(last, iv, sizeof(last));
	mbedtls_aes_init(&context);
	status = encrypt ? mbedtls_aes_setkey_enc(&context, key, bits)
			 : mbedtls_aes_setkey_dec(&context, key, bits);
	if (!status)
		status = mbedtls_aes_crypt_cbc(&context,
			encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT,
			len, last, in, out);
	mbedtls_aes_free(&context);
	return status;
}

static const char *cbc_once(struct trial *t, enum crypto_engine engine)
{
	size_t key_bytes = prng_next(&t->rng) % 2 ? 16 : 32;
	size_t len = prng_next(&t->rng) % (MAX_CBC_LEN / AES_BLOCK_BYTES) *
		     AES_BLOCK_BYTES;
	uint8_t *in = t->input + prng_next(&t->rng) % MAX_OFFSET;
	bool encrypt = prng_next(&t->rng) % 2;
	uint8_t iv[AES_BLOCK_BYTES];
	uint8_t key[32];
	struct aes aes;
	uint8_t *out;
	int err;

	prng_fill(&t->rng, in, len);
	prng_fill(&t->rng, key, sizeof(key));
	prng_fill(&t->rng, iv, sizeof(iv));
	out = place_choose(t, in, len);
	if (cbc_by_mbedtls(encrypt, key, key_bytes, iv, in, t->want, len))
		return "mbedtls refused";
	if (aes_init(&aes, key, key_bytes, engine))
		return "the key was refused";
	err = encrypt ? aes_cbc_encrypt(&aes, iv, in, out, len)
		      : aes_cbc_decrypt(&aes, iv, in, out, len);
	aes_wipe(&aes);
	return err ? "refused" : answer_judge(t, in, out, len);
}

static const char *cbc_compared(enum crypto_engine engine, uint64_t seed)
{
	struct trial *t = trial_new(seed);
	const char *wrong = t ? NULL : "no memory";
	int i;

	for (i = 0; i < ROUNDS && !wrong; i++)
		wrong = cbc_once(t, engine);
	free(t);
	return wrong;
}

static int xts_by_mbedtls(bool encrypt, const uint8_t *keys, size_t keys_bytes,
	const struct aes_xts_run *run, const uint8_t *in, uint8_t *out)
{
	unsigned int bits = (unsigned int)keys_bytes * 8;
	uint8_t number[AES_BLOCK_BYTES] = {0};
	mbedtls_aes_xts_context context;
	int status;
	size_t i;

	mbedtls_aes_xts_init(&context);
	status = encrypt ? mbedtls_aes_xts_setkey_enc(&context, keys, bits)
			 : mbedtls_aes_xts_setkey_dec(&context, keys, bits);
	for (i = 0; i < run->count && !status; i++) {
		le64_put(number, run->first + i);
		status = mbedtls_aes_crypt_xts(&context,
			encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT,
			run->unit_bytes, number, in + i * run->unit_bytes,
			out + i * run->unit_bytes);
	}
	mbedtls_aes_xts_free(&context);
	return status;
}

/* Mostly sectors; sometimes a size that is no multiple of eight blocks. */
static struct aes_xts_run run_choose(struct prng *rng)
{
	struct aes_xts_run run = {
		prng_next(rng), 512, prng_next(rng) % MAX_RUN};

	switch (prng_next(rng) % 4) {
	case 0:
		run.unit_bytes = 4096;
		run.count %= 5;
		break;
	case 1:
		run.unit_bytes = (1 + prng_next(rng) % 60) * AES_BLOCK_BYTES;
		break;
	case 2:
		/* Over the end of 32 bits. */
		run.first = UINT32_MAX - prng_next(rng) % MAX_RUN;
		break;
	default:
		break;
	}
	return run;
}

static const char *xts_once(struct trial *t, enum crypto_engine engine)
{
	size_t keys_bytes = prng_next(&t->rng) % 2 ? AES_XTS_128_KEY_BYTES
						   : AES_XTS_256_KEY_BYTES;
	struct aes_xts_run run = run_choose(&t->rng);
	size_t len = run.unit_bytes * run.count;
	uint8_t *in = t->input + prng_next(&t->rng) % MAX_OFFSET;
	bool encrypt = prng_next(&t->rng) % 2;
	uint8_t keys[AES_XTS_256_KEY_BYTES];
	struct aes_xts xts;
	uint8_t *out;
	int err;

	prng_fill(&t->rng, in, len);
	prng_fill(&t->rng, keys, sizeof(keys));
	out = place_choose(t, in, len);
	if (xts_by_mbedtls(encrypt, keys, keys_bytes, &run, in, t->want))
		return "mbedtls refused";
	if (aes_xts_init(&xts, keys, keys_bytes, engine))
		return "the keys were refused";
	err = encrypt ? aes_xts_encrypt(&xts, &run, in, out)
		      : aes_xts_decrypt(&xts, &run, in, out);
	aes_xts_wipe(&xts);
	return err ? "refused" : answer_judge(t, in, out, len);
}

static const char *xts_compared(enum crypto_engine engine, uint64_t seed)
{
	struct trial *t = trial_new(seed);
	const char *wrong = t ? NULL : "no memory";
	int i;

	for (i = 0; i < ROUNDS && !wrong; i++)
		wrong = xts_once(t, engine);
	free(t);
	return wrong;
}

/* --- What is refused, and what is left behind ----------------------------- */

static const char *bad_lengths(enum crypto_engine engine, uint64_t seed)
{
	uint8_t bytes[4096] = {0};
	struct aes_xts_run run = {0, 0, 1};
	struct aes_xts xts;
	struct aes aes;
	size_t len;

	(void)seed;
	for (len = 0; len <= 128; len++) {
		bool is_key = len == 16 || len == 32;
		bool are_keys = len == 32 || len == 64;

		if (aes_init(&aes, bytes, len, engine) !=
			(is_key ? 0 : -ERR_UNSUPPORTED))
			return "a key of another length";
		if (aes_xts_init(&xts, bytes, len, engine) !=
			(are_keys ? 0 : -ERR_UNSUPPORTED))
			return "two keys of another length";
	}
	if (aes_init(&aes, bytes, 16, engine) ||
		aes_xts_init(&xts, bytes, 32, engine))
		return "a key was refused";
	memset(bytes, GUARD, sizeof(bytes));
	for (len = 0; len < 100; len++) {
		int want = len % AES_BLOCK_BYTES ? -ERR_INTERNAL : 0;

		if (want && (aes_cbc_encrypt(&aes, bytes, bytes, bytes, len) !=
					    want ||
				    aes_cbc_decrypt(&aes, bytes, bytes, bytes,
					    len) != want))
			return "no whole blocks";
		run.unit_bytes = len;
		if ((want || !len) &&
			(!aes_xts_encrypt(&xts, &run, bytes, bytes) ||
				!aes_xts_decrypt(&xts, &run, bytes, bytes)))
			return "no whole unit";
	}
	for (len = 0; len < sizeof(bytes); len++)
		if (bytes[len] != GUARD)
			return "something was done all the same";
	aes_wipe(&aes);
	aes_xts_wipe(&xts);
	return NULL;
}

static bool is_zero(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		if (b[i])
			return false;
	return true;
}

static const char *wiped(enum crypto_engine engine, uint64_t seed)
{
	struct prng rng = {seed};
	uint8_t keys[AES_XTS_256_KEY_BYTES];
	struct aes_xts xts;
	struct aes aes;

	prng_fill(&rng, keys, sizeof(keys));
	if (aes_init(&aes, keys, 32, engine) ||
		aes_xts_init(&xts, keys, sizeof(keys), engine))
		return "a key was refused";
	if (is_zero(&aes, sizeof(aes)) || is_zero(&xts, sizeof(xts)))
		return "no key was there";
	aes_wipe(&aes);
	aes_xts_wipe(&xts);
	if (!is_zero(&aes, sizeof(aes)) || !is_zero(&xts, sizeof(xts)))
		return "a key is left";
	aes_wipe(&aes);
	aes_xts_wipe(&xts);
	return NULL;
}

const struct crypto_check crypto_check_aes[] = {
	{"the block of FIPS 197", block_answers},
	{"CBC as in SP 800-38A", cbc_answers},
	{"XTS as in IEEE 1619", xts_answers},
	{"CBC as mbedtls does it", cbc_compared},
	{"XTS as mbedtls does it", xts_compared},
	{"bad lengths are refused", bad_lengths},
	{"no key outlives its wiping", wiped},
};
const size_t crypto_check_aes_count =
	sizeof(crypto_check_aes) / sizeof(*crypto_check_aes);
