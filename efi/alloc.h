/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * malloc(), calloc(), realloc() and free() of the firmware build, over
 * AllocatePool and, from about a page on, AllocatePages.  Declared in
 * <stdlib.h>; here is what only the front needs.
 *
 * The functions have no context to carry, so their state is static: the one
 * exception to "no global mutable state" beside efi/libc.
 */
#ifndef EFI_ALLOC_H
#define EFI_ALLOC_H

#include <stddef.h>

#include <efi.h>

/* Above this, headers included, malloc() returns NULL: design.md's budget. */
#define ALLOC_MAX_BYTES (16u << 20)

/** alloc_init - where memory comes from; before it malloc() returns NULL */
void alloc_init(EFI_BOOT_SERVICES *boot);

/** alloc_current_bytes - allocated now: headers and whole pages included */
size_t alloc_current_bytes(void);

/**
 * alloc_peak_bytes - the most that was ever taken from the firmware
 *
 * With the pages that free() keeps for the next block; the budget counts them
 * too, and they are given back before it is exceeded.
 */
size_t alloc_peak_bytes(void);

/**
 * alloc_give_back - the pages that free() has kept, to the firmware
 *
 * For an application that returns; a reset needs no such thing.
 */
void alloc_give_back(void);

/**
 * alloc_damage_count - how often a broken block was met
 *
 * Such a block is left alone: freeing it could hang the firmware.  But memory
 * has been overwritten by then, so nothing may be committed any more.
 */
size_t alloc_damage_count(void);

#endif
