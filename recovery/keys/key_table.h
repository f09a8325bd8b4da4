/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows and fields of a table in a text, RFC 4180 and what people make of it.
 * Part of key_csv.h, which says what it accepts.
 */
#ifndef RECOVERY_KEYS_KEY_TABLE_H
#define RECOVERY_KEYS_KEY_TABLE_H

#include "recovery/keys/key_chars.h"

struct key_table_events {
	void (*row)(void *ctx, uint32_t line); /* begins, perhaps again */
	void (*field)(void *ctx, size_t column);
	void (*c)(void *ctx, int c, uint32_t line); /* of the field */
	void (*field_end)(void *ctx, size_t column);
};

struct key_table {
	struct key_chars chars;
	const struct key_table_events *events;
	void *ctx;
	int delimiter;
	unsigned int again;	      /* so often was a row read again */
	struct key_chars_place begin; /* of the row */
	bool is_line;		      /* the row ends where its line does */
};

/**
 * key_table_open - find out how fields are divided
 *
 * Returns 0 or as key_chars_open().  key_table_close() is valid either way.
 */
int key_table_open(struct key_table *t, const struct key_source *source,
	const struct key_table_events *events, void *ctx);

/** key_table_row - read one row: 1; 0 if there is none; a negative code */
int key_table_row(struct key_table *t);

void key_table_close(struct key_table *t);

#endif
