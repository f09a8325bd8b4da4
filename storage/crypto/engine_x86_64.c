/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUID.  The kernels are compiled for SSE4.1, so it is asked for with both;
 * nothing here needs the wider registers, which firmware has not switched on.
 */
#include "storage/crypto/engine.h"

#include <cpuid.h>
#include <stdbool.h>

#define LEAF_FEATURES 1
#define LEAF_EXTENDED 7

struct features {
	unsigned int leaf1_ecx;
	unsigned int leaf7_ebx;
};

static bool has_all(unsigned int word, unsigned int bits)
{
	return (word & bits) == bits;
}

/* Zero where the processor has no such leaf. */
static struct features features_ask(void)
{
	struct features found = {0};
	unsigned int eax;
	unsigned int ebx;
	unsigned int ecx;
	unsigned int edx;

	if (__get_cpuid(LEAF_FEATURES, &eax, &ebx, &ecx, &edx))
		found.leaf1_ecx = ecx;
	if (__get_cpuid_count(LEAF_EXTENDED, 0, &eax, &ebx, &ecx, &edx))
		found.leaf7_ebx = ebx;
	return found;
}

enum crypto_engine crypto_engine_for_aes(void)
{
	struct features found = features_ask();

	return has_all(found.leaf1_ecx, bit_AES | bit_SSSE3 | bit_SSE4_1)
		       ? CRYPTO_INSTRUCTIONS
		       : CRYPTO_PORTABLE;
}

enum crypto_engine crypto_engine_for_sha256(void)
{
	struct features found = features_ask();

	return has_all(found.leaf1_ecx, bit_SSSE3 | bit_SSE4_1) &&
			       has_all(found.leaf7_ebx, bit_SHA)
		       ? CRYPTO_INSTRUCTIONS
		       : CRYPTO_PORTABLE;
}
