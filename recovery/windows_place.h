/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a volume lies, in the terms in which a boot configuration names it.
 */
#ifndef RECOVERY_WINDOWS_PLACE_H
#define RECOVERY_WINDOWS_PLACE_H

#include "recovery/boot_config.h"
#include "storage/find.h"

struct windows_place {
	char disk[FIND_UUID_BYTES]; /* GUID or signature; "": it has none */
	char partition[FIND_UUID_BYTES]; /* GPT partition GUID or "" */
	uint64_t start_bytes;
};

/** windows_place_of - where the volume @v of the disk @f is */
void windows_place_of(const struct found *f, const struct found_volume *v,
	struct windows_place *ret);

/**
 * windows_place_is - is that the partition of the device @d?
 *
 * A GPT partition is known by its own GUID and that of its disk, one of an MBR
 * by the signature of its disk and where it begins: both have to fit.
 */
bool windows_place_is(
	const struct windows_place *place, const struct bcd_device *d);

/* What the boot configuration says about the volumes found. */
enum windows_choice {
	CHOICE_NOT_ASKED, /* nothing was to be decided */
	CHOICE_NO_CONFIG, /* there is none */
	CHOICE_UNKNOWN,	  /* it cannot be read, has no default, or one that says
			     nothing about a partition of these disks */
	CHOICE_DEFAULT,	  /* its default is on one of them */
	CHOICE_ELSEWHERE  /* its default is on none of them */
};

/**
 * windows_choose - on which of @count volumes is the default?
 * @ret_index: written for CHOICE_DEFAULT
 *
 * A volume of a disk without partition table has no place that could be named;
 * such a one may be the default's, or not: CHOICE_UNKNOWN.
 */
enum windows_choice windows_choose(const struct boot_config *c,
	const struct windows_place *places, size_t count, size_t *ret_index);

#endif
