/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done to the pieces of a map (corrupt_map.h), one field at a time. */
#ifndef TESTS_SUPPORT_CORRUPT_CHANGE_H
#define TESTS_SUPPORT_CORRUPT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/corrupt_map.h"

#define CORRUPT_ID_BYTES  160
#define CORRUPT_MAX_TOUCH 8 /* bytes of one change, with those of the copy */

struct corrupt_change {
	uint16_t piece;
	uint16_t how;
	uint32_t off;
};

struct corrupt_list {
	struct corrupt_change *changes;
	size_t count;
	size_t bytes; /* of metadata that are changed in some way */
};

/* The bytes of one change, as they become. */
struct corrupt_touch {
	uint64_t at[CORRUPT_MAX_TOUCH];
	uint64_t
		twin_at[CORRUPT_MAX_TOUCH]; /* in the copy; 0 = there is none */
	unsigned char value[CORRUPT_MAX_TOUCH];
	unsigned int count;
};

/** corrupt_list_open - all changes of all pieces that change anything */
void corrupt_list_open(const struct corrupt_map *map, struct corrupt_list *ret);

void corrupt_list_close(struct corrupt_list *list);

/** corrupt_find - what one change does to the volume of @map */
void corrupt_find(const struct corrupt_map *map,
	const struct corrupt_change *change, struct corrupt_touch *ret);

/** corrupt_id - "piece:offset:change" */
void corrupt_id(const struct corrupt_map *map,
	const struct corrupt_change *change, char id[CORRUPT_ID_BYTES]);

#endif
