/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SHA extensions.  The order of the work is in sha256_kernel_blocks.h. */
#include "storage/crypto/sha256_kernel.h"

#include <immintrin.h>

#include "storage/crypto/vector_x86_64.h"

typedef __m128i words; /* four, the first in the lowest place */

/* The state as the instructions want it: words A B E F and C D G H. */
struct halves {
	words abef;
	words cdgh;
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

static inline words words_load(const uint8_t *bytes)
{
	const __m128i swap =
		_mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes), swap);
}

static inline words words_next(words w0, words w1, words w2, words w3)
{
	words sum = _mm_add_epi32(
		_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));

	return _mm_sha256msg2_epu32(sum, w3);
}

static inline void four_rounds(
	struct halves *h, words w, const uint32_t constants[4])
{
	words sum =
		_mm_add_epi32(w, _mm_load_si128((const __m128i *)constants));

	h->cdgh = _mm_sha256rnds2_epu32(h->cdgh, h->abef, sum);
	h->abef = _mm_sha256rnds2_epu32(
		h->abef, h->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

static inline void halves_add(struct halves *h, const struct halves *more)
{
	h->abef = _mm_add_epi32(h->abef, more->abef);
	h->cdgh = _mm_add_epi32(h->cdgh, more->cdgh);
}

#include "storage/crypto/sha256_kernel_blocks.h"
