/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 of the ARMv8 Cryptography Extensions. */
#include "storage/crypto/sha256_kernel.h"

#include <arm_neon.h>

#include "storage/crypto/sha256_constants.h"
#include "storage/crypto/vector_aarch64.h"

#define QUARTERS 16 /* of four rounds each */

struct halves {
	uint32x4_t abcd;
	uint32x4_t efgh;
};

static inline uint32x4_t words_load(const uint8_t *bytes)
{
	return vreinterpretq_u32_u8(vrev32q_u8(vector_load(bytes)));
}

/* The four words of the schedule after these sixteen. */
static inline uint32x4_t words_next(
	uint32x4_t w0, uint32x4_t w1, uint32x4_t w2, uint32x4_t w3)
{
	return vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
}

static inline void quarter(struct halves *h, uint32x4_t words, unsigned int i)
{
	uint32x4_t sum = vaddq_u32(words, vld1q_u32(sha256_constants + 4 * i));
	uint32x4_t abcd = h->abcd;

	h->abcd = vsha256hq_u32(abcd, h->efgh, sum);
	h->efgh = vsha256h2q_u32(h->efgh, abcd, sum);
}

static inline void block_take(struct halves *h, const uint8_t *bytes)
{
	struct halves before = *h;
	unsigned int i;
	uint32x4_t w[4];

#pragma GCC unroll 16
	for (i = 0; i < QUARTERS; i++) {
		w[i % 4] = i < 4 ? words_load(bytes + 16 * i)
				 : words_next(w[i % 4], w[(i + 1) % 4],
					   w[(i + 2) % 4], w[(i + 3) % 4]);
		quarter(h, w[i % 4], i);
	}
	h->abcd = vaddq_u32(h->abcd, before.abcd);
	h->efgh = vaddq_u32(h->efgh, before.efgh);
}

static VECTOR_KERNEL void blocks_take(
	uint32_t *state, const uint8_t *blocks, size_t count)
{
	struct halves h = {vld1q_u32(state), vld1q_u32(state + 4)};

	for (; count; count--, blocks += SHA256_BLOCK_BYTES)
		block_take(&h, blocks);
	vst1q_u32(state, h.abcd);
	vst1q_u32(state + 4, h.efgh);
	vector_forget();
}

void sha256_kernel_blocks(
	uint32_t state[SHA256_WORDS], const uint8_t *blocks, size_t count)
{
	blocks_take(state, blocks, count);
}
