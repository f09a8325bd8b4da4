/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys from files: those that the volumes of this PC want, out of any number.
 */
#include "recovery/unlock_parts.h"

#include <stdlib.h>

#include "recovery/keys/key_file.h"
#include "recovery/tell_unlock.h"
#include "storage/err.h"

/* A front offers fewer; one that never ends is cut off. */
#define MAX_FILES 256

/*
 * Keys of which nobody knows the protector, against each of them: seconds of a
 * slow processor each.
 */
#define MAX_GUESSES 16

/* --- What is wanted ------------------------------------------------------- */

static void want_all(struct unlock *u, struct key_ring *ring)
{
	size_t i, j;

	for (i = 0; i < u->count; i++) {
		const struct bitlocker_metadata *m = &u->volumes[i].metadata;

		if (!unlock_is_wanted(&u->volumes[i]))
			continue;
		for (j = 0; j < m->protector_count; j++)
			if (unlock_takes_any(&m->protectors[j]))
				/* Others than the first 64 are given up. */
				(void)key_ring_want(
					ring, m->protectors[j].guid);
	}
}

struct key_ring *unlock_ring_open(struct unlock *u)
{
	struct key_ring *ring = malloc(sizeof(*ring));

	if (!ring) {
		tell_unlock_no_memory(u->platform);
		return NULL;
	}
	key_ring_open(ring);
	want_all(u, ring);
	return ring;
}

void unlock_ring_close(struct key_ring *ring)
{
	if (ring)
		key_ring_close(ring);
	free(ring);
}

/* --- Trying them ---------------------------------------------------------- */

/* One protector of a volume; 1 if it opened. */
static int try_protector(struct unlock *u, struct unlock_volume *v,
	size_t protector, const struct key_ring *ring, enum unlock_way way,
	unsigned int *guesses)
{
	const struct bitlocker_protector *p =
		&v->metadata.protectors[protector];
	const struct key *k = NULL;
	int result = 0;

	while (unlock_is_wanted(v) &&
		(k = key_ring_next(ring, p->guid, k)) != NULL) {
		if (!unlock_takes(p, k->kind))
			continue;
		if (k->id_kind != KEY_ID_WHOLE && (*guesses)++ >= MAX_GUESSES)
			return 0;
		result = unlock_try(u, v, k, protector, way);
		if (result == 0 && unlock_is_wanted(v) &&
			k->id_kind == KEY_ID_WHOLE)
			tell_unlock_wrong(u->platform, v, protector, k->file);
	}
	return result > 0;
}

size_t unlock_try_ring(
	struct unlock *u, const struct key_ring *ring, enum unlock_way way)
{
	unsigned int guesses = 0;
	size_t opened = 0;
	size_t i, j;

	for (i = 0; i < u->count; i++) {
		struct unlock_volume *v = &u->volumes[i];

		for (j = 0; j < v->metadata.protector_count; j++)
			if (unlock_is_wanted(v) &&
				try_protector(u, v, j, ring, way, &guesses))
				opened++;
	}
	if (!opened && (guesses || ring->dropped))
		tell_unlock_guesses(u->platform,
			guesses > MAX_GUESSES || ring->dropped > 0);
	return opened;
}

/* --- Files ---------------------------------------------------------------- */

static int read_file(struct unlock *u, const struct key_source *source,
	struct key_ring *ring)
{
	const struct key_sink sink = key_ring_sink(ring);
	enum key_format format;
	int err = key_file_recognise(source, &format);

	if (err < 0)
		return err;
	if (format != KEY_FORMAT_PACK)
		return key_file_parse(source, &sink);
	if (!u->platform->may_ask_secrets)
		tell_unlock_sealed(u->platform, source->name);
	return 0;
}

void unlock_each_file(struct unlock *u, struct key_ring *ring,
	void (*read)(struct unlock *u, const struct key_source *source,
		struct key_ring *ring))
{
	const struct platform *p = u->platform;
	const struct key_wish wish = {
		.ids = ring->wanted, .count = ring->wanted_count};
	unsigned int files;
	size_t at = 0;

	for (files = 0; files < MAX_FILES; files++) {
		struct key_source source = {.name = ""};
		int err = p->ops->key_file_open(p->ctx, &wish, &at, &source);

		if (err == -ERR_NOT_FOUND)
			break;
		if (err == 0) {
			unlock_expect_secrets(u);
			read(u, &source, ring);
			p->ops->key_file_close(p->ctx, &source);
		} else {
			tell_unlock_file(p, source.name, err);
		}
	}
}

static void read_keys(struct unlock *u, const struct key_source *source,
	struct key_ring *ring)
{
	unsigned int faults = ring->faults;
	int err = read_file(u, source, ring);

	if (err < 0)
		tell_unlock_file(u->platform, source->name, err);
	if (ring->faults > faults)
		tell_unlock_rows(
			u->platform, source->name, ring->faults - faults);
}

size_t unlock_by_files(struct unlock *u)
{
	struct key_ring *ring;
	size_t opened = 0;

	if (u->has_read_files || !unlock_next_wanted(u, NULL))
		return 0;
	u->has_read_files = true;
	ring = unlock_ring_open(u);
	if (ring) {
		unlock_each_file(u, ring, read_keys);
		opened = unlock_try_ring(u, ring, UNLOCK_KEY_FILE);
	}
	unlock_ring_close(ring);
	return opened;
}
