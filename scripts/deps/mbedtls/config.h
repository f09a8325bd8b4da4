/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How mbedtls 2.28 is configured (MBEDTLS_CONFIG_FILE), for the firmware and
 * for Linux alike: the primitives of BitLocker and of signed policies, nothing
 * of TLS, X.509 or random numbers.  mbedtls is "Apache-2.0 OR GPL-2.0-or-
 * later"; GPL-2.0-or-later is chosen here.
 */
#ifndef MBEDTLS_SITE_CONFIG_H
#define MBEDTLS_SITE_CONFIG_H

/* The macros below name functions of these. */
#include <stdio.h>
#include <stdlib.h>

/*
 * Platform.  The functions are bound when compiling: no pointers that somebody
 * could forget to set.  STD_FUNCTIONS would add printf(), exit() and time().
 */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_CALLOC_MACRO	calloc
#define MBEDTLS_PLATFORM_FREE_MACRO	free
#define MBEDTLS_PLATFORM_SNPRINTF_MACRO snprintf
#define MBEDTLS_NO_PLATFORM_ENTROPY

/*
 * 128-bit division is a call into libgcc, whose x86 build uses the red zone
 * that firmware interrupts overwrite.
 */
#define MBEDTLS_NO_UDBL_DIVISION
#define MBEDTLS_HAVE_ASM

/*
 * AES: BitLocker's sectors (CBC, XTS) and its key wrapping (CCM).  Without
 * AES-NI: where the processor has it storage/crypto does the work, and what is
 * left is what its tests compare with.
 */
#define MBEDTLS_AES_C
/*
 * 2 KiB in the image, instead of 8 KiB there or written at run time: where the
 * processor has no AES instructions, each table's turns are computed.
 */
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_CIPHER_MODE_XTS
#define MBEDTLS_CCM_C

/* Hashes: BitLocker's key stretching, signatures. */
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
/* Only PBKDF2 of it, for the PIN of a key pack. */
#define MBEDTLS_PKCS5_C

/* RSA signatures over policies, PKCS#1 v1.5 and PSS; verification only. */
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_OID_C
#define MBEDTLS_ASN1_PARSE_C
/* RSA-4096 at most: bounds what a hostile key can make us compute. */
#define MBEDTLS_MPI_MAX_SIZE 512

#include "mbedtls/check_config.h"

#endif
