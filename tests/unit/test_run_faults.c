/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Failure as an axis: whole runs in which each read, write and flush fails or
 * lies, and in which the disk disappears.  test_run_cuts cuts the power.
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
#include <stdio.h>
#include <cmocka.h>

#include "tests/support/fault_judge.h"

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

/* Every day one in so many calls, in each scenario others. */
static uint64_t step_of(uint64_t one_in)
{
	return fault_is_deep() ? 1 : one_in;
}

struct device_fault {
	enum emudisk_call call;
	const char *name;
	enum emudisk_fault fault;
	const char *model;
	bool from_then_on;
};

static const struct device_fault faults[] = {
	{EMUDISK_READ, "read", EMUDISK_FAIL, "fails-once", false},
	{EMUDISK_READ, "read", EMUDISK_FAIL, "fails-on", true},
	{EMUDISK_READ, "read", EMUDISK_PRETEND, "pretends", false},
	{EMUDISK_WRITE, "write", EMUDISK_FAIL, "fails-once", false},
	{EMUDISK_WRITE, "write", EMUDISK_FAIL, "fails-on", true},
	{EMUDISK_WRITE, "write", EMUDISK_PRETEND, "dropped", false},
	{EMUDISK_WRITE, "write", EMUDISK_PRETEND, "all-dropped", true},
	{EMUDISK_FLUSH, "flush", EMUDISK_FAIL, "fails-once", false},
	{EMUDISK_FLUSH, "flush", EMUDISK_FAIL, "fails-on", true},
};

/* Writes and flushes are few. */
static uint64_t usual_step(const struct device_fault *f)
{
	if (f->call == EMUDISK_READ)
		return 9;
	return f->from_then_on ? 3 : 1;
}

static void each_call(
	const struct device_fault *f, enum fault_medium medium, uint64_t step)
{
	char axis[60];

	snprintf(axis, sizeof(axis), "%s %s%s", f->name, f->model,
		medium == FAULT_REDO_FILE ? " with a redo file" : "");
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		fault_begin_with(&fault_scenarios[i], medium);
		for (uint64_t n = 1 + i % step; n <= calls_of(f->call);
			n += step) {
			if (!fault_is_wanted(f->name, n, f->model, 0))
				continue;
			fault_restart(may_leave_half(f->call, f->fault)
					      ? FAULT_MAY_REFUSE
					      : FAULT_PROMISED);
			emudisk_plan_fault(&fault_disk, f->call, f->fault, n,
				f->from_then_on);
			fault_run();
			fault_judge();
		}
		fault_end(axis);
	}
	fault_sum(axis);
}

static void calls_fail_or_lie(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		each_call(&faults[i], FAULT_NO_MEDIUM,
			step_of(usual_step(&faults[i])));
}

/* ... also those that write the redo record, and read it back. */
static void the_same_with_a_redo_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		each_call(&faults[i], FAULT_REDO_FILE,
			step_of(5 * usual_step(&faults[i])));
}

/* --- The whole disk ------------------------------------------------------- */

static void disk_disappears(void **state)
{
	const uint64_t step = step_of(9);

	(void)state;
	for (size_t i = 0; i < FAULT_SCENARIOS; i++) {
		const struct disk_counts *calls = &fault_case.calls;

		fault_begin(&fault_scenarios[i]);
		for (uint64_t n = 1 + i % step;
			n <= calls->reads + calls->writes + calls->flushes;
			n += step) {
			if (!fault_is_wanted("call", n, "gone", 0))
				continue;
			fault_restart(FAULT_PROMISED);
			emudisk_plan_loss(&fault_disk, n);
			fault_run();
			fault_expect(fault_disk.is_gone, "still there", "");
			fault_judge();
		}
		fault_end("disk gone");
	}
	fault_sum("disk gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_fail_or_lie),
		cmocka_unit_test(the_same_with_a_redo_file),
		cmocka_unit_test(disk_disappears),
	};

	return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
