/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The border between hostile bytes and struct bitlocker_metadata: everything
 * that comes from the metadata of a volume passes here and nowhere else.
 *
 *   check.c        boot sector, blocks, what may be done
 *   check_entries.c  the entries of the block that was chosen
 */
#ifndef STORAGE_BITLOCKER_CHECK_H
#define STORAGE_BITLOCKER_CHECK_H

#include "storage/bitlocker/format.h"
#include "storage/bitlocker/metadata.h"

/**
 * bitlocker_check_boot - the boot sector: is it one, where are the blocks?
 * @boot: FVE_BOOT_BYTES
 * @m:    zeroed, but for volume_bytes
 *
 * Sets is_to_go, sector_bytes and copies, and no_read.  Returns whether the
 * blocks can be looked for, which they can of a volume that is refused for its
 * form (UNFINISHED).
 */
bool bitlocker_check_boot(const uint8_t *boot, struct bitlocker_metadata *m);

/**
 * bitlocker_check_blocks - the three blocks, and all that follows from them
 * @blocks: FVE_BLOCK_BYTES each, NULL for what could not be read
 * @m:      as bitlocker_check_boot() has left it, after true
 *
 * Returns 0 with the rest of @m; -ERR_NO_MEMORY; -ERR_INTERNAL.
 */
int bitlocker_check_blocks(
	const uint8_t *const blocks[FVE_COPIES], struct bitlocker_metadata *m);

/**
 * bitlocker_check_entries - of the data set in @block
 * @len: bytes under the checksum, at most FVE_BLOCK_BYTES
 *
 * Sets guid, method, created, description, fvek, the protectors, and the place
 * of the relocated start if an entry has it.  Returns 0, *@ret_refusal saying
 * whether all of it is good; -ERR_NO_MEMORY.
 */
int bitlocker_check_entries(const uint8_t *block, size_t len,
	struct bitlocker_metadata *m, enum bitlocker_refusal *ret_refusal);

/* One entry, checked: @bytes of @len, from its header on. */
struct bitlocker_entry {
	uint16_t type;
	uint16_t value;
	const uint8_t *bytes;
	size_t len; /* at least FVE_ENTRY_HEADER */
};

/**
 * bitlocker_entry_next - the entry at @*at, and move on
 * @len: of @bytes, which hold nothing but entries from @*at on
 *
 * Returns 1 with *@ret; 0 at the end; -1 if the next one is none.  @*at grows
 * by at least FVE_ENTRY_HEADER each time: no list is endless.
 */
int bitlocker_entry_next(const uint8_t *bytes, size_t len, size_t *at,
	struct bitlocker_entry *ret);

/**
 * bitlocker_take_wrapped - the wrapped key of an entry of that value
 *
 * Returns false if its length is none that a key of BitLocker has.
 */
bool bitlocker_take_wrapped(
	const struct bitlocker_entry *e, struct bitlocker_wrapped *ret);

/**
 * bitlocker_key_bytes - the length of a volume's key, 0 for an unknown method
 */
size_t bitlocker_key_bytes(uint16_t method);

#endif
