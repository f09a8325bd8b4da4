/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runs on the PC of July 2024 on which every kind of failure is tried: each
 * a disk, what has happened to the PC before, and what the run is to do.
 *
 * Another axis is one more field here and more entries in the table.
 */
#ifndef TESTS_SUPPORT_FAULT_SCENARIO_H
#define TESTS_SUPPORT_FAULT_SCENARIO_H

#include "recovery/policy.h"
#include "recovery/run.h"
#include "tests/support/july.h"

#define FAULT_SCENARIOS 11

struct fault_scenario {
	const char *name;
	struct july july;
	bool is_moving;	     /* the policy holds by moving */
	bool is_after_hold;  /* a complete hold comes before the fault */
	bool has_crashed_on; /* ... and two more sessions crashed */
	/* The journal is not closed: Windows would replay it. */
	bool has_open_journal;
	enum order_kind order;
	enum verdict verdict;
	bool is_undone; /* nothing is on hold afterwards */
	/* docs/reliability.md: names can be lost from a folder that grows. */
	bool can_lose_names;
};

extern const struct fault_scenario fault_scenarios[FAULT_SCENARIOS];

/** fault_scenario_setup - before a scenario's disk is made */
void fault_scenario_setup(void);

/** fault_scenario_policy - what its runs follow */
void fault_scenario_policy(const struct fault_scenario *s, struct policy *ret);

#endif
