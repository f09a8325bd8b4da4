/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume before a hold of one file, after it, and after its undo: kept as an
 * overlay shows it, and judged as corrupt_case.h says.
 */
#ifndef TESTS_SUPPORT_CORRUPT_MOMENTS_H
#define TESTS_SUPPORT_CORRUPT_MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/overlay.h"
#include "tests/support/emudisk.h"

struct corrupt_moments {
	uint64_t size;
	unsigned char *before; /* marked, and nothing else changed */
	unsigned char *held;
	unsigned char *undone;
	bool is_held;
	bool is_undone;
};

/* What was held, and how. */
struct corrupt_hold {
	const char *name;
	const char *suffix; /* of a renamed file; NULL: it is moved */
};

/** corrupt_moments_open - room for volumes of @size, none of them held */
void corrupt_moments_open(struct corrupt_moments *m, uint64_t size);

void corrupt_moments_close(struct corrupt_moments *m);

/**
 * corrupt_moments_take - what @o, over @e, shows; allocates nothing
 * @o: nothing was written to it in more than one epoch
 */
void corrupt_moments_take(const struct corrupt_moments *m, unsigned char *copy,
	const struct emudisk *e, const struct overlay *o);

/**
 * corrupt_moments_judge - what is wrong, or NULL; the caller frees it
 * @sound: the same moments of the volume without damage
 *
 * A hold is right that writes, byte for byte, what it writes on the sound
 * volume; otherwise corrupt_judge.h tells.  The undo of a rename leaves
 * everything as it was, but that the folder keeps the clusters it grew by.
 */
char *corrupt_moments_judge(const struct corrupt_moments *m,
	const struct corrupt_moments *sound, const struct corrupt_hold *hold);

#endif
