/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a partition lies, so that another start of the PC finds it again
 * without reading what is in it.
 */
#ifndef STORAGE_PLACE_H
#define STORAGE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

struct found;
struct found_volume;

#define PLACE_ID_BYTES 40 /* text, with the closing NUL */

/* Kept in the record (recovery/record.h) and in redo records. */
#define PLACE_BYTES 56

struct place {
	char table[PLACE_ID_BYTES]; /* disk GUID or MBR id; never "" */
	uint64_t start_bytes;
	uint64_t size_bytes;
};

/**
 * place_of - the place of the volume @v of the disk @f
 *
 * Returns 0, or -ERR_UNSUPPORTED for a disk without partition table or
 * identity: nothing would tell it from another one.
 */
int place_of(
	const struct found *f, const struct found_volume *v, struct place *ret);

/** place_is - is that the place of the volume @v of the disk @f? */
bool place_is(const struct place *p, const struct found *f,
	const struct found_volume *v);

/** place_encode - @p as PLACE_BYTES bytes: id, start, size; little-endian */
void place_encode(const struct place *p, void *bytes);

/**
 * place_check - parse PLACE_BYTES bytes
 *
 * Returns 0; -ERR_CORRUPT for an id that is empty, does not end or goes on
 * after its end.  *@ret is written only on success.
 */
int place_check(const void *bytes, struct place *ret);

#endif
