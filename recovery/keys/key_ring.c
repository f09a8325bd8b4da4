/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_ring.h"

#include <stdio.h>
#include <string.h>

#include "storage/crypto/secret.h"
#include "storage/err.h"

void key_ring_open(struct key_ring *r)
{
	memset(r, 0, sizeof(*r));
}

void key_ring_close(struct key_ring *r)
{
	secret_wipe(r, sizeof(*r));
}

int key_ring_want(struct key_ring *r, const uint8_t id[GUID_BYTES])
{
	size_t i;

	for (i = 0; i < r->wanted_count; i++)
		if (!memcmp(r->wanted[i], id, GUID_BYTES))
			return 0;
	if (r->wanted_count == KEY_RING_MAX_WANTED)
		return -ERR_NO_SPACE;
	memcpy(r->wanted[r->wanted_count++], id, GUID_BYTES);
	return 0;
}

/* How much of an identifier has to agree. */
static size_t known_bytes(const struct key *k)
{
	switch (k->id_kind) {
	case KEY_ID_WHOLE:
		return GUID_BYTES;
	case KEY_ID_START:
		return KEY_ID_START_BYTES;
	case KEY_ID_NONE:
		break;
	}
	return 0;
}

static bool is_wanted(const struct key_ring *r, const struct key *k)
{
	size_t known = known_bytes(k);
	size_t i;

	for (i = 0; i < r->wanted_count; i++)
		if (!memcmp(r->wanted[i], k->id, known))
			return true;
	return false;
}

static bool is_same_id(const struct key *a, const struct key *b)
{
	return a->id_kind == b->id_kind &&
	       !memcmp(a->id, b->id, known_bytes(a));
}

static bool is_same(const struct key *a, const struct key *b)
{
	return is_same_id(a, b) && a->kind == b->kind && a->len == b->len &&
	       !memcmp(a->bytes, b->bytes, a->len);
}

int key_ring_add(struct key_ring *r, const struct key *k)
{
	size_t most = k->id_kind == KEY_ID_NONE ? KEY_RING_MAX_UNKNOWN
						: KEY_RING_MAX_SAME;
	struct key_ring_entry *e;
	size_t same = 0;
	size_t i;

	if (!is_wanted(r, k))
		return 0;
	for (i = 0; i < r->count; i++) {
		if (is_same(&r->entries[i].key, k))
			return 1;
		same += is_same_id(&r->entries[i].key, k);
	}
	if (same >= most || r->count == KEY_RING_MAX_KEYS)
		return -ERR_NO_SPACE;
	e = &r->entries[r->count++];
	e->key = *k;
	(void)snprintf(e->name, sizeof(e->name), "%s", k->file ? k->file : "");
	e->key.file = e->name;
	return 1;
}

static int take_key(void *ctx, const struct key *k)
{
	struct key_ring *r = ctx;

	r->dropped += key_ring_add(r, k) < 0;
	return 0;
}

static void count_fault(void *ctx, const struct key_fault *f)
{
	struct key_ring *r = ctx;

	(void)f;
	r->faults++;
}

struct key_sink key_ring_sink(struct key_ring *r)
{
	return (struct key_sink){
		.key = take_key, .fault = count_fault, .ctx = r};
}

const struct key *key_ring_next(const struct key_ring *r,
	const uint8_t id[GUID_BYTES], const struct key *before)
{
	enum key_id_kind kind = before ? before->id_kind : KEY_ID_WHOLE;
	bool is_behind = !before;
	const struct key *k;
	size_t i;

	for (; kind <= KEY_ID_NONE; kind++) {
		for (i = 0; i < r->count; i++) {
			k = &r->entries[i].key;
			if (is_behind && k->id_kind == kind &&
				!memcmp(k->id, id, known_bytes(k)))
				return k;
			is_behind |= k == before;
		}
	}
	return NULL;
}
