/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An unlocked BitLocker volume as a disk: what is above sees plain NTFS, what
 * is below sees nothing but what Windows would have written.
 */
#ifndef STORAGE_BITLOCKER_LAYER_H
#define STORAGE_BITLOCKER_LAYER_H

#include "storage/bitlocker/metadata.h"
#include "storage/bitlocker/unlock.h"

struct sector_cipher;

struct bitlocker_layer {
	struct disk disk; /* first member: used as this disk */
	struct disk *below;
	uint32_t sector_bytes;
	uint64_t encrypted_bytes;
	struct bitlocker_place header; /* where [0, header.len) is kept */
	/* The blocks, and header: zeros to a reader, never written. */
	struct bitlocker_place reserved[BITLOCKER_COPIES + 1];
	struct sector_cipher *cipher; /* NULL: nothing is encrypted */
	uint8_t *room;
};

/**
 * bitlocker_layer_open - the plain volume
 * @below:  the disk that @m was read from; must outlive @l, is not owned
 * @m:      with no_read ACCEPTED; not needed afterwards
 * @fvek:   of bitlocker_unlock(); not needed afterwards: wipe it
 *
 * Reads of the three FVE blocks and of where the start of the volume is kept
 * give zeros, as in Windows.  A write that touches one of them by a single byte
 * is refused as a whole, before anything is written: -ERR_READ_ONLY.
 *
 * may_write is that of @below, and false unless bitlocker_write_refusal() is
 * ACCEPTED.  Where a
 * write does not cover an encrypted sector, the sector is read, changed and
 * written as a whole: a power cut can tear what is around the written bytes,
 * up to one sector, which is why block_bytes is no smaller than that.
 *
 * The size is that of @below, without what is no whole sector at its end.
 * Returns 0; -ERR_NO_MEMORY; -ERR_INTERNAL if @m or @fvek do not fit each
 * other or @below.  bitlocker_layer_close() is valid after any of them.
 */
int bitlocker_layer_open(struct bitlocker_layer *l, struct disk *below,
	const struct bitlocker_metadata *m, const struct bitlocker_fvek *fvek);

/**
 * bitlocker_layer_may_write - would a write of this range be let through?
 *
 * For those who plan a change of several parts and want none refused midway.
 */
bool bitlocker_layer_may_write(
	const struct bitlocker_layer *l, uint64_t off, uint64_t len);

/**
 * bitlocker_layer_is_in_place - is that range at the same place of the volume
 * below, and neither metadata nor what the start of the volume is kept in?
 *
 * For those who write there without the layer.
 */
bool bitlocker_layer_is_in_place(
	const struct bitlocker_layer *l, uint64_t off, uint64_t len);

/**
 * bitlocker_layer_close - wipe the keys, and plain text, and free
 *
 * Accepts a zeroed or half-made layer.  Does not flush.
 */
void bitlocker_layer_close(struct bitlocker_layer *l);

#endif
