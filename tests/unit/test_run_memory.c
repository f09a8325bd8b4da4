/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs in which an allocation fails, or all from one on: a clean error,
 * no write or a commit that the next run finishes.  Every day a part of them,
 * in a deep check each, and one in eleven from which on all fail.
 *
 * A failure prints scenario:allocation:n:model:seed; with that in
 * LOOPBREAKER_ONLY this case runs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/failalloc.h"
#include "tests/support/fault_judge.h"

static void allocation_fails(uint64_t n, const char *model, bool from_then_on)
{
	if (!fault_is_wanted("allocation", n, model, 0))
		return;
	fault_restart(FAULT_PROMISED);
	failalloc_arm(n, from_then_on);
	fault_run();
	fault_expect(failalloc_disarm(), "no fault", "");
	fault_judge();
}

static void each_allocation(const char *model, uint64_t step, bool from_then_on)
{
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin(&fault_scenarios[i]);
		assert_true(fault_case.allocations > 100);
		for (uint64_t n = 1 + i % step; n <= fault_case.allocations;
			n += step)
			allocation_fails(n, model, from_then_on);
		fault_end(model);
	}
}

static void allocations_fail(void **state)
{
	(void)state;
	each_allocation("once", fault_is_deep() ? 1 : 181, false);
	fault_sum("one allocation fails");
}

static void memory_runs_out(void **state)
{
	(void)state;
	each_allocation("on", fault_is_deep() ? 11 : 605, true);
	fault_sum("allocations fail from one on");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_fail),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
