/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few keys that the volumes of this PC want, out of any number of files.
 *
 * First the identifiers of their protectors are put in, then files are read
 * with key_ring_sink(): what nobody asked for is passed over, so that a list
 * of a whole site needs no room.  A key whose identifier is not known is kept
 * as a last resort: it may be of any protector, and each try costs the seconds
 * of a key stretch.
 */
#ifndef RECOVERY_KEYS_KEY_RING_H
#define RECOVERY_KEYS_KEY_RING_H

#include <stdbool.h>

#include "recovery/keys/key.h"

#define KEY_RING_MAX_WANTED 64 /* protectors of all volumes */
#define KEY_RING_MAX_KEYS   64
/* Keys of a protector that contradict each other; those without identifier. */
#define KEY_RING_MAX_SAME    4
#define KEY_RING_MAX_UNKNOWN 8
#define KEY_RING_NAME_BYTES  64

struct key_ring_entry {
	struct key key; /* .file is @name */
	char name[KEY_RING_NAME_BYTES];
};

struct key_ring {
	uint8_t wanted[KEY_RING_MAX_WANTED][GUID_BYTES];
	size_t wanted_count;
	struct key_ring_entry entries[KEY_RING_MAX_KEYS];
	size_t count;
	unsigned int faults;  /* rows that were passed over */
	unsigned int dropped; /* keys for which there was no room */
};

/* 50 KiB: not for a stack. */
void key_ring_open(struct key_ring *r);

/** key_ring_close - wipe every key */
void key_ring_close(struct key_ring *r);

/**
 * key_ring_want - keep keys of this protector from now on
 *
 * Returns 0, also if it was asked for before; -ERR_NO_SPACE.
 */
int key_ring_want(struct key_ring *r, const uint8_t id[GUID_BYTES]);

/**
 * key_ring_add - keep a copy of a key
 * @k: .file may be NULL; a name that is too long is cut
 *
 * One that the ring has is not kept twice.  Returns 1 if it is kept, 0 if
 * nobody wants it, -ERR_NO_SPACE.
 */
int key_ring_add(struct key_ring *r, const struct key *k);

/** key_ring_sink - for reading files into the ring; never ends a reading */
struct key_sink key_ring_sink(struct key_ring *r);

/**
 * key_ring_next - the next key to try for a protector
 * @before: NULL for the first, else the one that was tried
 *
 * First those of this very identifier, then those that are known by its first
 * eight digits, then those of which nothing is known.  Keys of every kind: the
 * caller passes over what the protector does not take.  NULL: no more.
 */
const struct key *key_ring_next(const struct key_ring *r,
	const uint8_t id[GUID_BYTES], const struct key *before);

#endif
