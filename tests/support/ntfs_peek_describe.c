/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An NTFS volume as text; the header says what it leaves out. */
#include "tests/support/ntfs_peek_parts.h"

#include <inttypes.h>
#include <stdlib.h>

#include "storage/bytes.h"

static uint64_t sum_of(const struct peek *v, const struct peek_attribute *a)
{
	uint64_t sum = 0xcbf29ce484222325u;
	uint64_t left = a->initialised < a->size ? a->initialised : a->size;

	for (unsigned int i = 0; i < a->run_count && left; i++) {
		uint64_t len = a->runs[i].clusters * v->cluster;
		const unsigned char *p;

		if (len > left)
			len = left;
		left -= len;
		if (a->runs[i].is_hole)
			continue;
		p = peek_at(v, a->runs[i].lcn * v->cluster, (size_t)len);
		for (uint64_t k = 0; p && k < len; k++)
			sum = (sum ^ p[k]) * 0x100000001b3u;
	}
	return sum;
}

/* The entries of an index tell more than the bytes it is made of. */
static bool is_told_otherwise(const struct peek_attribute *a)
{
	return a->type == TYPE_INDEX_ROOT || a->type == TYPE_INDEX_ALLOCATION ||
	       a->type == TYPE_BITMAP;
}

static void add_name(struct peek_text *t, const struct peek_attribute *a)
{
	size_t off = le16_get(a->p + 10);
	size_t len = 2u * a->p[9];

	if (off > a->len || len > a->len - off) {
		peek_text_add(t, "broken");
		return;
	}
	for (size_t i = 0; i < len; i += 2) {
		uint16_t c = le16_get(a->p + off + i);

		if (c > ' ' && c < 0x7f)
			peek_text_add(t, "%c", (char)c);
		else
			peek_text_add(t, "[%x]", c);
	}
}

static void describe_attribute(const struct peek *v, struct peek_text *t,
	uint64_t number, const struct peek_attribute *a)
{
	peek_text_add(
		t, "record %" PRIu64 " attribute 0x%x \"", number, a->type);
	add_name(t, a);
	peek_text_add(t, "\" ");
	if (a->is_resident) {
		peek_text_add(t, "value ");
		peek_text_add_hex(t, a->value, a->value_len);
	} else {
		peek_text_add(t,
			"size %" PRIu64 " initialised %" PRIu64 " runs",
			a->size, a->initialised);
		for (unsigned int i = 0; i < a->run_count; i++)
			peek_text_add(t, " %" PRIu64 "+%" PRIu64,
				a->runs[i].is_hole ? 0 : a->runs[i].lcn,
				a->runs[i].clusters);
		if (number > RECORD_LOGFILE)
			peek_text_add(t, " sum %016" PRIx64, sum_of(v, a));
	}
	peek_text_add(t, "\n");
}

static void describe_entries(const struct peek *v, struct peek_text *t,
	uint64_t number, const unsigned char *record)
{
	struct peek_walk *w = malloc(sizeof(*w));
	const unsigned char *e;
	bool is_good = w && peek_walk_begin(w, v, record);

	while (is_good && (e = peek_walk_next(w))) {
		peek_text_add(t, "record %" PRIu64 " entry %016" PRIx64 " key ",
			number, le64_get(e));
		peek_text_add_hex(t, e + 16, le16_get(e + 10));
		peek_text_add(t, "\n");
	}
	if (!w || w->is_broken)
		peek_text_add(t, "record %" PRIu64 " index broken\n", number);
	free(w);
}

static bool has_index(const unsigned char *record, size_t len)
{
	struct peek_attribute *a = calloc(1, sizeof(*a));
	bool is_one = false;

	while (a && !is_one && peek_next_attribute(record, len, a) > 0)
		is_one = is_told_otherwise(a);
	free(a);
	return is_one;
}

static void describe_record(const struct peek *v, struct peek_text *t,
	uint64_t number, const unsigned char *record)
{
	struct peek_attribute *a = calloc(1, sizeof(*a));
	bool has_names = peek_is_directory(record, v->record_bytes);
	bool is_whole = has_index(record, v->record_bytes) &&
			peek_is_whole_directory(v, record);
	int more;

	peek_text_add(t,
		"record %" PRIu64 " sequence %u flags 0x%x links %u base "
		"%016" PRIx64 "\n",
		number, le16_get(record + 16), le16_get(record + 22),
		le16_get(record + 18), le64_get(record + 32));
	while ((more = peek_next_attribute(record, v->record_bytes, a)) > 0)
		if (!is_whole || !is_told_otherwise(a))
			describe_attribute(v, t, number, a);
	if (more < 0)
		peek_text_add(t, "record %" PRIu64 " broken\n", number);
	if (has_names)
		describe_entries(v, t, number, record);
	free(a);
}

char *peek_describe(const unsigned char *bytes, uint64_t size)
{
	struct peek *v = peek_open(bytes, size);
	unsigned char record[MAX_RECORD];
	struct peek_text t;

	peek_text_begin(&t);
	if (!v)
		peek_text_add(&t, "no NTFS volume\n");
	for (uint64_t i = 0; v && i < peek_record_count(v); i++) {
		if (!peek_was_used(v, i))
			continue;
		if (peek_take_record(v, i, record))
			describe_record(v, &t, i, record);
		else
			peek_text_add(&t, "record %" PRIu64 " torn\n", i);
	}
	free(v);
	return t.p;
}
