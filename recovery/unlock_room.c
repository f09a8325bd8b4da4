/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sharing what there is among the volumes, whoever has put them in. */
#include "recovery/unlock_parts.h"

#include <string.h>

/* --- Places --------------------------------------------------------------- */

/* What a disk has already counts against it; that it can be put in, more. */
static size_t weight_of(const struct unlock *u, const struct disk *disk)
{
	size_t weight = disk->is_removable ? UNLOCK_MAX_VOLUMES + 1 : 0;
	size_t i;

	for (i = 0; i < u->count; i++)
		weight += u->volumes[i].disk == disk;
	return weight;
}

/* The last closed one of the disk with the most weight above @weight. */
static struct unlock_volume *find_loser(struct unlock *u, size_t weight)
{
	struct unlock_volume *loser = NULL;
	size_t i;

	for (i = 0; i < u->count; i++) {
		struct unlock_volume *v = &u->volumes[i];
		size_t its = weight_of(u, v->disk);

		if (v->way != UNLOCK_NOT || its < weight)
			continue;
		weight = its;
		loser = v;
	}
	return loser;
}

/* What anybody can put in may be open without a key, and keep its place. */
static bool has_enough(const struct unlock *u, const struct disk *disk)
{
	size_t removable = 0;
	size_t same = 0;
	size_t i;

	for (i = 0; i < u->count; i++) {
		removable += u->volumes[i].disk->is_removable;
		same += u->volumes[i].disk == disk;
	}
	return same >= UNLOCK_MAX_OF_A_DISK ||
	       (disk->is_removable && removable >= UNLOCK_MAX_REMOVABLE);
}

struct unlock_volume *unlock_room_get(struct unlock *u, struct disk *disk)
{
	struct unlock_volume *v = NULL;

	if (u->count < UNLOCK_MAX_VOLUMES && !has_enough(u, disk)) {
		v = &u->volumes[u->count++];
	} else {
		u->is_left_out[UNLOCK_LIMIT_VOLUMES] = true;
		/* Only if it has more even without it. */
		if (u->count == UNLOCK_MAX_VOLUMES)
			v = find_loser(u, weight_of(u, disk) + 2);
		if (v)
			bitlocker_metadata_close(&v->metadata);
	}
	if (v)
		memset(v, 0, sizeof(*v));
	return v;
}

/* --- Turns ---------------------------------------------------------------- */

void unlock_in_turn(struct unlock *u,
	bool (*turn)(void *ctx, struct unlock_volume *v, unsigned int nth),
	void *ctx)
{
	unsigned int removable;
	unsigned int nth;
	bool has_more;

	for (removable = 0; removable < 2; removable++) {
		for (nth = 0, has_more = true; has_more; nth++) {
			struct unlock_volume *v = NULL;

			has_more = false;
			while ((v = unlock_next_wanted(u, v)) != NULL)
				if (v->disk->is_removable == (removable != 0))
					has_more |= turn(ctx, v, nth);
		}
	}
}

int unlock_nth(const struct unlock_volume *v, unsigned int nth,
	bool (*takes)(const struct bitlocker_protector *p))
{
	const struct bitlocker_metadata *m = &v->metadata;
	size_t i;

	for (i = 0; i < m->protector_count; i++)
		if (takes(&m->protectors[i]) && nth-- == 0)
			return (int)i;
	return -1;
}
