/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes BitLocker volumes, as Windows would or as it never would.  Written on
 * mbedtls directly, without what it is to test (but for the key stretching and
 * the diffuser, which volumes made by Windows test).
 */
#ifndef TESTS_SUPPORT_BITLOCKER_MAKER_H
#define TESTS_SUPPORT_BITLOCKER_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/bitlocker/metadata.h"

#define BITLOCKER_MAKER_SECRETS 72 /* more than a volume may have */
#define BITLOCKER_MAKER_BEK	128
#define BITLOCKER_MAKER_MIN	(1u << 20) /* bytes of a volume */

/* What opens it. */
struct bitlocker_secret {
	uint16_t type;	  /* enum bitlocker_protector_type */
	const char *text; /* 48 digits, or a password in UTF-8 */
};

struct bitlocker_plan {
	uint16_t method;       /* 0: XTS-AES 128 */
	uint32_t sector_bytes; /* 0: 512 */
	bool is_to_go;
	bool is_eow;
	uint16_t state; /* 0: encrypted, both now and next */
	uint16_t next_state;
	uint64_t encrypted_bytes; /* 0: all */
	uint64_t header_bytes;	  /* 0: 8192 */
	/*
	 * Where the blocks go, the start behind the first of them; 0: where
	 * there are zeros.  A file system that is to be written into should
	 * have a file there, as Windows has.
	 */
	uint64_t places[BITLOCKER_COPIES];
	uint32_t seed; /* of all keys and GUIDs */
	struct bitlocker_secret secrets[BITLOCKER_MAKER_SECRETS];
	size_t secret_count;
};

/* What tests want to know of it. */
struct bitlocker_made {
	uint64_t copies[BITLOCKER_COPIES];
	struct bitlocker_place header;
	size_t block_len; /* bytes under the checksum */
	uint8_t vmk[32];
	uint8_t fvek[64];
};

/**
 * bitlocker_make - encrypt a volume in place
 * @volume: @size bytes, plain; three ranges of 64 KiB, the first of which is
 *	    longer by header_bytes, that are zero become the metadata, so that
 *	    the plain volume stays the same to the last byte
 *
 * Returns NULL, or in a few words why it cannot be done.
 */
const char *bitlocker_make(const struct bitlocker_plan *plan, uint8_t *volume,
	size_t size, struct bitlocker_made *ret);

/** bitlocker_maker_guid - of the protector that secret @i becomes */
void bitlocker_maker_guid(
	const struct bitlocker_plan *plan, size_t i, uint8_t ret[GUID_BYTES]);

/**
 * bitlocker_maker_bek - the startup key file of secret @i
 *
 * Returns its length, at most BITLOCKER_MAKER_BEK.
 */
size_t bitlocker_maker_bek(const struct bitlocker_plan *plan, size_t i,
	uint8_t ret[BITLOCKER_MAKER_BEK]);

/** bitlocker_maker_checksum - put that of a block right, not its seal */
void bitlocker_maker_checksum(uint8_t *block);

#endif
