/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made NTFS volume, open on an overlay over an emulated disk: what most
 * tests of storage/ and quarantine/ begin with.  Failures of the rig itself
 * are failed assertions.
 */
#ifndef TESTS_SUPPORT_MOUNTED_H
#define TESTS_SUPPORT_MOUNTED_H

#include "storage/overlay.h"
#include "storage/slice.h"
#include "storage/volume.h"
#include "tests/support/emudisk.h"
#include "tests/support/make_image.h"

struct mounted {
	struct emudisk disk;
	struct slice slice; /* the volume within the disk */
	struct overlay overlay;
	struct volume volume;
	unsigned char *bytes; /* of the volume, on the disk */
	uint64_t size;
};

/** mounted_open - make the volume and open it; mounted_close() it */
void mounted_open(struct mounted *m, const struct image_plan *plan);

/** mounted_make - make the volume; only the disk is open then */
void mounted_make(struct mounted *m, const struct image_plan *plan);

/** mounted_fixture - as mounted_make(), of a fixture; false = skipped */
bool mounted_fixture(struct mounted *m, const char *name, uint64_t start_bytes);

/** mounted_mount - open the volume on a new overlay */
void mounted_mount(struct mounted *m);

/** mounted_unmount - close it and drop the overlay */
void mounted_unmount(struct mounted *m);

/** mounted_keep - close it, commit the overlay to the disk, open it again */
void mounted_keep(struct mounted *m);

/** mounted_remount - close it and open it again on the same overlay */
void mounted_remount(struct mounted *m);

/** mounted_close - accepts a zeroed one */
void mounted_close(struct mounted *m);

#endif
