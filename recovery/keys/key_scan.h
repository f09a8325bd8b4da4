/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds identifiers of key protectors and recovery passwords among characters,
 * whatever else is there.
 *
 * An identifier is a GUID, 8-4-4-4-12 hexadecimal digits, in braces or not; or
 * its first eight digits alone.  A recovery password is eight groups of six
 * digits, between which there are hyphens, or spaces, or nothing; a line may
 * end behind a hyphen.  What a group can be: storage/bitlocker, which decides.
 */
#ifndef RECOVERY_KEYS_KEY_SCAN_H
#define RECOVERY_KEYS_KEY_SCAN_H

#include <stdbool.h>

#include "recovery/keys/key.h"

#define KEY_SCAN_GROUPS	      RECOVERY_PASSWORD_GROUPS
#define KEY_SCAN_GROUP_DIGITS RECOVERY_PASSWORD_GROUP_DIGITS
#define KEY_SCAN_DIGITS	      ((size_t)KEY_SCAN_GROUPS * KEY_SCAN_GROUP_DIGITS)
#define KEY_SCAN_RUN	      64
#define KEY_SCAN_GUID_DIGITS  32

enum key_token_kind {
	KEY_TOKEN_ID,
	KEY_TOKEN_ID_START,
	KEY_TOKEN_PASSWORD,
	KEY_TOKEN_FAULT /* what was meant as a password but is none */
};

struct key_token {
	enum key_token_kind kind;
	uint32_t line;		   /* where it begins */
	uint8_t bytes[GUID_BYTES]; /* of the identifier or the password */
	bool has_letter;	   /* of an identifier: no date, no number */
	struct key_fault fault;
};

/* What is between two runs of letters and digits. */
struct key_scan_gap {
	size_t len;
	size_t hyphens;
	bool has_newline;
	bool has_other; /* neither hyphen nor white space, or nothing before */
};

struct key_scan {
	void (*found)(void *ctx, const struct key_token *t);
	void *ctx;
	/* The run that is being read, and what was before it. */
	char run[KEY_SCAN_RUN];
	size_t run_len; /* counts on above KEY_SCAN_RUN */
	uint32_t run_line;
	struct key_scan_gap gap;
	/* The parts of a GUID so far. */
	char guid[KEY_SCAN_GUID_DIGITS];
	size_t guid_parts;
	bool guid_is_apart; /* nothing is joined to it in front */
	uint32_t guid_line;
	/* The groups of a password so far. */
	char digits[KEY_SCAN_DIGITS];
	unsigned int groups; /* counts on above 8 */
	bool groups_have_hyphens;
	uint32_t groups_line;
};

/**
 * key_scan_begin - look for the first
 * @found: gets each; in the order in which they end, or nearly so
 */
void key_scan_begin(struct key_scan *s,
	void (*found)(void *ctx, const struct key_token *t), void *ctx);

/** key_scan_feed - one more character, as key_chars_next() gives it */
void key_scan_feed(struct key_scan *s, int c, uint32_t line);

/** key_scan_end - there is no more; what was read is wiped */
void key_scan_end(struct key_scan *s);

#endif
