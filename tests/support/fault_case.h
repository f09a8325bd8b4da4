/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on the PC of July 2024 in which something fails: one scenario
 * after the other, and of each one case after the other, which is named, set
 * up, run, and judged (fault_judge.h).
 *
 *	fault_begin(&fault_scenarios[i]);
 *	for (n = 1; n <= fault_case.calls.reads; n++) {
 *		if (!fault_is_wanted("read", n, "once", 0))
 *			continue;
 *		fault_restart(FAULT_PROMISED);
 *		emudisk_plan_fault(&fault_disk, EMUDISK_READ, ...);
 *		fault_run();
 *		fault_judge();
 *	}
 *	fault_end("read");
 */
#ifndef TESTS_SUPPORT_FAULT_CASE_H
#define TESTS_SUPPORT_FAULT_CASE_H

#include "tests/support/fault_scenario.h"

#define FAULT_OWN    "CrowdStrike" /* the last of JULY_FOLDER */
#define FAULT_BESIDE FAULT_OWN JULY_HELD_SUFFIX

/* What is promised of a case: less than the scenario's own exceptions. */
enum fault_promise {
	FAULT_PROMISED,	  /* the next run completes it */
	FAULT_MAY_REFUSE, /* ... or refuses with a sentence */
	FAULT_COUNTED	  /* nothing: how it ends is counted */
};

/* Where redo records are kept. */
enum fault_medium {
	FAULT_NO_MEDIUM,
	FAULT_REDO_FILE, /* on the disk itself */
	FAULT_REDO_STICK,
	FAULT_MEDIA
};

/* A scenario, and what it is without faults. */
struct fault_case {
	const struct fault_scenario *s;
	enum fault_medium medium;
	struct july july;      /* the scenario's, with the medium */
	unsigned char *stick;  /* ... before; NULL without one */
	unsigned char *start;  /* the disk before */
	unsigned char *hidden; /* ... without the bytes of a redo file */
	struct fake_bytes record;
	char *before; /* descriptions */
	char *after;
	struct disk_counts calls; /* of the disk */
	uint64_t writes;	  /* of all that have its power supply */
	uint64_t allocations;
};

/* One power cut of a case. */
struct fault_cut {
	uint64_t n;
	enum emudisk_cut model;
	uint64_t seed;
};

extern struct fault_case fault_case; /* the one at hand */
extern struct emudisk fault_disk;
extern struct emudisk_power fault_power; /* feeds it */
extern struct fake_machine fault_machine;
extern struct outcome fault_outcome; /* of the run before */

/** fault_setup, fault_teardown - for cmocka, once for all tests */
int fault_setup(void **state);
int fault_teardown(void **state);

/** fault_is_deep - is there time for all cases, or is one of them wanted? */
bool fault_is_deep(void);

/** fault_begin - that scenario's cases follow, without a medium */
void fault_begin(const struct fault_scenario *s);

/** fault_begin_with - ... with one; it loses power together with the disk */
void fault_begin_with(const struct fault_scenario *s, enum fault_medium medium);

/** fault_name - of the scenario at hand and its medium */
const char *fault_name(void);

/**
 * fault_is_wanted - gives a case its name, which a failure prints; false
 * if LOOPBREAKER_ONLY has others, divided by commas
 */
bool fault_is_wanted(
	const char *call, uint64_t n, const char *model, uint64_t seed);

/** fault_wants_cuts - the same for power cuts, each in the run after the last
 */
bool fault_wants_cuts(const struct fault_cut *cuts, size_t count);

/** fault_model_name - as in the name of a case */
const char *fault_model_name(enum emudisk_cut model);

/** fault_restart - disk, record and PC as before the scenario's run */
void fault_restart(enum fault_promise promise);

/** fault_power_on - after a failure: all is there again, and works */
void fault_power_on(void);

/** fault_run - the scenario's run, into fault_outcome */
void fault_run(void);

/** fault_run_undo - an order to undo all, into fault_outcome */
void fault_run_undo(void);

/** fault_describe - the volume as it is now; the caller frees the text */
char *fault_describe(void);

/** fault_keep_volume - for other readers (fault_keep.h) */
void fault_keep_volume(const char *when);

/**
 * fault_expect - fails with the name of the case
 *
 * Where nothing is promised it only makes it a broken one.
 */
void fault_expect(bool is_good, const char *what, const char *details);

/** fault_is_broken - was something expected in vain? */
bool fault_is_broken(void);

/** fault_promised - what fault_restart() was given */
enum fault_promise fault_promised(void);

#endif
