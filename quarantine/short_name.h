/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short (8.3) names of held files.  A driver that looks for "*.SYS" also finds
 * files by their short names, so a held file must not keep its own: the
 * extension becomes HLD, or HL1 to HL9 where that is taken.  Nothing records
 * the old one; it follows from the long name, and hold refuses where it does
 * not.
 *
 * Names are UTF-16LE as NTFS stores them; lengths are in units.
 */
#ifndef QUARANTINE_SHORT_NAME_H
#define QUARANTINE_SHORT_NAME_H

#include <stdint.h>

#define SHORT_NAME_MAX	    12 /* "ABCDEFGH.SYS" */
#define SHORT_NAME_VARIANTS 10 /* HLD, HL1, ... HL9 */

struct short_name {
	uint16_t units[SHORT_NAME_MAX]; /* little-endian */
	uint8_t len;
};

/**
 * short_name_held - the short name of a file while it is on hold
 * @long_name: the file's long name, not on hold
 * @short_units: its short name; may be the long one, where that is both
 * @variant: below SHORT_NAME_VARIANTS
 *
 * Returns 0; -ERR_UNSUPPORTED if short_name_original() would not give
 * @short_units back (of a name that is both: but for the case of its letters),
 * or if it is not an 8.3 name.
 */
int short_name_held(const uint16_t *long_name, uint8_t long_len,
	const uint16_t *short_units, uint8_t short_len, unsigned int variant,
	struct short_name *ret);

/**
 * short_name_original - the inverse of short_name_held()
 * @held_units: the short name as short_name_held() made it
 *
 * Returns 0 or -ERR_UNSUPPORTED if it is not one of those.
 */
int short_name_original(const uint16_t *long_name, uint8_t long_len,
	const uint16_t *held_units, uint8_t held_len, struct short_name *ret);

#endif
