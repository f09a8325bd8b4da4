/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that the locked volumes want, and trying what was found of them. */
#include "recovery/unlock_parts.h"

#include <stdlib.h>

#include "recovery/tell_unlock.h"
#include "storage/err.h"

/*
 * Keys of which nobody knows the protector, against each of them: seconds of a
 * slow processor each.
 */
#define MAX_GUESSES 16

/* --- What is wanted ------------------------------------------------------- */

struct wanting {
	struct unlock *unlock;
	struct key_ring *ring;
};

static bool want(void *ctx, struct unlock_volume *v, unsigned int nth)
{
	struct wanting *w = ctx;
	int at = unlock_nth(v, nth, unlock_takes_any);

	if (at < 0)
		return false;
	if (key_ring_want(w->ring, v->metadata.protectors[at].guid) < 0)
		w->unlock->is_left_out[UNLOCK_LIMIT_PROTECTORS] = true;
	return true;
}

struct key_ring *unlock_ring_open(struct unlock *u)
{
	struct wanting w = {.unlock = u, .ring = malloc(sizeof(*w.ring))};

	if (!w.ring) {
		tell_unlock_no_memory(u->platform);
		return NULL;
	}
	key_ring_open(w.ring);
	unlock_in_turn(u, want, &w);
	return w.ring;
}

void unlock_ring_close(struct key_ring *ring)
{
	if (ring)
		key_ring_close(ring);
	free(ring);
}

/* --- Trying them ---------------------------------------------------------- */

struct trying {
	struct unlock *unlock;
	const struct key_ring *ring;
	enum unlock_way way;
	bool is_guessing; /* with the keys that stand without a whole key ID */
	unsigned int guesses;
	size_t opened;
};

/* A key, and the protector of a volume that it may be of. */
struct pair {
	const struct key *key;
	size_t protector;
};

/* The @nth of a volume; false if it has fewer. */
static bool find_pair(const struct trying *t, const struct unlock_volume *v,
	unsigned int nth, struct pair *ret)
{
	const struct bitlocker_metadata *m = &v->metadata;
	size_t i;

	for (i = 0; i < m->protector_count; i++) {
		const struct bitlocker_protector *p = &m->protectors[i];
		const struct key *k = NULL;

		while ((k = key_ring_next(t->ring, p->guid, k)) != NULL) {
			if (!unlock_takes(p, k->kind) ||
				(k->id_kind != KEY_ID_WHOLE) != t->is_guessing)
				continue;
			if (nth-- > 0)
				continue;
			*ret = (struct pair){.key = k, .protector = i};
			return true;
		}
	}
	return false;
}

static bool try_one(void *ctx, struct unlock_volume *v, unsigned int nth)
{
	struct trying *t = ctx;
	struct unlock *u = t->unlock;
	struct pair pair;
	int result;

	if (!find_pair(t, v, nth, &pair))
		return false;
	if (t->is_guessing && t->guesses++ >= MAX_GUESSES)
		return false;
	result = unlock_try(u, v, pair.key, pair.protector, t->way);
	t->opened += result > 0;
	if (result == 0 && unlock_is_wanted(v) && !t->is_guessing)
		tell_unlock_wrong(
			u->platform, v, pair.protector, pair.key->file);
	return true;
}

size_t unlock_try_ring(
	struct unlock *u, const struct key_ring *ring, enum unlock_way way)
{
	struct trying t = {.unlock = u, .ring = ring, .way = way};

	unlock_in_turn(u, try_one, &t);
	t.is_guessing = true;
	unlock_in_turn(u, try_one, &t);
	if (ring->dropped)
		u->is_left_out[UNLOCK_LIMIT_KEYS] = true;
	if (!t.opened && t.guesses)
		tell_unlock_guesses(u->platform,
			t.guesses > MAX_GUESSES || ring->dropped > 0);
	return t.opened;
}
