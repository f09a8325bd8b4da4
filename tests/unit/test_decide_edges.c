/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide(): numbers, times and vendors at their edges, and a policy that nobody
 * checked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/model_rig.h"

/* It has to be among the reasons. */
static const struct reason *reason_of(enum reason_id id)
{
	const struct reason *r = decision_reason(&pc.last, id);

	assert_non_null(r);
	return r;
}

/* The only file there is arrived then. */
static void came_at(uint64_t time)
{
	pc.files[0].delivered_at = time;
}

static uint64_t heartbeat(void)
{
	return pc.evidence.boot_status.heartbeat;
}

/* --- Numbers of a policy that nobody checked ------------------------------ */

static void one_crash_is_never_enough(void **state)
{
	uint32_t crashes;

	(void)state;
	for (crashes = 0; crashes < POLICY_MIN_CRASHES; crashes++) {
		model_make(&pc);
		pc.policy.crashes = crashes;
		(void)model_deliver(&pc, 0);
		model_crash_anew(&pc);
		assert_pass(VERDICT_RETRY);
		assert_int_equal(
			reason_of(REASON_STREAK)->b, POLICY_MIN_CRASHES);
		model_crash_anew(&pc);
		assert_pass(VERDICT_HOLD);
	}
}

static void no_window_is_longer_than_a_month(void **state)
{
	const uint64_t most = POLICY_MAX_WINDOW_HOURS * MODEL_HOUR;

	(void)state;
	pc.policy.window_hours = 10 * POLICY_MAX_WINDOW_HOURS;
	came_at(heartbeat() - most - 1);
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(reason_of(REASON_NOTHING_DELIVERED)->b,
		POLICY_MAX_WINDOW_HOURS);
	came_at(heartbeat() - most);
	assert_pass(VERDICT_HOLD);
}

static void no_set_is_larger_than_a_decision(void **state)
{
	(void)state;
	pc.policy.max_files = 1000;
	while (pc.file_count < POLICY_MAX_FILES + 1)
		(void)model_deliver(&pc, 0);
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(
		reason_of(REASON_SET_TOO_LARGE)->a, POLICY_MAX_FILES + 1);
	assert_int_equal(reason_of(REASON_SET_TOO_LARGE)->b, POLICY_MAX_FILES);
	assert_int_equal(pc.last.set_count, 0);
	pc.file_count--;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, POLICY_MAX_FILES);
}

/* Of another vendor and days ago: what only the third rung reaches. */
static void add_two_old_foreign(void)
{
	const struct model_file newest = pc.files[0];

	pc.file_count = 0;
	(void)model_deliver(&pc, 1);
	(void)model_deliver(&pc, 1);
	pc.files[0].delivered_at = heartbeat() - 48 * MODEL_HOUR;
	pc.files[1].delivered_at = pc.files[0].delivered_at;
	pc.files[pc.file_count++] = newest;
	pc.evidence.note.noted_at = heartbeat() - 47 * MODEL_HOUR;
}

static void no_rung_is_above_the_third(void **state)
{
	(void)state;
	pc.policy.max_rung = 9;
	add_two_old_foreign();
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 1);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 2);
	assert_int_equal(pc.evidence.record.rung, POLICY_MAX_RUNG);
	/* Something new is taken in by that same rung. */
	(void)model_deliver(&pc, 1);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 1);
	assert_int_equal(pc.evidence.record.rung, POLICY_MAX_RUNG);
	model_crash_anew(&pc);
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_because(REASON_EXHAUSTED);
}

/* --- Times ---------------------------------------------------------------- */

/* Windows has never run for as long as the window is. */
static void a_clock_that_has_just_begun(void **state)
{
	(void)state;
	pc.evidence.boot_status.heartbeat = pc.policy.window_hours * MODEL_HOUR;
	came_at(1);
	assert_pass(VERDICT_REFUSE);
	assert_because(REASON_NO_HEARTBEAT);
	pc.evidence.boot_status.heartbeat++;
	assert_pass(VERDICT_HOLD);
}

/* The second rung reaches back to the note, but not behind the clock's zero. */
static void a_clock_that_began_this_month(void **state)
{
	(void)state;
	pc.policy.max_rung = 2;
	(void)model_deliver(&pc, 0);
	(void)model_deliver(&pc, 0);
	pc.evidence.boot_status.heartbeat = 100 * MODEL_HOUR;
	pc.evidence.note.noted_at = MODEL_HOUR + 1;
	pc.files[0].delivered_at = 0;
	pc.files[1].delivered_at = 1;
	pc.files[2].delivered_at = 99 * MODEL_HOUR;
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 1);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_because(REASON_NEXT_RUNG);
	assert_int_equal(pc.files[0].hold_id, 0);
	assert_int_not_equal(pc.files[1].hold_id, 0);
}

/* A note from long ago reaches no farther than the longest window. */
static void a_note_of_another_age(void **state)
{
	uint64_t earliest;

	(void)state;
	pc.policy.max_rung = 2;
	(void)model_deliver(&pc, 0);
	(void)model_deliver(&pc, 0);
	earliest = heartbeat() - POLICY_MAX_WINDOW_HOURS * MODEL_HOUR;
	pc.evidence.note.noted_at = MODEL_HOUR + 1;
	pc.files[0].delivered_at = earliest - 1;
	pc.files[1].delivered_at = earliest;
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.files[0].hold_id, 0);
	assert_int_not_equal(pc.files[1].hold_id, 0);
}

/* The newest file counts, not the last; and a heartbeat may be lacking. */
static void what_the_record_keeps_of_times(void **state)
{
	const struct record *r = &pc.evidence.record;
	uint64_t newest;

	(void)state;
	add_two_old_foreign();
	(void)model_deliver(&pc, 0);
	newest = pc.files[2].delivered_at;
	pc.files[3].delivered_at = newest;
	assert_true(newest > heartbeat());
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.last.set_count, 2);
	assert_int_equal(r->hold_time, newest);
	model_crash_anew(&pc);
	pc.evidence.boot_status.has_heartbeat = false;
	pc.evidence.boot_status.heartbeat = UINT64_MAX;
	assert_pass(VERDICT_RESTORE_AND_HOLD);
	assert_int_equal(r->hold_time, newest);
	assert_int_equal(r->hold_state, HOLD_EXHAUSTED);
}

/* --- Vendors -------------------------------------------------------------- */

static void who_is_blamed(void **state)
{
	(void)state;
	(void)model_deliver(&pc, 1);
	(void)model_deliver(&pc, 0);
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(reason_of(REASON_SEVERAL_VENDORS)->a, 3);
	/* Nobody's file blames nobody, and makes the set one of several. */
	pc.file_count = 2;
	pc.files[1].rule = NULL;
	assert_pass(VERDICT_REFUSE);
	assert_int_equal(reason_of(REASON_SEVERAL_VENDORS)->a, 2);
	/* Nor is it of the vendor whose hold is on trial. */
	add_two_old_foreign();
	pc.files[0].rule = NULL;
	pc.files[1].rule = pc.files[2].rule;
	pc.policy.max_rung = 2;
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	assert_pass(VERDICT_HOLD);
	assert_int_equal(pc.files[0].hold_id, 0);
	assert_int_not_equal(pc.files[1].hold_id, 0);
}

/* Two others' content at once, which only the third rung may take. */
static void a_third_rung_of_two_vendors(void **state)
{
	static const struct rule rules[] = {
		{.vendor = "A"}, {.vendor = "B"}, {.vendor = "C"}};
	struct delivery deliveries[] = {
		{.rule = &rules[1], .delivered_at = heartbeat()},
		{.rule = &rules[2], .delivered_at = heartbeat()}};
	struct held_file held = {.rule = &rules[0], .hold_id = 1};
	struct delivery_list list = {deliveries, 2, &held, 1};
	struct evidence *e = &pc.evidence;
	struct decision d;

	(void)state;
	assert_pass(VERDICT_HOLD);
	model_crash_anew(&pc);
	e->deliveries = &list;
	e->record.hold_id = 1;
	pc.policy.max_rung = 2;
	decide(e, &pc.policy, 2, &d);
	assert_int_equal(d.verdict, VERDICT_RESTORE_AND_HOLD);
	pc.policy.max_rung = 3;
	decide(e, &pc.policy, 2, &d);
	assert_int_equal(d.verdict, VERDICT_HOLD);
	assert_int_equal(d.set_count, 2);
	assert_int_equal(d.next_record.rung, 3);
}

#define pc_test(f) cmocka_unit_test_setup(f, model_rig_make_crashed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		pc_test(one_crash_is_never_enough),
		pc_test(no_window_is_longer_than_a_month),
		pc_test(no_set_is_larger_than_a_decision),
		pc_test(no_rung_is_above_the_third),
		pc_test(a_clock_that_has_just_begun),
		pc_test(a_clock_that_began_this_month),
		pc_test(a_note_of_another_age),
		pc_test(what_the_record_keeps_of_times),
		pc_test(who_is_blamed),
		pc_test(a_third_rung_of_two_vendors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
