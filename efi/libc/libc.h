/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small C library of the firmware build: only what libntfs-3g, ntfsrecover,
 * libblkid, libfdt, mbedtls and our own portable code call.  Its headers are
 * in efi/libc/include; malloc() and its family are in efi/alloc.c.
 *
 * The headers also declare a few functions that exist nowhere, because code
 * that is compiled but not linked mentions them: to use one is a link error.
 *
 * C's standard functions have no context to carry, so this is the one place
 * beside efi/alloc.c that keeps static state: errno and the two hooks below.
 */
#ifndef EFI_LIBC_LIBC_H
#define EFI_LIBC_LIBC_H

#include <stddef.h>
#include <stdint.h>

/**
 * libc_set_output - where printf() and its like go
 * @sink: gets the text in pieces, in order, not NUL-terminated; NULL drops it
 *
 * Without a call all output is dropped.
 */
void libc_set_output(
	void (*sink)(void *ctx, const char *text, size_t len), void *ctx);

/**
 * libc_set_clock - what time() and clock_gettime() say
 * @seconds: since 1970, UTC; 0 = unknown
 *
 * Without a call it is always 1970.  libntfs-3g stamps what it changes with
 * this time; nothing decides anything by it.
 */
void libc_set_clock(uint64_t (*seconds)(void *ctx), void *ctx);

#endif
