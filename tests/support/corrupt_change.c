/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/corrupt_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRIDE 512 /* ends with bytes that tell whether it was torn */

static const struct change {
	const char *name;
	unsigned int bytes; /* of the field, which is aligned to them */
	uint32_t value;
	bool is_xor;
	bool is_torn; /* in the place itself, whatever protects it */
} changes[] = {
	{"ones", 1, 0xff, false, false}, /* also where there is no meaning */
	{"zero", 1, 0, false, false},
	{"low", 1, 0x01, true, false},
	{"high", 1, 0x80, true, false},
	{"ones16", 2, 0xffff, false, false},
	{"most16", 2, 0x7fff, false, false},
	{"least16", 2, 0x8000, false, false},
	{"ones32", 4, 0xffffffff, false, false},
	{"most32", 4, 0x7fffffff, false, false},
	{"least32", 4, 0x80000000, false, false},
	{"torn", 1, 0x01, true, true},
};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

static bool is_possible(const struct corrupt_piece *piece, uint32_t off,
	const struct change *how)
{
	if (how->is_torn)
		return piece->is_protected && off % STRIDE >= STRIDE - 2;
	if (off >= piece->used)
		return how == &changes[0];
	return off % how->bytes == 0 && how->bytes <= piece->len - off;
}

void corrupt_find(const struct corrupt_map *map,
	const struct corrupt_change *change, struct corrupt_touch *ret)
{
	const struct corrupt_piece *piece = &map->pieces[change->piece];
	const struct change *how = &changes[change->how];

	memset(ret, 0, sizeof(*ret));
	for (unsigned int i = 0; i < how->bytes; i++) {
		uint32_t off = change->off + i;
		uint64_t at = how->is_torn ? piece->place + off
					   : corrupt_map_at(map, piece, off);
		unsigned int n = ret->count++;

		ret->at[n] = at;
		ret->value[n] = (unsigned char)(how->value >> 8 * i);
		if (how->is_xor)
			ret->value[n] ^= map->bytes[at];
		if (piece->twin)
			ret->twin_at[n] = at - piece->place + piece->twin;
		if (!piece->copy)
			continue;
		ret->at[ret->count] = at - piece->place + piece->copy;
		ret->value[ret->count++] = ret->value[n];
	}
}

static bool changes_anything(
	const struct corrupt_map *map, const struct corrupt_change *change)
{
	struct corrupt_touch t;

	corrupt_find(map, change, &t);
	for (unsigned int i = 0; i < t.count; i++)
		if (map->bytes[t.at[i]] != t.value[i])
			return true;
	return false;
}

static void list_add(
	struct corrupt_list *list, const struct corrupt_change *change)
{
	if (!(list->count & (list->count + 1)))
		list->changes = realloc(list->changes,
			2 * (list->count + 1) * sizeof(*list->changes));
	if (!list->changes)
		abort();
	list->changes[list->count++] = *change;
}

void corrupt_list_open(const struct corrupt_map *map, struct corrupt_list *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned int p = 0; p < map->count; p++) {
		const struct corrupt_piece *piece = &map->pieces[p];

		ret->bytes += piece->len;
		for (uint32_t off = 0; off < piece->len; off++) {
			for (unsigned int h = 0; h < CHANGES; h++) {
				const struct corrupt_change c = {
					(uint16_t)p, (uint16_t)h, off};

				if (is_possible(piece, off, &changes[h]) &&
					changes_anything(map, &c))
					list_add(ret, &c);
			}
		}
	}
}

void corrupt_list_close(struct corrupt_list *list)
{
	free(list->changes);
	memset(list, 0, sizeof(*list));
}

void corrupt_id(const struct corrupt_map *map,
	const struct corrupt_change *change, char id[CORRUPT_ID_BYTES])
{
	snprintf(id, CORRUPT_ID_BYTES, "%s:%u:%s",
		map->pieces[change->piece].name, change->off,
		changes[change->how].name);
}
