/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes NTFS structures apart by hand; the header says what it leaves out. */
#include "tests/support/ntfs_peek.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"

#define MAX_RUNS    512
#define MAX_RECORD  4096
#define MAX_INDEX   65536
#define MAX_DEPTH   8
#define MAX_RECORDS 100000

#define RECORD_MFT     0
#define RECORD_MFTMIRR 1
#define RECORD_LOGFILE 2
#define RECORD_BITMAP  6
#define RECORD_UPCASE  10
#define RECORDS_MIRROR 4
#define FIRST_USER     24

#define TYPE_FILE_NAME	      0x30
#define TYPE_DATA	      0x80
#define TYPE_INDEX_ROOT	      0x90
#define TYPE_INDEX_ALLOCATION 0xA0
#define TYPE_BITMAP	      0xB0

#define NAME_HEAD     66 /* of a $FILE_NAME before the characters */
#define REF_MASK      0xffffffffffffu
#define ENTRY_CHILD   1
#define ENTRY_LAST    2
#define RECORD_IN_USE 1

/* --- Text ----------------------------------------------------------------- */

struct text {
	char *p;
	size_t len;
	size_t room;
};

static void text_add(struct text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void text_reserve(struct text *t, size_t more)
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

/* Even an empty text is one. */
static void text_begin(struct text *t)
{
	memset(t, 0, sizeof(*t));
	text_reserve(t, 1);
	t->p[0] = '\0';
}

static void text_add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	text_reserve(t, 512);
	va_start(args, format);
	n = vsnprintf(t->p + t->len, 512, format, args);
	va_end(args);
	t->len += n < 0 ? 0 : n < 512 ? (size_t)n : 511;
}

static void text_add_hex(struct text *t, const unsigned char *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	text_reserve(t, 2 * len + 1);
	for (size_t i = 0; i < len; i++) {
		t->p[t->len++] = digits[p[i] >> 4];
		t->p[t->len++] = digits[p[i] & 15];
	}
	t->p[t->len] = '\0';
}

/* --- The volume ----------------------------------------------------------- */

struct run {
	uint64_t lcn;
	uint64_t clusters;
	bool is_hole;
};

struct attribute {
	uint32_t type;
	const unsigned char *p;
	size_t len;
	bool is_resident;
	const unsigned char *value; /* resident */
	size_t value_len;
	uint64_t size;	      /* non-resident */
	uint64_t initialised; /* non-resident */
	struct run runs[MAX_RUNS];
	unsigned int run_count;
};

struct peek {
	const unsigned char *bytes;
	uint64_t size;
	uint32_t cluster;
	uint32_t record_bytes;
	uint32_t index_bytes;
	uint64_t mirror;
	struct attribute mft;
	unsigned char mft_record[MAX_RECORD];
	uint16_t upcase[65536];
};

static const unsigned char *at(const struct peek *v, uint64_t off, size_t len)
{
	if (off > v->size || len > v->size - off)
		return NULL;
	return v->bytes + off;
}

/* Copy a record or block and undo its protection; false if it is torn. */
static bool take_protected(const struct peek *v, uint64_t off, size_t len,
	const char *magic, unsigned char *out)
{
	const unsigned char *p = at(v, off, len);
	size_t usa, count;

	if (!p || memcmp(p, magic, 4))
		return false;
	memcpy(out, p, len);
	usa = le16_get(out + 4);
	count = le16_get(out + 6);
	if (count != len / 512 + 1 || usa > len || 2 * count > len - usa)
		return false;
	for (size_t i = 1; i < count; i++) {
		if (memcmp(out + i * 512 - 2, out + usa, 2))
			return false;
		memcpy(out + i * 512 - 2, out + usa + 2 * i, 2);
	}
	return true;
}

static int64_t signed_value(const unsigned char *p, unsigned int n)
{
	uint64_t v = n && p[n - 1] & 0x80 ? UINT64_MAX : 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return (int64_t)v;
}

static bool take_runs(struct attribute *a, const unsigned char *p, size_t len)
{
	int64_t lcn = 0;

	a->run_count = 0;
	while (len && *p) {
		unsigned int n = *p & 15u, m = *p >> 4;
		struct run *r = &a->runs[a->run_count];

		if (n > 8 || m > 8 || 1 + n + m > len ||
			a->run_count == MAX_RUNS)
			return false;
		lcn += signed_value(p + 1 + n, m);
		r->clusters = (uint64_t)signed_value(p + 1, n);
		r->is_hole = !m;
		r->lcn = (uint64_t)lcn;
		a->run_count++;
		p += 1 + n + m;
		len -= 1 + n + m;
	}
	return true;
}

static bool take_body(struct attribute *a)
{
	const unsigned char *p = a->p;
	size_t off;

	a->is_resident = !p[8];
	if (a->is_resident) {
		off = le16_get(p + 20);
		a->value_len = le32_get(p + 16);
		a->value = p + off;
		return off <= a->len && a->value_len <= a->len - off;
	}
	if (a->len < 64)
		return false;
	a->size = le64_get(p + 48);
	a->initialised = le64_get(p + 56);
	off = le16_get(p + 32);
	return off <= a->len && take_runs(a, p + off, a->len - off);
}

/* The attribute after @a (after nothing: the first): 1, 0 at the end, -1. */
static int next_attribute(
	const unsigned char *record, size_t record_len, struct attribute *a)
{
	size_t off =
		a->p ? (size_t)(a->p - record) + a->len : le16_get(record + 20);

	if (off > record_len || record_len - off < 4)
		return -1;
	if (le32_get(record + off) == UINT32_MAX)
		return 0;
	if (record_len - off < 24)
		return -1;
	a->p = record + off;
	a->type = le32_get(a->p);
	a->len = le32_get(a->p + 4);
	if (a->len < 24 || a->len > record_len - off || !take_body(a))
		return -1;
	return 1;
}

static bool find_attribute(const unsigned char *record, size_t record_len,
	uint32_t type, struct attribute *a)
{
	a->p = NULL;
	while (next_attribute(record, record_len, a) > 0)
		if (a->type == type)
			return true;
	return false;
}

/* Where byte @off of a non-resident attribute lies; 0 = nowhere. */
static uint64_t place_of(
	const struct peek *v, const struct attribute *a, uint64_t off)
{
	for (unsigned int i = 0; i < a->run_count; i++) {
		uint64_t len = a->runs[i].clusters * v->cluster;

		if (off < len)
			return a->runs[i].is_hole
				       ? 0
				       : a->runs[i].lcn * v->cluster + off;
		off -= len;
	}
	return 0;
}

static bool take_record(
	const struct peek *v, uint64_t number, unsigned char *out)
{
	uint64_t place = place_of(v, &v->mft, number * v->record_bytes);

	return place && take_protected(v, place, v->record_bytes, "FILE", out);
}

static uint32_t coded_size(unsigned char code, uint32_t cluster)
{
	return code < 0x80 ? code * cluster : 1u << (256 - code);
}

static void take_upcase(struct peek *v)
{
	unsigned char record[MAX_RECORD];
	struct attribute *a = malloc(sizeof(*a));
	const unsigned char *p = NULL;
	uint64_t place;

	if (a && take_record(v, RECORD_UPCASE, record) &&
		find_attribute(record, v->record_bytes, TYPE_DATA, a) &&
		!a->is_resident) {
		for (uint32_t i = 0; i < 65536; i++) {
			if (2 * i % 512 == 0) {
				place = place_of(v, a, 2ull * i);
				p = place ? at(v, place, 512) : NULL;
			}
			v->upcase[i] =
				p ? le16_get(p + 2 * i % 512) : (uint16_t)i;
		}
	}
	free(a);
}

static struct peek *peek_open(const unsigned char *bytes, uint64_t size)
{
	struct peek *v = calloc(1, sizeof(*v));
	uint64_t place;

	if (!v || size < 512 || memcmp(bytes + 3, "NTFS    ", 8))
		goto fail;
	v->bytes = bytes;
	v->size = size;
	v->cluster = le16_get(bytes + 11);
	v->cluster *= bytes[13] <= 0x80 ? bytes[13] : 1u << (256 - bytes[13]);
	v->record_bytes = coded_size(bytes[0x40], v->cluster);
	v->index_bytes = coded_size(bytes[0x44], v->cluster);
	v->mirror = le64_get(bytes + 0x38) * v->cluster;
	if (!v->cluster || v->record_bytes > MAX_RECORD ||
		v->index_bytes > MAX_INDEX)
		goto fail;
	place = le64_get(bytes + 0x30) * v->cluster;
	if (!take_protected(v, place, v->record_bytes, "FILE", v->mft_record) ||
		!find_attribute(
			v->mft_record, v->record_bytes, TYPE_DATA, &v->mft))
		goto fail;
	take_upcase(v);
	return v;
fail:
	free(v);
	return NULL;
}

static uint64_t record_count(const struct peek *v)
{
	uint64_t count = v->mft.size / v->record_bytes;

	return count < MAX_RECORDS ? count : MAX_RECORDS;
}

/* A record may never have been used: then it is not even torn. */
static bool was_used(const struct peek *v, uint64_t number)
{
	uint64_t place = place_of(v, &v->mft, number * v->record_bytes);
	const unsigned char *p = place ? at(v, place, v->record_bytes) : NULL;

	if (!p || number * v->record_bytes >= v->mft.initialised)
		return false;
	if (memcmp(p, "FILE", 4))
		return le32_get(p) != 0; /* zeroes: Windows' reserve */
	return le16_get(p + 22) & RECORD_IN_USE;
}

/* --- Directory indexes ---------------------------------------------------- */

struct node {
	unsigned char *block;
	size_t pos;
	size_t end;
	bool is_done; /* the last entry was passed */
};

struct walk {
	const struct peek *v;
	struct attribute blocks;
	bool has_blocks;
	struct node stack[MAX_DEPTH];
	unsigned int depth;
	bool is_broken;
};

static bool node_enter(
	struct walk *w, unsigned char *block, size_t len, size_t head)
{
	struct node *n = &w->stack[w->depth];
	size_t first = le32_get(block + head);
	size_t end = le32_get(block + head + 4);

	if (first > end || end > len - head) {
		free(block);
		return false;
	}
	n->block = block;
	n->pos = head + first;
	n->end = head + end;
	n->is_done = false;
	w->depth++;
	return true;
}

static bool block_enter(struct walk *w, uint64_t vcn)
{
	const struct peek *v = w->v;
	uint64_t unit = v->index_bytes < v->cluster ? 512 : v->cluster;
	uint64_t place;
	unsigned char *block;

	if (!w->has_blocks || w->depth == MAX_DEPTH)
		return false;
	place = place_of(v, &w->blocks, vcn * unit);
	block = malloc(v->index_bytes);
	if (!block || !place ||
		!take_protected(v, place, v->index_bytes, "INDX", block) ||
		le64_get(block + 16) != vcn) {
		free(block);
		return false;
	}
	return node_enter(w, block, v->index_bytes, 24);
}

static bool walk_begin(
	struct walk *w, const struct peek *v, const unsigned char *record)
{
	struct attribute *root = malloc(sizeof(*root));
	unsigned char *copy = NULL;
	bool is_good;

	memset(w, 0, sizeof(*w));
	w->v = v;
	w->has_blocks = find_attribute(record, v->record_bytes,
				TYPE_INDEX_ALLOCATION, &w->blocks) &&
			!w->blocks.is_resident;
	is_good = root &&
		  find_attribute(
			  record, v->record_bytes, TYPE_INDEX_ROOT, root) &&
		  root->is_resident && root->value_len >= 32;
	if (is_good)
		copy = malloc(root->value_len);
	if (copy) {
		memcpy(copy, root->value, root->value_len);
		is_good = node_enter(w, copy, root->value_len, 16);
	}
	free(root);
	w->is_broken = !is_good;
	return is_good && copy;
}

/* The next entry in order; NULL at the end. */
static const unsigned char *walk_next(struct walk *w)
{
	while (w->depth) {
		struct node *n = &w->stack[w->depth - 1];
		const unsigned char *e = n->block + n->pos;
		size_t len;
		bool was_below = n->is_done;

		if (n->end - n->pos < 16)
			goto broken;
		len = le16_get(e + 8);
		if (len < 16 || len > n->end - n->pos)
			goto broken;
		n->is_done = false;
		if (!was_below && le16_get(e + 12) & ENTRY_CHILD) {
			/* First what is smaller; then this entry again. */
			n->is_done = true;
			if (len < 24 || !block_enter(w, le64_get(e + len - 8)))
				goto broken;
			continue;
		}
		if (le16_get(e + 12) & ENTRY_LAST) {
			free(n->block);
			w->depth--;
			continue;
		}
		n->pos += len;
		return e;
	}
	return NULL;
broken:
	w->is_broken = true;
	while (w->depth)
		free(w->stack[--w->depth].block);
	return NULL;
}

/* --- Describing ----------------------------------------------------------- */

static uint64_t sum_of(const struct peek *v, const struct attribute *a)
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
		p = at(v, a->runs[i].lcn * v->cluster, (size_t)len);
		for (uint64_t k = 0; p && k < len; k++)
			sum = (sum ^ p[k]) * 0x100000001b3u;
	}
	return sum;
}

/* The entries of an index tell more than the bytes it is made of. */
static bool is_told_otherwise(const struct attribute *a)
{
	return a->type == TYPE_INDEX_ROOT || a->type == TYPE_INDEX_ALLOCATION ||
	       a->type == TYPE_BITMAP;
}

static void describe_attribute(const struct peek *v, struct text *t,
	uint64_t number, const struct attribute *a)
{
	const unsigned char *name = a->p + le16_get(a->p + 10);

	text_add(t, "record %" PRIu64 " attribute 0x%x \"", number, a->type);
	for (unsigned int i = 0; i < a->p[9]; i++)
		text_add(t, "%c", (char)name[2 * i]);
	text_add(t, "\" ");
	if (a->is_resident) {
		text_add(t, "value ");
		text_add_hex(t, a->value, a->value_len);
	} else {
		text_add(t, "size %" PRIu64 " initialised %" PRIu64 " runs",
			a->size, a->initialised);
		for (unsigned int i = 0; i < a->run_count; i++)
			text_add(t, " %" PRIu64 "+%" PRIu64,
				a->runs[i].is_hole ? 0 : a->runs[i].lcn,
				a->runs[i].clusters);
		if (number > RECORD_LOGFILE)
			text_add(t, " sum %016" PRIx64, sum_of(v, a));
	}
	text_add(t, "\n");
}

static void describe_entries(const struct peek *v, struct text *t,
	uint64_t number, const unsigned char *record)
{
	struct walk *w = malloc(sizeof(*w));
	const unsigned char *e;
	bool is_good = w && walk_begin(w, v, record);

	while (is_good && (e = walk_next(w))) {
		text_add(t, "record %" PRIu64 " entry %016" PRIx64 " key ",
			number, le64_get(e));
		text_add_hex(t, e + 16, le16_get(e + 10));
		text_add(t, "\n");
	}
	if (!w || w->is_broken)
		text_add(t, "record %" PRIu64 " index broken\n", number);
	free(w);
}

static bool is_directory(const unsigned char *record, size_t len)
{
	struct attribute *a = malloc(sizeof(*a));
	bool is_one = a && find_attribute(record, len, TYPE_INDEX_ROOT, a) &&
		      a->is_resident && a->value_len >= 4 &&
		      le32_get(a->value) == TYPE_FILE_NAME;

	free(a);
	return is_one;
}

static void describe_record(const struct peek *v, struct text *t,
	uint64_t number, const unsigned char *record)
{
	struct attribute *a = calloc(1, sizeof(*a));
	bool has_names = is_directory(record, v->record_bytes);
	int more;

	text_add(t,
		"record %" PRIu64 " sequence %u flags 0x%x links %u base "
		"%016" PRIx64 "\n",
		number, le16_get(record + 16), le16_get(record + 22),
		le16_get(record + 18), le64_get(record + 32));
	while ((more = next_attribute(record, v->record_bytes, a)) > 0)
		if (!has_names || !is_told_otherwise(a))
			describe_attribute(v, t, number, a);
	if (more < 0)
		text_add(t, "record %" PRIu64 " broken\n", number);
	if (has_names)
		describe_entries(v, t, number, record);
	free(a);
}

char *peek_describe(const unsigned char *bytes, uint64_t size)
{
	struct peek *v = peek_open(bytes, size);
	unsigned char record[MAX_RECORD];
	struct text t;

	text_begin(&t);
	if (!v)
		text_add(&t, "no NTFS volume\n");
	for (uint64_t i = 0; v && i < record_count(v); i++) {
		if (!was_used(v, i))
			continue;
		if (take_record(v, i, record))
			describe_record(v, &t, i, record);
		else
			text_add(&t, "record %" PRIu64 " torn\n", i);
	}
	free(v);
	return t.p;
}

/* --- Checking ------------------------------------------------------------- */

/* "directory 37 names 0001000000000040 space 1 43002d00...": one claim. */
static void add_claim(struct text *t, uint64_t directory, uint64_t ref,
	const unsigned char *key, size_t len)
{
	if (len < NAME_HEAD || len < NAME_HEAD + 2u * key[64]) {
		text_add(t, "directory %" PRIu64 " has a broken name\n",
			directory);
		return;
	}
	text_add(t, "directory %" PRIu64 " names %016" PRIx64 " space %u ",
		directory, ref, key[65]);
	text_add_hex(t, key + NAME_HEAD, 2u * key[64]);
	text_add(t, "\n");
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
	const unsigned char *record, struct text *entries, struct text *bad)
{
	unsigned char before[NAME_HEAD + 2 * 255] = {0};
	struct walk *w = malloc(sizeof(*w));
	bool is_good = w && walk_begin(w, v, record);
	const unsigned char *e;

	while (is_good && (e = walk_next(w))) {
		size_t len = le16_get(e + 10);

		add_claim(entries, number, le64_get(e), e + 16, len);
		if (len < NAME_HEAD || len < NAME_HEAD + 2u * e[16 + 64])
			continue;
		if (before[64] && (compare_names(v, before, e + 16) > 0 ||
					  same_names(before, e + 16)))
			text_add(bad, "directory %" PRIu64 " is out of order\n",
				number);
		memcpy(before, e + 16, NAME_HEAD + 2u * e[16 + 64]);
	}
	if (!w || w->is_broken)
		text_add(bad, "directory %" PRIu64 " is broken\n", number);
	free(w);
}

static void check_names(const struct peek *v, uint64_t number,
	const unsigned char *record, struct text *names, struct text *bad)
{
	struct attribute *a = calloc(1, sizeof(*a));
	uint64_t base = le64_get(record + 32);
	uint64_t ref =
		base ? base : number | (uint64_t)le16_get(record + 16) << 48;
	unsigned int count = 0;

	while (next_attribute(record, v->record_bytes, a) > 0) {
		if (a->type != TYPE_FILE_NAME || !a->is_resident ||
			a->value_len < 8)
			continue;
		add_claim(names, le64_get(a->value) & REF_MASK, ref, a->value,
			a->value_len);
		count++;
	}
	/* Of a file whose names are spread over records we see only some. */
	if (!base && count != le16_get(record + 18) && number >= FIRST_USER &&
		!find_attribute(record, v->record_bytes, 0x20, a))
		text_add(bad, "record %" PRIu64 " has %u names and %u links\n",
			number, count, le16_get(record + 18));
	free(a);
}

static void check_mirror(const struct peek *v, struct text *bad)
{
	unsigned char record[MAX_RECORD], mirror[MAX_RECORD];

	for (uint64_t i = 0; i < RECORDS_MIRROR; i++) {
		uint64_t place = v->mirror + i * v->record_bytes;

		if (!take_record(v, i, record) ||
			!take_protected(
				v, place, v->record_bytes, "FILE", mirror) ||
			memcmp(record, mirror, le32_get(record + 24)))
			text_add(bad, "mirror of record %" PRIu64 " differs\n",
				i);
	}
}

/* Count the clusters of one record in @used, one byte for each. */
static void count_clusters(const struct peek *v, const unsigned char *record,
	unsigned char *used, uint64_t clusters)
{
	struct attribute *a = calloc(1, sizeof(*a));

	while (next_attribute(record, v->record_bytes, a) > 0) {
		for (unsigned int i = 0; !a->is_resident && i < a->run_count;
			i++) {
			const struct run *r = &a->runs[i];

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
	uint64_t clusters, struct text *bad)
{
	struct attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];

	if (!take_record(v, RECORD_BITMAP, record) ||
		!find_attribute(record, v->record_bytes, TYPE_DATA, a) ||
		a->is_resident) {
		text_add(bad, "no bitmap\n");
		clusters = 0;
	}
	for (uint64_t i = 0; i < clusters; i++) {
		uint64_t place = place_of(v, a, i / 8);
		const unsigned char *p = place ? at(v, place, 1) : NULL;
		unsigned int marked = p ? *p >> i % 8 & 1 : 0;

		if (used[i] != marked)
			text_add(bad,
				"cluster %" PRIu64 " has %u users and is "
				"marked %u\n",
				i, used[i], marked);
	}
	free(a);
}

char *peek_check(const unsigned char *bytes, uint64_t size)
{
	struct peek *v = peek_open(bytes, size);
	struct text names, entries, bad;
	unsigned char record[MAX_RECORD];
	uint64_t clusters =
		v ? le64_get(bytes + 0x28) * le16_get(bytes + 11) / v->cluster
		  : 0;
	unsigned char *used = calloc(1, clusters + 1);
	char *difference;

	text_begin(&names);
	text_begin(&entries);
	text_begin(&bad);
	if (v)
		check_mirror(v, &bad);
	else
		text_add(&bad, "no NTFS volume\n");
	for (uint64_t i = 0; v && i < record_count(v); i++) {
		if (!was_used(v, i))
			continue;
		if (!take_record(v, i, record)) {
			text_add(&bad, "record %" PRIu64 " is torn\n", i);
			continue;
		}
		count_clusters(v, record, used, clusters);
		check_names(v, i, record, &names, &bad);
		if (is_directory(record, v->record_bytes))
			check_index(v, i, record, &entries, &bad);
	}
	if (v)
		check_clusters(v, used, clusters, &bad);
	free(used);
	difference = peek_difference(names.p, entries.p);
	text_reserve(&bad, strlen(difference));
	strcpy(bad.p + bad.len, difference);
	free(difference);
	free(names.p);
	free(entries.p);
	free(v);
	return bad.p;
}

/* --- Comparing texts ------------------------------------------------------ */

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
	struct text *t, char sign, const char *text, const char *other)
{
	size_t count;
	uint64_t *sums = line_sums(other, &count);

	for (const char *p = text; *p; p += line_length(p) + 1) {
		size_t len = line_length(p);
		uint64_t sum = line_sum(p, len);

		if (count &&
			bsearch(&sum, sums, count, sizeof(*sums), compare_sums))
			continue;
		text_reserve(t, len + 3);
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
	struct text t;

	text_begin(&t);
	if (strcmp(before, after)) {
		add_missing(&t, '-', before, after);
		add_missing(&t, '+', after, before);
	}
	return t.p;
}

char *peek_without(const char *text, const char *part)
{
	struct text t;

	text_begin(&t);
	for (const char *p = text; *p; p += line_length(p) + 1) {
		size_t len = line_length(p) + 1;

		/* Not strstr(), which looks through all the text each time. */
		if (memmem(p, len, part, strlen(part)))
			continue;
		text_reserve(&t, len + 1);
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

/* --- Places --------------------------------------------------------------- */

static bool has_name(const unsigned char *record, size_t len, const char *name)
{
	struct attribute *a = calloc(1, sizeof(*a));
	bool is_same = false;

	while (!is_same && next_attribute(record, len, a) > 0) {
		if (a->type != TYPE_FILE_NAME || !a->is_resident ||
			a->value_len < NAME_HEAD + 2 * strlen(name) ||
			a->value[64] != strlen(name))
			continue;
		is_same = true;
		for (size_t i = 0; name[i]; i++)
			is_same = is_same &&
				  le16_get(a->value + NAME_HEAD + 2 * i) ==
					  (unsigned char)name[i];
	}
	free(a);
	return is_same;
}

uint64_t peek_record_of(
	const unsigned char *bytes, uint64_t size, const char *name)
{
	struct peek *v = peek_open(bytes, size);
	unsigned char record[MAX_RECORD];
	uint64_t found = 0;

	for (uint64_t i = 0; v && !found && i < record_count(v); i++)
		if (was_used(v, i) && take_record(v, i, record) &&
			has_name(record, v->record_bytes, name))
			found = i;
	free(v);
	return found;
}

uint64_t peek_record_place(
	const unsigned char *bytes, uint64_t size, uint64_t number)
{
	struct peek *v = peek_open(bytes, size);
	uint64_t place = v ? place_of(v, &v->mft, number * v->record_bytes) : 0;

	free(v);
	return place;
}

uint64_t peek_data_place(
	const unsigned char *bytes, uint64_t size, uint64_t number)
{
	struct peek *v = peek_open(bytes, size);
	struct attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];
	uint64_t place = 0;

	if (v && a && take_record(v, number, record) &&
		find_attribute(record, v->record_bytes, TYPE_DATA, a) &&
		!a->is_resident)
		place = place_of(v, a, 0);
	free(a);
	free(v);
	return place;
}

uint64_t peek_attribute_place(const unsigned char *bytes, uint64_t size,
	uint64_t number, uint32_t type)
{
	struct peek *v = peek_open(bytes, size);
	struct attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];
	uint64_t place = 0;

	if (v && a && take_record(v, number, record) &&
		find_attribute(record, v->record_bytes, type, a))
		place = place_of(v, &v->mft, number * v->record_bytes) +
			(uint64_t)(a->p - record);
	free(a);
	free(v);
	return place;
}
