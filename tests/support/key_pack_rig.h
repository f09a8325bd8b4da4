/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sealed key pack in memory, with keys of key_sample.h, for a file of tests.
 */
#ifndef TESTS_SUPPORT_KEY_PACK_RIG_H
#define TESTS_SUPPORT_KEY_PACK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_pack_make.h"
#include "tests/support/key_sample.h"

/*
 * What a PIN gives is taken as given here, for a derivation takes a second;
 * pin() in test_key_pack does one.
 */
static const uint8_t derived[KEY_PACK_KEY_BYTES] = "derived from nothing";
static const uint8_t salt[KEY_PACK_SALT_BYTES] = "grain";

struct sealed_pack {
	uint8_t *bytes;
	size_t len;
	struct key_memory memory;
	struct key_pack pack;
};

/* Keys 0 .. @count - 1 under the identifiers of these numbers. */
static inline void pack_make(struct sealed_pack *m, unsigned int count)
{
	struct key_pack_entry *entries = calloc(count + 1, sizeof(*entries));
	struct key k = {.kind = KEY_RECOVERY_PASSWORD,
		.id_kind = KEY_ID_WHOLE,
		.len = KEY_RECOVERY_BYTES};
	size_t dropped;
	unsigned int i;

	for (i = 0; i < count; i++) {
		key_sample_id(i, k.id);
		key_sample_bytes(i, k.bytes);
		assert_int_equal(key_pack_entry_set(&entries[i], &k), 0);
	}
	assert_int_equal(key_pack_sort(entries, count, &dropped), count);
	assert_int_equal(dropped, 0);
	m->len = (size_t)KEY_PACK_BYTES(count);
	m->bytes = malloc(m->len);
	assert_int_equal(key_pack_make(entries, count, salt,
				 KEY_PACK_MIN_ROUNDS, derived, m->bytes),
		0);
	key_memory_open(&m->memory, "site.keys", m->bytes, m->len);
	free(entries);
}

static inline int pack_open(struct sealed_pack *m)
{
	int err = key_pack_open(&m->pack, &m->memory.source);

	return err ? err : key_pack_unlock_with(&m->pack, derived);
}

static inline void pack_end(struct sealed_pack *m)
{
	static const struct key_pack wiped;

	key_pack_close(&m->pack);
	assert_memory_equal(&m->pack, &wiped, sizeof(wiped));
	free(m->bytes);
}

static inline int pack_find(
	const struct sealed_pack *m, unsigned int n, struct key *ret)
{
	uint8_t id[GUID_BYTES];

	key_sample_id(n, id);
	return key_pack_find(&m->pack, id, 0, ret);
}

static inline void pack_expect_key(const struct key *k, unsigned int n)
{
	uint8_t bytes[KEY_RECOVERY_BYTES];
	uint8_t id[GUID_BYTES];

	key_sample_id(n, id);
	key_sample_bytes(n, bytes);
	assert_int_equal(k->kind, KEY_RECOVERY_PASSWORD);
	assert_int_equal(k->id_kind, KEY_ID_WHOLE);
	assert_int_equal(k->len, sizeof(bytes));
	assert_memory_equal(k->bytes, bytes, sizeof(bytes));
	assert_memory_equal(k->id, id, sizeof(id));
	assert_string_equal(k->file, "site.keys");
}

#endif
