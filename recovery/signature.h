/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has signed this?  Detached RSA-3072 signatures, PKCS#1 v1.5 with SHA-256,
 * over all bytes of a policy, an overlay or an incident order, checked before
 * anything else looks at those bytes.
 *
 * The signature is a file of exactly SIGNATURE_BYTES, with nothing to parse:
 *
 *	openssl dgst -sha256 -sign key.pem -out policy.dtb.sig policy.dtb
 *
 * PKCS#1 v1.5 and not PSS: every HSM, smart card and cloud key service makes
 * it, it needs no random numbers (the same input gives the same file), and it
 * is verified by building the one valid encoding and comparing it as a whole,
 * which leaves no padding to be misread.
 */
#ifndef RECOVERY_SIGNATURE_H
#define RECOVERY_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_BYTES 384 /* RSA-3072 */

/*
 * The keys a site trusts, as scripts/sign puts them into the PE section
 * ".lbkey" of the application: one or more of
 *
 *   000 "LBK1"
 *   004 modulus, big-endian, its highest bit set
 *
 * with the public exponent 65537; nothing behind them but zeroes.
 */
#define SIGNATURE_KEY_BYTES (4 + SIGNATURE_BYTES)
#define SIGNATURE_MAX_KEYS  4

struct signature_keys {
	const uint8_t *modulus[SIGNATURE_MAX_KEYS]; /* SIGNATURE_BYTES each */
	size_t count;
};

/**
 * signature_keys_check - parse the keys of a site
 * @bytes: @len bytes that stay where they are as long as *@ret is used
 *
 * No bytes at all are no keys.  Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT,
 * -ERR_TOO_LARGE (more than SIGNATURE_MAX_KEYS).  *@ret is written only on
 * success.
 */
int signature_keys_check(
	const void *bytes, size_t len, struct signature_keys *ret);

/**
 * signature_check - did the owner of one of @keys sign these bytes?
 * @signature: @signature_len hostile bytes
 *
 * Returns 0; -ERR_UNTRUSTED if not, or if there are no keys; -ERR_NO_MEMORY.
 */
int signature_check(const struct signature_keys *keys, const void *bytes,
	size_t len, const void *signature, size_t signature_len);

#endif
