/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks the metadata of BitLocker, on any bytes, and on good metadata
 * with a few bytes changed and the checksums put right; and the check of
 * startup key files.  What is accepted is unlocked, read, and written where
 * that is allowed: never outside what is.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/check.h"
#include "storage/bitlocker/layer.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/bitlocker_maker.h"
#include "tests/support/emudisk.h"
#include "tests/support/mutate.h"

#define VOLUME_BYTES BITLOCKER_MAKER_MIN

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct good {
	struct bitlocker_plan plan;
	struct bitlocker_made made;
	uint8_t boot[FVE_BOOT_BYTES];
	uint8_t *block;
	uint8_t bek[BITLOCKER_MAKER_BEK];
	size_t bek_len;
};

static void make_good(struct good *g)
{
	uint8_t *volume = calloc(1, VOLUME_BYTES);
	size_t i;

	if (!volume)
		abort();
	memset(g, 0, sizeof(*g));
	g->plan.secrets[0].type = BITLOCKER_CLEAR_KEY;
	g->plan.secrets[1].type = BITLOCKER_STARTUP_KEY;
	g->plan.secrets[2].type = BITLOCKER_TPM;
	g->plan.secret_count = 3;
	if (bitlocker_make(&g->plan, volume, VOLUME_BYTES, &g->made))
		abort();
	memcpy(g->boot, volume, sizeof(g->boot));
	g->block = malloc(FVE_BLOCK_BYTES);
	if (!g->block)
		abort();
	memcpy(g->block, volume + g->made.copies[0], FVE_BLOCK_BYTES);
	for (i = 1; i < BITLOCKER_COPIES; i++)
		if (memcmp(g->block, volume + g->made.copies[i],
			    FVE_BLOCK_BYTES) != 0)
			abort();
	g->bek_len = bitlocker_maker_bek(&g->plan, 1, g->bek);
	free(volume);
}

/* Made once; a fuzzer has no other place for it. */
static const struct good *good(void)
{
	static struct good g;

	if (!g.block)
		make_good(&g);
	return &g;
}

/* --- What the metadata promise ------------------------------------------- */

static bool touches_reserved(
	const struct bitlocker_metadata *m, uint64_t off, uint64_t len)
{
	size_t i;

	for (i = 0; i < BITLOCKER_COPIES; i++)
		if (off < m->copies[i].start + m->copies[i].len &&
			m->copies[i].start < off + len)
			return true;
	return off < m->header.start + m->header.len &&
	       m->header.start < off + len;
}

/* Neither the boot sector nor a block may change, whatever is written. */
static void try_writes(struct bitlocker_layer *l, struct emudisk *e,
	const struct bitlocker_metadata *m)
{
	static uint8_t before[VOLUME_BYTES];
	static const uint8_t bytes[3000];
	uint64_t off;
	size_t i;

	memcpy(before, e->bytes, sizeof(before));
	for (off = 0; off + sizeof(bytes) < VOLUME_BYTES; off += 40009) {
		bool is_reserved = touches_reserved(m, off, sizeof(bytes));
		int err = disk_write(&l->disk, off, bytes, sizeof(bytes));

		if (err != (is_reserved || !l->disk.may_write ? -ERR_READ_ONLY
							      : 0))
			abort();
	}
	if (memcmp(before, e->bytes, FVE_BOOT_BYTES) != 0)
		abort();
	for (i = 0; i < BITLOCKER_COPIES; i++) {
		uint64_t at = m->copies[i].start;

		/* Of a volume that is too short, a copy may be beyond it. */
		if (at < VOLUME_BYTES - FVE_BLOCK_BYTES &&
			memcmp(before + at, e->bytes + at, FVE_BLOCK_BYTES))
			abort();
	}
}

static void use(const struct bitlocker_metadata *m, struct emudisk *e)
{
	static uint8_t room[VOLUME_BYTES];
	struct bitlocker_unlocked u;
	struct bitlocker_layer l;
	struct bitlocker_fvek fvek;
	struct bitlocker_key key;

	bitlocker_key_clear(&key);
	if (bitlocker_unlock(m, &key, NULL, NULL, &u, &fvek) < 0)
		abort();
	if (u.outcome != BITLOCKER_OPENED)
		return;
	if (bitlocker_layer_open(&l, &e->disk, m, &fvek) < 0 ||
		disk_read(&l.disk, 0, room, (size_t)l.disk.size_bytes) < 0 ||
		disk_read(&l.disk, 1, room, 700) < 0)
		abort();
	try_writes(&l, e, m);
	bitlocker_layer_close(&l);
	bitlocker_fvek_wipe(&fvek);
}

static void check_volume(struct emudisk *e)
{
	struct bitlocker_metadata m;
	size_t i;

	if (bitlocker_metadata_read(&e->disk, &m) < 0)
		abort();
	if ((m.no_read != BITLOCKER_ACCEPTED && m.no_write != m.no_read) ||
		m.protector_count > BITLOCKER_MAX_PROTECTORS ||
		!memchr(m.description, 0, sizeof(m.description)))
		abort();
	for (i = 0; i < m.protector_count; i++)
		if (m.protectors[i].wrapped_count > BITLOCKER_MAX_WRAPPED)
			abort();
	if (m.no_read == BITLOCKER_ACCEPTED)
		use(&m, e);
	if (m.no_write != BITLOCKER_ACCEPTED && e->counts.writes)
		abort();
	bitlocker_metadata_close(&m);
}

/* --- Inputs -------------------------------------------------------------- */

static void put(struct emudisk *e, uint64_t at, const void *bytes, size_t len)
{
	if (at <= VOLUME_BYTES && len <= VOLUME_BYTES - at)
		memcpy(e->bytes + at, bytes, len);
}

/* A block that is as long as it says, with the checksum that it wants. */
static void put_right(uint8_t *block)
{
	size_t len = (size_t)le16_get(block + FVE_BLOCK_UNITS) * 16;

	if (len <= FVE_BLOCK_BYTES - FVE_VALIDATION_BYTES)
		bitlocker_maker_checksum(block);
}

/* The first byte tells what of good metadata is changed. */
static void try_changed(const uint8_t *data, size_t size)
{
	const struct good *g = good();
	uint8_t what = size ? data[0] : 0;
	struct emudisk e;
	uint8_t *boot;
	uint8_t *block;
	size_t i;

	data += size > 0;
	size -= size > 0;
	if (emudisk_open(&e, VOLUME_BYTES, 512) < 0)
		abort();
	boot = mutate(g->boot, sizeof(g->boot), data, what & 1 ? size : 0);
	block = mutate(g->block, FVE_BLOCK_BYTES, data, what & 1 ? 0 : size);
	if (what & 2)
		put_right(block);
	put(&e, 0, boot, FVE_BOOT_BYTES);
	for (i = 0; i < BITLOCKER_COPIES; i++)
		put(&e, g->made.copies[i], what & (4u << i) ? g->block : block,
			FVE_BLOCK_BYTES);
	check_volume(&e);
	emudisk_close(&e);
	free(boot);
	free(block);
}

static void try_as_is(const uint8_t *data, size_t size)
{
	const struct good *g = good();
	struct emudisk e;
	size_t i;

	if (emudisk_open(&e, VOLUME_BYTES, 512) < 0)
		abort();
	put(&e, 0, g->boot, FVE_BOOT_BYTES);
	for (i = 0; i < BITLOCKER_COPIES; i++)
		put(&e, g->made.copies[i], data,
			size < FVE_BLOCK_BYTES ? size : FVE_BLOCK_BYTES);
	check_volume(&e);
	put(&e, 0, data, size < FVE_BLOCK_BYTES ? size : FVE_BLOCK_BYTES);
	emudisk_reset(&e);
	check_volume(&e);
	emudisk_close(&e);
}

static void check_bek(const void *bytes, size_t len)
{
	struct bitlocker_key key = {.kind = BITLOCKER_KEY_CLEAR};
	int err = bitlocker_key_startup(bytes, len, &key);

	if ((err == 0) != (key.kind == BITLOCKER_KEY_STARTUP))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct good *g = good();

	try_changed(data, size);
	try_as_is(data, size);
	mutate_try(g->bek, g->bek_len, data, size, check_bek);
	return 0;
}
