/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing one line of JSON into a fixed buffer.  Every member is written as a
 * whole or taken back, so the line is valid JSON at every moment but for its
 * closing brackets, for which room is kept.
 */
#include "recovery/report.h"

#include <stdio.h>
#include <string.h>

#include "storage/utf8.h"

static const char closing[] = ",\"truncated\":true}";

/* Kept free: the closing with its NUL, and "]" while an array is open. */
static size_t room_of(const struct report_line *l)
{
	return REPORT_LINE_BYTES - sizeof(closing) - l->len -
	       (l->is_in_array ? 1 : 0);
}

/* --- Text ---------------------------------------------------------------- */

/* Sets is_full instead of writing a part. */
static void put_bytes(struct report_line *l, const char *s, size_t len)
{
	if (l->is_full || len > room_of(l)) {
		l->is_full = true;
		return;
	}
	memcpy(l->text + l->len, s, len);
	l->len += len;
}

static void put_text(struct report_line *l, const char *s)
{
	put_bytes(l, s, strlen(s));
}

static void put_character(struct report_line *l, const char *s, size_t len)
{
	unsigned char c = (unsigned char)*s;
	char escape[8];

	if (len == 0) {
		put_text(l, "?");
	} else if (*s == '"' || *s == '\\') {
		escape[0] = '\\';
		escape[1] = *s;
		put_bytes(l, escape, 2);
	} else if (c < 0x20 || c == 0x7F) {
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned int)c);
		put_text(l, escape);
	} else {
		put_bytes(l, s, len);
	}
}

static void put_string(struct report_line *l, const char *value)
{
	const char *s = value;

	if (!value) {
		put_text(l, "null");
		return;
	}
	put_text(l, "\"");
	while (*s && !l->is_full) {
		size_t len = utf8_length(s);

		put_character(l, s, len);
		s += len ? len : 1;
	}
	put_text(l, "\"");
}

/* --- Members ------------------------------------------------------------- */

/* The state before a member or item, to take it back if it does not fit. */
struct mark {
	size_t len;
	bool was_full;
	bool needed_comma;
};

static struct mark begin_item(struct report_line *l)
{
	struct mark m = {l->len, l->is_full, l->needs_comma};

	/* Something longer may have been left out: this one may still fit. */
	l->is_full = false;
	if (l->needs_comma)
		put_text(l, ",");
	l->needs_comma = true;
	return m;
}

/* Returns whether the item is in the line. */
static bool end_item(struct report_line *l, const struct mark *m)
{
	bool fits = !l->is_full;

	if (!fits) {
		l->len = m->len;
		l->needs_comma = m->needed_comma;
	}
	l->is_full = l->is_full || m->was_full;
	return fits;
}

static struct mark begin_member(struct report_line *l, const char *key)
{
	struct mark m;

	report_array_end(l);
	m = begin_item(l);
	put_string(l, key);
	put_text(l, ":");
	return m;
}

void report_begin(struct report_line *l, const char *event)
{
	memset(l, 0, sizeof(*l));
	put_text(l, "{");
	report_string(l, "event", event);
}

void report_string(struct report_line *l, const char *key, const char *value)
{
	struct mark m = begin_member(l, key);

	put_string(l, value);
	(void)end_item(l, &m);
}

void report_number(struct report_line *l, const char *key, uint64_t value)
{
	struct mark m = begin_member(l, key);
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	put_text(l, digits);
	(void)end_item(l, &m);
}

void report_hex(struct report_line *l, const char *key, uint64_t value)
{
	struct mark m = begin_member(l, key);
	char digits[24];

	snprintf(digits, sizeof(digits), "\"0x%llx\"",
		(unsigned long long)value);
	put_text(l, digits);
	(void)end_item(l, &m);
}

void report_bool(struct report_line *l, const char *key, bool value)
{
	struct mark m = begin_member(l, key);

	put_text(l, value ? "true" : "false");
	(void)end_item(l, &m);
}

/* --- Arrays -------------------------------------------------------------- */

void report_array_begin(struct report_line *l, const char *key)
{
	struct mark m = begin_member(l, key);

	if (room_of(l) < 2)
		l->is_full = true;
	put_text(l, "[");
	l->is_in_array = end_item(l, &m);
	if (l->is_in_array)
		l->needs_comma = false;
}

void report_array_string(struct report_line *l, const char *value)
{
	struct mark m;

	/* The array itself found no room. */
	if (!l->is_in_array)
		return;
	m = begin_item(l);
	put_string(l, value);
	(void)end_item(l, &m);
}

void report_array_end(struct report_line *l)
{
	if (!l->is_in_array)
		return;
	/* Into the room kept for it. */
	l->text[l->len++] = ']';
	l->is_in_array = false;
	l->needs_comma = true;
}

const char *report_end(struct report_line *l)
{
	const char *end = closing;

	report_array_end(l);
	if (!l->is_full)
		end += sizeof(closing) - 2; /* only the bracket */
	else if (!l->needs_comma)
		end++; /* an empty object: no comma */
	memcpy(l->text + l->len, end, strlen(end) + 1);
	l->len += strlen(end);
	return l->text;
}
