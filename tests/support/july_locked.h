/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Windows volume of July 2024 under BitLocker: locked on the emulated disk,
 * and as its owner sees it.
 */
#ifndef TESTS_SUPPORT_JULY_LOCKED_H
#define TESTS_SUPPORT_JULY_LOCKED_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/bitlocker_maker.h"

/** july_lock - encrypt @volume in place; a test fails that asks the impossible
 */
void july_lock(unsigned char *volume, size_t size,
	const struct bitlocker_plan *plan, struct bitlocker_made *ret);

/** july_lock_suspended - ... so that anybody opens it */
void july_lock_suspended(
	unsigned char *volume, size_t size, uint32_t sector_bytes);

/**
 * july_reveal - what is in it
 *
 * By the product's own layer: test_bitlocker_readers.py compares it with other
 * readers.  @plain and @volume may be the same.
 */
void july_reveal(const unsigned char *volume, size_t size, uint32_t block_bytes,
	const uint8_t *fvek, unsigned char *plain);

/** july_reveal_suspended - the same of july_lock_suspended() */
void july_reveal_suspended(const unsigned char *volume, size_t size,
	uint32_t block_bytes, unsigned char *plain);

/** july_write_suspended - change a part of what is in it */
void july_write_suspended(unsigned char *volume, size_t size,
	uint32_t block_bytes, uint64_t off, const void *bytes, size_t len);

#endif
