/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A power cut (emudisk_power.h) as cases of a scenario (fault_case.h).
 */
#ifndef TESTS_SUPPORT_FAULT_CUT_H
#define TESTS_SUPPORT_FAULT_CUT_H

#include "tests/support/fault_judge.h"

struct fault_cut_plan {
	enum fault_promise promise;
	/* How many outcomes to try, of so many (emudisk_power_choices()). */
	uint64_t (*seeds_of)(uint64_t choices);
	/* Not where only the redo record makes good what the cut left. */
	bool is_judged_at_once;
};

/**
 * fault_cut_at - a case for each outcome to try of a cut at that write
 * @n: 1 .. fault_case.writes
 */
void fault_cut_at(
	uint64_t n, enum emudisk_cut model, const struct fault_cut_plan *plan);

#endif
