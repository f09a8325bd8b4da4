/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/engines/registers_check.h"

#include <stdio.h>
#include <string.h>

#include "storage/crypto/aes_kernel.h"
#include "storage/crypto/sha256_kernel.h"
#include "tests/engines/registers.h"

#define PATTERN	   0x5A
#define UNIT_BYTES ((size_t)11 * AES_BLOCK_BYTES) /* not whole lanes */
#define UNITS	   16

static struct aes_round_keys keys;
static uint8_t key[AES_256_KEY_BYTES];
static uint8_t iv[AES_BLOCK_BYTES];
static uint8_t bytes[UNITS * UNIT_BYTES];
static uint32_t state[SHA256_WORDS];
static const struct aes_xts_run odd_run = {5, UNIT_BYTES, UNITS};
static const struct aes_xts_run run = {5, 256, sizeof(bytes) / 256};

static void call_expand(void)
{
	aes_kernel_expand(&keys, key, sizeof(key));
}

static void call_block(void)
{
	aes_kernel_encrypt_block(&keys, bytes, bytes);
}

static void call_cbc_encrypt(void)
{
	aes_kernel_cbc_encrypt(&keys, iv, bytes, bytes, sizeof(bytes));
}

static void call_cbc_decrypt(void)
{
	aes_kernel_cbc_decrypt(&keys, iv, bytes, bytes, sizeof(bytes));
}

static void call_xts_encrypt(void)
{
	aes_kernel_xts_encrypt(&keys, &keys, &run, bytes, bytes);
}

static void call_xts_decrypt(void)
{
	aes_kernel_xts_decrypt(&keys, &keys, &run, bytes, bytes);
}

static void call_xts_odd(void)
{
	aes_kernel_xts_encrypt(&keys, &keys, &odd_run, bytes, bytes);
	aes_kernel_xts_decrypt(&keys, &keys, &odd_run, bytes, bytes);
}

static void call_sha256(void)
{
	sha256_kernel_blocks(state, bytes, sizeof(bytes) / SHA256_BLOCK_BYTES);
}

struct call {
	const char *name;
	void (*function)(void);
};

static const struct call aes_calls[] = {
	{"expand", call_expand},
	{"block", call_block},
	{"CBC encrypt", call_cbc_encrypt},
	{"CBC decrypt", call_cbc_decrypt},
	{"XTS encrypt", call_xts_encrypt},
	{"XTS decrypt", call_xts_decrypt},
	{"XTS on odd units", call_xts_odd},
};
static const struct call sha256_calls[] = {{"SHA-256", call_sha256}};

/* What is not kept has to be zero. */
static int call_judge(const struct call *c)
{
	uint8_t found[MAX_REGISTERS][REGISTER_BYTES];
	unsigned int i;
	unsigned int k;
	int wrong = 0;

	memset(found, PATTERN, sizeof(found));
	registers_around(c->function, found);
	for (i = 0; i < registers_count; i++)
		for (k = 0; k < REGISTER_BYTES; k++)
			wrong += found[i][k] !=
				 (k < registers_kept_bytes(i) ? PATTERN : 0);
	printf("%s - vector registers after %s\n", wrong ? "not ok" : "ok",
		c->name);
	return wrong != 0;
}

static int calls_judge(const struct call *calls, size_t count)
{
	int failed = 0;
	size_t i;

	memset(key, 0xC3, sizeof(key));
	for (i = 0; i < count; i++)
		failed += call_judge(&calls[i]);
	return failed;
}

int registers_check_aes(void)
{
	return calls_judge(aes_calls, sizeof(aes_calls) / sizeof(*aes_calls));
}

int registers_check_sha256(void)
{
	return calls_judge(
		sha256_calls, sizeof(sha256_calls) / sizeof(*sha256_calls));
}
