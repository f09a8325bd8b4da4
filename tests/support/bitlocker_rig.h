/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An encrypted volume on an emulated disk, and what its plain text is. */
#ifndef TESTS_SUPPORT_BITLOCKER_RIG_H
#define TESTS_SUPPORT_BITLOCKER_RIG_H

#include "storage/bitlocker/layer.h"
#include "tests/support/bitlocker_maker.h"
#include "tests/support/emudisk.h"

#define BITLOCKER_RIG_BYTES (2u << 20)

struct bitlocker_rig {
	struct emudisk disk;
	unsigned char *plain; /* BITLOCKER_RIG_BYTES */
	struct bitlocker_made made;
	struct bitlocker_metadata metadata;
	struct bitlocker_layer layer;
};

/**
 * bitlocker_rig_make - a volume by @plan, encrypted; fails the test otherwise
 *
 * Its plain text is noise with three ranges of zeros.  A plan without secrets
 * gets a clear key, which takes no time.
 */
void bitlocker_rig_make(
	struct bitlocker_rig *rig, const struct bitlocker_plan *plan);

/** bitlocker_rig_read - its metadata, anew */
void bitlocker_rig_read(struct bitlocker_rig *rig);

/** bitlocker_rig_unlock - with its clear key; opens the layer */
void bitlocker_rig_unlock(struct bitlocker_rig *rig);

/** bitlocker_rig_check - is what the layer gives the plain text? */
void bitlocker_rig_check(struct bitlocker_rig *rig);

/** bitlocker_rig_close - accepts a zeroed or half-made one */
void bitlocker_rig_close(struct bitlocker_rig *rig);

#endif
