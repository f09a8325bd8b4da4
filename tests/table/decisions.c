/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints docs/decisions.md: every decision there is, with what led to it.
 *
 * Each distinct answer of decide() is one row, not counting remarks: reasons
 * that are said but decide nothing.  The row's conditions are found by trying
 * the whole space: a question is named where not every answer to it occurs
 * among the points that end in this row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/decision_space.h"

#define MAX_ROWS 4096

struct row {
	enum verdict verdict;
	enum consent consent;
	enum reason_id reasons[DECISION_MAX_REASONS];
	size_t reason_count;
	uint64_t remarks; /* a bit for each reason that may be said as well */
	unsigned long points;
	uint64_t seen[ASK_COUNT]; /* a bit for each answer */
};

static struct row rows[MAX_ROWS];
static size_t row_count;

static int compare_rows(const void *first, const void *second)
{
	const struct row *a = first;
	const struct row *b = second;
	size_t i;

	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	if (a->consent != b->consent)
		return a->consent < b->consent ? -1 : 1;
	for (i = 0; i < a->reason_count && i < b->reason_count; i++)
		if (a->reasons[i] != b->reasons[i])
			return a->reasons[i] < b->reasons[i] ? -1 : 1;
	if (a->reason_count != b->reason_count)
		return a->reason_count < b->reason_count ? -1 : 1;
	return 0;
}

/* Most points end in a row that was met not long ago. */
static struct row *row_of(const struct row *key)
{
	size_t i;

	for (i = row_count; i-- > 0;)
		if (compare_rows(&rows[i], key) == 0)
			return &rows[i];
	if (row_count == MAX_ROWS) {
		fputs("decisions: more rows than there is room for\n", stderr);
		exit(1);
	}
	rows[row_count] = *key;
	return &rows[row_count++];
}

static bool is_remark(enum reason_id id)
{
	switch (id) {
	case REASON_POWER_BUTTON:
	case REASON_LAUNCHES:
	case REASON_DIVERTED:
	case REASON_FAILED_STARTS:
	case REASON_STOP_CODE_UNKNOWN_AGE:
	case REASON_HOLD_HELPED:
	case REASON_HOLD_GONE:
	case REASON_RECOVERED:
	case REASON_INCIDENT_REFUSED:
	case REASON_INCIDENT_NO_FILE:
	case REASON_INCIDENT_NO_CRASH:
		return true;
	default:
		return false;
	}
}

static void add_point(const struct decision_point *p)
{
	struct decision d;
	struct row key = {.points = 0};
	uint64_t remarks = 0;
	struct row *row;
	size_t i;

	decide(&p->evidence, &p->policy, SPACE_HOLD_ID, &d);
	key.verdict = d.verdict;
	key.consent = d.consent;
	for (i = 0; i < d.reason_count; i++)
		if (is_remark(d.reasons[i].id))
			remarks |= (uint64_t)1 << d.reasons[i].id;
		else
			key.reasons[key.reason_count++] = d.reasons[i].id;
	row = row_of(&key);
	row->remarks |= remarks;
	row->points++;
	for (i = 0; i < ASK_COUNT; i++)
		row->seen[i] |= (uint64_t)1 << p->answers[i];
}

/* --- Printing ------------------------------------------------------------ */

static void print_answers(enum decision_question q, uint64_t which)
{
	const char *separator = "";
	unsigned int i;

	for (i = 0; i < decision_space_answers(q); i++) {
		if (!(which >> i & 1))
			continue;
		printf("%s%s", separator, decision_space_answer(q, i));
		separator = " / ";
	}
}

static unsigned int count_bits(uint64_t bits)
{
	unsigned int n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* The shorter of what may be the case and what may not. */
static void print_conditions(const struct row *row)
{
	const char *separator = "";
	unsigned int q;

	for (q = 0; q < ASK_COUNT; q++) {
		enum decision_question question = (enum decision_question)q;
		unsigned int answers = decision_space_answers(question);
		uint64_t all = ((uint64_t)1 << answers) - 1;
		unsigned int seen = count_bits(row->seen[q]);

		if (row->seen[q] == all)
			continue;
		printf("%s**%s:** ", separator,
			decision_space_question(question));
		if (seen > answers / 2)
			fputs("any but ", stdout);
		print_answers(question, seen > answers / 2 ? all & ~row->seen[q]
							   : row->seen[q]);
		separator = "<br>";
	}
}

static const char *consent_words(enum consent consent)
{
	switch (consent) {
	case CONSENT_GIVEN:
		return "";
	case CONSENT_NEEDED:
		return ", if a person agrees";
	case CONSENT_DENIED:
		return ": reported, not done";
	}
	return "";
}

static void print_row(const struct row *row)
{
	size_t i;

	fputs("| ", stdout);
	for (i = 0; i < row->reason_count; i++)
		printf("%s`%s`", i ? " " : "", reason_name(row->reasons[i]));
	for (i = 0; i < REASON_COUNT; i++)
		if (row->remarks >> i & 1)
			printf("<br>(%s)", reason_name((enum reason_id)i));
	fputs(" | ", stdout);
	print_conditions(row);
	printf(" | %lu |\n", row->points);
}

static void print_rows(void)
{
	size_t i;

	for (i = 0; i < row_count; i++) {
		const struct row *row = &rows[i];

		if (i == 0 || row->verdict != rows[i - 1].verdict ||
			row->consent != rows[i - 1].consent)
			printf("\n### %s%s\n\n| reasons | only if | points |\n"
			       "|---|---|---|\n",
				verdict_text(row->verdict),
				consent_words(row->consent));
		print_row(row);
	}
}

static void print_questions(void)
{
	unsigned int q;

	puts("## The questions\n");
	for (q = 0; q < ASK_COUNT; q++) {
		unsigned int i;

		printf("- **%s**\n",
			decision_space_question((enum decision_question)q));
		for (i = 0;
			i < decision_space_answers((enum decision_question)q);
			i++)
			printf("  - %s\n",
				decision_space_answer(
					(enum decision_question)q, i));
	}
}

int main(void)
{
	unsigned long size = decision_space_size();
	struct decision_point p;
	unsigned long i;

	for (i = 0; i < size; i++) {
		decision_space_point(i, &p);
		add_point(&p);
	}
	qsort(rows, row_count, sizeof(rows[0]), compare_rows);
	print_questions();
	printf("\n## The answers\n\n%lu combinations, %zu different answers.\n",
		size, row_count);
	print_rows();
	return 0;
}
