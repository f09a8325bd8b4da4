/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES of the ARMv8 Cryptography Extensions.  The order of the work is in
 * aes_kernel_modes.h.
 */
#include "storage/crypto/aes_kernel.h"

#include <arm_neon.h>
#include <stdbool.h>

#include "storage/crypto/vector_aarch64.h"

typedef uint8x16_t block;

static inline block block_load(const uint8_t *bytes)
{
	return vector_load(bytes);
}

static inline void block_store(uint8_t *bytes, block b)
{
	vector_store(bytes, b);
}

static inline block block_xor(block a, block b)
{
	return veorq_u8(a, b);
}

static inline block block_of_number(uint64_t number)
{
	return vreinterpretq_u8_u64(vsetq_lane_u64(number, vdupq_n_u64(0), 0));
}

/* Each half's top bit at the top of the other half. */
static inline block block_tops(block b)
{
	return vextq_u8(b, b, 8);
}

static inline block tops_next(block tops)
{
	uint64x2_t halves = vreinterpretq_u64_u8(tops);

	return vreinterpretq_u8_u64(vaddq_u64(halves, halves));
}

/* Times x in the field of XTS: each half's top bit goes into the other half. */
static inline block block_double(block b, block tops)
{
	const uint64x2_t feedback = vsetq_lane_u64(0x87, vdupq_n_u64(1), 0);
	uint64x2_t halves = vreinterpretq_u64_u8(b);
	uint64x2_t carry = vreinterpretq_u64_s64(
		vshrq_n_s64(vreinterpretq_s64_u8(tops), 63));

	return vreinterpretq_u8_u64(veorq_u64(
		vaddq_u64(halves, halves), vandq_u64(carry, feedback)));
}

static inline block key_load(const uint8_t *key)
{
	return vector_load(key);
}

static inline block key_invert(block key)
{
	return vaesimcq_u8(key);
}

/* With four equal columns a round moves no byte: the S-box alone is left. */
static inline uint32_t substitute_word(uint32_t word)
{
	uint8x16_t columns = vreinterpretq_u8_u32(vdupq_n_u32(word));

	return vgetq_lane_u32(
		vreinterpretq_u32_u8(vaeseq_u8(columns, vdupq_n_u8(0))), 0);
}

/* A round begins with its key here, so the last one takes two. */
static inline unsigned int round_key(unsigned int round)
{
	return round - 1;
}

static inline block block_begin(block b, block key)
{
	(void)key;
	return b;
}

static inline block block_round(block b, block key, bool encrypt)
{
	return encrypt ? vaesmcq_u8(vaeseq_u8(b, key))
		       : vaesimcq_u8(vaesdq_u8(b, key));
}

static inline block block_end(block b, block before, block last, bool encrypt)
{
	return veorq_u8(
		encrypt ? vaeseq_u8(b, before) : vaesdq_u8(b, before), last);
}

#include "storage/crypto/aes_kernel_modes.h"
