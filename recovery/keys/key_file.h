/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sort of file with keys is this?  And all keys of it.
 */
#ifndef RECOVERY_KEYS_KEY_FILE_H
#define RECOVERY_KEYS_KEY_FILE_H

#include "recovery/keys/key.h"
#include "recovery/keys/key_source.h"

enum key_format {
	KEY_FORMAT_TEXT,    /* key_text.h */
	KEY_FORMAT_CSV,	    /* key_csv.h */
	KEY_FORMAT_STARTUP, /* a .BEK file: bitlocker_key_startup() */
	KEY_FORMAT_PACK	    /* key_pack.h: wants a PIN */
};

/** key_file_is_pack - by its first bytes; 1, 0, or what the source returns */
int key_file_is_pack(const struct key_source *s);

/**
 * key_file_recognise - which format?
 *
 * By the name where that ends in .csv, .tsv or .bek, else by its first
 * KEY_SOURCE_LOOK_BYTES; a pack always by its first bytes.  Returns 0, or what
 * the source returns.
 */
int key_file_recognise(const struct key_source *s, enum key_format *ret);

/**
 * key_file_parse - hand in every key of a text, of a table, or of a .BEK file
 *
 * Reads its start to recognise it, and then all of it once.
 *
 * Returns 0; -ERR_UNSUPPORTED for a pack; else as key_text_parse(),
 * key_csv_parse() and bitlocker_key_startup().
 */
int key_file_parse(const struct key_source *s, const struct key_sink *sink);

#endif
