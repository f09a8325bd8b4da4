/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the difference between two descriptions of a volume. */
#include "tests/support/corrupt_judge.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/ntfs_peek_parts.h"

#define MAX_CHANGES 64
#define LINE_BYTES  1400 /* a name of 255 characters, and what is before it */
#define HEAD_CHARS  (2 * (NAME_HEAD - 2)) /* of a value, as hexadecimal */
#define SPACE_DOS   2
#define SHORT_END   "2e0048004c004400" /* ".HLD" */

/* One name that is only there before, or only there after. */
struct name_line {
	char where[96]; /* "record 64 ", "record 37 entry 0001...40 " */
	char head[HEAD_CHARS + 1]; /* folder, times, sizes, flags */
	char name[4 * 255 + 1];
	unsigned int space;
	bool is_entry;
	bool is_matched;
};

struct name_lines {
	struct name_line lines[MAX_CHANGES];
	unsigned int count;
};

/* "record 64 attribute 0x30 "" value 05..." or "record 37 entry 0.. key 05.."
 */
static bool parse_name(const char *line, struct name_line *ret)
{
	const char *value = strstr(line, " value ");
	size_t len;

	memset(ret, 0, sizeof(*ret));
	if (!strstr(line, " attribute 0x30 ")) {
		value = strstr(line, " key ");
		ret->is_entry = strstr(line, " entry ") != NULL;
		if (!ret->is_entry)
			return false;
	}
	if (!value || (size_t)(value - line) >= sizeof(ret->where))
		return false;
	memcpy(ret->where, line, (size_t)(value - line));
	value = strchr(value + 1, ' ') + 1;
	len = strlen(value);
	if (len < HEAD_CHARS + 4 || len - HEAD_CHARS - 4 >= sizeof(ret->name))
		return false;
	memcpy(ret->head, value, HEAD_CHARS);
	if (sscanf(value + HEAD_CHARS + 2, "%2x", &ret->space) != 1)
		return false;
	strcpy(ret->name, value + HEAD_CHARS + 4);
	return true;
}

/*
 * "record 75 attribute 0x80 "" size 8000 ... runs 19+11 sum 0123...": another
 * content in the same clusters, which this file has only by the damage?
 */
static bool is_cross_linked(
	const char *line, const char *text, const char *sound)
{
	char facts[LINE_BYTES];
	const char *sum = strstr(line, " sum ");

	if (!sum)
		return false;
	snprintf(facts, sizeof(facts), "%.*s", (int)(sum - line) + 5, line);
	if (strstr(sound, facts + 1))
		return false;
	facts[0] = *line == '-' ? '+' : '-';
	return strstr(text, facts) != NULL;
}

/* False for a line about something else than a name that is not to change. */
static bool take_lines(const char *text, char sign,
	const struct corrupt_volumes *v, struct name_lines *ret)
{
	char line[LINE_BYTES];
	size_t len;

	ret->count = 0;
	for (const char *p = text; *p; p += len + 1) {
		len = strcspn(p, "\n");
		if (*p != sign)
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)len, p);
		if (len < LINE_BYTES && ret->count < MAX_CHANGES &&
			parse_name(line + 1, &ret->lines[ret->count]))
			ret->count++;
		else if (len >= LINE_BYTES ||
			 (!strstr(v->usual, line) &&
				 !is_cross_linked(line, text, v->sound)))
			return false;
	}
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static bool is_short(const struct name_line *n)
{
	return n->space == SPACE_DOS;
}

static bool is_held_form(const struct name_line *from,
	const struct name_line *to, const char *suffix)
{
	size_t len = strlen(from->name);

	if (strcmp(from->where, to->where) || strcmp(from->head, to->head))
		return false;
	if (from->space != to->space &&
		(!from->is_entry || is_short(from) || is_short(to)))
		return false;
	if (is_short(from))
		return ends_with(to->name, SHORT_END);
	return !strncmp(to->name, from->name, len) &&
	       !strcmp(to->name + len, suffix);
}

/* An entry that nothing had to make room for: has the file that short name? */
static bool is_of_record(
	const struct name_line *entry, const struct name_lines *came)
{
	unsigned long long ref;
	char record[32];

	if (!entry->is_entry || !is_short(entry) ||
		sscanf(entry->where, "record %*u entry %llx", &ref) != 1)
		return false;
	snprintf(record, sizeof(record), "record %llu ", ref & REF_MASK);
	for (unsigned int i = 0; i < came->count; i++)
		if (!came->lines[i].is_entry &&
			!strncmp(
				came->lines[i].where, record, strlen(record)) &&
			!strcmp(came->lines[i].name, entry->name))
			return true;
	return false;
}

/* Each name that went has one that came in its place, and the reverse. */
static const char *match_names(struct name_lines *went, struct name_lines *came,
	const struct corrupt_volumes *v)
{
	char suffix[256];
	unsigned int records = 0, entries = 0;

	peek_name_hex(v->suffix, suffix, sizeof(suffix));
	for (unsigned int i = 0; i < went->count; i++) {
		struct name_line *from = &went->lines[i];
		struct name_line *to = NULL;

		for (unsigned int k = 0; k < came->count && !to; k++)
			if (!came->lines[k].is_matched &&
				is_held_form(from, &came->lines[k], suffix))
				to = &came->lines[k];
		if (!to)
			return "a name went, and no held one came";
		to->is_matched = true;
		if (!is_short(from) && from->is_entry)
			entries++;
		else if (!is_short(from))
			records++;
	}
	for (unsigned int k = 0; k < came->count; k++)
		if (!came->lines[k].is_matched &&
			!is_of_record(&came->lines[k], came))
			return "a name came, and none went";
	if (records != v->files || entries != v->files)
		return "not as many files as was said";
	return NULL;
}

char *corrupt_explain(const char *what, const char *details)
{
	size_t cap = strlen(what) + strlen(details) + 3;
	char *text = malloc(cap);

	if (!text)
		abort();
	snprintf(text, cap, "%s\n%s", what, details);
	return text;
}

static char *judge_facts(const struct corrupt_volumes *v)
{
	char *before = peek_describe(v->before, v->size);
	char *after = peek_describe(v->after, v->size);
	char *difference = peek_difference(before, after);
	struct name_lines *lines = calloc(2, sizeof(*lines));
	const char *what;
	char *result = NULL;

	if (!lines)
		abort();
	if (!take_lines(difference, '-', v, &lines[0]) ||
		!take_lines(difference, '+', v, &lines[1]))
		result = corrupt_explain("changed, and no name", difference);
	what = result ? NULL : match_names(&lines[0], &lines[1], v);
	if (what)
		result = corrupt_explain(what, difference);
	free(lines);
	free(difference);
	free(after);
	free(before);
	return result;
}

/* What it complained of before it may complain of after, by whatever name. */
char *corrupt_judge_soundness(const struct corrupt_volumes *v)
{
	char *before = peek_check(v->before, v->size);
	char *after = peek_check(v->after, v->size);
	char *difference = peek_difference(before, after);
	char *result = NULL;

	if (difference[0] == '+' || strstr(difference, "\n+"))
		result = corrupt_explain(
			"the volume has new faults", difference);
	free(difference);
	free(after);
	free(before);
	return result;
}

char *corrupt_judge_names(const struct corrupt_volumes *v)
{
	char *result = judge_facts(v);

	return result ? result : corrupt_judge_soundness(v);
}
