/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_table.h"

#include <string.h>

#include "recovery/keys/key.h"
#include "recovery/keys/key_csv.h"

#define SAMPLE_LINES 8
#define AGAIN	     0x100 /* in place of a character: read the row again */

/* --- What is between fields? ---------------------------------------------- */

/* Of equals the first: commas are also in names. */
static const uint8_t delimiters[] = {'\t', ';', '|', ','};

#define DELIMITERS sizeof(delimiters)

struct sample {
	unsigned int lines[DELIMITERS]; /* in how many there is one */
	bool is_here[DELIMITERS];	/* in this line */
};

static void end_sample_line(struct sample *s)
{
	size_t i;

	for (i = 0; i < DELIMITERS; i++)
		s->lines[i] += s->is_here[i];
	memset(s->is_here, 0, sizeof(s->is_here));
}

/* Reads some lines; 0 or a negative code. */
static int take_sample(struct key_chars *c, struct sample *s)
{
	bool is_quoted = false;
	size_t i;
	int next;

	do {
		next = key_chars_next(c);
		if (next < 0)
			return next;
		if (next == '"')
			is_quoted = !is_quoted;
		for (i = 0; i < DELIMITERS && !is_quoted; i++)
			s->is_here[i] |= next == delimiters[i];
		if (next != '\n' && next != KEY_CHARS_END)
			continue;
		is_quoted = false;
		end_sample_line(s);
	} while (next != KEY_CHARS_END && c->at.line <= SAMPLE_LINES &&
		 c->at.off < KEY_SOURCE_LOOK_BYTES);
	end_sample_line(s);
	return 0;
}

static int find_delimiter(struct key_table *t)
{
	const struct key_chars_place begin = t->chars.at;
	struct sample s = {.lines = {0}};
	size_t best = DELIMITERS - 1;
	size_t i;
	int err = take_sample(&t->chars, &s);

	if (err < 0)
		return err;
	for (i = DELIMITERS; i-- > 0;)
		if (s.lines[i] >= s.lines[best])
			best = i;
	if (!s.lines[best])
		best = DELIMITERS - 1;
	t->delimiter = delimiters[best];
	t->chars.at = begin;
	return 0;
}

int key_table_open(struct key_table *t, const struct key_source *source,
	const struct key_table_events *events, void *ctx)
{
	int err = key_chars_open(&t->chars, source);

	t->events = events;
	t->ctx = ctx;
	t->again = 0;
	return err < 0 ? err : find_delimiter(t);
}

void key_table_close(struct key_table *t)
{
	key_chars_close(&t->chars);
}

/* --- Fields --------------------------------------------------------------- */

static bool ends_field(const struct key_table *t, int c)
{
	return c < 0 || c == t->delimiter || c == '\n' || c == KEY_CHARS_END;
}

/* Of a row that is longer than any of a table nothing is read again. */
static bool is_long(const struct key_table *t)
{
	return t->chars.at.off - t->begin.off > KEY_SOURCE_LOOK_BYTES;
}

static void hand_in(struct key_table *t, int c)
{
	t->events->c(t->ctx, c, key_chars_line(&t->chars));
}

static int skip_blanks(struct key_table *t)
{
	int c;

	do
		c = key_chars_next(&t->chars);
	while (c == ' ' || (c == '\t' && t->delimiter != '\t'));
	return c;
}

/* From @c on to the end of the field; returns what ends it. */
static int read_plain(struct key_table *t, int c)
{
	while (!ends_field(t, c)) {
		hand_in(t, c);
		c = key_chars_next(&t->chars);
	}
	return c;
}

/*
 * Behind the mark that opens it.  If what comes next is not what may stand
 * behind a closing mark, the marks are no pair, and lines that it took for one
 * row are none.
 */
static int read_quoted(struct key_table *t)
{
	bool has_newline = false;
	size_t count;
	int c;

	for (count = 0;; count++) {
		c = key_chars_next(&t->chars);
		if (c < 0)
			return c;
		if (c == '"') {
			c = key_chars_next(&t->chars);
			if (c != '"')
				break;
		}
		if (c == '\n' && is_long(t))
			return c;
		has_newline |= c == '\n';
		if (c == KEY_CHARS_END ||
			(has_newline &&
				(t->is_line || count > KEY_CSV_MAX_QUOTED)))
			return has_newline && !t->is_line ? AGAIN : c;
		hand_in(t, c);
	}
	if (c == ' ')
		c = skip_blanks(t);
	if (!ends_field(t, c)) {
		if (has_newline)
			return AGAIN;
		hand_in(t, ' '); /* nothing runs across the mark */
	}
	return read_plain(t, c);
}

static int read_field(struct key_table *t)
{
	int c = skip_blanks(t);

	return c == '"' ? read_quoted(t) : read_plain(t, c);
}

/* --- Rows ----------------------------------------------------------------- */

/* 1, 0 or a negative code as key_table_row(), or AGAIN. */
static int read_row(struct key_table *t)
{
	size_t column = 0;
	int c;

	t->events->row(t->ctx, t->begin.line);
	do {
		t->events->field(t->ctx, column);
		c = read_field(t);
		t->events->field_end(t->ctx, column);
		column++;
	} while (c == t->delimiter);
	if (c < 0 || c == AGAIN)
		return c;
	return c == '\n' || t->chars.at.off != t->begin.off;
}

int key_table_row(struct key_table *t)
{
	int status;

	t->begin = t->chars.at;
	t->is_line = t->again >= KEY_CSV_MAX_AGAIN;
	status = read_row(t);
	if (status != AGAIN)
		return status;
	t->again++;
	t->is_line = true;
	t->chars.at = t->begin;
	return read_row(t);
}
