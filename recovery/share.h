/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number by which a PC is in a share of all PCs, or not: 0 .. 999.  A share
 * of N takes those whose number is below N, so a larger share takes all of a
 * smaller one as well.  Whoever knows what a PC is called can compute it:
 * "loopbreaker policy share" does.
 */
#ifndef RECOVERY_SHARE_H
#define RECOVERY_SHARE_H

#include <stddef.h>
#include <stdint.h>

#define SHARE_ALL 1000

/* No number; in no share but that of all. */
#define SHARE_UNKNOWN SHARE_ALL

#define SHARE_ID_BYTES	16
#define SHARE_MAC_BYTES 6

/**
 * share_draw - a number for two texts of bytes, one behind the other
 *
 * The first four bytes of their SHA-256, the highest first, modulo SHARE_ALL.
 * @second may be NULL if @second_len is 0.
 */
uint32_t share_draw(const void *first, size_t first_len, const void *second,
	size_t second_len);

/**
 * share_number - the number of a PC for policies
 * @id:	 its UUID as in the SMBIOS table, SHARE_ID_BYTES; or NULL
 * @mac: of the network card it was started from, SHARE_MAC_BYTES; or NULL
 *
 * Drawn with the UUID, and the address behind it; without one of them with the
 * other alone.  SHARE_UNKNOWN without both.
 */
uint32_t share_number(const uint8_t *id, const uint8_t *mac);

#endif
