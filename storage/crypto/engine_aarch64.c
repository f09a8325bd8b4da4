/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ID_AA64ISAR0_EL1: firmware may read it; for a program Linux answers in the
 * processor's place (HWCAP_CPUID, since 4.11).  A processor without vector
 * registers has none of these instructions either.
 */
#include "storage/crypto/engine.h"

#include <stdint.h>

/* Fields of four bits; 0 is "not there". */
#define FIELD_MASK   0xf
#define AES_SHIFT    4
#define SHA256_SHIFT 12

static unsigned int field_ask(unsigned int shift)
{
	uint64_t word;

	__asm__("mrs %0, id_aa64isar0_el1" : "=r"(word));
	return (unsigned int)(word >> shift) & FIELD_MASK;
}

static enum crypto_engine engine_ask(unsigned int shift)
{
	return field_ask(shift) ? CRYPTO_INSTRUCTIONS : CRYPTO_PORTABLE;
}

enum crypto_engine crypto_engine_for_aes(void)
{
	return engine_ask(AES_SHIFT);
}

enum crypto_engine crypto_engine_for_sha256(void)
{
	return engine_ask(SHA256_SHIFT);
}
