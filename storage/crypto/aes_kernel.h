/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a processor with AES instructions does (aes_kernel_x86_64.c,
 * aes_kernel_aarch64.c).  To be called only for CRYPTO_INSTRUCTIONS, with
 * arguments that aes.h and aes_xts.h have checked.
 *
 * No table is looked up by secret data, and no key is left in a register.
 */
#ifndef STORAGE_CRYPTO_AES_KERNEL_H
#define STORAGE_CRYPTO_AES_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "storage/crypto/aes.h"
#include "storage/crypto/aes_xts.h"

void aes_kernel_expand(
	struct aes_round_keys *keys, const uint8_t *key, size_t key_bytes);

void aes_kernel_encrypt_block(const struct aes_round_keys *keys,
	const uint8_t in[AES_BLOCK_BYTES], uint8_t out[AES_BLOCK_BYTES]);

void aes_kernel_cbc_encrypt(const struct aes_round_keys *keys,
	const uint8_t iv[AES_BLOCK_BYTES], const uint8_t *in, uint8_t *out,
	size_t len);
void aes_kernel_cbc_decrypt(const struct aes_round_keys *keys,
	const uint8_t iv[AES_BLOCK_BYTES], const uint8_t *in, uint8_t *out,
	size_t len);

void aes_kernel_xts_encrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out);
void aes_kernel_xts_decrypt(const struct aes_round_keys *data,
	const struct aes_round_keys *tweak, const struct aes_xts_run *run,
	const uint8_t *in, uint8_t *out);

#endif
