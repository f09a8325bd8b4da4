/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key for a BitLocker volume as it comes out of a file: what it is, for which
 * protector, and where it stood.
 *
 *   key_source.h  the bytes of a file
 *   key_chars.h   its characters, whatever the encoding
 *   key_scan.h    identifiers and recovery passwords among them
 *   key_text.h    free text, above all what Windows saves
 *   key_csv.h     tables
 *   key_file.h    which of these a file is
 *   key_pack.h    sealed packs
 *   key_ring.h    the few keys that this PC's volumes want
 *
 * A file is read from front to end, and each key handed to a sink as it is
 * found: a list of 20,000 PCs takes no more memory than one of three.
 */
#ifndef RECOVERY_KEYS_KEY_H
#define RECOVERY_KEYS_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "storage/bitlocker/unlock.h"
#include "storage/guid.h"

#define KEY_MAX_BYTES	   BITLOCKER_KEY_BYTES
#define KEY_RECOVERY_BYTES RECOVERY_PASSWORD_BYTES
#define KEY_STARTUP_BYTES  BITLOCKER_KEY_BYTES

enum key_kind {
	KEY_RECOVERY_PASSWORD = 1, /* as recovery_password_parse() gives it */
	KEY_STARTUP = 2,	   /* out of a .BEK file */
	KEY_PASSWORD = 3 /* typed, in no file; bytes of a bitlocker_key */
};

/* How much of the protector's identifier is known. */
enum key_id_kind {
	KEY_ID_WHOLE,
	KEY_ID_START, /* its first eight digits, which people note down */
	KEY_ID_NONE
};

#define KEY_ID_START_BYTES 4 /* those eight digits, as the bytes of a GUID */

struct key {
	enum key_kind kind;
	enum key_id_kind id_kind;
	uint8_t id[GUID_BYTES]; /* as on disk; zero where it is not known */
	uint8_t bytes[KEY_MAX_BYTES];
	size_t len;
	const char *file; /* for messages; the source's, not copied */
	uint32_t row;	  /* from 1; 0 where a file has no rows */
};

/* --- What is wrong with a row --------------------------------------------- */

enum key_fault_kind {
	KEY_FAULT_GROUPS, /* .number groups of six digits instead of 8 */
	KEY_FAULT_DIGITS, /* .number digits without a gap instead of 48 */
	KEY_FAULT_GROUP,  /* group .number (from 1) has a wrong digit */
	KEY_FAULT_NO_KEY, /* no recovery password */
	KEY_FAULT_PAIRS	  /* several, and not one identifier for each */
};

struct key_fault {
	enum key_fault_kind kind;
	uint32_t row;
	unsigned int number;
};

#define KEY_FAULT_TEXT_BYTES 96

/** key_fault_text - what is wrong, in words without any digit of a key */
const char *key_fault_text(
	const struct key_fault *f, char buf[KEY_FAULT_TEXT_BYTES]);

/* --- Where keys go -------------------------------------------------------- */

struct key_sink {
	/*
	 * One key; copy what is to be kept.  One that stands with several
	 * identifiers comes once with each.  A negative code ends the reading
	 * and is what the reader returns.
	 */
	int (*key)(void *ctx, const struct key *k);
	/* A row that is passed over; the reading goes on. */
	void (*fault)(void *ctx, const struct key_fault *f);
	void *ctx;
};

/**
 * key_prepare - what bitlocker_unlock() takes
 *
 * Returns 0 or -ERR_INTERNAL; bitlocker_key_wipe() after use.
 */
int key_prepare(const struct key *k, struct bitlocker_key *ret);

#endif
