/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/bitlocker_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/prng.h"

/* Room for a block, and for the start behind the first of them. */
#define ZERO_BYTES (65536 + 16384)

static void make_plain(unsigned char *plain)
{
	struct prng random = {7};
	size_t i;

	prng_fill(&random, plain, BITLOCKER_RIG_BYTES);
	for (i = 0; i < 3; i++)
		memset(plain + 0x50000 + i * 0xA0000, 0, ZERO_BYTES);
}

void bitlocker_rig_make(
	struct bitlocker_rig *rig, const struct bitlocker_plan *plan)
{
	struct bitlocker_plan p = *plan;
	const char *wrong;

	memset(rig, 0, sizeof(*rig));
	if (p.secret_count == 0)
		p.secrets[p.secret_count++].type = BITLOCKER_CLEAR_KEY;
	assert_int_equal(emudisk_open(&rig->disk, BITLOCKER_RIG_BYTES, 512), 0);
	rig->plain = malloc(BITLOCKER_RIG_BYTES);
	assert_non_null(rig->plain);
	make_plain(rig->plain);
	memcpy(rig->disk.bytes, rig->plain, BITLOCKER_RIG_BYTES);
	wrong = bitlocker_make(
		&p, rig->disk.bytes, BITLOCKER_RIG_BYTES, &rig->made);
	if (wrong)
		fail_msg("%s", wrong);
	bitlocker_rig_read(rig);
}

void bitlocker_rig_read(struct bitlocker_rig *rig)
{
	bitlocker_metadata_close(&rig->metadata);
	assert_int_equal(
		bitlocker_metadata_read(&rig->disk.disk, &rig->metadata), 0);
}

void bitlocker_rig_unlock(struct bitlocker_rig *rig)
{
	struct bitlocker_unlocked unlocked;
	struct bitlocker_fvek fvek;
	struct bitlocker_key key;

	bitlocker_layer_close(&rig->layer);
	bitlocker_key_clear(&key);
	assert_int_equal(bitlocker_unlock(&rig->metadata, &key, NULL, NULL,
				 &unlocked, &fvek),
		0);
	assert_int_equal(unlocked.outcome, BITLOCKER_OPENED);
	assert_int_equal(bitlocker_layer_open(&rig->layer, &rig->disk.disk,
				 &rig->metadata, &fvek),
		0);
	bitlocker_fvek_wipe(&fvek);
}

void bitlocker_rig_check(struct bitlocker_rig *rig)
{
	unsigned char *read = malloc(BITLOCKER_RIG_BYTES);

	assert_non_null(read);
	assert_int_equal(
		disk_read(&rig->layer.disk, 0, read, BITLOCKER_RIG_BYTES), 0);
	assert_memory_equal(read, rig->plain, BITLOCKER_RIG_BYTES);
	free(read);
}

void bitlocker_rig_close(struct bitlocker_rig *rig)
{
	bitlocker_layer_close(&rig->layer);
	bitlocker_metadata_close(&rig->metadata);
	emudisk_close(&rig->disk);
	free(rig->plain);
	memset(rig, 0, sizeof(*rig));
}
