/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line in which somebody types a recovery password or a PIN: what each key
 * does to it, and what it looks like.  No input, no output, no clock.
 *
 * A recovery password may be typed on any keyboard (recovery/key_row.h), with
 * F1 to F10 for 1 to 0 as in Windows' own recovery, or by a barcode scanner,
 * with or without dashes and with the words of its label before it.  Each group
 * is checked as soon as it is there.
 *
 * A PIN is what is typed, sign by sign: of digits alone, it is the same on
 * every keyboard that has F keys or a numeric pad.
 */
#ifndef RECOVERY_KEY_ENTRY_H
#define RECOVERY_KEY_ENTRY_H

#include <stdbool.h>

#include "recovery/key_row.h"
#include "recovery/platform.h"
#include "storage/bitlocker/recovery_password.h"

/* Keys that are no characters; those of the private use area are nobody's. */
#define KEY_ENTRY_BACKSPACE 0x08
#define KEY_ENTRY_ENTER	    0x0D
#define KEY_ENTRY_ESCAPE    0x1B
#define KEY_ENTRY_LEFT	    0xE000
#define KEY_ENTRY_RIGHT	    0xE001
#define KEY_ENTRY_F1	    0xE011
#define KEY_ENTRY_F10	    0xE01A

#define KEY_ENTRY_DIGITS                                                       \
	((size_t)RECOVERY_PASSWORD_GROUPS * RECOVERY_PASSWORD_GROUP_DIGITS)
/* Digits, and what else is typed between them. */
#define KEY_ENTRY_MAX_TYPED  160
#define KEY_ENTRY_LINE_BYTES 64
#define KEY_ENTRY_NOTE_BYTES 100

enum key_entry_state {
	KEY_ENTRY_OPEN, /* go on */
	KEY_ENTRY_DONE, /* key_entry_text() has it */
	KEY_ENTRY_GIVEN_UP
};

/* What was wrong with the last key. */
enum key_entry_remark {
	KEY_ENTRY_FINE,
	KEY_ENTRY_NO_DIGIT, /* a letter, of a recovery password */
	KEY_ENTRY_NO_ASCII, /* of a PIN */
	KEY_ENTRY_TOO_LONG,
	KEY_ENTRY_UNFINISHED, /* Enter, and groups are missing or wrong */
};

struct key_entry {
	/* private */
	enum secret_kind kind;
	enum key_entry_remark remark;
	uint16_t typed[KEY_ENTRY_MAX_TYPED];
	size_t typed_count;
	/* of a recovery password: what that is on the row it was typed on */
	enum key_row row;
	char digits[KEY_ENTRY_DIGITS];
	size_t count;
	size_t cursor;	/* <= count */
	bool is_edited; /* typed[] has become digits, the row is known */
	bool is_label;	/* words came first */
};

/** key_entry_open - an empty line */
void key_entry_open(struct key_entry *e, enum secret_kind kind);

/** key_entry_close - wipe what was typed */
void key_entry_close(struct key_entry *e);

/**
 * key_entry_press - a key was pressed
 * @key: UTF-16, or one of the above; control characters that are not do nothing
 *
 * Digits go to the cursor; where there are some already, they take their place.
 * Enter with a wrong group goes there, so that its six digits can be typed
 * again.
 */
enum key_entry_state key_entry_press(struct key_entry *e, uint16_t key);

/** key_entry_equal - would both look and go on alike? */
bool key_entry_equal(const struct key_entry *a, const struct key_entry *b);

/**
 * key_entry_line - what the line looks like
 * @ret_cursor: the column of the cursor
 *
 * A recovery password with its dashes and a "_" for each digit that is missing
 * (secret: wipe @line); a PIN as stars, up to as many as there is room for.
 * Returns @line.
 */
const char *key_entry_line(const struct key_entry *e,
	char line[KEY_ENTRY_LINE_BYTES], size_t *ret_cursor);

/**
 * key_entry_group - of a recovery password: what of group @group, from 0?
 *
 * RECOVERY_GROUP_SHORT for one that is not typed yet.
 */
enum recovery_group key_entry_group(
	const struct key_entry *e, unsigned int group);

/** key_entry_remark - what was wrong with the last key */
enum key_entry_remark key_entry_remark(const struct key_entry *e);

/** key_entry_first_wrong - of the groups with six digits; 8 if none is */
unsigned int key_entry_first_wrong(const struct key_entry *e);

/**
 * key_entry_note - what is wrong, in a sentence without any digit of the key
 *
 * Empty if nothing is.  Returns @note.
 */
const char *key_entry_note(
	const struct key_entry *e, char note[KEY_ENTRY_NOTE_BYTES]);

/**
 * key_entry_text - what was typed, once it is KEY_ENTRY_DONE
 *
 * A recovery password as eight groups with dashes.  Secret: wipe @buf.  Returns
 * its length without the closing NUL.
 */
size_t key_entry_text(const struct key_entry *e, char buf[SECRET_BYTES]);

#endif
