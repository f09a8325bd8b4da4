/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that grows, and comparing two of it line by line. */
#include "tests/support/ntfs_peek_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void peek_text_reserve(struct peek_text *t, size_t more)
{
	if (t->room - t->len > more)
		return;
	t->room = 2 * (t->len + more + 4096);
	t->p = realloc(t->p, t->room);
	if (!t->p) {
		fprintf(stderr, "ntfs_peek: no memory\n");
		abort();
	}
}

void peek_text_begin(struct peek_text *t)
{
	memset(t, 0, sizeof(*t));
	peek_text_reserve(t, 1);
	t->p[0] = '\0';
}

void peek_text_add(struct peek_text *t, const char *format, ...)
{
	va_list args;
	int n;

	peek_text_reserve(t, 512);
	va_start(args, format);
	n = vsnprintf(t->p + t->len, 512, format, args);
	va_end(args);
	t->len += n < 0 ? 0 : n < 512 ? (size_t)n : 511;
}

void peek_text_add_hex(struct peek_text *t, const unsigned char *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	peek_text_reserve(t, 2 * len + 1);
	for (size_t i = 0; i < len; i++) {
		t->p[t->len++] = digits[p[i] >> 4];
		t->p[t->len++] = digits[p[i] & 15];
	}
	t->p[t->len] = '\0';
}

/* --- Comparing ------------------------------------------------------------ */

static size_t line_length(const char *p)
{
	return strcspn(p, "\n");
}

static uint64_t line_sum(const char *p, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325u;

	while (len--)
		sum = (sum ^ (unsigned char)*p++) * 0x100000001b3u;
	return sum;
}

static int compare_sums(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t *line_sums(const char *text, size_t *ret_count)
{
	uint64_t *sums = NULL;
	size_t count = 0;

	for (const char *p = text; *p; p += line_length(p) + 1) {
		if (!(count & (count + 1)))
			sums = realloc(sums, 2 * (count + 1) * sizeof(*sums));
		if (!sums)
			abort();
		sums[count++] = line_sum(p, line_length(p));
	}
	if (count)
		qsort(sums, count, sizeof(*sums), compare_sums);
	*ret_count = count;
	return sums;
}

/* Lines of @text that are not in @other, each after @sign. */
static void add_missing(
	struct peek_text *t, char sign, const char *text, const char *other)
{
	size_t count;
	uint64_t *sums = line_sums(other, &count);

	for (const char *p = text; *p; p += line_length(p) + 1) {
		size_t len = line_length(p);
		uint64_t sum = line_sum(p, len);

		if (count &&
			bsearch(&sum, sums, count, sizeof(*sums), compare_sums))
			continue;
		peek_text_reserve(t, len + 3);
		t->p[t->len++] = sign;
		memcpy(t->p + t->len, p, len);
		t->len += len;
		t->p[t->len++] = '\n';
		t->p[t->len] = '\0';
	}
	free(sums);
}

char *peek_difference(const char *before, const char *after)
{
	struct peek_text t;

	peek_text_begin(&t);
	if (strcmp(before, after)) {
		add_missing(&t, '-', before, after);
		add_missing(&t, '+', after, before);
	}
	return t.p;
}

char *peek_without(const char *text, const char *part)
{
	struct peek_text t;

	peek_text_begin(&t);
	for (const char *p = text; *p; p += line_length(p) + 1) {
		size_t len = line_length(p) + 1;

		/* Not strstr(), which looks through all the text each time. */
		if (memmem(p, len, part, strlen(part)))
			continue;
		peek_text_reserve(&t, len + 1);
		memcpy(t.p + t.len, p, len);
		t.len += len;
		t.p[t.len] = '\0';
	}
	return t.p;
}

const char *peek_name_hex(const char *name, char *buf, size_t cap)
{
	size_t len = 0;

	for (; *name && cap - len > 4; name++)
		len += (size_t)snprintf(
			buf + len, cap - len, "%02x00", (unsigned char)*name);
	return buf;
}
