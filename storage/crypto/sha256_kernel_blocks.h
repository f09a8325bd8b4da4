/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 (FIPS 180-4, 6.2.2) on the few operations that the file which
 * includes this has defined for its processor: struct halves, state_...,
 * halves_add(), words_... and four_rounds().
 */
#ifndef STORAGE_CRYPTO_SHA256_KERNEL_BLOCKS_H
#define STORAGE_CRYPTO_SHA256_KERNEL_BLOCKS_H

#define ROUNDS 64

/* FIPS 180-4, 4.2.2. */
/* clang-format off */
static const _Alignas(16) uint32_t constants[ROUNDS] = {
	0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5,
	0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
	0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3,
	0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
	0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC,
	0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
	0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7,
	0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
	0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13,
	0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
	0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3,
	0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
	0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5,
	0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
	0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208,
	0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};
/* clang-format on */

/* @w: the last sixteen words of the schedule, as a ring of four by four. */
static inline void block_take(struct halves *h, const uint8_t *bytes)
{
	struct halves before = *h;
	words w[4];
	size_t i;

#pragma GCC unroll 16
	for (i = 0; i < ROUNDS / 4; i++) {
		w[i % 4] = i < 4 ? words_load(bytes + 16 * i)
				 : words_next(w[i % 4], w[(i + 1) % 4],
					   w[(i + 2) % 4], w[(i + 3) % 4]);
		four_rounds(h, w[i % 4], constants + 4 * i);
	}
	halves_add(h, &before);
}

static VECTOR_KERNEL void blocks_take(
	uint32_t *state, const uint8_t *blocks, size_t count)
{
	struct halves h = state_load(state);

	for (; count; count--, blocks += SHA256_BLOCK_BYTES)
		block_take(&h, blocks);
	state_store(state, &h);
	vector_forget();
}

void sha256_kernel_blocks(
	uint32_t state[SHA256_WORDS], const uint8_t *blocks, size_t count)
{
	blocks_take(state, blocks, count);
}

#endif
