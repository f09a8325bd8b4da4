/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the one Windows volume of a machine.
 */
#ifndef RECOVERY_WINDOWS_H
#define RECOVERY_WINDOWS_H

#include "recovery/decide.h"
#include "recovery/platform.h"
#include "recovery/stack.h"
#include "recovery/windows_place.h"
#include "storage/find.h"
#include "storage/place.h"

#define WINDOWS_MAX_DISKS   32
#define WINDOWS_MAX_VOLUMES 8 /* to choose from by the boot configuration */

/* Directory that tells a Windows volume from WinRE and data volumes. */
#define WINDOWS_MARKER "Windows/System32"

struct windows {
	struct stack *stack;	     /* of the volume found; NULL otherwise */
	char name[FIND_LABEL_BYTES]; /* "disk 0, partition 3" */
	struct windows_place place;
	uint64_t size_bytes; /* of its partition */
	bool is_encrypted;   /* by BitLocker, and unlocked */
	/* The first partition for redo records on any disk, or NULL. */
	struct disk *redo_disk;
	struct place redo_place;
	enum windows_choice choice; /* by the boot configuration */
	/* What the search met on the way; for the report. */
	uint32_t windows_volumes; /* with the marker */
	uint32_t ntfs_volumes;
	uint32_t encrypted_volumes; /* that are closed */
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
 * @config: to decide between several, read when that is needed; NULL: nothing
 *	    decides
 * @unlock: receives the BitLocker volumes, and opens some; NULL: all are closed
 *
 * On WINDOWS_ONE the volume is open on an empty overlay; nothing is known yet
 * about its journal.  Otherwise nothing is open.  Never writes.  -ERR_NO_MEMORY
 * and the like also end as WINDOWS_UNREADABLE: not knowing is not "none", and
 * where one disk could not be looked at, a Windows on another may not be the
 * only one.  So it is beside a volume that cannot be opened (NOT_ALONE), told
 * from another (AMBIGUOUS) or read in one way only (TWO_FORMATS).  A damaged
 * NTFS volume, in contrast, is counted and left alone: Windows does not start
 * from it either.  Two with the same identity, such as a disk and its clone,
 *are AMBIGUOUS rather than SEVERAL.  Where none was found ENCRYPTED goes before
 *a damaged volume and before DYNAMIC: a key may still show the one.
 *
 * Which one is meant, where there may be more than one: the one whose partition
 * the default of the boot configuration names, by the identities of partition
 * and disk.  It is ONE then, beside others and beside volumes that cannot be
 * opened, for that is the Windows which starts, and crashes.  If the default
 * names another partition than the only one, it is ELSEWHERE; of several, or if
 * nothing can be read that names one, it stays at SEVERAL or NOT_ALONE: a hold
 * on a Windows that is not the one which crashes would do no harm, but no good
 * either, and hide that nothing was repaired.  The boot configuration never
 * makes ONE of what could not be read, or of two disks that are copies.
 */
enum windows_found windows_find(struct windows *w, const struct platform *p,
	const char *marker, struct boot_config *config, struct unlock *unlock);

/**
 * windows_check_default - is the one found the one which the PC starts?
 * @config: read from the machine
 *
 * For the only Windows that was found: reading the boot configuration costs
 * more than a PC that is well should pay, so windows_find() does not.
 *
 * Returns WINDOWS_ELSEWHERE if the default is certainly another one, which
 * nobody could look at; otherwise WINDOWS_ONE.  The volume stays open.
 */
enum windows_found windows_check_default(
	struct windows *w, const struct boot_config *config);

/**
 * windows_reopen - close the volume and open it again on the same overlay
 *
 * Returns 0 or why not, -ERR_NO_MEMORY also if an allocation has failed since
 * it was opened; the volume is closed then.
 */
int windows_reopen(struct windows *w);

/** windows_close - drop the overlay and everything else; accepts zeroes */
void windows_close(struct windows *w);

#endif
