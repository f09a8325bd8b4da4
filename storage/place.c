/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/place.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/find.h"

_Static_assert(PLACE_ID_BYTES + 16 == PLACE_BYTES, "an id and two numbers");
_Static_assert(PLACE_ID_BYTES == FIND_UUID_BYTES, "every id fits");

int place_of(
	const struct found *f, const struct found_volume *v, struct place *ret)
{
	if (!v->part_number || !f->table_uuid[0])
		return -ERR_UNSUPPORTED;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->table, f->table_uuid, strlen(f->table_uuid));
	ret->start_bytes = v->start_bytes;
	ret->size_bytes = v->size_bytes;
	return 0;
}

bool place_is(const struct place *p, const struct found *f,
	const struct found_volume *v)
{
	return v->part_number && !strcmp(p->table, f->table_uuid) &&
	       p->start_bytes == v->start_bytes &&
	       p->size_bytes == v->size_bytes;
}

void place_encode(const struct place *p, void *bytes)
{
	uint8_t *b = bytes;

	memcpy(b, p->table, PLACE_ID_BYTES);
	le64_put(b + PLACE_ID_BYTES, p->start_bytes);
	le64_put(b + PLACE_ID_BYTES + 8, p->size_bytes);
}

int place_check(const void *bytes, struct place *ret)
{
	const uint8_t *b = bytes;
	size_t len = 0;
	size_t i;

	while (len < PLACE_ID_BYTES && b[len])
		len++;
	if (!len)
		return -ERR_CORRUPT;
	for (i = len; i < PLACE_ID_BYTES; i++)
		if (b[i])
			return -ERR_CORRUPT;
	if (len == PLACE_ID_BYTES)
		return -ERR_CORRUPT;
	memcpy(ret->table, b, PLACE_ID_BYTES);
	ret->start_bytes = le64_get(b + PLACE_ID_BYTES);
	ret->size_bytes = le64_get(b + PLACE_ID_BYTES + 8);
	return 0;
}
