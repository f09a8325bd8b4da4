/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/july_locked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bitlocker/layer.h"
#include "tests/support/emudisk.h"

#define INNER_KEY 12 /* in front of the key in what is wrapped */

static struct bitlocker_made suspended;

static void stop(const char *why)
{
	fprintf(stderr, "july_locked: %s\n", why);
	abort();
}

void july_lock(unsigned char *volume, size_t size,
	const struct bitlocker_plan *plan, struct bitlocker_made *ret)
{
	const char *complaint = bitlocker_make(plan, volume, size, ret);

	if (complaint)
		stop(complaint);
}

void july_lock_suspended(
	unsigned char *volume, size_t size, uint32_t sector_bytes)
{
	const struct bitlocker_plan plan = {
		.sector_bytes = sector_bytes,
		.secrets = {{BITLOCKER_TPM, NULL}, {BITLOCKER_CLEAR_KEY, NULL}},
		.secret_count = 2,
	};

	july_lock(volume, size, &plan, &suspended);
}

/* The layer on a copy of the volume. */
struct opened {
	struct emudisk part;
	struct bitlocker_layer layer;
};

static void open_copy(struct opened *o, const unsigned char *volume,
	size_t size, uint32_t block_bytes, const uint8_t *key)
{
	struct bitlocker_fvek fvek = {.is_sealed = true};
	struct bitlocker_metadata m;

	if (emudisk_open(&o->part, size, block_bytes) < 0)
		stop("no memory");
	memcpy(o->part.bytes, volume, size);
	if (bitlocker_metadata_read(&o->part.disk, &m) < 0 || m.no_read)
		stop("the metadata cannot be read");
	fvek.method = m.method;
	fvek.len = (uint8_t)(m.fvek.payload_len - INNER_KEY);
	memcpy(fvek.bytes, key, fvek.len);
	if (bitlocker_layer_open(&o->layer, &o->part.disk, &m, &fvek) < 0)
		stop("it does not open");
	bitlocker_metadata_close(&m);
}

static void close_copy(struct opened *o)
{
	bitlocker_layer_close(&o->layer);
	emudisk_close(&o->part);
}

void july_reveal(const unsigned char *volume, size_t size, uint32_t block_bytes,
	const uint8_t *fvek, unsigned char *plain)
{
	struct opened o;

	open_copy(&o, volume, size, block_bytes, fvek);
	if (disk_read(&o.layer.disk, 0, plain, size) < 0)
		stop("it cannot be read");
	close_copy(&o);
}

void july_reveal_suspended(const unsigned char *volume, size_t size,
	uint32_t block_bytes, unsigned char *plain)
{
	july_reveal(volume, size, block_bytes, suspended.fvek, plain);
}

void july_write_suspended(unsigned char *volume, size_t size,
	uint32_t block_bytes, uint64_t off, const void *bytes, size_t len)
{
	struct opened o;

	open_copy(&o, volume, size, block_bytes, suspended.fvek);
	if (disk_write(&o.layer.disk, off, bytes, len) < 0)
		stop("it cannot be written");
	memcpy(volume, o.part.bytes, size);
	close_copy(&o);
}
