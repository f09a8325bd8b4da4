/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_harm.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/ntfs_peek_parts.h"

#define JUDGED_RECORDS 4096
#define RECORD_ROOT    5
#define REFERENCE      0xffffffffffffu /* without its sequence number */

enum fact {
	FACT_CONTENT, /* $DATA */
	FACT_NAME,    /* $FILE_NAME */
	FACT_ENTRY,   /* of a folder */
	FACT_OTHER
};

/* One record, as the three descriptions have it. */
struct seen {
	bool was_used;
	bool may_change;
	unsigned int contents_before;
	unsigned int names_before;
	unsigned int contents; /* now, and known from before or after */
	unsigned int names;    /* the same */
	bool is_reachable;     /* now, from the root on */
};

struct line {
	const char *p;
	size_t len;
	uint64_t record;
	enum fact fact;
	uint64_t target; /* of an entry */
};

/* --- Lines ---------------------------------------------------------------- */

/* Behind "record N "; other lines are about no record. */
static const char *parse_record(const char *p, uint64_t *ret)
{
	char *end;

	if (strncmp(p, "record ", 7))
		return NULL;
	*ret = strtoull(p + 7, &end, 10);
	return *end == ' ' && *ret < JUDGED_RECORDS ? end + 1 : NULL;
}

static bool parse_line(const char *p, struct line *ret)
{
	const char *rest = parse_record(p, &ret->record);

	ret->p = p;
	ret->len = strcspn(p, "\n");
	ret->fact = FACT_OTHER;
	if (!rest)
		return false;
	if (!strncmp(rest, "attribute 0x80 ", 15))
		ret->fact = FACT_CONTENT;
	if (!strncmp(rest, "attribute 0x30 ", 15))
		ret->fact = FACT_NAME;
	if (!strncmp(rest, "entry ", 6)) {
		ret->fact = FACT_ENTRY;
		ret->target = strtoull(rest + 6, NULL, 16) & REFERENCE;
	}
	return true;
}

static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return *p ? p + 1 : p;
}

static void add_line(struct peek_text *t, const char *p)
{
	size_t len = strcspn(p, "\n");

	peek_text_reserve(t, len + 2);
	memcpy(t->p + t->len, p, len);
	t->len += len;
	t->p[t->len++] = '\n';
	t->p[t->len] = '\0';
}

/* --- What is known -------------------------------------------------------- */

static void note_before(struct seen *seen, const char *before)
{
	struct line l;

	for (const char *p = before; *p; p = next_line(p)) {
		if (!parse_line(p, &l))
			continue;
		seen[l.record].was_used = true;
		seen[l.record].contents_before += l.fact == FACT_CONTENT;
		seen[l.record].names_before += l.fact == FACT_NAME;
	}
}

/* What the whole change touches; and any record that it takes for new. */
static void note_changing(
	struct seen *seen, const char *before, const char *after)
{
	char *difference = peek_difference(before, after);
	bool takes_new = false;
	struct line l;

	for (const char *p = difference; *p; p = next_line(p)) {
		if (!parse_line(p + 1, &l))
			continue;
		seen[l.record].may_change = true;
		takes_new |= !seen[l.record].was_used;
	}
	for (size_t i = 0; takes_new && i < JUDGED_RECORDS; i++)
		seen[i].may_change |= !seen[i].was_used;
	free(difference);
}

static void note_now(struct seen *seen, const char *now)
{
	struct line l;

	for (const char *p = now; *p; p = next_line(p)) {
		if (!parse_line(p, &l))
			continue;
		if (l.fact == FACT_CONTENT)
			seen[l.record].contents++;
		else if (l.fact == FACT_NAME)
			seen[l.record].names++;
	}
}

/* Folders come before or after what is in them: until nothing is new. */
static void note_reachable(struct seen *seen, const char *now)
{
	bool is_new = true;
	struct line l;

	seen[RECORD_ROOT].is_reachable = true;
	while (is_new) {
		is_new = false;
		for (const char *p = now; *p; p = next_line(p)) {
			if (!parse_line(p, &l) || l.fact != FACT_ENTRY ||
				l.target >= JUDGED_RECORDS ||
				!seen[l.record].is_reachable ||
				seen[l.target].is_reachable)
				continue;
			seen[l.target].is_reachable = true;
			is_new = true;
		}
	}
}

/* A record that only continues another one has no name. */
static bool is_file(const struct seen *s, uint64_t number)
{
	return number >= FIRST_USER && s->contents_before && s->names_before;
}

/* --- Judging -------------------------------------------------------------- */

static void find_others(const struct seen *seen, const char *before,
	const char *now, struct peek_text *t)
{
	char *difference = peek_difference(before, now);
	struct line l;

	for (const char *p = difference; *p; p = next_line(p))
		if (!parse_line(p + 1, &l) || !seen[l.record].may_change)
			add_line(t, p);
	free(difference);
}

/* Facts about files that are neither from before nor from after. */
static void find_unknown(struct seen *seen, const char *before,
	const char *after, const char *now, struct peek_text *t)
{
	char *not_before = peek_difference(before, now);
	char *unknown = peek_difference(after, now);
	struct line l;

	for (const char *p = unknown; *p; p = next_line(p)) {
		if (*p != '+' || !parse_line(p + 1, &l) ||
			(l.fact != FACT_CONTENT && l.fact != FACT_NAME) ||
			!is_file(&seen[l.record], l.record))
			continue;
		/* "+line" in both: in neither text */
		if (!memmem(not_before, strlen(not_before), p, l.len + 2))
			continue;
		add_line(t, p);
		if (l.fact == FACT_CONTENT)
			seen[l.record].contents--;
		else
			seen[l.record].names--;
	}
	free(not_before);
	free(unknown);
}

static void find_gone(
	const struct seen *seen, struct fault_harm *ret, struct peek_text *t)
{
	for (uint64_t i = 0; i < JUDGED_RECORDS; i++) {
		const struct seen *s = &seen[i];

		if (!is_file(s, i))
			continue;
		if (s->contents != s->contents_before)
			peek_text_add(
				t, "record %" PRIu64 " lost content\n", i);
		if (!s->names)
			peek_text_add(
				t, "record %" PRIu64 " lost its name\n", i);
		ret->lost_names += !s->is_reachable;
	}
}

void fault_harm_find(const char *before, const char *after, const char *now,
	struct fault_harm *ret)
{
	struct seen *seen = calloc(JUDGED_RECORDS, sizeof(*seen));
	struct peek_text others, files;

	if (!seen)
		abort();
	ret->lost_names = 0;
	peek_text_begin(&others);
	peek_text_begin(&files);
	note_before(seen, before);
	note_changing(seen, before, after);
	note_now(seen, now);
	note_reachable(seen, now);
	find_others(seen, before, now, &others);
	find_unknown(seen, before, after, now, &files);
	find_gone(seen, ret, &files);
	ret->others = others.p;
	ret->files = files.p;
	free(seen);
}

void fault_harm_free(struct fault_harm *h)
{
	free(h->others);
	free(h->files);
}
