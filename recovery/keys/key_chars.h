/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The characters of a text file that somebody has saved, whatever with: UTF-16
 * of either byte order, UTF-8, Windows-1252; with or without a byte order mark.
 *
 * Only ASCII comes out.  The dashes, spaces and wide digits that word
 * processors and input methods put in its place become ASCII, marks without a
 * width are left out, an end of line is one '\n', and all else is
 * KEY_CHARS_OTHER.
 */
#ifndef RECOVERY_KEYS_KEY_CHARS_H
#define RECOVERY_KEYS_KEY_CHARS_H

#include <stdbool.h>

#include "recovery/keys/key_source.h"

#define KEY_CHARS_OTHER	 0x80
#define KEY_CHARS_END	 0x81
#define KEY_CHARS_BUFFER 4096

enum key_encoding {
	KEY_ENCODING_8_BIT, /* UTF-8; what is none is taken for Windows-1252 */
	KEY_ENCODING_UTF16_LE,
	KEY_ENCODING_UTF16_BE
};

struct key_chars_place {
	uint64_t off;
	uint32_t line;
	bool after_cr;
};

struct key_chars {
	const struct key_source *source;
	enum key_encoding encoding;
	struct key_chars_place at;
	uint64_t buffer_off;
	size_t buffer_len;
	uint8_t buffer[KEY_CHARS_BUFFER];
};

/**
 * key_chars_open - begin at the first character
 * @source: stays as long as @c is used
 *
 * Returns 0; -ERR_TOO_LARGE above KEY_SOURCE_MAX_BYTES; what the source
 * returns.  key_chars_close() is valid either way.
 */
int key_chars_open(struct key_chars *c, const struct key_source *source);

/**
 * key_chars_next - the next character
 *
 * Returns 0 .. 0x7F, KEY_CHARS_OTHER, KEY_CHARS_END, again and again, or a
 * negative code.
 */
int key_chars_next(struct key_chars *c);

/** key_chars_line - the line, from 1, that the next character is in */
uint32_t key_chars_line(const struct key_chars *c);

/* To come back to a place: copy c->at, and later put it back. */

/** key_chars_close - wipe what was read */
void key_chars_close(struct key_chars *c);

#endif
