/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/format.h"
#include "tests/support/july_locked.h"
#include "tests/support/locked_pc.h"

static struct bitlocker_made made;

void locked_start(const struct july *j, const struct bitlocker_plan *plan)
{
	unsigned char *volume;
	uint64_t size;

	pc_start(j);
	volume = july_volume(&pc.disk, j, &size);
	july_lock(volume, size, plan, &made);
}

void locked_unseal(void)
{
	unsigned char *volume;
	uint64_t size;

	volume = july_volume(&pc.disk, pc.july, &size);
	for (size_t i = 0; i < BITLOCKER_COPIES; i++) {
		unsigned char *block = volume + made.copies[i];

		block[FVE_BLOCK_SET + FVE_SET_CREATED] ^= 1;
		bitlocker_maker_checksum(block);
	}
}

void locked_reveal(void)
{
	unsigned char *volume;
	uint64_t size;

	volume = july_volume(&pc.disk, pc.july, &size);
	july_reveal(volume, size, pc.disk.disk.block_bytes, made.fvek, volume);
}

static bool is_anywhere(
	const struct emudisk *e, const unsigned char *bytes, size_t len)
{
	return memmem(e->bytes, (size_t)e->disk.size_bytes, bytes, len) != NULL;
}

bool locked_hides(const struct emudisk *e, const char *text)
{
	unsigned char wide[128];
	size_t len = strlen(text);

	assert_true(2 * len <= sizeof(wide));
	for (size_t i = 0; i < len; i++) {
		wide[2 * i] = (unsigned char)text[i];
		wide[2 * i + 1] = 0;
	}
	return !is_anywhere(e, (const unsigned char *)text, len) &&
	       !is_anywhere(e, wide, 2 * len);
}
