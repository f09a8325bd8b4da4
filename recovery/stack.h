/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layers that a volume of one disk is worked on through:
 *
 *	volume (libntfs-3g)
 *	BitLocker	   of a volume that was unlocked
 *	overlay		   everything up to the verdict, in memory; what would
 *			   go to the disk, so encrypted where that is
 *	slice -> cache	   reads
 *	slice		   commit and read-back, past the cache
 *	meter		   counts
 *	the front's disk
 */
#ifndef RECOVERY_STACK_H
#define RECOVERY_STACK_H

#include "recovery/unlock.h"
#include "storage/bitlocker/layer.h"
#include "storage/cache.h"
#include "storage/extents.h"
#include "storage/find.h"
#include "storage/meter.h"
#include "storage/overlay.h"
#include "storage/slice.h"
#include "storage/volume.h"

struct stack {
	struct meter meter;
	struct cache cache;
	struct slice direct; /* past the cache */
	struct slice cached;
	struct overlay overlay;
	struct bitlocker_layer bitlocker;
	struct disk *plain; /* what the volume is opened on */
	struct volume volume;
};

/**
 * stack_open - meter and cache of @d, without a volume yet
 *
 * Returns 0 with *@ret_stack for stack_close(); or -ERR_NO_MEMORY.
 */
int stack_open(struct disk *d, struct stack **ret_stack);

/**
 * stack_open_volume - open the NTFS volume @f of its disk on a fresh overlay
 * @locked: what opens it, if it is a BitLocker volume; else NULL
 *
 * Returns 0 or as bitlocker_layer_open() and volume_open_mending();
 * stack_close_volume() or stack_close() are valid either way.
 */
int stack_open_volume(struct stack *k, const struct found_volume *f,
	const struct unlock_volume *locked);

/** stack_reopen_volume - open it again as it is now; as volume_open() */
int stack_reopen_volume(struct stack *k);

/**
 * stack_is_in_place - is that range of the volume, which a file has, the same
 * range of the partition, for who goes past all layers?
 *
 * Not where BitLocker keeps something of its own, whatever NTFS says of it.
 */
bool stack_is_in_place(const struct stack *k, const struct extent *range);

/**
 * stack_close_volume - after looking only
 *
 * What a mended mirror left on the overlay is lost.
 */
void stack_close_volume(struct stack *k);

/** stack_close - all of it; accepts NULL */
void stack_close(struct stack *k);

#endif
