/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records, attributes and runs of NTFS, taken apart by hand. */
#include "tests/support/ntfs_peek_parts.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"

const unsigned char *peek_at(const struct peek *v, uint64_t off, size_t len)
{
	if (off > v->size || len > v->size - off)
		return NULL;
	return v->bytes + off;
}

bool peek_take_protected(const struct peek *v, uint64_t off, size_t len,
	const char *magic, unsigned char *out)
{
	const unsigned char *p = peek_at(v, off, len);
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

static bool take_runs(
	struct peek_attribute *a, const unsigned char *p, size_t len)
{
	int64_t lcn = 0;

	a->run_count = 0;
	while (len && *p) {
		unsigned int n = *p & 15u, m = *p >> 4;
		struct peek_run *r = &a->runs[a->run_count];

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

static bool take_body(struct peek_attribute *a)
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

int peek_next_attribute(const unsigned char *record, size_t record_len,
	struct peek_attribute *a)
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

bool peek_find_attribute(const unsigned char *record, size_t record_len,
	uint32_t type, struct peek_attribute *a)
{
	a->p = NULL;
	while (peek_next_attribute(record, record_len, a) > 0)
		if (a->type == type)
			return true;
	return false;
}

uint64_t peek_place_of(
	const struct peek *v, const struct peek_attribute *a, uint64_t off)
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

bool peek_take_record(const struct peek *v, uint64_t number, unsigned char *out)
{
	uint64_t place = peek_place_of(v, &v->mft, number * v->record_bytes);

	return place &&
	       peek_take_protected(v, place, v->record_bytes, "FILE", out);
}

uint64_t peek_base_of(const unsigned char *record, uint64_t number)
{
	uint64_t base = le64_get(record + 32) & REF_MASK;

	return base ? base : number;
}

bool peek_find_in_file(const struct peek *v, const unsigned char *record,
	uint32_t type, struct peek_attribute *a, unsigned char *found)
{
	uint64_t base = peek_base_of(record, le32_get(record + RECORD_NUMBER));

	memcpy(found, record, v->record_bytes);
	if (peek_find_attribute(found, v->record_bytes, type, a))
		return true;
	for (uint64_t i = 0; i < peek_record_count(v); i++)
		if (peek_was_used(v, i) && peek_take_record(v, i, found) &&
			peek_base_of(found, i) == base &&
			peek_find_attribute(found, v->record_bytes, type, a))
			return true;
	return false;
}

/* 0 for nonsense. */
static uint32_t coded_size(unsigned char code, uint32_t cluster)
{
	if (code > 0x80)
		return code < 0xE1 ? 0 : 1u << (256 - code);
	return code * cluster;
}

static void take_upcase(struct peek *v)
{
	unsigned char record[MAX_RECORD];
	struct peek_attribute *a = malloc(sizeof(*a));
	const unsigned char *p = NULL;
	uint64_t place;

	if (a && peek_take_record(v, RECORD_UPCASE, record) &&
		peek_find_attribute(record, v->record_bytes, TYPE_DATA, a) &&
		!a->is_resident) {
		for (uint32_t i = 0; i < 65536; i++) {
			if (2 * i % 512 == 0) {
				place = peek_place_of(v, a, 2ull * i);
				p = place ? peek_at(v, place, 512) : NULL;
			}
			v->upcase[i] =
				p ? le16_get(p + 2 * i % 512) : (uint16_t)i;
		}
	}
	free(a);
}

static bool is_size(uint32_t bytes, uint32_t max)
{
	return bytes >= 512 && bytes <= max && bytes % 512 == 0;
}

struct peek *peek_open(const unsigned char *bytes, uint64_t size)
{
	struct peek *v = calloc(1, sizeof(*v));
	uint64_t place;

	if (!v || size < 512 || memcmp(bytes + 3, "NTFS    ", 8))
		goto fail;
	v->bytes = bytes;
	v->size = size;
	v->cluster = coded_size(bytes[13], le16_get(bytes + 11));
	if (bytes[13] > 0x80)
		v->cluster *= le16_get(bytes + 11);
	v->record_bytes = coded_size(bytes[0x40], v->cluster);
	v->index_bytes = coded_size(bytes[0x44], v->cluster);
	v->mirror = le64_get(bytes + 0x38) * v->cluster;
	if (!v->cluster || !is_size(v->record_bytes, MAX_RECORD) ||
		!is_size(v->index_bytes, MAX_INDEX))
		goto fail;
	place = le64_get(bytes + 0x30) * v->cluster;
	if (!peek_take_protected(
		    v, place, v->record_bytes, "FILE", v->mft_record) ||
		!peek_find_attribute(
			v->mft_record, v->record_bytes, TYPE_DATA, &v->mft))
		goto fail;
	take_upcase(v);
	return v;
fail:
	free(v);
	return NULL;
}

uint64_t peek_record_count(const struct peek *v)
{
	uint64_t count = v->mft.size / v->record_bytes;

	return count < MAX_RECORDS ? count : MAX_RECORDS;
}

bool peek_was_used(const struct peek *v, uint64_t number)
{
	uint64_t place = peek_place_of(v, &v->mft, number * v->record_bytes);
	const unsigned char *p =
		place ? peek_at(v, place, v->record_bytes) : NULL;

	if (!p || number * v->record_bytes >= v->mft.initialised)
		return false;
	if (memcmp(p, "FILE", 4))
		return le32_get(p) != 0; /* zeroes: Windows' reserve */
	return le16_get(p + 22) & RECORD_IN_USE;
}

/* --- Places --------------------------------------------------------------- */

static bool has_name(const unsigned char *record, size_t len, const char *name)
{
	struct peek_attribute *a = calloc(1, sizeof(*a));
	bool is_same = false;

	while (!is_same && peek_next_attribute(record, len, a) > 0) {
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

	for (uint64_t i = 0; v && !found && i < peek_record_count(v); i++)
		if (peek_was_used(v, i) && peek_take_record(v, i, record) &&
			has_name(record, v->record_bytes, name))
			found = i;
	free(v);
	return found;
}

uint64_t peek_record_place(
	const unsigned char *bytes, uint64_t size, uint64_t number)
{
	struct peek *v = peek_open(bytes, size);
	uint64_t place =
		v ? peek_place_of(v, &v->mft, number * v->record_bytes) : 0;

	free(v);
	return place;
}

uint64_t peek_data_place(
	const unsigned char *bytes, uint64_t size, uint64_t number)
{
	struct peek *v = peek_open(bytes, size);
	struct peek_attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];
	uint64_t place = 0;

	if (v && a && peek_take_record(v, number, record) &&
		peek_find_attribute(record, v->record_bytes, TYPE_DATA, a) &&
		!a->is_resident)
		place = peek_place_of(v, a, 0);
	free(a);
	free(v);
	return place;
}

uint64_t peek_attribute_place(const unsigned char *bytes, uint64_t size,
	uint64_t number, uint32_t type)
{
	struct peek *v = peek_open(bytes, size);
	struct peek_attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];
	uint64_t place = 0;

	if (v && a && peek_take_record(v, number, record) &&
		peek_find_attribute(record, v->record_bytes, type, a))
		place = peek_place_of(v, &v->mft, number * v->record_bytes) +
			(uint64_t)(a->p - record);
	free(a);
	free(v);
	return place;
}

uint64_t peek_value_place(const unsigned char *bytes, uint64_t size,
	uint64_t number, uint32_t type)
{
	struct peek *v = peek_open(bytes, size);
	struct peek_attribute *a = calloc(1, sizeof(*a));
	unsigned char record[MAX_RECORD];
	uint64_t place = 0;

	if (v && a && peek_take_record(v, number, record) &&
		peek_find_attribute(record, v->record_bytes, type, a))
		place = a->is_resident ? peek_place_of(v, &v->mft,
						 number * v->record_bytes) +
						 (uint64_t)(a->value - record)
				       : peek_place_of(v, a, 0);
	free(a);
	free(v);
	return place;
}
