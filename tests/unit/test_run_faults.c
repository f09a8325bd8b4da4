/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Failure as an axis: whole runs in which the power is cut after each write,
 * and in which each read, write, flush and allocation fails or lies.
 *
 * After each the PC is switched on again and a run without faults follows.
 * Its end is either what a run without any fault would have left, byte for
 * byte of every name, attribute and file, or a refusal with a sentence; how
 * often each happens is printed.  A run that was cut or failed never reports
 * success, and one that failed before it wrote leaves the disk as it was.
 *
 * A failure prints scenario:call:n:model:seed; with that in LOOPBREAKER_ONLY
 * this case runs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/failalloc.h"
#include "tests/support/fault_case.h"

/* --- Power cuts ----------------------------------------------------------- */

static const char *const models[EMUDISK_CUT_COUNT] = {
	[EMUDISK_CUT_PREFIX] = "prefix",
	[EMUDISK_CUT_NONE] = "none",
	[EMUDISK_CUT_SUBSET] = "subset",
	[EMUDISK_CUT_TORN] = "torn",
};

static bool is_deep(void)
{
	return getenv("LOOPBREAKER_DEEP") != NULL;
}

static uint64_t seeds_of(enum emudisk_cut model)
{
	if (model == EMUDISK_CUT_PREFIX || model == EMUDISK_CUT_NONE)
		return 1;
	return is_deep() ? 40 : 2;
}

static void cut_at(uint64_t n, enum emudisk_cut model)
{
	for (uint64_t seed = 1; seed <= seeds_of(model); seed++) {
		if (!fault_is_wanted("cut", n, models[model], seed))
			continue;
		fault_restart();
		emudisk_plan_cut(&fault_disk, n, model, seed);
		fault_run();
		fault_expect(fault_disk.is_off, "no cut");
		fault_expect(!fault_outcome.is_applied && fault_outcome.err < 0,
			"success without power");
		fault_expect_recovery(model == EMUDISK_CUT_TORN ||
				      model == EMUDISK_CUT_SUBSET);
	}
}

static void power_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		for (int model = 0; model <= EMUDISK_CUT_TORN; model++) {
			fault_begin(&fault_scenarios[i]);
			for (uint64_t n = 1; n <= fault_case.calls.writes; n++)
				cut_at(n, (enum emudisk_cut)model);
			fault_end(models[model]);
		}
	}
}

/* --- Devices that fail or lie --------------------------------------------- */

static uint64_t calls_of(enum emudisk_call call)
{
	switch (call) {
	case EMUDISK_READ:
		return fault_case.calls.reads;
	case EMUDISK_WRITE:
		return fault_case.calls.writes;
	case EMUDISK_FLUSH:
	case EMUDISK_CALL_COUNT:
		break;
	}
	return fault_case.calls.flushes;
}

/*
 * An order knows no hold id by which it would recognise a file of which only
 * half the name was changed: the folder contradicts it, and that is said.  It
 * takes a device that drops a write and says nothing.
 */
static bool may_leave_half(enum emudisk_call call, enum emudisk_fault fault)
{
	return call == EMUDISK_WRITE && fault == EMUDISK_PRETEND &&
	       fault_case.s->order == ORDER_HOLD_PATH;
}

static void each_call(enum emudisk_call call, const char *name,
	enum emudisk_fault fault, const char *model, bool from_then_on)
{
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin(&fault_scenarios[i]);
		for (uint64_t n = 1; n <= calls_of(call); n++) {
			if (!fault_is_wanted(name, n, model, 0))
				continue;
			fault_restart();
			emudisk_plan_fault(
				&fault_disk, call, fault, n, from_then_on);
			fault_run();
			fault_judge(may_leave_half(call, fault));
		}
		fault_end(name);
	}
}

static void reads_fail(void **state)
{
	(void)state;
	each_call(EMUDISK_READ, "read", EMUDISK_FAIL, "once", false);
	each_call(EMUDISK_READ, "read", EMUDISK_FAIL, "on", true);
}

static void reads_pretend(void **state)
{
	(void)state;
	each_call(EMUDISK_READ, "read", EMUDISK_PRETEND, "pretends", false);
}

static void writes_fail(void **state)
{
	(void)state;
	each_call(EMUDISK_WRITE, "write", EMUDISK_FAIL, "once", false);
	each_call(EMUDISK_WRITE, "write", EMUDISK_FAIL, "on", true);
}

static void writes_are_dropped(void **state)
{
	(void)state;
	each_call(EMUDISK_WRITE, "write", EMUDISK_PRETEND, "dropped", false);
	each_call(EMUDISK_WRITE, "write", EMUDISK_PRETEND, "all-dropped", true);
}

static void flushes_fail(void **state)
{
	(void)state;
	each_call(EMUDISK_FLUSH, "flush", EMUDISK_FAIL, "once", false);
	each_call(EMUDISK_FLUSH, "flush", EMUDISK_FAIL, "on", true);
}

/* --- Memory --------------------------------------------------------------- */

static void allocation_fails(uint64_t n, const char *model, bool from_then_on)
{
	if (!fault_is_wanted("allocation", n, model, 0))
		return;
	fault_restart();
	failalloc_arm(n, from_then_on);
	fault_run();
	fault_expect(failalloc_disarm(), "no fault");
	fault_judge(false);
}

static void allocations_fail(void **state)
{
	uint64_t step = is_deep() ? 1 : 37;

	(void)state;
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin(&fault_scenarios[i]);
		assert_true(fault_case.allocations > 100);
		for (uint64_t n = 1 + i; n <= fault_case.allocations; n += step)
			allocation_fails(n, "once", false);
		fault_end("allocation");
	}
}

static void memory_runs_out(void **state)
{
	uint64_t step = is_deep() ? 1 : 97;

	(void)state;
	fault_begin(&fault_scenarios[1]);
	for (uint64_t n = 1; n <= fault_case.allocations; n += step)
		allocation_fails(n, "on", true);
	fault_end("memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cuts),
		cmocka_unit_test(reads_fail),
		cmocka_unit_test(reads_pretend),
		cmocka_unit_test(writes_fail),
		cmocka_unit_test(writes_are_dropped),
		cmocka_unit_test(flushes_fail),
		cmocka_unit_test(allocations_fail),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
