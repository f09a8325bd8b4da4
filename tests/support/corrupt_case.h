/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on the PC of July 2024 with one field of its volume's metadata
 * spoiled: each byte, and each aligned field of two or four, set to values that
 * have broken readers of NTFS before.  Protected structures are spoiled so that
 * their update sequence still holds, and once so that it does not.
 *
 * After each run one of these is true, or the case has failed:
 *
 *	- nothing was written, and something was said;
 *	- what was written is, byte for byte, what a hold on the sound volume
 *	  writes;
 *	- what was written lies where a hold on the sound volume writes, or is
 *	  the copy of an MFT record, and corrupt_judge.h finds only the names
 *	  of the held files changed.
 *
 * Reads and memory are bounded; a run that does not end, or that a sanitizer
 * ends, is a failure, and the cases after it are tried all the same.
 *
 * A failure prints volume:piece:offset:change; with that in LOOPBREAKER_ONLY
 * this case runs alone, and what it says is shown.  Without LOOPBREAKER_DEEP an
 * evenly spread part of all cases runs; with it, LOOPBREAKER_SHARD=2/8 is the
 * second eighth of them.  LOOPBREAKER_KEEP (fault_keep.h) keeps the volumes on
 * which something was held, and makes the part a smaller one.
 */
#ifndef TESTS_SUPPORT_CORRUPT_CASE_H
#define TESTS_SUPPORT_CORRUPT_CASE_H

#include "tests/support/corrupt_map.h"
#include "tests/support/july.h"

struct corrupt_volume {
	const char *name;
	struct july july; /* without a partition table */
	void (*map)(struct corrupt_map *map);
};

/* How much one run may do.  A hold on a sound volume: see docs/reliability.md
 */
#define CORRUPT_MAX_READS      20000
#define CORRUPT_MAX_READ_BYTES (64u << 20)
#define CORRUPT_MAX_MEMORY     (16 << 20)

/**
 * corrupt_try - all cases of a volume, or a part of them
 *
 * Prints what became of them.  Returns how many failed.
 */
unsigned int corrupt_try(const struct corrupt_volume *v);

#endif
