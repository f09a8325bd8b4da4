/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power cuts as an axis: whole runs in which the power is cut after each write,
 * with each model of what becomes of the writes that were not durable.
 *
 * Right after the cut nothing is lost; the PC is switched on again, and a run
 * without faults follows.  fault_judge.h says what is good then; of the models
 * that tear a write, and of disks whose flushes do nothing, only how they end
 * is counted.
 *
 * A failure prints scenario:cut:n:model:seed; with that in LOOPBREAKER_ONLY
 * this case runs alone, and says what it is that is not good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/fault_cut.h"

/* What the models leave to chance, or what is too much for every day. */
#define DEEP_SEEDS 40

static enum fault_promise promise_of(enum emudisk_cut model)
{
	switch (model) {
	case EMUDISK_CUT_PREFIX:
	case EMUDISK_CUT_NONE:
		return FAULT_PROMISED;
	case EMUDISK_CUT_SUBSET:
		/*
		 * An order knows no hold id by which it would recognise a file
		 * of which only half the name was changed.
		 */
		return fault_case.s->order == ORDER_HOLD_PATH ? FAULT_MAY_REFUSE
							      : FAULT_PROMISED;
	case EMUDISK_CUT_TORN:
	case EMUDISK_CUT_GARBAGE:
	case EMUDISK_CUT_LYING:
	case EMUDISK_CUT_COUNT:
		break;
	}
	return FAULT_COUNTED;
}

/* How many outcomes to try, where the model has that many. */
static uint64_t seeds_of(uint64_t choices)
{
	if (!fault_is_deep())
		return 1;
	return choices ? choices : DEEP_SEEDS;
}

static void cut_everywhere(enum emudisk_cut model)
{
	struct fault_cut_plan plan = {
		.seeds_of = seeds_of, .is_judged_at_once = true};
	char axis[40];

	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin(&fault_scenarios[i]);
		plan.promise = promise_of(model);
		for (uint64_t n = 1; n <= fault_case.writes; n++)
			fault_cut_at(n, model, &plan);
		fault_end(fault_model_name(model));
	}
	snprintf(axis, sizeof(axis), "power cuts, %s", fault_model_name(model));
	fault_sum(axis);
}

static void all_writes_landed(void **state)
{
	(void)state;
	cut_everywhere(EMUDISK_CUT_PREFIX);
}

static void none_landed(void **state)
{
	(void)state;
	cut_everywhere(EMUDISK_CUT_NONE);
}

static void some_landed(void **state)
{
	(void)state;
	cut_everywhere(EMUDISK_CUT_SUBSET);
}

static void last_is_torn(void **state)
{
	(void)state;
	cut_everywhere(EMUDISK_CUT_TORN);
}

static void torn_into_garbage(void **state)
{
	(void)state;
	cut_everywhere(EMUDISK_CUT_GARBAGE);
}

static void flushes_did_nothing(void **state)
{
	(void)state;
	cut_everywhere(EMUDISK_CUT_LYING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_writes_landed),
		cmocka_unit_test(none_landed),
		cmocka_unit_test(some_landed),
		cmocka_unit_test(last_is_torn),
		cmocka_unit_test(torn_into_garbage),
		cmocka_unit_test(flushes_did_nothing),
	};

	return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
