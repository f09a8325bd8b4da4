/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SHA extensions. */
#include "storage/crypto/sha256_kernel.h"

#include <immintrin.h>

#include "storage/crypto/sha256_constants.h"
#include "storage/crypto/vector_x86_64.h"

#define QUARTERS 16 /* of four rounds each */

/* The state as the instructions want it: words A B E F and C D G H. */
struct halves {
	__m128i abef;
	__m128i cdgh;
};

static inline struct halves state_load(const uint32_t state[SHA256_WORDS])
{
	__m128i dcba = _mm_loadu_si128((const __m128i *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xB1);
	__m128i efgh = _mm_shuffle_epi32(hgfe, 0x1B);

	return (struct halves){_mm_alignr_epi8(cdab, efgh, 8),
		_mm_blend_epi16(efgh, cdab, 0xF0)};
}

static inline void state_store(
	uint32_t state[SHA256_WORDS], const struct halves *h)
{
	__m128i feba = _mm_shuffle_epi32(h->abef, 0x1B);
	__m128i dchg = _mm_shuffle_epi32(h->cdgh, 0xB1);

	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
	_mm_storeu_si128(
		(__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static inline __m128i words_load(const uint8_t *bytes)
{
	const __m128i swap =
		_mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes), swap);
}

/* The four words of the schedule after the sixteen in @w0 to @w3. */
static inline __m128i words_next(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
	__m128i sum = _mm_add_epi32(
		_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));

	return _mm_sha256msg2_epu32(sum, w3);
}

static inline void quarter(struct halves *h, __m128i words, unsigned int i)
{
	__m128i sum = _mm_add_epi32(words,
		_mm_load_si128((const __m128i *)(sha256_constants + 4 * i)));

	h->cdgh = _mm_sha256rnds2_epu32(h->cdgh, h->abef, sum);
	h->abef = _mm_sha256rnds2_epu32(
		h->abef, h->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

static inline void block_take(struct halves *h, const uint8_t *bytes)
{
	struct halves before = *h;
	unsigned int i;
	__m128i w[4];

#pragma GCC unroll 16
	for (i = 0; i < QUARTERS; i++) {
		w[i % 4] = i < 4 ? words_load(bytes + 16 * i)
				 : words_next(w[i % 4], w[(i + 1) % 4],
					   w[(i + 2) % 4], w[(i + 3) % 4]);
		quarter(h, w[i % 4], i);
	}
	h->abef = _mm_add_epi32(h->abef, before.abef);
	h->cdgh = _mm_add_epi32(h->cdgh, before.cdgh);
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
