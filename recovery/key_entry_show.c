/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the line looks like, and what is said about it.
 */
#include <stdio.h>
#include <string.h>

#include "recovery/key_entry.h"

#define GROUP_DIGITS RECOVERY_PASSWORD_GROUP_DIGITS
#define GROUPS	     RECOVERY_PASSWORD_GROUPS

/* Each group has a dash behind it but the last. */
#define LINE_COLUMNS ((size_t)GROUPS * (GROUP_DIGITS + 1) - 1)

/* The column of digit @at. */
static size_t column_of(size_t at)
{
	size_t column = at + at / GROUP_DIGITS;

	/* Behind the last digit there is no dash. */
	return column < LINE_COLUMNS ? column : LINE_COLUMNS;
}

static size_t line_of_password(
	const struct key_entry *e, char *line, char blank)
{
	size_t len = 0;

	for (size_t i = 0; i < KEY_ENTRY_DIGITS; i++) {
		if (i && i % GROUP_DIGITS == 0)
			line[len++] = '-';
		line[len++] = i < e->count ? e->digits[i] : blank;
	}
	line[len] = 0;
	return len;
}

const char *key_entry_line(const struct key_entry *e,
	char line[KEY_ENTRY_LINE_BYTES], size_t *ret_cursor)
{
	size_t stars = e->typed_count;

	if (e->kind != SECRET_PIN) {
		(void)line_of_password(e, line, '_');
		*ret_cursor = column_of(e->cursor);
		return line;
	}
	if (stars > KEY_ENTRY_LINE_BYTES - 1)
		stars = KEY_ENTRY_LINE_BYTES - 1;
	memset(line, '*', stars);
	line[stars] = 0;
	*ret_cursor = stars;
	return line;
}

size_t key_entry_text(const struct key_entry *e, char buf[SECRET_BYTES])
{
	if (e->kind != SECRET_PIN)
		return line_of_password(e, buf, '_');
	for (size_t i = 0; i < e->typed_count; i++)
		buf[i] = (char)e->typed[i];
	buf[e->typed_count] = 0;
	return e->typed_count;
}

/* --- What is wrong -------------------------------------------------------- */

static const char *remark_text(const struct key_entry *e)
{
	bool is_pin = e->kind == SECRET_PIN;

	switch (e->remark) {
	case KEY_ENTRY_FINE:
		break;
	case KEY_ENTRY_NO_DIGIT:
		return "Only digits count: F1 to F10 give 1 to 0 on every "
		       "keyboard.";
	case KEY_ENTRY_NO_ASCII:
		return "No PIN has such a character in it.";
	case KEY_ENTRY_TOO_LONG:
		return is_pin ? "No PIN is as long as that."
			      : "There are 48 digits already: press Enter.";
	case KEY_ENTRY_UNFINISHED:
		return is_pin ? "Type the PIN, or press Esc to go on without."
			      : "There are fewer than 48 digits.";
	}
	return "";
}

const char *key_entry_note(
	const struct key_entry *e, char note[KEY_ENTRY_NOTE_BYTES])
{
	unsigned int wrong =
		e->kind == SECRET_PIN ? GROUPS : key_entry_first_wrong(e);

	if (wrong < GROUPS)
		(void)snprintf(note, KEY_ENTRY_NOTE_BYTES,
			"Group %u is wrong. Backspace corrects it, Enter goes "
			"to its first digit.",
			wrong + 1);
	else
		(void)snprintf(
			note, KEY_ENTRY_NOTE_BYTES, "%s", remark_text(e));
	return note;
}
