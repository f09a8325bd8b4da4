/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packs of any bytes, and a good one with changes: no byte may lead to another
 * key than the one that was put in.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/keys/key_pack_make.h"
#include "storage/err.h"

#define RECORDS 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t derived[KEY_PACK_KEY_BYTES] = {1};
static const uint8_t salt[KEY_PACK_SALT_BYTES] = {2};

static void fill(struct key_pack_entry *e, unsigned int n)
{
	memset(e, 0, sizeof(*e));
	memset(e->id, (int)(0x11 * (n + 1)), sizeof(e->id));
	e->kind = KEY_RECOVERY_PASSWORD;
	e->len = KEY_RECOVERY_BYTES;
	memset(e->bytes, (int)(0xA0 + n), KEY_RECOVERY_BYTES);
}

static void make(uint8_t *ret)
{
	struct key_pack_entry entries[RECORDS];
	size_t dropped;
	unsigned int n;

	for (n = 0; n < RECORDS; n++)
		fill(&entries[n], n);
	if (key_pack_sort(entries, RECORDS, &dropped) != RECORDS || dropped ||
		key_pack_make(entries, RECORDS, salt, KEY_PACK_MIN_ROUNDS,
			derived, ret))
		abort();
}

static void look_up_all(const struct key_pack *p)
{
	uint8_t list[RECORDS * KEY_ID_START_BYTES];
	struct key_pack_entry e;
	struct key k;
	unsigned int n;

	for (n = 0; n < RECORDS; n++) {
		fill(&e, n);
		if (!key_pack_find(p, e.id, 0, &k) &&
			(k.len != e.len || memcmp(k.bytes, e.bytes, e.len) ||
				k.kind != KEY_RECOVERY_PASSWORD))
			abort();
	}
	if (p->header.records == RECORDS)
		(void)key_pack_list(p, list);
}

static void open_any(const uint8_t *data, size_t size)
{
	struct key_memory m;
	struct key_pack p;

	key_memory_open(&m, "pack", data, size);
	/* Nobody can make the check of a header without the PIN. */
	if (!key_pack_open(&p, &m.source) && !key_pack_unlock_with(&p, derived))
		abort();
	key_pack_close(&p);
}

/* @data: pairs of a place and what is changed there. */
static void open_changed(const uint8_t *data, size_t size)
{
	uint8_t bytes[KEY_PACK_BYTES(RECORDS)];
	struct key_memory m;
	struct key_pack p;
	size_t i;

	make(bytes);
	for (i = 0; i + 3 <= size; i += 3)
		bytes[((size_t)data[i] << 8 | data[i + 1]) % sizeof(bytes)] ^=
			data[i + 2];
	key_memory_open(&m, "pack", bytes, sizeof(bytes));
	if (!key_pack_open(&p, &m.source) && !key_pack_unlock_with(&p, derived))
		look_up_all(&p);
	key_pack_close(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= KEY_PACK_HEADER_BYTES)
		open_any(data, size);
	open_changed(data, size);
	return 0;
}
