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

/* Kept free: the closing with its NUL, and the brackets that are open. */
static size_t room_of(const struct report_line *l)
{
	return REPORT_LINE_BYTES - sizeof(closing) - l->len - l->depth;
}

static bool is_in_array(const struct report_line *l)
{
	return l->depth && l->open[l->depth - 1] == ']';
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

/* Returns whether the item is in the line; not if what it is in is not. */
static bool end_item(struct report_line *l, const struct mark *m)
{
	bool fits = !l->is_full && !l->left_out;

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

	if (is_in_array(l) && !l->left_out)
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
	if (event)
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

void report_status(struct report_line *l, const char *key, uint32_t value)
{
	struct mark m = begin_member(l, key);
	char digits[16];

	snprintf(digits, sizeof(digits), "\"%08x\"", (unsigned int)value);
	put_text(l, digits);
	(void)end_item(l, &m);
}

void report_seconds(struct report_line *l, const char *key, uint64_t ticks)
{
	struct mark m = begin_member(l, key);
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%llu.%07llu",
		(unsigned long long)(ticks / 10000000),
		(unsigned long long)(ticks % 10000000));

	while (digits[len - 1] == '0' && digits[len - 2] != '.')
		digits[--len] = '\0';
	put_text(l, digits);
	(void)end_item(l, &m);
}

void report_bool(struct report_line *l, const char *key, bool value)
{
	struct mark m = begin_member(l, key);

	put_text(l, value ? "true" : "false");
	(void)end_item(l, &m);
}

/* --- Arrays and objects -------------------------------------------------- */

/* The opening bracket of the item that began with @m. */
static void open_bracket(
	struct report_line *l, const struct mark *m, const char *pair)
{
	const char opening[] = {pair[0], '\0'};

	if (l->depth == REPORT_MAX_DEPTH || room_of(l) < 2)
		l->is_full = true;
	put_text(l, opening);
	if (!end_item(l, m)) {
		l->left_out++;
		return;
	}
	l->open[l->depth++] = pair[1];
	l->needs_comma = false;
}

/* Into the room kept for it. */
static void close_bracket(struct report_line *l)
{
	l->text[l->len++] = l->open[--l->depth];
	l->needs_comma = true;
}

static void end_bracket(struct report_line *l, char bracket)
{
	if (l->left_out)
		l->left_out--;
	else if (l->depth && l->open[l->depth - 1] == bracket)
		close_bracket(l);
}

/* Without a key there is a place for it only in an array. */
static void begin_bracket(
	struct report_line *l, const char *key, const char *pair)
{
	struct mark m;

	if (!key && !is_in_array(l)) {
		l->is_full = true;
		l->left_out++;
		return;
	}
	m = key ? begin_member(l, key) : begin_item(l);
	open_bracket(l, &m, pair);
}

void report_array_begin(struct report_line *l, const char *key)
{
	begin_bracket(l, key, "[]");
}

void report_array_end(struct report_line *l)
{
	end_bracket(l, ']');
}

void report_object_begin(struct report_line *l, const char *key)
{
	begin_bracket(l, key, "{}");
}

void report_object_end(struct report_line *l)
{
	if (is_in_array(l) && !l->left_out)
		report_array_end(l);
	end_bracket(l, '}');
}

/* An item of an array; nothing where there is none. */
static void put_item(struct report_line *l, const char *text, bool is_string)
{
	struct mark m;

	if (!is_in_array(l))
		return;
	m = begin_item(l);
	if (is_string)
		put_string(l, text);
	else
		put_text(l, text);
	(void)end_item(l, &m);
}

void report_array_string(struct report_line *l, const char *value)
{
	put_item(l, value, true);
}

void report_array_number(struct report_line *l, uint64_t value)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	put_item(l, digits, false);
}

void report_array_status(struct report_line *l, uint32_t value)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%08x", (unsigned int)value);
	put_item(l, digits, true);
}

const char *report_end(struct report_line *l)
{
	const char *end = closing;

	l->left_out = 0;
	while (l->depth)
		close_bracket(l);
	if (!l->is_full)
		end += sizeof(closing) - 2; /* only the bracket */
	else if (!l->needs_comma)
		end++; /* an empty object: no comma */
	memcpy(l->text + l->len, end, strlen(end) + 1);
	l->len += strlen(end);
	return l->text;
}
