/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the one Windows volume of a machine, and the stack of layers it is
 * worked on through:
 *
 *	volume (libntfs-3g)
 *	overlay		   everything up to the verdict, in memory
 *	slice -> cache	   reads
 *	slice		   commit and read-back, past the cache
 *	meter		   counts
 *	the front's disk
 */
#ifndef RECOVERY_WINDOWS_H
#define RECOVERY_WINDOWS_H

#include "recovery/decide.h"
#include "recovery/platform.h"
#include "storage/cache.h"
#include "storage/find.h"
#include "storage/meter.h"
#include "storage/overlay.h"
#include "storage/slice.h"
#include "storage/volume.h"

#define WINDOWS_MAX_DISKS 32

/* Directory that tells a Windows volume from WinRE and data volumes. */
#define WINDOWS_MARKER "Windows/System32"

struct stack {
	struct meter meter;
	struct cache cache;
	struct slice direct; /* past the cache */
	struct slice cached;
	struct overlay overlay;
	struct volume volume;
};

struct windows {
	struct stack *stack;	     /* of the volume found; NULL otherwise */
	char name[FIND_LABEL_BYTES]; /* "disk 0, partition 3" */
	/* What the search met on the way; for the report. */
	uint32_t ntfs_volumes;
	uint32_t encrypted_volumes;
	uint32_t dynamic_volumes;
	uint32_t unreadable_volumes;
	int err; /* the first thing that could not be read; or 0 */
	struct disk_counts search; /* device calls on disks not chosen */
};

/**
 * windows_find - look for the one volume that has @marker, and open its stack
 * @w:	    receives the stack; windows_close() is valid whatever happened
 * @marker: a path that must exist on it: WINDOWS_MARKER, or the folder an
 *	    operator's order names
 *
 * On WINDOWS_ONE the volume is open on an empty overlay; nothing is known yet
 * about its journal.  Otherwise nothing is open.  Never writes.  -ERR_NO_MEMORY
 * and the like also end as WINDOWS_UNREADABLE: not knowing is not "none", and
 * where one disk could not be looked at, a Windows on another may not be the
 * only one.  So it is beside a volume that cannot be opened (NOT_ALONE) or told
 * from another (AMBIGUOUS).  A damaged NTFS volume, in contrast, is counted and
 * left alone: Windows does not start from it either.  Two with the same
 * identity, such as a disk and its clone, are AMBIGUOUS rather than SEVERAL.
 */
enum windows_found windows_find(
	struct windows *w, const struct platform *p, const char *marker);

/**
 * windows_reopen - close the volume and open it again on the same overlay
 *
 * Returns 0 or why not; the volume is closed then.
 */
int windows_reopen(struct windows *w);

/** windows_close - drop the overlay and everything else; accepts zeroes */
void windows_close(struct windows *w);

#endif
