/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of unlocking share.  Nobody else includes this.
 *
 *   unlock.c	      the volumes, and trying a key
 *   unlock_room.c    who gets a place, and whose turn it is
 *   unlock_work.c    what it costs: bounded, and no sign of a hang
 *   unlock_files.c   keys from files
 *   unlock_ring.c    trying what was found in them
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

/**
 * unlock_room_get - a place for a volume of @disk, zeroed
 *
 * NULL if there is none; that, or that another one has lost its place, is kept
 * for the report.
 */
struct unlock_volume *unlock_room_get(struct unlock *u, struct disk *disk);

/**
 * unlock_in_turn - the first of each wanted volume, the second of each, ...
 * @turn: of the @nth protector or key of a volume, or whatever it counts; false
 *	  if it has fewer
 *
 * So that many of one volume take no room from another.  Those on fixed disks
 * come first, all of them: anybody can put in a stick.
 */
void unlock_in_turn(struct unlock *u,
	bool (*turn)(void *ctx, struct unlock_volume *v, unsigned int nth),
	void *ctx);

/** unlock_nth - the place of its @nth protector which @takes; -1: fewer */
int unlock_nth(const struct unlock_volume *v, unsigned int nth,
	bool (*takes)(const struct bitlocker_protector *p));

/** unlock_work_begin - work that takes long begins now */
void unlock_work_begin(struct unlock *u);

/** unlock_work_goes_on - ... and has come to here */
void unlock_work_goes_on(struct unlock *u);

/** unlock_work_may_begin - is there time for more?  If not that is reported */
bool unlock_work_may_begin(struct unlock *u);

/** unlock_work_progress - that calls this */
struct stretch_progress unlock_work_progress(struct unlock *u);

/* A file with keys, each read of which is work, and counts. */
struct unlock_work_source {
	struct key_source source;
	const struct key_source *under;
	struct unlock *unlock;
};

/** unlock_work_source_open - read @under by @s->source; both must stay */
void unlock_work_source_open(struct unlock_work_source *s, struct unlock *u,
	const struct key_source *under);

/** unlock_expect_secrets - keys come into memory next: tell the front, once */
void unlock_expect_secrets(struct unlock *u);

/** unlock_takes - can a key of that kind be of this protector? */
bool unlock_takes(const struct bitlocker_protector *p, enum key_kind kind);

/** unlock_takes_any - ... or one from a file, of whatever kind? */
bool unlock_takes_any(const struct bitlocker_protector *p);

/** unlock_takes_typed - ... or one that is typed? */
bool unlock_takes_typed(const struct bitlocker_protector *p);

/**
 * unlock_try - does the key open the volume?
 * @protector: the place of the only one to try
 *
 * 1 if so: the volume is open, and @k's file and row are kept; 0 if not;
 * a negative code that was said, -ERR_CORRUPT if it is the right key for
 * something damaged; or -ERR_TOO_LARGE if there were too many.
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
