/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encrypting and decrypting sectors by one of BitLocker's methods.
 *
 *   XTS       tweak: the number of the sector, in sectors of the volume
 *   CBC       the byte offset of the sector, encrypted, is its first vector
 *   diffuser  "elephant": besides CBC, a second key and a mixing of the whole
 *	       sector.  N. Ferguson, "AES-CBC + Elephant diffuser", Microsoft,
 *	       2006, is its specification
 */
#ifndef STORAGE_BITLOCKER_SECTOR_H
#define STORAGE_BITLOCKER_SECTOR_H

#include "storage/bitlocker/unlock.h"

struct sector_cipher; /* holds the keys: on the heap, wiped when closed */

/**
 * sector_cipher_open - prepare a key of a volume, by the best of the processor
 * @sector_bytes: 512 or 4096
 *
 * Returns 0, and sector_cipher_close() is due; -ERR_NO_MEMORY;
 * -ERR_UNSUPPORTED if the method is none.
 */
int sector_cipher_open(const struct bitlocker_fvek *fvek, uint32_t sector_bytes,
	struct sector_cipher **ret);

/**
 * sector_encrypt, sector_decrypt - @count sectors, in place
 * @offset: in bytes from the start of the volume, where the first of them is
 *	    on disk; a multiple of the sector size
 *
 * Return 0 or -ERR_INTERNAL.
 */
int sector_encrypt(const struct sector_cipher *c, uint64_t offset,
	uint8_t *bytes, size_t count);
int sector_decrypt(const struct sector_cipher *c, uint64_t offset,
	uint8_t *bytes, size_t count);

/** sector_cipher_close - wipe the keys and free; accepts NULL */
void sector_cipher_close(struct sector_cipher *c);

#endif
