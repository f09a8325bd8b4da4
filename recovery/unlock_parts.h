/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of unlocking share.  Nobody else includes this.
 *
 *   unlock.c	      the volumes
 *   unlock_files.c   keys from files
 *   unlock_person.c  keys that somebody types
 *   tell_unlock.c    words
 */
#ifndef RECOVERY_UNLOCK_PARTS_H
#define RECOVERY_UNLOCK_PARTS_H

#include "recovery/keys/key_ring.h"
#include "recovery/keys/key_source.h"
#include "recovery/unlock.h"

/**
 * unlock_is_wanted - is it closed, and would a key open it for a repair?
 *
 * What could be read but not written stays closed.
 */
bool unlock_is_wanted(const struct unlock_volume *v);

/** unlock_next_wanted - the first, or that after @v; NULL: no more */
struct unlock_volume *unlock_next_wanted(
	struct unlock *u, struct unlock_volume *v);

/** unlock_expect_secrets - keys come into memory next: tell the front, once */
void unlock_expect_secrets(struct unlock *u);

/** unlock_takes - can a key of that kind be of this protector? */
bool unlock_takes(const struct bitlocker_protector *p, enum key_kind kind);

/** unlock_takes_any - ... or one from a file, of whatever kind? */
bool unlock_takes_any(const struct bitlocker_protector *p);

/**
 * unlock_try - does the key open the volume?
 * @protector: the place of the only one to try
 *
 * 1 if so: the volume is open, and @k's file and row are kept; 0 if not, or
 * a negative code that was said.
 */
int unlock_try(struct unlock *u, struct unlock_volume *v, const struct key *k,
	size_t protector, enum unlock_way way);

/**
 * unlock_ring_open - a ring that keeps what the wanted volumes take
 *
 * NULL without memory, which was said.  For unlock_ring_close(), which takes
 * NULL, too.
 */
struct key_ring *unlock_ring_open(struct unlock *u);
void unlock_ring_close(struct key_ring *ring);

/** unlock_each_file - @read each file with keys that the platform has */
void unlock_each_file(struct unlock *u, struct key_ring *ring,
	void (*read)(struct unlock *u, const struct key_source *source,
		struct key_ring *ring));

/** unlock_try_ring - all its keys; returns how many more volumes are open */
size_t unlock_try_ring(
	struct unlock *u, const struct key_ring *ring, enum unlock_way way);

#endif
