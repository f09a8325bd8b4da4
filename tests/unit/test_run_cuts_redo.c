/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same power cuts as in test_run_cuts.c, with a medium for redo records: a
 * file on the disk itself, or a stick that loses power together with it.
 *
 * Now a torn write, and one torn into garbage, are finished as well, and so is
 * a folder that grows.  Of flushes that do nothing the record is lost as much
 * as everything else: how that ends is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/fault_cut.h"

#define DEEP_SEEDS 12

static enum fault_promise promise_of(enum emudisk_cut model)
{
	return model == EMUDISK_CUT_LYING ? FAULT_COUNTED : FAULT_PROMISED;
}

static uint64_t seeds_of(uint64_t choices)
{
	if (!fault_is_deep())
		return 1;
	return choices && choices < DEEP_SEEDS ? choices : DEEP_SEEDS;
}

/* Every day each model meets some of the writes, each of them others. */
static bool is_due(uint64_t n, enum emudisk_cut model)
{
	return fault_is_deep() || (n + (uint64_t)model) % 8 == 0 ||
	       n == fault_case.writes;
}

static void cut_everywhere(enum fault_medium medium, enum emudisk_cut model)
{
	struct fault_cut_plan plan = {
		.seeds_of = seeds_of,
		.promise = promise_of(model),
		.is_judged_at_once = model < EMUDISK_CUT_TORN,
	};
	char axis[48];

	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin_with(&fault_scenarios[i], medium);
		for (uint64_t n = 1; n <= fault_case.writes; n++)
			if (is_due(n, model))
				fault_cut_at(n, model, &plan);
		fault_end(fault_model_name(model));
	}
	snprintf(axis, sizeof(axis), "power cuts with a redo %s, %s",
		medium == FAULT_REDO_FILE ? "file" : "stick",
		fault_model_name(model));
	fault_sum(axis);
}

static void cut_with_a_file(void **state)
{
	(void)state;
	for (int model = 0; model < EMUDISK_CUT_COUNT; model++)
		cut_everywhere(FAULT_REDO_FILE, (enum emudisk_cut)model);
}

static void cut_with_a_stick(void **state)
{
	(void)state;
	for (int model = 0; model < EMUDISK_CUT_COUNT; model++)
		cut_everywhere(FAULT_REDO_STICK, (enum emudisk_cut)model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_with_a_file),
		cmocka_unit_test(cut_with_a_stick),
	};

	return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
