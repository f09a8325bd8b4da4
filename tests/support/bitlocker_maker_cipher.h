/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ciphers of BitLocker for its maker: mbedtls, one sector at a time. */
#ifndef TESTS_SUPPORT_BITLOCKER_MAKER_CIPHER_H
#define TESTS_SUPPORT_BITLOCKER_MAKER_CIPHER_H

#include <stddef.h>
#include <stdint.h>

struct maker_cipher;

/** maker_key_bytes - how much of a key a method uses; aborts for others */
size_t maker_key_bytes(uint16_t method);

/** maker_cipher_open - aborts for another method; maker_cipher_close() it */
struct maker_cipher *maker_cipher_open(
	uint16_t method, const uint8_t key[64], uint32_t sector_bytes);

/** maker_encrypt - the whole sectors of @volume between two offsets */
void maker_encrypt(
	struct maker_cipher *c, uint8_t *volume, uint64_t from, uint64_t to);

void maker_cipher_close(struct maker_cipher *c);

#endif
