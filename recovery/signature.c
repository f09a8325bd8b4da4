/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/signature.h"

#include <mbedtls/md.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>
#include <stdbool.h>
#include <string.h>

#include "storage/err.h"

#define HASH_BYTES  32
#define MAGIC_BYTES 4

static const uint8_t magic[MAGIC_BYTES] = {'L', 'B', 'K', '1'};
static const uint8_t exponent[] = {0x01, 0x00, 0x01};

/* --- Keys ---------------------------------------------------------------- */

static bool is_zero(const uint8_t *b, size_t len)
{
	for (; len > 0; b++, len--)
		if (*b)
			return false;
	return true;
}

/* Odd and of full length: what mbedtls does not check, or only later. */
static bool is_modulus(const uint8_t *m)
{
	return (m[0] & 0x80) && (m[SIGNATURE_BYTES - 1] & 1);
}

int signature_keys_check(
	const void *bytes, size_t len, struct signature_keys *ret)
{
	struct signature_keys keys = {.count = 0};
	const uint8_t *b = bytes;

	while (len > 0 && !is_zero(b, len)) {
		if (len < SIGNATURE_KEY_BYTES)
			return -ERR_TRUNCATED;
		if (memcmp(b, magic, MAGIC_BYTES) ||
			!is_modulus(b + MAGIC_BYTES))
			return -ERR_CORRUPT;
		if (keys.count == SIGNATURE_MAX_KEYS)
			return -ERR_TOO_LARGE;
		keys.modulus[keys.count++] = b + MAGIC_BYTES;
		b += SIGNATURE_KEY_BYTES;
		len -= SIGNATURE_KEY_BYTES;
	}
	*ret = keys;
	return 0;
}

/* --- Signatures ---------------------------------------------------------- */

static int err_of_mbedtls(int status)
{
	/* Its codes carry a lower-level one in seven bits. */
	if ((-status & 0x7F) == -MBEDTLS_ERR_MPI_ALLOC_FAILED)
		return -ERR_NO_MEMORY;
	return -ERR_UNTRUSTED;
}

static int check_with_key(const uint8_t *modulus,
	const uint8_t hash[HASH_BYTES], const uint8_t *signature)
{
	mbedtls_rsa_context rsa;
	int status;

	mbedtls_rsa_init(&rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
	status = mbedtls_rsa_import_raw(&rsa, modulus, SIGNATURE_BYTES, NULL, 0,
		NULL, 0, NULL, 0, exponent, sizeof(exponent));
	if (!status)
		status = mbedtls_rsa_complete(&rsa);
	if (!status)
		status = mbedtls_rsa_check_pubkey(&rsa);
	if (!status)
		status = mbedtls_rsa_rsassa_pkcs1_v15_verify(&rsa, NULL, NULL,
			MBEDTLS_RSA_PUBLIC, MBEDTLS_MD_SHA256, HASH_BYTES, hash,
			signature);
	mbedtls_rsa_free(&rsa);
	return status ? err_of_mbedtls(status) : 0;
}

int signature_check(const struct signature_keys *keys, const void *bytes,
	size_t len, const void *signature, size_t signature_len)
{
	uint8_t hash[HASH_BYTES];
	int err = -ERR_UNTRUSTED;
	size_t i;

	if (signature_len != SIGNATURE_BYTES)
		return -ERR_UNTRUSTED;
	if (mbedtls_sha256_ret(bytes, len, hash, 0))
		return -ERR_INTERNAL;
	for (i = 0; i < keys->count && err < 0; i++) {
		err = check_with_key(keys->modulus[i], hash, signature);
		if (err == -ERR_NO_MEMORY)
			return err;
	}
	return err;
}
