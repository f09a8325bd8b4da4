/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which steps a verdict or an order becomes, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/plan.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"

#define MANY (PLAN_MAX_STEPS + 1)

static const struct rule rule = {.vendor = "Vendor", .folder = "D"};

static struct delivery deliveries[MANY];
static struct held_file held[MANY];
static struct delivery_list list = {.deliveries = deliveries, .held = held};
static struct plan plan;

static int setup(void **state)
{
	static const char *const names[] = {"a.sys.held-00000001",
		"b.sys.held-00000002", "c.sys.held-00000001"};

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		deliveries[i].rule = held[i].rule = &rule;
		held[i].hold_id = i == 1 ? 2 : 1;
		snprintf(deliveries[i].name, sizeof(deliveries[i].name),
			"new-%u.sys", i);
		snprintf(held[i].name, sizeof(held[i].name),
			"more-%u.sys.held-00000001", i);
		if (i < 3)
			strcpy(held[i].name, names[i]);
	}
	list.delivery_count = 2;
	list.held_count = 3;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	plan_free(&plan);
	assert_null(plan.steps);
	return 0;
}

struct step {
	enum plan_kind kind;
	const char *from;
	const char *to;
};

static void expect_steps(const struct step *steps, size_t count)
{
	assert_int_equal(plan.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(plan.steps[i].kind, steps[i].kind);
		assert_string_equal(plan.steps[i].folder, "D");
		assert_string_equal(plan.steps[i].from, steps[i].from);
		assert_string_equal(plan.steps[i].to, steps[i].to);
		assert_false(plan.steps[i].is_skipped);
	}
}

/* --- Verdicts ------------------------------------------------------------- */

static int make(enum verdict verdict, size_t set_count)
{
	struct evidence e = {.record = {.hold_id = 1}};
	struct decision d = {.verdict = verdict,
		.is_finishing = verdict == VERDICT_HOLD,
		.set_count = set_count};

	if (set_count)
		d.set[0] = 1;
	plan_free(&plan);
	return plan_make(&d, &e, &list, verdict == VERDICT_HOLD ? 1 : 3, &plan);
}

/* What another hold has put away is not this record's to restore. */
static void the_records_hold_is_restored_first(void **state)
{
	static const struct step steps[] = {
		{PLAN_UNDO, "a.sys.held-00000001", "a.sys"},
		{PLAN_UNDO, "c.sys.held-00000001", "c.sys"},
		{PLAN_HOLD, "new-1.sys", "new-1.sys.held-00000003"},
	};

	(void)state;
	assert_int_equal(make(VERDICT_RESTORE_AND_HOLD, 1), 0);
	assert_int_equal(plan.hold_id, 3);
	expect_steps(steps, 3);
	assert_int_equal(make(VERDICT_RESTORE_AND_HOLD, 0), 0);
	expect_steps(steps, 2);
}

/* Of a hold that was cut short some files have their new name already. */
static void an_unfinished_hold_is_whole(void **state)
{
	static const struct step steps[] = {
		{PLAN_HOLD, "new-1.sys", "new-1.sys.held-00000001"},
		{PLAN_HOLD, "a.sys", "a.sys.held-00000001"},
		{PLAN_HOLD, "c.sys", "c.sys.held-00000001"},
	};

	(void)state;
	assert_int_equal(make(VERDICT_HOLD, 1), 0);
	expect_steps(steps, 3);
}

/* As it was held, whatever the rule says today. */
static void files_that_are_moved(void **state)
{
	static const struct rule moving = {
		.vendor = "Vendor", .folder = "D", .hold = RULE_HOLD_MOVE};
	static const struct step steps[] = {
		{PLAN_UNDO, "../D.held-00000001/a.sys", "a.sys"},
		{PLAN_UNDO, "c.sys.held-00000001", "c.sys"},
		{PLAN_HOLD, "new-1.sys", "../D.held-00000003/new-1.sys"},
	};
	static const struct step again[] = {
		{PLAN_HOLD, "a.sys", "../D.held-00000001/a.sys"},
		{PLAN_HOLD, "c.sys", "c.sys.held-00000001"},
	};
	static const enum hold_style styles[] = {
		HOLD_MOVED, HOLD_FILE, HOLD_MOVED};

	(void)state;
	strcpy(held[0].name, "../D.held-00000001/a.sys");
	deliveries[1].rule = held[2].rule = &moving;
	assert_int_equal(make(VERDICT_RESTORE_AND_HOLD, 1), 0);
	expect_steps(steps, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(plan.steps[i].style, styles[i]);
	assert_int_equal(make(VERDICT_HOLD, 0), 0);
	expect_steps(again, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(plan.steps[i].style, styles[i]);
}

static void folders_that_are_given_back(void **state)
{
	static const struct rule generations = {.vendor = "Vendor",
		.folder = "D",
		.unit = RULE_UNIT_GENERATION};
	static const struct step step = {
		PLAN_UNDO, "a.sys.held-00000001", "a.sys"};

	(void)state;
	held[0].rule = &generations;
	list.held_count = 1;
	assert_int_equal(plan_make_ordered_undo(&list, NULL, &plan), 0);
	expect_steps(&step, 1);
	assert_int_equal(plan.steps[0].style, HOLD_FOLDER);
}

/* --- Orders --------------------------------------------------------------- */

static void an_order_holds_one_file(void **state)
{
	static const struct step step = {
		PLAN_HOLD, "new-0.sys", "new-0.sys.held-00000007"};

	(void)state;
	assert_int_equal(
		plan_make_ordered_hold(&list, 7, &plan), -ERR_AMBIGUOUS);
	list.delivery_count = 0;
	assert_int_equal(
		plan_make_ordered_hold(&list, 7, &plan), -ERR_NOT_FOUND);
	list.delivery_count = 1;
	assert_int_equal(plan_make_ordered_hold(&list, 7, &plan), 0);
	expect_steps(&step, 1);
	plan_free(&plan);
	memset(deliveries[0].name, 'n', 250);
	deliveries[0].name[250] = '\0';
	assert_int_equal(
		plan_make_ordered_hold(&list, 7, &plan), -ERR_TOO_LARGE);
}

static void the_newest_hold_is_finished(void **state)
{
	static const struct step step = {
		PLAN_HOLD, "b.sys", "b.sys.held-00000002"};

	(void)state;
	assert_int_equal(plan_make_ordered_finish(&list, &plan), 0);
	assert_int_equal(plan.hold_id, 2);
	expect_steps(&step, 1);
	list.held_count = 0;
	plan_free(&plan);
	assert_int_equal(
		plan_make_ordered_finish(&list, &plan), -ERR_NOT_FOUND);
}

static void the_latest_hold_is_undone_first(void **state)
{
	static const struct step steps[] = {
		{PLAN_UNDO, "b.sys.held-00000002", "b.sys"},
		{PLAN_UNDO, "a.sys.held-00000001", "a.sys"},
		{PLAN_UNDO, "c.sys.held-00000001", "c.sys"},
	};
	const uint32_t first = 1;

	(void)state;
	assert_int_equal(plan_make_ordered_undo(&list, NULL, &plan), 0);
	expect_steps(steps, 3);
	plan_free(&plan);
	assert_int_equal(plan_make_ordered_undo(&list, &first, &plan), 0);
	expect_steps(steps + 1, 2);
}

/* --- Limits --------------------------------------------------------------- */

static int make_each(unsigned int which)
{
	plan_free(&plan);
	switch (which) {
	case 0:
		return make(VERDICT_RESTORE_AND_HOLD, 1);
	case 1:
		return make(VERDICT_HOLD, 1);
	case 2:
		return plan_make_ordered_undo(&list, NULL, &plan);
	default:
		return plan_make_ordered_finish(&list, &plan);
	}
}

/* A hold that grows leaves alone what it has. */
static void a_hold_grows(void **state)
{
	struct evidence e = {.record = {.hold_id = 1}};
	struct decision d = {
		.verdict = VERDICT_HOLD, .set = {1}, .set_count = 1};
	static const struct step steps[] = {
		{PLAN_HOLD, "new-1.sys", "new-1.sys.held-00000001"},
	};

	(void)state;
	plan_free(&plan);
	assert_int_equal(plan_make(&d, &e, &list, 1, &plan), 0);
	expect_steps(steps, 1);
}

static void too_many_steps(void **state)
{
	(void)state;
	list.held_count = MANY;
	assert_int_equal(make_each(0), -ERR_TOO_LARGE);
	assert_int_equal(make_each(1), -ERR_TOO_LARGE);
	assert_int_equal(make_each(2), -ERR_TOO_LARGE);
	list.held_count = PLAN_MAX_STEPS;
	assert_int_equal(make_each(2), 0);
	assert_int_equal(plan.count, PLAN_MAX_STEPS);
}

static void failing_allocations(void **state)
{
	(void)state;
	for (unsigned int which = 0; which < 4; which++) {
		bool was_hit = true;

		for (uint64_t n = 1; was_hit; n++) {
			int err;

			failalloc_arm(n, false);
			err = make_each(which);
			was_hit = failalloc_disarm();
			assert_int_equal(err, was_hit ? -ERR_NO_MEMORY : 0);
		}
		assert_int_equal(failalloc_count(), plan.count);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_records_hold_is_restored_first),
		TEST(an_unfinished_hold_is_whole),
		TEST(files_that_are_moved),
		TEST(folders_that_are_given_back),
		TEST(an_order_holds_one_file),
		TEST(the_newest_hold_is_finished),
		TEST(the_latest_hold_is_undone_first),
		TEST(a_hold_grows),
		TEST(too_many_steps),
		TEST(failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
