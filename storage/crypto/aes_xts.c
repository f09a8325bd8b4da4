/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/crypto/aes_xts.h"

#include <stdbool.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/crypto/aes_kernel.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

static int soft_init(struct aes_xts *x, const uint8_t *keys, size_t keys_bytes)
{
	unsigned int bits = (unsigned int)keys_bytes * 8;

	mbedtls_aes_xts_init(&x->soft.encrypt);
	mbedtls_aes_xts_init(&x->soft.decrypt);
	return mbedtls_aes_xts_setkey_enc(&x->soft.encrypt, keys, bits) ||
			       mbedtls_aes_xts_setkey_dec(
				       &x->soft.decrypt, keys, bits)
		       ? -ERR_INTERNAL
		       : 0;
}

int aes_xts_init(struct aes_xts *x, const uint8_t *keys, size_t keys_bytes,
	enum crypto_engine engine)
{
	size_t half = keys_bytes / 2;
	int err = 0;

	memset(x, 0, sizeof(*x));
	if (keys_bytes != AES_XTS_128_KEY_BYTES &&
		keys_bytes != AES_XTS_256_KEY_BYTES)
		return -ERR_UNSUPPORTED;
	x->engine = engine;
	if (engine == CRYPTO_INSTRUCTIONS) {
		aes_kernel_expand(&x->hard.data, keys, half);
		aes_kernel_expand(&x->hard.tweak, keys + half, half);
	} else {
		err = soft_init(x, keys, keys_bytes);
	}
	if (err)
		aes_xts_wipe(x);
	return err;
}

void aes_xts_wipe(struct aes_xts *x)
{
	secret_wipe(x, sizeof(*x));
}

static bool run_is_whole(const struct aes_xts_run *run)
{
	return run->unit_bytes && run->unit_bytes % AES_BLOCK_BYTES == 0;
}

static int soft_crypt(const mbedtls_aes_xts_context *context, int mode,
	const struct aes_xts_run *run, const uint8_t *in, uint8_t *out)
{
	uint8_t number[AES_BLOCK_BYTES] = {0};
	size_t i;

	for (i = 0; i < run->count; i++) {
		le64_put(number, run->first + i);
		/* It does not change the key that it could. */
		if (mbedtls_aes_crypt_xts((mbedtls_aes_xts_context *)context,
			    mode, run->unit_bytes, number,
			    in + i * run->unit_bytes,
			    out + i * run->unit_bytes))
			return -ERR_INTERNAL;
	}
	return 0;
}

int aes_xts_encrypt(const struct aes_xts *x, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	if (!run_is_whole(run))
		return -ERR_INTERNAL;
	if (x->engine != CRYPTO_INSTRUCTIONS)
		return soft_crypt(
			&x->soft.encrypt, MBEDTLS_AES_ENCRYPT, run, in, out);
	aes_kernel_xts_encrypt(&x->hard.data, &x->hard.tweak, run, in, out);
	return 0;
}

int aes_xts_decrypt(const struct aes_xts *x, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out)
{
	if (!run_is_whole(run))
		return -ERR_INTERNAL;
	if (x->engine != CRYPTO_INSTRUCTIONS)
		return soft_crypt(
			&x->soft.decrypt, MBEDTLS_AES_DECRYPT, run, in, out);
	aes_kernel_xts_decrypt(&x->hard.data, &x->hard.tweak, run, in, out);
	return 0;
}
