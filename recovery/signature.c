/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/signature.h"

#include <mbedtls/bignum.h>
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
		if (memcmp(b, magic, MAGIC_BYTES) != 0 ||
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

/*
 * The one valid encoding of a hash (RFC 8017, 9.2): 00 01 FF ... FF 00, the
 * algorithm's name, the hash.  Own code, because mbedtls's takes the whole of
 * private keys with it, 9 KiB; and there is nothing to parse: this is built,
 * and every byte of it compared.
 */
static void encode(const uint8_t hash[HASH_BYTES], uint8_t *ret)
{
	static const uint8_t sha256[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
		0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
		0x00, 0x04, 0x20};
	const size_t padding =
		SIGNATURE_BYTES - 3 - sizeof(sha256) - HASH_BYTES;

	ret[0] = 0x00;
	ret[1] = 0x01;
	memset(ret + 2, 0xFF, padding);
	ret[2 + padding] = 0x00;
	memcpy(ret + 3 + padding, sha256, sizeof(sha256));
	memcpy(ret + 3 + padding + sizeof(sha256), hash, HASH_BYTES);
}

static int check_with_key(const uint8_t *modulus,
	const uint8_t hash[HASH_BYTES], const uint8_t *signature)
{
	uint8_t wanted[SIGNATURE_BYTES];
	uint8_t found[SIGNATURE_BYTES];
	mbedtls_rsa_context rsa;
	int status;

	encode(hash, wanted);
	mbedtls_rsa_init(&rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
	status = mbedtls_rsa_import_raw(&rsa, modulus, SIGNATURE_BYTES, NULL, 0,
		NULL, 0, NULL, 0, exponent, sizeof(exponent));
	if (!status)
		status = mbedtls_rsa_check_pubkey(&rsa);
	if (!status)
		status = mbedtls_rsa_public(&rsa, signature, found);
	mbedtls_rsa_free(&rsa);
	if (status)
		return err_of_mbedtls(status);
	return memcmp(found, wanted, sizeof(wanted)) != 0 ? -ERR_UNTRUSTED : 0;
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
