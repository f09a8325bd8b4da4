/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody who signs: a key made with the openssl command for one run of a
 * test, worth nothing afterwards.  There is no private key in this repository.
 */
#ifndef TESTS_SUPPORT_SIGNER_H
#define TESTS_SUPPORT_SIGNER_H

#include <stddef.h>
#include <stdint.h>

#include "recovery/signature.h"

struct signer {
	char directory[64];
	uint8_t section[SIGNATURE_KEY_BYTES]; /* as in .lbkey */
};

/** signer_open - make a key of @bits bits; aborts if there is no openssl */
void signer_open(struct signer *s, unsigned int bits);

/**
 * signer_sign - sign @len bytes
 * @options: more of openssl's, such as "-sigopt rsa_padding_mode:pss", or ""
 *
 * Returns the signature's length; at most @cap bytes.
 */
size_t signer_sign(const struct signer *s, const void *bytes, size_t len,
	const char *options, uint8_t *ret, size_t cap);

/** signer_close - remove the key */
void signer_close(struct signer *s);

#endif
