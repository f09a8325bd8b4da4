/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the metadata of a volume with the reader that has no library. */
#include "tests/support/corrupt_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "tests/support/ntfs_peek_parts.h"

#define SECTOR_BYTES 512
#define RECORD_ROOT  5
#define PAGE_BYTES   4096
#define LOG_PAGES    40 /* that may hold anything in a made journal */
#define TYPE_LIST    0x20
#define INDEX_HEAD   24

static void give_up(const char *what, const char *object)
{
	fprintf(stderr, "corrupt_map: %s %s\n", what, object);
	abort();
}

/* --- Pieces --------------------------------------------------------------- */

/* What lies behind the last byte that is not zero has no meaning. */
static uint32_t without_zeros(
	const unsigned char *p, uint32_t len, bool is_protected)
{
	while (len &&
		(!p[len - 1] || (is_protected && (len - 1) % SECTOR_BYTES >=
							 SECTOR_BYTES - 2)))
		len--;
	return len;
}

static uint32_t used_of(const unsigned char *p, uint32_t len, bool is_protected)
{
	uint32_t used = len;

	if (!memcmp(p, "FILE", 4))
		used = le32_get(p + 24);
	else if (!memcmp(p, "INDX", 4))
		used = INDEX_HEAD + le32_get(p + INDEX_HEAD + 4);
	return used < len ? used : without_zeros(p, len, is_protected);
}

static struct corrupt_piece *add(struct corrupt_map *map, uint64_t place,
	uint32_t len, bool is_protected)
{
	struct corrupt_piece *piece = &map->pieces[map->count];

	if (map->count == CORRUPT_MAX_PIECES)
		give_up("too many", "pieces");
	if (!place && map->count)
		give_up("nowhere:", map->pieces[map->count - 1].name);
	memset(piece, 0, sizeof(*piece));
	piece->place = place;
	piece->len = len;
	piece->used = used_of(map->bytes + place, len, is_protected);
	piece->is_protected = is_protected;
	map->count++;
	return piece;
}

/* Protected bytes at the end of 512 are kept in the update sequence array. */
uint64_t corrupt_map_at(const struct corrupt_map *map,
	const struct corrupt_piece *piece, uint32_t off)
{
	uint32_t in_stride = off % SECTOR_BYTES;
	uint32_t usa;

	if (!piece->is_protected || in_stride < SECTOR_BYTES - 2)
		return piece->place + off;
	usa = le16_get(map->bytes + piece->place + 4);
	return piece->place + usa + 2 * (off / SECTOR_BYTES + 1) + in_stride -
	       (SECTOR_BYTES - 2);
}

static struct peek *open_volume(const struct corrupt_map *map)
{
	struct peek *v = peek_open(map->bytes, map->size);

	if (!v)
		give_up("no", "volume");
	return v;
}

/* --- Boot sector and records ---------------------------------------------- */

void corrupt_map_boot(struct corrupt_map *map)
{
	const uint64_t copy = map->size - SECTOR_BYTES;

	snprintf(add(map, 0, SECTOR_BYTES, false)->name, CORRUPT_NAME_BYTES,
		"boot");
	snprintf(add(map, copy, SECTOR_BYTES, false)->name, CORRUPT_NAME_BYTES,
		"boot-copy");
}

static struct corrupt_piece *add_record(struct corrupt_map *map,
	const struct peek *v, uint64_t number, const char *what)
{
	uint64_t at = number * v->record_bytes;
	struct corrupt_piece *piece =
		add(map, peek_place_of(v, &v->mft, at), v->record_bytes, true);

	snprintf(piece->name, CORRUPT_NAME_BYTES, "%s-%u", what,
		(unsigned int)number);
	if (number < RECORDS_MIRROR)
		piece->twin = v->mirror + at;
	return piece;
}

void corrupt_map_records(
	struct corrupt_map *map, unsigned int first, unsigned int count)
{
	struct peek *v = open_volume(map);

	for (unsigned int i = first; i < first + count; i++)
		(void)add_record(map, v, i, "record");
	free(v);
}

void corrupt_map_mirror(struct corrupt_map *map)
{
	struct peek *v = open_volume(map);
	struct corrupt_piece *piece;

	for (unsigned int i = 0; i < RECORDS_MIRROR; i++) {
		piece = add_record(map, v, i, "mirror");
		piece->twin = piece->place;
		piece->place = v->mirror + i * v->record_bytes;
		piece = add_record(map, v, i, "both");
		piece->copy = piece->twin;
		piece->twin = 0;
	}
	free(v);
}

/* --- Files ---------------------------------------------------------------- */

/* The name may be in an extension record. */
static uint64_t number_of(const struct corrupt_map *map, const char *name)
{
	uint64_t number = peek_record_of(map->bytes, map->size, name);
	struct peek *v = open_volume(map);
	unsigned char record[MAX_RECORD];

	if (!number || !peek_take_record(v, number, record))
		give_up("there is no", name);
	if (le64_get(record + 32))
		number = le64_get(record + 32) & REF_MASK;
	free(v);
	return number;
}

/* An attribute list that lies in clusters of its own. */
static void add_list(struct corrupt_map *map, const struct peek *v,
	const unsigned char *record, uint64_t number)
{
	struct peek_attribute *a = malloc(sizeof(*a));
	struct corrupt_piece *piece;

	if (!a)
		give_up("no", "memory");
	if (peek_find_attribute(record, v->record_bytes, TYPE_LIST, a) &&
		!a->is_resident) {
		piece = add(
			map, peek_place_of(v, a, 0), (uint32_t)a->size, false);
		snprintf(piece->name, CORRUPT_NAME_BYTES, "list-%u",
			(unsigned int)number);
	}
	free(a);
}

void corrupt_map_file(struct corrupt_map *map, const char *name)
{
	struct peek *v = open_volume(map);
	uint64_t number = number_of(map, name);
	unsigned char record[MAX_RECORD];

	for (uint64_t i = 0; i < peek_record_count(v); i++) {
		if (!peek_was_used(v, i) || !peek_take_record(v, i, record))
			continue;
		if (i != number && (le64_get(record + 32) & REF_MASK) != number)
			continue;
		(void)add_record(map, v, i, i == number ? "file" : "extension");
		add_list(map, v, record, i);
	}
	free(v);
}

/* --- Index blocks --------------------------------------------------------- */

static bool is_leaf(const unsigned char *block)
{
	return !(block[INDEX_HEAD + 12] & 1);
}

static void add_blocks(struct corrupt_map *map, const struct peek *v,
	const struct peek_attribute *a, uint64_t number, unsigned int every)
{
	unsigned int leaves = 0;

	for (uint64_t off = 0; off < a->size; off += v->index_bytes) {
		uint64_t place = peek_place_of(v, a, off);
		struct corrupt_piece *piece;

		if (memcmp(map->bytes + place, "INDX", 4) ||
			(is_leaf(map->bytes + place) && leaves++ % every))
			continue;
		piece = add(map, place, v->index_bytes, true);
		snprintf(piece->name, CORRUPT_NAME_BYTES, "index-%u-%u",
			(unsigned int)number,
			(unsigned int)(off / v->index_bytes));
	}
}

/* The blocks may be listed in an extension record. */
static void blocks_of(
	struct corrupt_map *map, uint64_t number, unsigned int every)
{
	struct peek *v = open_volume(map);
	struct peek_attribute *a = malloc(sizeof(*a));
	unsigned char record[MAX_RECORD];
	unsigned int before = map->count;

	for (uint64_t i = 0; a && i < peek_record_count(v); i++) {
		if (!peek_was_used(v, i) || !peek_take_record(v, i, record))
			continue;
		if (i != number && (le64_get(record + 32) & REF_MASK) != number)
			continue;
		if (peek_find_attribute(record, v->record_bytes,
			    TYPE_INDEX_ALLOCATION, a) &&
			!a->is_resident)
			add_blocks(map, v, a, number, every);
	}
	if (map->count == before)
		give_up("no index", "blocks");
	free(a);
	free(v);
}

void corrupt_map_blocks(
	struct corrupt_map *map, const char *name, unsigned int every)
{
	blocks_of(map, number_of(map, name), every);
}

void corrupt_map_root_blocks(struct corrupt_map *map)
{
	blocks_of(map, RECORD_ROOT, 1);
}

/* --- The journal ---------------------------------------------------------- */

static uint64_t log_page(const struct corrupt_map *map, unsigned int number)
{
	struct peek *v = open_volume(map);
	struct peek_attribute *a = malloc(sizeof(*a));
	unsigned char record[MAX_RECORD];
	uint64_t place = 0;

	if (a && peek_take_record(v, RECORD_LOGFILE, record) &&
		peek_find_attribute(record, v->record_bytes, TYPE_DATA, a))
		place = peek_place_of(v, a, (uint64_t)number * PAGE_BYTES);
	free(a);
	free(v);
	return place;
}

void corrupt_map_restart(struct corrupt_map *map)
{
	const uint64_t first = log_page(map, 0), second = log_page(map, 1);
	struct corrupt_piece *piece;

	snprintf(add(map, first, PAGE_BYTES, true)->name, CORRUPT_NAME_BYTES,
		"restart-0");
	snprintf(add(map, second, PAGE_BYTES, true)->name, CORRUPT_NAME_BYTES,
		"restart-1");
	piece = add(map, first, PAGE_BYTES, true);
	snprintf(piece->name, CORRUPT_NAME_BYTES, "restart-both");
	piece->copy = second;
}

void corrupt_map_log(struct corrupt_map *map)
{
	for (unsigned int i = 2; i < LOG_PAGES; i++) {
		uint64_t place = log_page(map, i);

		if (!place || memcmp(map->bytes + place, "RCRD", 4))
			continue;
		snprintf(add(map, place, PAGE_BYTES, true)->name,
			CORRUPT_NAME_BYTES, "log-%u", i);
	}
}
