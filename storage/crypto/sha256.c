/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/crypto/sha256.h"

#include <mbedtls/sha256.h>
#include <string.h>

#include "storage/crypto/sha256_kernel.h"
#include "storage/err.h"

void sha256_start(uint32_t state[SHA256_WORDS])
{
	static const uint32_t first[SHA256_WORDS] = {0x6A09E667, 0xBB67AE85,
		0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB,
		0x5BE0CD19};

	memcpy(state, first, sizeof(first));
}

static int soft_blocks(
	uint32_t state[SHA256_WORDS], const uint8_t *blocks, size_t count)
{
	mbedtls_sha256_context context;
	int status = 0;
	size_t i;

	_Static_assert(sizeof(context.state) == SHA256_WORDS * sizeof(*state),
		"mbedtls's state is ours");
	mbedtls_sha256_init(&context);
	memcpy(context.state, state, sizeof(context.state));
	for (i = 0; i < count && !status; i++)
		status = mbedtls_internal_sha256_process(
			&context, blocks + i * SHA256_BLOCK_BYTES);
	if (!status)
		memcpy(state, context.state, sizeof(context.state));
	mbedtls_sha256_free(&context);
	return status ? -ERR_INTERNAL : 0;
}

int sha256_blocks(enum crypto_engine engine, uint32_t state[SHA256_WORDS],
	const uint8_t *blocks, size_t count)
{
	if (engine != CRYPTO_INSTRUCTIONS)
		return soft_blocks(state, blocks, count);
	sha256_kernel_blocks(state, blocks, count);
	return 0;
}

void sha256_finish(
	const uint32_t state[SHA256_WORDS], uint8_t ret[SHA256_DIGEST_BYTES])
{
	size_t i;

	for (i = 0; i < SHA256_WORDS; i++) {
		uint8_t *word = ret + 4 * i;

		word[0] = (uint8_t)(state[i] >> 24);
		word[1] = (uint8_t)(state[i] >> 16);
		word[2] = (uint8_t)(state[i] >> 8);
		word[3] = (uint8_t)state[i];
	}
}
