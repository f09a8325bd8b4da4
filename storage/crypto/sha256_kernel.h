/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a processor with SHA-256 instructions does (sha256_kernel_x86_64.c,
 * sha256_kernel_aarch64.c).  To be called only for CRYPTO_INSTRUCTIONS.
 * Nothing of the message is left in a register.
 */
#ifndef STORAGE_CRYPTO_SHA256_KERNEL_H
#define STORAGE_CRYPTO_SHA256_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "storage/crypto/sha256.h"

void sha256_kernel_blocks(
	uint32_t state[SHA256_WORDS], const uint8_t *blocks, size_t count);

#endif
