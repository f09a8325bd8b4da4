/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_cut.h"

#define MAX_CHOICES 2048 /* sectors of the largest write */

void fault_cut_at(
	uint64_t n, enum emudisk_cut model, const struct fault_cut_plan *plan)
{
	/* Not the same sectors and subsets at every write. */
	const uint64_t base = fault_is_deep() ? 0 : 5 * n;
	uint64_t count = 1;

	for (uint64_t i = 0; i < count; i++) {
		const struct fault_cut cut = {n, model, base + i};

		if (!fault_wants_cuts(&cut, 1)) {
			count = MAX_CHOICES; /* as far as is known */
			continue;
		}
		fault_restart(plan->promise);
		emudisk_power_plan_cut(&fault_power, n, model, cut.seed);
		fault_run();
		count = plan->seeds_of(emudisk_power_choices(&fault_power));
		if (plan->is_judged_at_once)
			fault_expect_cut();
		fault_expect_recovery();
	}
}
