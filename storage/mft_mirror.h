/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * $MFTMirr, the copy of the first four MFT records.  A power cut may fall
 * between the write of such a record (VOLUME_IS_DIRTY is in one) and that of
 * its copy, or into the middle of either.  libntfs-3g then refuses the volume
 * until chkdsk has been there, which on a crash-looping PC is never; what
 * chkdsk does about it is done here, on the overlay.
 *
 * Own code: the library has this only inside the program ntfsfix, which resets
 * the journal in the same breath.
 */
#ifndef STORAGE_MFT_MIRROR_H
#define STORAGE_MFT_MIRROR_H

#include <stdbool.h>

#include "storage/disk.h"

#define MFT_MIRROR_RECORDS   4
#define MFT_RECORD_MAX_BYTES 4096

/* Where the two are, in bytes from the start of the volume. */
struct mft_places {
	uint64_t mft;
	uint64_t mirror;
	uint32_t record_bytes; /* 512..MFT_RECORD_MAX_BYTES */
};

/**
 * mft_places_parse - read the places from a boot sector
 * @sector: DISK_MIN_BLOCK_BYTES hostile bytes
 *
 * Returns 0; -ERR_CORRUPT; -ERR_UNSUPPORTED for sizes nobody uses.
 */
int mft_places_parse(const unsigned char *sector, struct mft_places *ret);

/**
 * mft_record_check - was @record written completely, and is it number @number?
 * @len: its size, a multiple of 512 up to MFT_RECORD_MAX_BYTES
 */
bool mft_record_check(const unsigned char *record, size_t len, uint32_t number);

/**
 * mft_mirror_mend - make the records and their copies agree
 * @d: the overlay's disk
 *
 * A record that is whole is right and is copied to the mirror; one that was
 * written in part is taken from there.
 *
 * Returns how many records had to be copied; -ERR_CORRUPT if one is broken in
 * both places (nothing was written then); otherwise as mft_places_parse() and
 * disk_write().
 */
int mft_mirror_mend(struct disk *d);

#endif
