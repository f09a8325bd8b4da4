/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES-NI.  The order of the work is in aes_kernel_modes.h. */
#include "storage/crypto/aes_kernel.h"

#include <immintrin.h>
#include <stdbool.h>

#include "storage/crypto/vector_x86_64.h"

typedef __m128i block;

static inline block block_load(const uint8_t *bytes)
{
	return _mm_loadu_si128((const __m128i *)bytes);
}

static inline void block_store(uint8_t *bytes, block b)
{
	_mm_storeu_si128((__m128i *)bytes, b);
}

static inline block block_xor(block a, block b)
{
	return _mm_xor_si128(a, b);
}

static inline block block_of_number(uint64_t number)
{
	return _mm_set_epi64x(0, (long long)number);
}

/* The top bits of both halves, each at the top of the other half's lowest word.
 */
static inline block block_tops(block b)
{
	return _mm_shuffle_epi32(b, 0x13);
}

static inline block tops_next(block tops)
{
	return _mm_add_epi32(tops, tops);
}

/* Times x in the field of XTS: each half's top bit goes into the other half. */
static inline block block_double(block b, block tops)
{
	const __m128i feedback = _mm_set_epi32(0, 1, 0, 0x87);

	return _mm_xor_si128(_mm_add_epi64(b, b),
		_mm_and_si128(_mm_srai_epi32(tops, 31), feedback));
}

static inline block key_load(const uint8_t *key)
{
	return _mm_load_si128((const __m128i *)key);
}

static inline block key_invert(block key)
{
	return _mm_aesimc_si128(key);
}

/* With four equal columns a round moves no byte: the S-box alone is left. */
static inline uint32_t substitute_word(uint32_t word)
{
	return (uint32_t)_mm_cvtsi128_si32(_mm_aesenclast_si128(
		_mm_set1_epi32((int)word), _mm_setzero_si128()));
}

/* Which key a round takes, from the first on. */
static inline unsigned int round_key(unsigned int round)
{
	return round;
}

static inline block block_begin(block b, block key)
{
	return _mm_xor_si128(b, key);
}

static inline block block_round(block b, block key, bool encrypt)
{
	return encrypt ? _mm_aesenc_si128(b, key) : _mm_aesdec_si128(b, key);
}

static inline block block_end(block b, block before, block last, bool encrypt)
{
	(void)before;
	return encrypt ? _mm_aesenclast_si128(b, last)
		       : _mm_aesdeclast_si128(b, last);
}

#include "storage/crypto/aes_kernel_modes.h"
