/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on the PC of July 2024 in which something fails, and what is good
 * after them: either what a run without any fault would have left, or a refusal
 * with a sentence.  Which fault it is, test_run_faults.c says.
 */
#ifndef TESTS_SUPPORT_FAULT_CASE_H
#define TESTS_SUPPORT_FAULT_CASE_H

#include "recovery/run.h"
#include "tests/support/july.h"

#define FAULT_SCENARIOS 6

struct fault_scenario {
	const char *name;
	struct july july;
	bool is_after_hold;  /* a complete hold comes before the fault */
	bool has_crashed_on; /* ... and two more sessions crashed */
	enum order_kind order;
	enum verdict verdict;
	bool is_undone; /* nothing is on hold afterwards */
};

extern const struct fault_scenario fault_scenarios[FAULT_SCENARIOS];

/* A scenario, and what it is without faults. */
struct fault_case {
	const struct fault_scenario *s;
	unsigned char *start; /* the disk before */
	struct fake_bytes record;
	char *before; /* descriptions */
	char *after;
	struct disk_counts calls;
	uint64_t allocations;
};

extern struct fault_case fault_case; /* the one at hand */
extern struct emudisk fault_disk;
extern struct outcome fault_outcome; /* of the run before */

/** fault_setup, fault_teardown - for cmocka, once for all tests */
int fault_setup(void **state);
int fault_teardown(void **state);

/** fault_begin - that scenario's cases follow */
void fault_begin(const struct fault_scenario *s);

/** fault_end - print how often it was complete, and how often refused */
void fault_end(const char *axis);

/**
 * fault_is_wanted - gives a case its name, which a failure prints; false
 * if LOOPBREAKER_ONLY has another one
 */
bool fault_is_wanted(
	const char *call, uint64_t n, const char *model, uint64_t seed);

/** fault_restart - disk, record and PC as before the scenario's run */
void fault_restart(void);

/** fault_run - the scenario's run, into fault_outcome */
void fault_run(void);

/** fault_expect - fails with the name of the case */
void fault_expect(bool is_good, const char *what);

/**
 * fault_expect_recovery - switched on again, Windows has not run in
 * between: one more run comes to a good end
 */
void fault_expect_recovery(bool may_refuse);

/** fault_judge - after a fault: success is success, and failure tells */
void fault_judge(bool may_refuse);

#endif
