/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a key that a person has to the key of the volume.
 */
#ifndef STORAGE_BITLOCKER_UNLOCK_H
#define STORAGE_BITLOCKER_UNLOCK_H

#include "storage/bitlocker/metadata.h"
#include "storage/bitlocker/recovery_password.h"
#include "storage/bitlocker/stretch.h"

#define BITLOCKER_KEY_BYTES	     32
#define BITLOCKER_MAX_PASSWORD_UNITS 256	 /* of UTF-16 */
#define BITLOCKER_MAX_BEK_BYTES	     (16u << 10) /* usually 156 to 180 */

/* Which protectors a key fits. */
enum bitlocker_key_kind {
	BITLOCKER_KEY_CLEAR = 1, /* none is needed: protection is suspended */
	BITLOCKER_KEY_RECOVERY,
	BITLOCKER_KEY_PASSWORD,
	BITLOCKER_KEY_STARTUP
};

/*
 * A key that may open a volume, as far as it can be prepared without one.
 * Secret: bitlocker_key_wipe() after use.  May be copied.
 */
struct bitlocker_key {
	enum bitlocker_key_kind kind;
	uint8_t bytes[BITLOCKER_KEY_BYTES];
	uint8_t guid[GUID_BYTES]; /* STARTUP: the protector it was made for */
};

/* --- Making keys; none keeps what it was given -------------------------- */

/** bitlocker_key_clear - the key for a volume whose protection is suspended */
void bitlocker_key_clear(struct bitlocker_key *ret);

/**
 * bitlocker_key_recovery - of the bytes of recovery_password_parse()
 *
 * Returns 0 or -ERR_INTERNAL.
 */
int bitlocker_key_recovery(const uint8_t bytes[RECOVERY_PASSWORD_BYTES],
	struct bitlocker_key *ret);

/**
 * bitlocker_key_password - of a password in UTF-8
 *
 * Returns 0; -ERR_CORRUPT if it is empty or no UTF-8; -ERR_TOO_LARGE above
 * BITLOCKER_MAX_PASSWORD_UNITS; -ERR_INTERNAL.
 */
int bitlocker_key_password(const char *utf8, struct bitlocker_key *ret);

/**
 * bitlocker_key_startup - check a startup key file (.BEK), and take its key
 * @bytes: any content; @len of them
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT, -ERR_TOO_LARGE (above
 * BITLOCKER_MAX_BEK_BYTES), -ERR_UNSUPPORTED for a version that is not known.
 */
int bitlocker_key_startup(
	const uint8_t *bytes, size_t len, struct bitlocker_key *ret);

/** bitlocker_key_wipe - forget it; accepts a zeroed key */
void bitlocker_key_wipe(struct bitlocker_key *key);

/* --- Unlocking ----------------------------------------------------------- */

/*
 * The key of a volume, for bitlocker_layer_open().  Secret: wipe it with
 * bitlocker_fvek_wipe() after use.
 */
struct bitlocker_fvek {
	uint16_t method;
	bool is_sealed; /* the metadata are those that Windows wrote */
	uint8_t len;
	uint8_t bytes[64];
};

enum bitlocker_outcome {
	BITLOCKER_OPENED,
	BITLOCKER_NO_PROTECTOR, /* none is of this kind, or has this key ID */
	BITLOCKER_WRONG_KEY,	/* it opened none of those that were tried */
	BITLOCKER_DAMAGED_KEY,	/* the protector opened, what it holds is no key
				   of this volume */
	BITLOCKER_STOPPED	/* progress said so */
};

struct bitlocker_unlocked {
	enum bitlocker_outcome outcome;
	size_t protector; /* OPENED, DAMAGED_KEY: its place in metadata */
	size_t tried_count;
	uint8_t tried[BITLOCKER_MAX_PROTECTORS]; /* places in metadata */
};

/**
 * bitlocker_unlock - try a key
 * @m:	      with no_read ACCEPTED, otherwise the outcome is NO_PROTECTOR
 * @only:     the GUID of the protector to try, or NULL: each that fits
 * @progress: may be NULL; asked anew from 0 % for each protector that takes
 *	      long (recovery password, password)
 * @ret_fvek: written only with OPENED.  Of a decrypted volume, which only
 *	      BITLOCKER_KEY_CLEAR opens, it has method NONE and no bytes
 *
 * A wrong key is a value of *@ret, not an error.  Writes nothing to disk.
 * Returns 0; -ERR_NO_MEMORY; -ERR_INTERNAL if the cipher failed.
 */
int bitlocker_unlock(const struct bitlocker_metadata *m,
	const struct bitlocker_key *key, const uint8_t *only,
	const struct stretch_progress *progress, struct bitlocker_unlocked *ret,
	struct bitlocker_fvek *ret_fvek);

/**
 * bitlocker_write_refusal - with the key, may the volume be written?
 *
 * Returns ACCEPTED, or why not: that of @m, or NOT_SEALED.
 */
enum bitlocker_refusal bitlocker_write_refusal(
	const struct bitlocker_metadata *m, const struct bitlocker_fvek *fvek);

/** bitlocker_fvek_wipe - forget it; accepts a zeroed one */
void bitlocker_fvek_wipe(struct bitlocker_fvek *fvek);

/** bitlocker_outcome_text - "it fits none of the protectors that were tried" */
const char *bitlocker_outcome_text(enum bitlocker_outcome o);

#endif
