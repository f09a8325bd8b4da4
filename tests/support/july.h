/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PC of July 2024 as a fake machine: a Windows volume on which two content
 * files were delivered minutes before it began to crash, and what the crashes
 * left in bootstat.dat and in the firmware's variables.
 */
#ifndef TESTS_SUPPORT_JULY_H
#define TESTS_SUPPORT_JULY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/emudisk.h"
#include "tests/support/fake_machine.h"

#define JULY_FOLDER "Windows/System32/drivers/CrowdStrike"

/* Delivered minutes before the first crash, and longer ago. */
#define JULY_BAD   "C-00000291-00000000-00000032.sys" /* also a short name */
#define JULY_OTHER "C-00000292-00000000-00000007.sys"
#define JULY_OLD   "C-00000285-00000000-00000010.sys"

#define JULY_HELD_SUFFIX ".held-00000001" /* of the first hold */

#define JULY_STOP_CODE	0x50u
#define JULY_PARAMETER	0xffff9c8e0000009cu
#define JULY_HEARTBEAT	133658364000000000ull /* 2024-07-19T04:20:00Z */
#define JULY_NOTED_BOOT 40u		      /* the last good session */
#define JULY_LAST_BOOT	41u		      /* the newest one */
#define JULY_SERIAL	0x2024071904090000u

struct july {
	bool has_table;	     /* GPT: ESP, Windows, WinRE; else bare NTFS */
	const char *journal; /* options of mkjournal.py, or NULL */
	const char *more;    /* more lines of the manifest, or NULL */
	/* Files whose bytes these files have; NULL: bytes without meaning. */
	const char *page_file;
	const char *system; /* the registry hive */
	bool has_redo_file; /* for redo records, preallocated */
	bool is_suspended;  /* under BitLocker, and open to everybody */
	struct fake_bootstat status; /* all zero: july_status() */
	uint32_t sector_bytes;	     /* 0 = 512 */
};

/** july_status - after two crashed sessions; attempts = 1 */
struct fake_bootstat july_status(void);

/** july_disk - make and load the disk; the caller closes it */
void july_disk(struct emudisk *e, const struct july *j);

/**
 * july_volume - the bytes of the Windows volume on such a disk
 *
 * Of one under BitLocker a plain copy, which is overwritten by the fourth call
 * from then on; changing it changes nothing.
 */
unsigned char *july_volume(
	const struct emudisk *e, const struct july *j, uint64_t *ret_size);

/**
 * july_hide_redo_file - fill the file for redo records with zeros, or put back
 * what was in it
 *
 * Which records it has held is no part of the volume.  Nothing without the
 * file.
 */
void july_hide_redo_file(
	const struct emudisk *e, const struct july *j, bool is_hidden);

/** july_is_dirty - is VOLUME_IS_DIRTY set on that volume? */
bool july_is_dirty(const struct emudisk *e, const struct july *j);

/** july_machine - a machine with that disk, and the crash's variables */
void july_machine(struct fake_machine *m, struct emudisk *e);

/** july_session - Windows ran once more: bootstat.dat is now as @s */
void july_session(
	struct emudisk *e, const struct july *j, const struct fake_bootstat *s);

#endif
