/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pattern that is put into a buffer before the firmware reads into it, so
 * that a read which reports success and delivers nothing is noticed (quirk
 * Q60).  Pure: knows nothing of the firmware.
 */
#ifndef EFI_POISON_H
#define EFI_POISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The smallest piece a device transfers, and so the smallest it can miss. */
#define POISON_SECTOR_BYTES 512

/**
 * poison_fill - fill @buf with the pattern of @seed
 * @len: a multiple of POISON_SECTOR_BYTES; @buf is aligned to 8 bytes
 *
 * Every eight bytes differ from all others of the same buffer, so no sector
 * can pass for its neighbour.
 */
void poison_fill(void *buf, size_t len, uint64_t seed);

/** poison_remains - does any whole sector still hold the pattern of @seed? */
bool poison_remains(const void *buf, size_t len, uint64_t seed);

#endif
