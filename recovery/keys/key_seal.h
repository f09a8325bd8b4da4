/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ciphers of a sealed key pack, for those who read and make it; the format
 * is in key_pack.h.
 */
#ifndef RECOVERY_KEYS_KEY_SEAL_H
#define RECOVERY_KEYS_KEY_SEAL_H

#include "recovery/keys/key_pack.h"

#define KEY_SEAL_CHECK_OFFSET  64
#define KEY_SEAL_SECRET_OFFSET 16 /* in a record */
#define KEY_SEAL_SECRET_BYTES  40

/* All return 0, -ERR_NO_MEMORY or -ERR_INTERNAL, unless they say more. */

/** key_seal_secrets - the four keys from what was derived of the PIN */
int key_seal_secrets(const uint8_t derived[KEY_PACK_KEY_BYTES],
	struct key_pack_secrets *ret);

/** key_seal_check - of the header's first KEY_SEAL_CHECK_OFFSET bytes */
int key_seal_check(const struct key_pack_secrets *s, const uint8_t *header,
	uint8_t ret[KEY_PACK_KEY_BYTES]);

/** key_seal_place - where the record of a key is */
int key_seal_place(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number,
	uint8_t ret[KEY_PACK_PLACE_BYTES]);

/**
 * key_seal_record - encrypt @record, whose place is known, where it is
 * @record: KEY_PACK_RECORD_BYTES; its tag is filled in
 */
int key_seal_record(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number, uint8_t *record);

/** key_seal_open_record - the reverse; -ERR_CORRUPT, and then it is zeroes */
int key_seal_open_record(const struct key_pack_secrets *s,
	const uint8_t id[GUID_BYTES], unsigned int number, uint8_t *record);

/** key_seal_list - encrypt the list where it is; its tag is filled in */
int key_seal_list(const struct key_pack_secrets *s, const uint8_t *header,
	uint8_t *list, size_t len, uint8_t tag[KEY_PACK_TAG_BYTES]);

/** key_seal_open_list - the reverse; -ERR_CORRUPT, and then it is zeroes */
int key_seal_open_list(const struct key_pack_secrets *s, const uint8_t *header,
	uint8_t *list, size_t len, uint8_t tag[KEY_PACK_TAG_BYTES]);

#endif
