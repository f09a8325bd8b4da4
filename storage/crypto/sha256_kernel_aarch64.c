/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 of the ARMv8 Cryptography Extensions.  The order of the work is in
 * sha256_kernel_blocks.h.
 */
#include "storage/crypto/sha256_kernel.h"

#include <arm_neon.h>

#include "storage/crypto/vector_aarch64.h"

typedef uint32x4_t words; /* four, the first in the lowest place */

struct halves {
	words abcd;
	words efgh;
};

static inline struct halves state_load(const uint32_t state[SHA256_WORDS])
{
	return (struct halves){vld1q_u32(state), vld1q_u32(state + 4)};
}

static inline void state_store(
	uint32_t state[SHA256_WORDS], const struct halves *h)
{
	vst1q_u32(state, h->abcd);
	vst1q_u32(state + 4, h->efgh);
}

static inline words words_load(const uint8_t *bytes)
{
	return vreinterpretq_u32_u8(vrev32q_u8(vector_load(bytes)));
}

static inline words words_next(words w0, words w1, words w2, words w3)
{
	return vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
}

static inline void four_rounds(
	struct halves *h, words w, const uint32_t constants[4])
{
	words sum = vaddq_u32(w, vld1q_u32(constants));
	words abcd = h->abcd;

	h->abcd = vsha256hq_u32(abcd, h->efgh, sum);
	h->efgh = vsha256h2q_u32(h->efgh, abcd, sum);
}

static inline void halves_add(struct halves *h, const struct halves *more)
{
	h->abcd = vaddq_u32(h->abcd, more->abcd);
	h->efgh = vaddq_u32(h->efgh, more->efgh);
}

#include "storage/crypto/sha256_kernel_blocks.h"
