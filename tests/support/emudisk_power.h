/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an emulated disk is fed from: knows the writes that no flush has made
 * durable yet, and what becomes of them when power goes.
 *
 * Each emudisk has a power supply of its own, to which emudisk_plan_cut()
 * speaks.  Disks of one PC, say its own and a stick, share one instead: their
 * writes are counted together, and they lose power together.
 *
 *	struct emudisk_power pc = {0};
 *
 *	emudisk_attach(&disk, &pc);
 *	emudisk_attach(&stick, &pc);
 *	emudisk_power_plan_cut(&pc, 7, EMUDISK_CUT_NONE, 1);
 *	... both fail every call from the seventh write on, whoever made it ...
 *	emudisk_power_reset(&pc);
 *
 * An armed power cut uses malloc(): do not combine it with failing allocations.
 */
#ifndef TESTS_SUPPORT_EMUDISK_POWER_H
#define TESTS_SUPPORT_EMUDISK_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/prng.h"

#define EMUDISK_SECTOR_BYTES 512 /* what a torn write is torn into */
#define EMUDISK_POWER_DISKS  4	 /* of one power supply */
#define EMUDISK_ALL_SUBSETS  6	 /* so many writes: every subset by its seed */

/* What becomes of the writes since the last flush when power goes. */
enum emudisk_cut {
	EMUDISK_CUT_PREFIX,  /* all of them landed */
	EMUDISK_CUT_NONE,    /* none of them landed */
	EMUDISK_CUT_SUBSET,  /* each of them did or did not */
	EMUDISK_CUT_TORN,    /* all but the end of the last one: of that only
				some first sectors landed, or none */
	EMUDISK_CUT_GARBAGE, /* the same, and the sector at the tear holds
				neither what was there nor what was written */
	EMUDISK_CUT_LYING,   /* no flush did anything: each write since the
				plan was made did or did not land */
	EMUDISK_CUT_COUNT
};

struct emudisk;
struct emudisk_write;

/* All zero: nothing attached, no plan. */
struct emudisk_power {
	bool is_off;	 /* every call to every disk attached fails */
	uint64_t writes; /* calls to all of them, since the last reset */

	/* private */
	struct emudisk *disks[EMUDISK_POWER_DISKS];
	size_t disk_count;
	uint64_t cut_after; /* number of the last write; 0 = never */
	enum emudisk_cut model;
	uint64_t seed;
	uint64_t choices;
	struct emudisk_write *unflushed;
	size_t unflushed_count;
};

/**
 * emudisk_power_plan_cut - cut the power right after the @nth write from now
 * @nth:  1 = after the next write to any of the disks; it still returns 0
 * @seed: which of the outcomes that @model has
 *
 * From then on every call to every disk attached fails with -ERR_IO, and their
 * bytes are what @model and @seed left of the writes since the last flush of
 * each.  Writes from before the plan was made count as flushed.
 */
void emudisk_power_plan_cut(struct emudisk_power *p, uint64_t nth,
	enum emudisk_cut model, uint64_t seed);

/**
 * emudisk_power_choices - how many outcomes the cut could have had
 *
 * After the cut.  Seeds 0 to that minus 1 are all of them: the sectors at which
 * the last write can be torn, or the subsets of up to EMUDISK_ALL_SUBSETS
 * writes.  Other seeds repeat them (but for the bytes of garbage).  0: the
 * subsets are too many, and each seed is a random one of them.
 */
uint64_t emudisk_power_choices(const struct emudisk_power *p);

/** emudisk_power_reset - emudisk_reset() of all disks attached; no plan */
void emudisk_power_reset(struct emudisk_power *p);

/* --- For emudisk.c -------------------------------------------------------- */

/* emudisk_power_write - @e is about to write @buf, in that place */
void emudisk_power_write(struct emudisk_power *p, struct emudisk *e,
	uint64_t off, const void *buf, size_t len);

/* emudisk_power_wrote - the write is done; cuts the power if that was the one
 */
void emudisk_power_wrote(struct emudisk_power *p);

/* emudisk_power_flush - what @e wrote is durable, unless flushes lie */
void emudisk_power_flush(struct emudisk_power *p, const struct emudisk *e);

/* emudisk_power_forget - what @e wrote can be lost no more; NULL: of all */
void emudisk_power_forget(struct emudisk_power *p, const struct emudisk *e);

#endif
