/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for code that uses vector registers, on aarch64. */
#ifndef STORAGE_CRYPTO_VECTOR_AARCH64_H
#define STORAGE_CRYPTO_VECTOR_AARCH64_H

#include <arm_neon.h>
#include <stdint.h>

/*
 * Any 16 bytes.  Firmware may have alignment checked, for which the compiler
 * would load byte by byte; these instructions are elements of one byte each to
 * such a check.
 */
static inline uint8x16_t vector_load(const uint8_t *bytes)
{
	uint8x16_t v;

	__asm__("ld1 {%0.16b}, [%1]"
		: "=w"(v)
		: "r"(bytes), "m"(*(const uint8_t(*)[16])bytes));
	return v;
}

static inline void vector_store(uint8_t *bytes, uint8x16_t v)
{
	__asm__("st1 {%1.16b}, [%2]"
		: "=m"(*(uint8_t(*)[16])bytes)
		: "w"(v), "r"(bytes));
}

/* Firmware's calling convention is that of the compiler. */
#define VECTOR_KERNEL __attribute__((noinline))

/*
 * The last of a kernel.  Otherwise keys would stay in the registers, where
 * nobody else writes, and each interrupt would save them in memory.
 */
static inline void vector_forget(void)
{
	__asm__ volatile("movi v0.2d, #0\n\tmovi v1.2d, #0\n\t"
			 "movi v2.2d, #0\n\tmovi v3.2d, #0\n\t"
			 "movi v4.2d, #0\n\tmovi v5.2d, #0\n\t"
			 "movi v6.2d, #0\n\tmovi v7.2d, #0\n\t"
			 "movi v8.2d, #0\n\tmovi v9.2d, #0\n\t"
			 "movi v10.2d, #0\n\tmovi v11.2d, #0\n\t"
			 "movi v12.2d, #0\n\tmovi v13.2d, #0\n\t"
			 "movi v14.2d, #0\n\tmovi v15.2d, #0\n\t"
			 "movi v16.2d, #0\n\tmovi v17.2d, #0\n\t"
			 "movi v18.2d, #0\n\tmovi v19.2d, #0\n\t"
			 "movi v20.2d, #0\n\tmovi v21.2d, #0\n\t"
			 "movi v22.2d, #0\n\tmovi v23.2d, #0\n\t"
			 "movi v24.2d, #0\n\tmovi v25.2d, #0\n\t"
			 "movi v26.2d, #0\n\tmovi v27.2d, #0\n\t"
			 "movi v28.2d, #0\n\tmovi v29.2d, #0\n\t"
			 "movi v30.2d, #0\n\tmovi v31.2d, #0"
			 :
			 :
			 : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",
			 "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16",
			 "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
			 "v25", "v26", "v27", "v28", "v29", "v30", "v31");
}

#endif
