/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/crypto/aes.h"

#include <string.h>

#include "storage/crypto/aes_kernel.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* mbedtls asks for a key that it could change; it does not. */
static mbedtls_aes_context *unlocked(const mbedtls_aes_context *context)
{
	return (mbedtls_aes_context *)context;
}

static int soft_init(struct aes *a, const uint8_t *key, size_t key_bytes)
{
	unsigned int bits = (unsigned int)key_bytes * 8;

	mbedtls_aes_init(&a->soft.encrypt);
	mbedtls_aes_init(&a->soft.decrypt);
	return mbedtls_aes_setkey_enc(&a->soft.encrypt, key, bits) ||
			       mbedtls_aes_setkey_dec(
				       &a->soft.decrypt, key, bits)
		       ? -ERR_INTERNAL
		       : 0;
}

int aes_init(struct aes *a, const uint8_t *key, size_t key_bytes,
	enum crypto_engine engine)
{
	int err = 0;

	memset(a, 0, sizeof(*a));
	if (key_bytes != AES_128_KEY_BYTES && key_bytes != AES_256_KEY_BYTES)
		return -ERR_UNSUPPORTED;
	a->engine = engine;
	if (engine == CRYPTO_INSTRUCTIONS)
		aes_kernel_expand(&a->hard, key, key_bytes);
	else
		err = soft_init(a, key, key_bytes);
	if (err)
		aes_wipe(a);
	return err;
}

void aes_wipe(struct aes *a)
{
	secret_wipe(a, sizeof(*a));
}

void aes_encrypt_block(const struct aes *a, const uint8_t in[AES_BLOCK_BYTES],
	uint8_t out[AES_BLOCK_BYTES])
{
	if (a->engine == CRYPTO_INSTRUCTIONS)
		aes_kernel_encrypt_block(&a->hard, in, out);
	else
		/* Fails for another mode than these two only. */
		(void)mbedtls_aes_crypt_ecb(unlocked(&a->soft.encrypt),
			MBEDTLS_AES_ENCRYPT, in, out);
}

static int soft_cbc(const mbedtls_aes_context *context, int mode,
	const uint8_t iv[AES_BLOCK_BYTES], const uint8_t *in, uint8_t *out,
	size_t len)
{
	uint8_t last[AES_BLOCK_BYTES];

	memcpy(last, iv, sizeof(last));
	return mbedtls_aes_crypt_cbc(
		       unlocked(context), mode, len, last, in, out)
		       ? -ERR_INTERNAL
		       : 0;
}

int aes_cbc_encrypt(const struct aes *a, const uint8_t iv[AES_BLOCK_BYTES],
	const uint8_t *in, uint8_t *out, size_t len)
{
	if (len % AES_BLOCK_BYTES)
		return -ERR_INTERNAL;
	if (a->engine != CRYPTO_INSTRUCTIONS)
		return soft_cbc(&a->soft.encrypt, MBEDTLS_AES_ENCRYPT, iv, in,
			out, len);
	aes_kernel_cbc_encrypt(&a->hard, iv, in, out, len);
	return 0;
}

int aes_cbc_decrypt(const struct aes *a, const uint8_t iv[AES_BLOCK_BYTES],
	const uint8_t *in, uint8_t *out, size_t len)
{
	if (len % AES_BLOCK_BYTES)
		return -ERR_INTERNAL;
	if (a->engine != CRYPTO_INSTRUCTIONS)
		return soft_cbc(&a->soft.decrypt, MBEDTLS_AES_DECRYPT, iv, in,
			out, len);
	aes_kernel_cbc_decrypt(&a->hard, iv, in, out, len);
	return 0;
}
