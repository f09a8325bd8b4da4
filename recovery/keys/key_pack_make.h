/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes sealed key packs; the format is in key_pack.h.
 */
#ifndef RECOVERY_KEYS_KEY_PACK_MAKE_H
#define RECOVERY_KEYS_KEY_PACK_MAKE_H

#include "recovery/keys/key_pack.h"

/* Somewhat above a second of one core, some ten where that is emulated. */
#define KEY_PACK_ROUNDS 1000000

/* One key on its way into a pack. */
struct key_pack_entry {
	uint8_t id[GUID_BYTES];
	uint8_t kind; /* enum key_kind: a recovery password or a startup key */
	uint8_t len;
	uint8_t bytes[KEY_STARTUP_BYTES]; /* behind @len zeroes */
	uint8_t number; /* of those with the same @id; key_pack_sort() */
};

#define KEY_PACK_MIN_PIN_DIGITS 12 /* of a PIN of nothing but digits */
#define KEY_PACK_MIN_PIN	10
#define KEY_PACK_MAX_PIN	64
#define KEY_PACK_MIN_PIN_KINDS	5 /* different characters */

/**
 * key_pack_pin_fault - why a PIN is not good enough
 *
 * Who has found the pack can try PINs at home, some thousand in a second with
 * each graphics card; what is left then is the disk.  Twelve random digits take
 * one card years.  Only characters that firmware keyboards can type.  Returns
 * half a sentence, "is too short: ...", or NULL if it is good enough.
 */
const char *key_pack_pin_fault(const char *pin, size_t len);

/** key_pack_entry_set - 0, or -ERR_UNSUPPORTED: no key for a pack */
int key_pack_entry_set(struct key_pack_entry *e, const struct key *k);

/**
 * key_pack_sort - put entries in order and take out what is there twice
 * @ret_dropped: those above KEY_PACK_MAX_SAME of one identifier
 *
 * Those that are left have their numbers.  Returns how many that are; what is
 * behind them is wiped.
 */
size_t key_pack_sort(
	struct key_pack_entry *entries, size_t count, size_t *ret_dropped);

/**
 * key_pack_make - write a pack
 * @entries: as key_pack_sort() leaves them, at most KEY_PACK_MAX_RECORDS
 * @salt:    random, never used before
 * @rounds:  KEY_PACK_MIN_ROUNDS .. KEY_PACK_MAX_ROUNDS
 * @derived: what key_pack_derive() gives for the PIN and these two
 * @ret:     KEY_PACK_BYTES(@count) bytes
 *
 * Returns 0; -ERR_TOO_LARGE; -ERR_NO_MEMORY; -ERR_INTERNAL; what is in @ret
 * after an error is no pack.
 */
int key_pack_make(const struct key_pack_entry *entries, size_t count,
	const uint8_t salt[KEY_PACK_SALT_BYTES], uint32_t rounds,
	const uint8_t derived[KEY_PACK_KEY_BYTES], uint8_t *ret);

#endif
