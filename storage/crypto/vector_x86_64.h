/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for code that uses vector registers, on x86-64. */
#ifndef STORAGE_CRYPTO_VECTOR_X86_64_H
#define STORAGE_CRYPTO_VECTOR_X86_64_H

/*
 * Firmware's calling convention keeps xmm6 to xmm15 for the caller, and all of
 * our code around the kernels is compiled not to know these registers: so each
 * kernel puts back what it finds.  It also aligns the stack itself, since its
 * variables depend on that more than those of other code.
 */
#define VECTOR_KERNEL __attribute__((ms_abi, noinline, force_align_arg_pointer))

/*
 * The last of a kernel.  Otherwise keys would stay in the registers, where
 * nobody else writes, and each interrupt would save them in memory.
 */
static inline void vector_forget(void)
{
	__asm__ volatile("pxor %%xmm0, %%xmm0\n\tpxor %%xmm1, %%xmm1\n\t"
			 "pxor %%xmm2, %%xmm2\n\tpxor %%xmm3, %%xmm3\n\t"
			 "pxor %%xmm4, %%xmm4\n\tpxor %%xmm5, %%xmm5\n\t"
			 "pxor %%xmm6, %%xmm6\n\tpxor %%xmm7, %%xmm7\n\t"
			 "pxor %%xmm8, %%xmm8\n\tpxor %%xmm9, %%xmm9\n\t"
			 "pxor %%xmm10, %%xmm10\n\tpxor %%xmm11, %%xmm11\n\t"
			 "pxor %%xmm12, %%xmm12\n\tpxor %%xmm13, %%xmm13\n\t"
			 "pxor %%xmm14, %%xmm14\n\tpxor %%xmm15, %%xmm15"
			 :
			 :
			 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
			 "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
			 "xmm12", "xmm13", "xmm14", "xmm15");
}

#endif
