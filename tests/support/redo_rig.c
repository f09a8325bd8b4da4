/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/redo_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define FLAG_BLOCK (REDO_RIG_BLOCKS - 1) /* like VOLUME_IS_DIRTY */

static void write_block(struct redo_rig *r, uint64_t number, const void *bytes)
{
	uint32_t block_bytes = r->disk.disk.block_bytes;

	assert_int_equal(disk_write(&r->overlay.disk, number * block_bytes,
				 bytes, block_bytes),
		0);
}

static void write_flag(struct redo_rig *r, bool is_set)
{
	uint32_t block_bytes = r->disk.disk.block_bytes;
	unsigned char block[4096];

	memcpy(block, r->before + FLAG_BLOCK * block_bytes, block_bytes);
	block[10] ^= is_set;
	write_block(r, FLAG_BLOCK, block);
}

/* Only a part of each block becomes another one. */
static void write_some(struct redo_rig *r, struct prng *random)
{
	uint32_t block_bytes = r->disk.disk.block_bytes;
	uint64_t blocks = prng_below(random, 5);
	unsigned char block[4096];

	while (blocks-- > 0) {
		uint64_t number =
			REDO_RIG_BLOCKS / 2 +
			prng_below(random, FLAG_BLOCK - REDO_RIG_BLOCKS / 2);
		size_t at = (size_t)prng_below(random, block_bytes);

		assert_int_equal(
			disk_read(&r->overlay.disk, number * block_bytes, block,
				block_bytes),
			0);
		prng_fill(random, block + at, block_bytes - at);
		write_block(r, number, block);
	}
}

static void write_epochs(struct redo_rig *r, struct prng *random)
{
	for (int epoch = 0; epoch < EPOCH_COUNT; epoch++) {
		assert_int_equal(
			overlay_enter(&r->overlay, (enum overlay_epoch)epoch),
			0);
		if (epoch == EPOCH_DIRTY_FLAG)
			write_flag(r, true);
		else if (epoch == EPOCH_FLAG_CLEAR)
			write_flag(r, false);
		else
			write_some(r, random);
	}
}

void redo_rig_open(struct redo_rig *r, uint32_t block_bytes, uint64_t seed)
{
	const struct redo_change change = {.overlay = &r->overlay,
		.place = &r->place,
		.witnesses = r->witnesses,
		.witness_count = 2};
	struct prng random = {.state = seed};
	uint64_t size = REDO_RIG_BLOCKS * block_bytes;

	memset(r, 0, sizeof(*r));
	assert_int_equal(emudisk_open(&r->disk, size, block_bytes), 0);
	prng_fill(&random, r->disk.bytes, size);
	memcpy(r->before, r->disk.bytes, size);
	assert_int_equal(
		overlay_open(&r->overlay, &r->disk.disk, OVERLAY_MAX_BYTES), 0);
	write_epochs(r, &random);
	assert_int_equal(disk_read(&r->overlay.disk, 0, r->after, size), 0);

	strcpy(r->place.table, "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf");
	r->place.start_bytes = 1 << 20;
	r->place.size_bytes = size;
	r->witnesses[0] = (struct extent){0, block_bytes};
	r->witnesses[1] = (struct extent){block_bytes, 200};
	assert_int_equal(redo_encode(&change, &r->bytes, &r->redo), 0);
}

void redo_rig_restart(struct redo_rig *r)
{
	emudisk_reset(&r->disk);
	memcpy(r->disk.bytes, r->before, r->disk.disk.size_bytes);
}

void redo_rig_close(struct redo_rig *r)
{
	free(r->bytes);
	overlay_close(&r->overlay);
	emudisk_close(&r->disk);
}
