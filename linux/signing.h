/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing with openssl, and the keys to check a signature with.
 */
#ifndef LINUX_SIGNING_H
#define LINUX_SIGNING_H

#include "recovery/signature.h"

/* Keys, and the bytes they are in. */
struct signing_keys {
	struct signature_keys keys;
	void *bytes; /* as signature_keys_check() takes them */
	size_t bytes_len;
};

/**
 * signing_keys_read - the keys in a file
 * @path: an application that scripts/sign has put keys into, or a PEM file with
 *	  a public or private RSA key; "pkcs11:..." for one in a token
 *
 * Returns 0 or an exit status, with what is wrong said.
 */
int signing_keys_read(const char *path, struct signing_keys *ret);

void signing_keys_free(struct signing_keys *k);

/**
 * signing_sign - make FILE.sig, the signature of the file
 * @key: as above; private.  openssl may ask for its passphrase
 *
 * The signature is checked before it gets its name.  Returns 0 or an exit
 * status, with what is wrong said.
 */
int signing_sign(
	const char *key, const char *file, const void *bytes, size_t len);

/**
 * signing_signature_read - the bytes of FILE.sig, whatever they are
 * @ret_bytes: free() it
 *
 * Returns 0 or an exit status; what is wrong is said.
 */
int signing_signature_read(const char *file, void **ret_bytes, size_t *ret_len);

/**
 * signing_check - is FILE.sig the signature of these bytes by one of @keys?
 *
 * Returns 0 or an exit status; what is wrong is said.
 */
int signing_check(const struct signing_keys *keys, const char *file,
	const void *bytes, size_t len);

#endif
