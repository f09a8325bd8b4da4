/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines of a description a hold that moves one file may change. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/corrupt_judge.h"
#include "tests/support/ntfs_peek_parts.h"

#define RECORD_ROOT 5
#define LINE_BYTES  2200 /* a name of 255 characters, and what is before it */
#define PARENT_HEX  16	 /* of a $FILE_NAME: the folder, which changes */

/* Who takes part in the move. */
struct movers {
	uint64_t file;
	uint64_t from;	 /* the folder it was in */
	uint64_t to;	 /* the one that was made */
	char name[1024]; /* the file's, as hexadecimal */
};

/* The next line of @*text; false at its end.  One too long is cut. */
static bool next_line(const char **text, char *line, size_t cap)
{
	size_t len = strcspn(*text, "\n");

	if (!**text)
		return false;
	snprintf(line, cap, "%.*s", (int)(len < cap ? len : cap - 1), *text);
	*text += len + ((*text)[len] == '\n');
	return true;
}

static uint64_t record_of(const char *line)
{
	uint64_t number;

	if (sscanf(line + 1, "record %" SCNu64, &number) != 1)
		return UINT64_MAX;
	return number;
}

static bool has(const char *line, const char *part)
{
	return strstr(line, part) != NULL;
}

/* Was @number free before?  A record that was never used has no line. */
static bool was_free(const char *facts, uint64_t number)
{
	char head[64];
	const char *line;
	unsigned int flags;

	snprintf(head, sizeof(head), "record %" PRIu64 " sequence ", number);
	line = strstr(facts, head);
	if (!line)
		return true;
	return sscanf(line, "record %*u sequence %*u flags %x", &flags) == 1 &&
	       !(flags & RECORD_IN_USE);
}

/* From what went and came: the file by its name, the folders by its parents. */
static bool find_movers(const char *difference, const char *name,
	const char *facts, struct movers *ret)
{
	char line[LINE_BYTES];
	unsigned int went = 0, came = 0;

	peek_name_hex(name, ret->name, sizeof(ret->name));
	while (next_line(&difference, line, sizeof(line))) {
		const char *value = strstr(line, " value ");
		uint64_t parent = 0;

		if (!value || !has(line, " attribute 0x30 ") ||
			!has(line, ret->name))
			continue;
		for (unsigned int i = 0; i < 6; i++) {
			unsigned int byte;

			if (sscanf(value + 7 + 2 * i, "%2x", &byte) == 1)
				parent |= (uint64_t)byte << 8 * i;
		}
		if (line[0] == '-') {
			ret->file = record_of(line);
			ret->from = parent;
			went++;
		} else {
			ret->to = parent;
			came += record_of(line) == ret->file;
		}
	}
	return went == 1 && came == 1 && was_free(facts, ret->to);
}

/* The same name in another folder: in the record it had, in no other. */
static bool has_partner(const char *line, const char *difference)
{
	const char *value = strstr(line, " value ");
	char other[LINE_BYTES];

	if (!value)
		return false;
	while (next_line(&difference, other, sizeof(other))) {
		const char *its = strstr(other, " value ");

		if (its && other[0] != line[0] &&
			record_of(other) == record_of(line) &&
			!strcmp(its + 7 + PARENT_HEX, value + 7 + PARENT_HEX))
			return true;
	}
	return false;
}

static bool is_entry_of(const char *line, uint64_t number)
{
	unsigned long long ref;

	return sscanf(line + 1, "record %*u entry %llx", &ref) == 1 &&
	       (ref & REF_MASK) == number;
}

static bool may_change(
	const char *line, const struct movers *m, const char *difference)
{
	uint64_t number = record_of(line);

	if (number == m->to)
		return true;
	if (number == m->file)
		return has(line, " attribute 0x30 ") &&
		       has_partner(line, difference);
	if (number == m->from && is_entry_of(line, m->file))
		return line[0] == '-';
	if (number == RECORD_ROOT && is_entry_of(line, m->to))
		return line[0] == '+';
	if (number == RECORD_MFT)
		return has(line, " attribute 0x80 ") ||
		       has(line, " attribute 0xb0 ");
	return number == RECORD_BITMAP && has(line, " attribute 0x80 ");
}

char *corrupt_judge_move(const struct corrupt_volumes *v, const char *name)
{
	char *before = peek_describe(v->before, v->size);
	char *after = peek_describe(v->after, v->size);
	char *difference = peek_difference(before, after);
	struct movers *m = calloc(1, sizeof(*m));
	char line[LINE_BYTES];
	char *result = NULL;

	if (!m)
		abort();
	if (!find_movers(difference, name, before, m)) {
		result = corrupt_explain("not one file was moved", difference);
	} else {
		const char *rest = difference;

		while (!result && next_line(&rest, line, sizeof(line)))
			if (!may_change(line, m, difference))
				result = corrupt_explain(line, difference);
	}
	free(m);
	free(difference);
	free(after);
	free(before);
	return result ? result : corrupt_judge_soundness(v);
}
