/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small chkdsk. */
#include "tests/support/ntfs_peek_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"

/* "directory 37 names 0001000000000040 space 1 43002d00...": one claim. */
static void add_claim(struct peek_text *t, uint64_t directory, uint64_t ref,
	const unsigned char *key, size_t len)
{
	if (len < NAME_HEAD || len < NAME_HEAD + 2u * key[64]) {
		peek_text_add(t, "directory %" PRIu64 " has a broken name\n",
			directory);
		return;
	}
	peek_text_add(t, "directory %" PRIu64 " names %016" PRIx64 " space %u ",
		directory, ref, key[65]);
	peek_text_add_hex(t, key + NAME_HEAD, 2u * key[64]);
	peek_text_add(t, "\n");
}

static bool same_names(const unsigned char *a, const unsigned char *b)
{
	return a[64] == b[64] &&
	       !memcmp(a + NAME_HEAD, b + NAME_HEAD, 2u * a[64]);
}

static int compare_names(
	const struct peek *v, const unsigned char *a, const unsigned char *b)
{
	unsigned int len = a[64] < b[64] ? a[64] : b[64];

	for (unsigned int i = 0; i < len; i++) {
		uint16_t x = v->upcase[le16_get(a + NAME_HEAD + 2 * i)];
		uint16_t y = v->upcase[le16_get(b + NAME_HEAD + 2 * i)];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (int)a[64] - (int)b[64];
}

static void check_index(const struct peek *v, uint64_t number,
	const unsigned char *record, struct peek_text *entries,
	struct peek_text *bad)
{
	unsigned char before[NAME_HEAD + 2 * 255] = {0};
	struct peek_walk *w = malloc(sizeof(*w));
	bool is_good = w && peek_walk_begin(w, v, record);
	const unsigned char *e;

	while (is_good && (e = peek_walk_next(w))) {
		size_t len = le16_get(e + 10);

		add_claim(entries, number, le64_get(e), e + 16, len);
		if (len < NAME_HEAD || len < NAME_HEAD + 2u * e[16 + 64])
			continue;
		if (before[64] && (compare_names(v, before, e + 16) > 0 ||
					  same_names(before, e + 16)))
			peek_text_add(bad,
				"directory %" PRIu64 " is out of order\n",
				number);
		memcpy(before, e + 16, NAME_HEAD + 2u * e[16 + 64]);
	}
	if (!w || w->is_broken)
		peek_text_add(bad, "directory %" PRIu64 " is broken\n", number);
	free(w);
}

static void check_names(const struct peek *v, uint64_t number,
	const unsigned char *record, struct peek_text *names,
	struct peek_text *bad)
{
	struct peek_attribute *a = calloc(1, sizeof(*a));
	uint64_t base = le64_get(record + 32);
	uint64_t ref =
		base ? base : number | (uint64_t)le16_get(record + 16) << 48;
	unsigned int count = 0;

	while (peek_next_attribute(record, v->record_bytes, a) > 0) {
		if (a->type != TYPE_FILE_NAME || !a->is_resident ||
			a->value_len < 8)
			continue;
		add_claim(names, le64_get(a->value) & REF_MASK, ref, a->value,
			a->value_len);
		count++;
	}
	/* Of a file whose names are spread over records we see only some. */
	if (!base && count != le16_get(record + 18) && number >= FIRST_USER &&
		!peek_find_attribute(record, v->record_bytes, 0x20, a))
		peek_text_add(bad,
			"record %" PRIu64 " has %u names and %u links\n",
			number, count, le16_get(record + 18));
	free(a);
}

static void check_mirror(const struct peek *v, struct peek_text *bad)
{
	unsigned char record[MAX_RECORD], mirror[MAX_RECORD];

	for (uint64_t i = 0; i < RECORDS_MIRROR; i++) {
		uint64_t place = v->mirror + i * v->record_bytes;

		if (!peek_take_record(v, i, record) ||
			!peek_take_protected(
				v, place, v->record_bytes, "FILE", mirror) ||
			memcmp(record, mirror, le32_get(record + 24)))
			peek_text_add(bad,
				"mirror of record %" PRIu64 " differs\n", i);
	}
}

/* Count the clusters of one record in @used, one byte for each. */
static void count_clusters(const struct peek *v, const unsigned char *record,
	unsigned char *used, uint64_t clusters)
{
	struct peek_attribute *a = calloc(1, sizeof(*a));

	while (peek_next_attribute(record, v->record_bytes, a) > 0) {
		for (unsigned int i = 0; !a->is_resident && i < a->run_count;
			i++) {
			const struct peek_run *r = &a->runs[i];

			for (uint64_t k = 0; !r->is_hole && k < r->clusters &&
					     r->lcn + k < clusters;
				k++)
				used[r->lcn + k]++;
		}
	}
	free(a);
}

/* Each cluster in use belongs to one file, and $Bitmap knows. */
static void check_clusters(const struct peek *v, const unsigned char *used,
	uint64_t clusters, struct peek_text *bad)
{
	struct peek_attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];

	if (!peek_take_record(v, RECORD_BITMAP, record) ||
		!peek_find_attribute(record, v->record_bytes, TYPE_DATA, a) ||
		a->is_resident) {
		peek_text_add(bad, "no bitmap\n");
		clusters = 0;
	}
	for (uint64_t i = 0; i < clusters; i++) {
		uint64_t place = peek_place_of(v, a, i / 8);
		const unsigned char *p = place ? peek_at(v, place, 1) : NULL;
		unsigned int marked = p ? *p >> i % 8 & 1 : 0;

		if (used[i] != marked)
			peek_text_add(bad,
				"cluster %" PRIu64 " has %u users and is "
				"marked %u\n",
				i, used[i], marked);
	}
	free(a);
}

static uint64_t cluster_count(const struct peek *v)
{
	uint64_t sectors = le64_get(v->bytes + 0x28);
	uint64_t sector = le16_get(v->bytes + 11);

	if (!sector || sectors > v->size / sector)
		return v->size / v->cluster;
	return sectors * sector / v->cluster;
}

char *peek_check(const unsigned char *bytes, uint64_t size)
{
	struct peek *v = peek_open(bytes, size);
	struct peek_text names, entries, bad;
	unsigned char record[MAX_RECORD];
	uint64_t clusters = v ? cluster_count(v) : 0;
	unsigned char *used = calloc(1, clusters + 1);
	char *difference;

	peek_text_begin(&names);
	peek_text_begin(&entries);
	peek_text_begin(&bad);
	if (v)
		check_mirror(v, &bad);
	else
		peek_text_add(&bad, "no NTFS volume\n");
	for (uint64_t i = 0; v && i < peek_record_count(v); i++) {
		if (!peek_was_used(v, i))
			continue;
		if (!peek_take_record(v, i, record)) {
			peek_text_add(&bad, "record %" PRIu64 " is torn\n", i);
			continue;
		}
		count_clusters(v, record, used, clusters);
		check_names(v, i, record, &names, &bad);
		if (peek_is_directory(record, v->record_bytes))
			check_index(v, peek_base_of(record, i), record,
				&entries, &bad);
	}
	if (v)
		check_clusters(v, used, clusters, &bad);
	free(used);
	difference = peek_difference(names.p, entries.p);
	peek_text_reserve(&bad, strlen(difference));
	strcpy(bad.p + bad.len, difference);
	free(difference);
	free(names.p);
	free(entries.p);
	free(v);
	return bad.p;
}
