/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sealed key pack: the recovery keys of a site on a stick that may get
 * lost.  Reading; key_pack_make.h writes.
 *
 * Who wants a key out of it needs three things: the pack, the PIN that it was
 * sealed with, and the identifier of the protector, 122 random bits that are on
 * the encrypted disk (and in the directory where the keys come from).  Pack and
 * PIN alone show the first eight digits of the identifiers, which leaves 90
 * bits to guess; pack and disk alone show nothing, not even whether that disk
 * is in the pack.  docs/threat-model.md has more of this.
 *
 * The format, little-endian:
 *
 *   000 "LBKEYPK1"
 *   008 u32  version, 1
 *   012 u32  rounds of the derivation, KEY_PACK_MIN_ROUNDS .. _MAX_ROUNDS
 *   016 u32  records, at most KEY_PACK_MAX_RECORDS
 *   020 zeroes
 *   032 salt, 32 random bytes of this pack
 *   064 check, 32 bytes
 *   096 records, 72 bytes each, in the order of their places (as memcmp())
 *   ... tag of the list, 16 bytes
 *   ... the list, 4 bytes for each record: the first bytes of its identifier,
 *	 in the order of the identifiers
 *
 * and nothing behind.  A record is
 *
 *   000 its place, 16 bytes
 *   016 sealed: u8 kind (enum key_kind), u8 length, six zeroes, 32 bytes of
 *	 the key, behind it zeroes
 *   056 tag, 16 bytes
 *
 * With P = PBKDF2-HMAC-SHA-256(PIN, salt, rounds), 32 bytes, and
 * sub(x) = HMAC-SHA-256(P, "loopbreaker key pack 1 " x):
 *
 *   check = HMAC-SHA-256(sub("check"), the 64 bytes before it): a wrong PIN is
 *	     told by it, and costs a whole derivation
 *   place = HMAC-SHA-256(sub("place"), name), its first 16 bytes
 *   sealed = AES-256-CCM with the key HMAC-SHA-256(sub("record"), name), the
 *	     first 12 bytes of the place as nonce and name as associated data
 *   list  = AES-256-CCM with the key sub("list"), a nonce of 12 zeroes and the
 *	     64 bytes above as associated data
 *
 * where name is the identifier, 16 bytes as on disk, and a u8, 0 for its first
 * key, 1 for one that contradicts it, and so on below KEY_PACK_MAX_SAME.  Each
 * key of AES encrypts one message only, so nonces need no chance.
 *
 * A record is found by its place, in about log2 of their number reads; none of
 * the others is decrypted.  Moved to another place, cut, or changed in a bit,
 * it yields an error or no key, never another key.
 */
#ifndef RECOVERY_KEYS_KEY_PACK_H
#define RECOVERY_KEYS_KEY_PACK_H

#include "recovery/keys/key.h"
#include "recovery/keys/key_source.h"

#define KEY_PACK_MAGIC	      "LBKEYPK1"
#define KEY_PACK_MAGIC_BYTES  8
#define KEY_PACK_VERSION      1
#define KEY_PACK_HEADER_BYTES 96
#define KEY_PACK_SALT_BYTES   32
#define KEY_PACK_KEY_BYTES    32
#define KEY_PACK_PLACE_BYTES  16
#define KEY_PACK_RECORD_BYTES 72
#define KEY_PACK_TAG_BYTES    16
#define KEY_PACK_MAX_RECORDS  200000
#define KEY_PACK_MAX_SAME     4
/*
 * A round takes about 1.3 microseconds of a server's core, eight times as long
 * where that is emulated: 16 seconds at the most, in which nothing can be said
 * and no watchdog petted.  After 45 the firmware's front takes it for a hang.
 */
#define KEY_PACK_MIN_ROUNDS 600000
#define KEY_PACK_MAX_ROUNDS 1500000

/* The length of a pack with @n records. */
#define KEY_PACK_BYTES(n)                                                      \
	(KEY_PACK_HEADER_BYTES + KEY_PACK_TAG_BYTES +                          \
		(uint64_t)(n) * (KEY_PACK_RECORD_BYTES + KEY_ID_START_BYTES))

struct key_pack_header {
	uint32_t rounds;
	uint32_t records;
	const uint8_t *salt; /* within the bytes that were checked */
};

/* What the PIN gives. */
struct key_pack_secrets {
	uint8_t check[KEY_PACK_KEY_BYTES];
	uint8_t place[KEY_PACK_KEY_BYTES];
	uint8_t record[KEY_PACK_KEY_BYTES];
	uint8_t list[KEY_PACK_KEY_BYTES];
};

struct key_pack {
	const struct key_source *source;
	uint8_t bytes[KEY_PACK_HEADER_BYTES];
	struct key_pack_header header;
	struct key_pack_secrets secrets; /* after key_pack_unlock() */
};

/**
 * key_pack_check - parse the header of a pack
 * @bytes: KEY_PACK_HEADER_BYTES hostile ones
 * @size:  of the whole pack
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT (also for bytes behind its end),
 * -ERR_UNSUPPORTED, -ERR_TOO_LARGE.
 */
int key_pack_check(
	const uint8_t *bytes, uint64_t size, struct key_pack_header *ret);

/**
 * key_pack_open - is it a pack?
 * @source: stays as long as @p is used
 *
 * Returns 0; as key_pack_check(); what the source returns.  key_pack_close() is
 * valid either way.
 */
int key_pack_open(struct key_pack *p, const struct key_source *source);

/** key_pack_close - wipe what the PIN gave */
void key_pack_close(struct key_pack *p);

/**
 * key_pack_derive - P of the format above; takes as long as it takes
 *
 * Returns 0; -ERR_NO_MEMORY; -ERR_INTERNAL.
 */
int key_pack_derive(const void *pin, size_t pin_len,
	const uint8_t salt[KEY_PACK_SALT_BYTES], uint32_t rounds,
	uint8_t ret[KEY_PACK_KEY_BYTES]);

/**
 * key_pack_unlock - try a PIN; takes one derivation, whether it is right or not
 *
 * Returns 0; -ERR_UNTRUSTED: not this PIN, or the header was changed;
 * -ERR_NO_MEMORY; -ERR_INTERNAL.
 */
int key_pack_unlock(struct key_pack *p, const void *pin, size_t pin_len);

/** key_pack_unlock_with - the same with what key_pack_derive() gave */
int key_pack_unlock_with(
	struct key_pack *p, const uint8_t derived[KEY_PACK_KEY_BYTES]);

/**
 * key_pack_find - the key of a protector
 * @p:	    unlocked
 * @number: 0 for the first; 1 and so on for those that contradict it
 * @ret:    its file is the name of the source
 *
 * Returns 0; -ERR_NOT_FOUND; -ERR_CORRUPT if it was changed; -ERR_NO_MEMORY;
 * what the source returns.  *@ret is written only on success.
 */
int key_pack_find(const struct key_pack *p, const uint8_t id[GUID_BYTES],
	unsigned int number, struct key *ret);

/**
 * key_pack_hand_in - all keys of a protector, to a ring for example
 *
 * Returns 0, also if there is none; else as key_pack_find() and the sink.
 */
int key_pack_hand_in(const struct key_pack *p, const uint8_t id[GUID_BYTES],
	const struct key_sink *sink);

/**
 * key_pack_list - the first eight digits of each identifier
 * @p:	 unlocked
 * @ret: receives 4 bytes for each record, the first ones of its GUID
 *
 * Returns 0; -ERR_CORRUPT if the list was changed, and then @ret is zeroes;
 * -ERR_NO_MEMORY; what the source returns.
 */
int key_pack_list(const struct key_pack *p, uint8_t *ret);

#endif
