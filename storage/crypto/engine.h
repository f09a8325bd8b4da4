/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who does the work: the processor's own AES and SHA-256 instructions, or
 * mbedtls's portable C.
 *
 * Own code where a library would be expected, because mbedtls 2.28 has AES-NI
 * for one block at a time only (a quarter of what the processor can), and
 * neither the SHA instructions of x86 nor anything of ARMv8; the libraries that
 * have all of it cannot be linked into firmware.  The kernels (aes_kernel.h,
 * sha256_kernel.h) are written with the compilers' intrinsics, in files named
 * after the processor; the tests compare them with mbedtls.
 *
 * A key remembers its engine.  Nothing here has state of its own.
 */
#ifndef STORAGE_CRYPTO_ENGINE_H
#define STORAGE_CRYPTO_ENGINE_H

enum crypto_engine {
	CRYPTO_PORTABLE,     /* mbedtls; on every processor */
	CRYPTO_INSTRUCTIONS, /* only where the functions below say so */
};

/**
 * crypto_engine_for_aes - the best that this processor has
 *
 * On x86-64 it is asked by CPUID; UEFI and Linux have switched on the SSE
 * registers that its instructions work on.  On aarch64 it is asked by its ID
 * registers, which Linux answers for (since 4.11).  Inside a virtual machine
 * the question costs microseconds: ask once per volume, not per sector.
 */
enum crypto_engine crypto_engine_for_aes(void);

/** crypto_engine_for_sha256 - the same for SHA-256 */
enum crypto_engine crypto_engine_for_sha256(void);

#endif
