/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/format.h"
#include "storage/bitlocker/layer.h"
#include "storage/memory_disk.h"
#include "tests/support/locked_pc.h"

static struct bitlocker_made made;

void locked_start(const struct july *j, const struct bitlocker_plan *plan)
{
	const char *complaint;
	unsigned char *volume;
	uint64_t size;

	pc_start(j);
	volume = july_volume(&pc.disk, j, &size);
	complaint = bitlocker_make(plan, volume, size, &made);
	if (complaint)
		fail_msg("%s", complaint);
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

/* The layer is tested against other readers: test_bitlocker_readers.py. */
void locked_reveal(void)
{
	struct bitlocker_layer layer;
	struct bitlocker_metadata m;
	struct bitlocker_fvek fvek = {.len = 0};
	struct emudisk part;
	unsigned char *volume;
	unsigned char *plain;
	uint64_t size;

	volume = july_volume(&pc.disk, pc.july, &size);
	plain = malloc(size);
	assert_non_null(plain);
	assert_int_equal(
		emudisk_open(&part, size, pc.disk.disk.block_bytes), 0);
	memcpy(part.bytes, volume, size);
	assert_int_equal(bitlocker_metadata_read(&part.disk, &m), 0);
	assert_int_equal(m.no_read, BITLOCKER_ACCEPTED);
	fvek.method = m.method;
	fvek.len = (uint8_t)(m.fvek.payload_len - 12);
	memcpy(fvek.bytes, made.fvek, fvek.len);
	assert_int_equal(
		bitlocker_layer_open(&layer, &part.disk, &m, &fvek), 0);
	assert_int_equal(disk_read(&layer.disk, 0, plain, size), 0);
	memcpy(volume, plain, size);
	bitlocker_layer_close(&layer);
	bitlocker_metadata_close(&m);
	emudisk_close(&part);
	free(plain);
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
