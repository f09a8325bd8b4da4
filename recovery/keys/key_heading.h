/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the headings of tables say about their columns (key_csv.h).
 */
#ifndef RECOVERY_KEYS_KEY_HEADING_H
#define RECOVERY_KEYS_KEY_HEADING_H

#define KEY_HEADING_BYTES 32 /* the longest, and a NUL */

enum key_column {
	KEY_COLUMN_OTHER,
	KEY_COLUMN_ID,	   /* whose identifiers are those of protectors */
	KEY_COLUMN_NOT_ID, /* whose identifiers are those of something else */
	KEY_COLUMN_KEY
};

/**
 * key_heading_column - what is in the column headed so
 * @word: letters and digits of the heading, small ones
 */
enum key_column key_heading_column(const char *word);

#endif
