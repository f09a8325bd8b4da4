/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold for every list of volumes, whatever bytes it was read from.
 * Aborts if it does not; for the unit tests and the fuzz target.
 */
#ifndef TESTS_SUPPORT_CHECK_FOUND_H
#define TESTS_SUPPORT_CHECK_FOUND_H

#include <stdlib.h>
#include <string.h>

#include "storage/find.h"

static inline void check_that(bool is_true)
{
	if (!is_true)
		abort();
}

static inline void check_found(const struct found *f, const struct disk *d)
{
	const struct found_volume *v;

	check_that(f->count <= FIND_MAX_VOLUMES);
	check_that(strnlen(f->table_uuid, FIND_UUID_BYTES) < FIND_UUID_BYTES);
	check_that(f->has_table || f->count <= 1);
	for (size_t i = 0; i < f->count; i++) {
		v = &f->volumes[i];
		check_that((unsigned int)v->kind <= VOLUME_REDO);
		check_that(v->size_bytes > 0 && v->size_bytes <= d->size_bytes);
		check_that(v->start_bytes <= d->size_bytes - v->size_bytes);
		check_that((v->part_number > 0) == f->has_table);
		check_that(
			strnlen(v->label, FIND_LABEL_BYTES) < FIND_LABEL_BYTES);
		check_that(strnlen(v->uuid, FIND_UUID_BYTES) < FIND_UUID_BYTES);
		check_that(strnlen(v->part_uuid, FIND_UUID_BYTES) <
			   FIND_UUID_BYTES);
	}
}

#endif
