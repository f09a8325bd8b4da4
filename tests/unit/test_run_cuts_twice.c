/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power is cut in a repair, and again in the run that is to finish it; the
 * third run is whole.  After the second cut holds what holds after the first
 * (test_run_cuts), and so does the end.
 *
 * Every pair of cuts in a deep check; every day each first cut with one second.
 *
 * A failure prints scenario:cut:n:model:seed:cut:n:model:seed; with that in
 * LOOPBREAKER_ONLY this case runs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/fault_judge.h"

struct pair {
	enum emudisk_cut first;
	enum emudisk_cut second;
	const char *name;
	enum fault_medium medium; /* for redo records */
};

static const struct pair pairs[] = {
	{EMUDISK_CUT_PREFIX, EMUDISK_CUT_PREFIX, "two cuts, prefix then prefix",
		FAULT_NO_MEDIUM},
	{EMUDISK_CUT_PREFIX, EMUDISK_CUT_NONE, "two cuts, prefix then none",
		FAULT_NO_MEDIUM},
	{EMUDISK_CUT_NONE, EMUDISK_CUT_PREFIX, "two cuts, none then prefix",
		FAULT_NO_MEDIUM},
	{EMUDISK_CUT_NONE, EMUDISK_CUT_NONE, "two cuts, none then none",
		FAULT_NO_MEDIUM},
	{EMUDISK_CUT_SUBSET, EMUDISK_CUT_SUBSET, "two cuts, subset then subset",
		FAULT_NO_MEDIUM},
	{EMUDISK_CUT_GARBAGE, EMUDISK_CUT_GARBAGE,
		"two cuts with a redo file, garbage then garbage",
		FAULT_REDO_FILE},
	{EMUDISK_CUT_SUBSET, EMUDISK_CUT_TORN,
		"two cuts with a redo stick, subset then torn",
		FAULT_REDO_STICK},
};

#define PAIRS (sizeof(pairs) / sizeof(pairs[0]))

/* An order does not recognise half a change of a name (test_run_cuts). */
static enum fault_promise promise_of(const struct pair *p)
{
	return p->first == EMUDISK_CUT_SUBSET && !p->medium &&
			       fault_case.s->order == ORDER_HOLD_PATH
		       ? FAULT_MAY_REFUSE
		       : FAULT_PROMISED;
}

static void run_and_cut(const struct fault_cut *cut)
{
	emudisk_power_plan_cut(&fault_power, cut->n, cut->model, cut->seed);
	fault_run();
	fault_expect(fault_power.is_off, "no cut", "");
}

/* How much the run after the first cut writes, if it is left alone. */
static uint64_t count_writes_after(
	const struct fault_cut *cut, enum fault_promise promise)
{
	fault_restart(promise);
	run_and_cut(cut);
	fault_power_on();
	fault_run();
	return fault_power.writes;
}

static void cut_twice(const struct fault_cut *cuts, enum fault_promise promise)
{
	if (!fault_wants_cuts(cuts, 2))
		return;
	fault_restart(promise);
	run_and_cut(&cuts[0]);
	fault_power_on();
	run_and_cut(&cuts[1]);
	if (cuts[0].model < EMUDISK_CUT_TORN &&
		cuts[1].model < EMUDISK_CUT_TORN)
		fault_expect_cut();
	fault_expect_recovery();
}

static void cut_after(uint64_t n, const struct pair *p)
{
	const enum fault_promise promise = promise_of(p);
	struct fault_cut cuts[2] = {
		{.n = n, .model = p->first, .seed = n},
		{.model = p->second},
	};
	const uint64_t writes = count_writes_after(&cuts[0], promise);
	uint64_t from = 1, to = writes;

	if (!fault_is_deep() && writes)
		from = to = 1 + 3 * n % writes;
	for (uint64_t second = from; second <= to; second++) {
		cuts[1].n = second;
		cuts[1].seed = 7 * n + second;
		cut_twice(cuts, promise);
	}
}

/* Every day each first cut belongs to one of the pairs. */
static void cut_pairs(size_t which)
{
	const struct pair *p = &pairs[which];

	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin_with(&fault_scenarios[i], p->medium);
		for (uint64_t n = 1; n <= fault_case.writes; n++)
			if (fault_is_deep() || (n + i) % PAIRS == which)
				cut_after(n, p);
		fault_end(p->name);
	}
	fault_sum(p->name);
}

static void cut_in_the_second_run(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAIRS; i++)
		cut_pairs(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_in_the_second_run),
	};

	return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
