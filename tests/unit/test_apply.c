/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans that cannot be carried out, tried on the overlay: the disk is never
 * written, and what was not proved there is not called done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/hold.h"
#include "recovery/apply.h"
#include "recovery/undo_record.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/july.h"

#define HELD JULY_BAD JULY_HELD_SUFFIX

static const struct july bare = {0};
static const struct july in_use = {.journal = "--version 2.0"};
static const struct july held = {
	.more = "file /" JULY_FOLDER "/x.sys" JULY_HELD_SUFFIX " text x\n"
		"file /" JULY_FOLDER "/C-2.sys.held-00000002 text y\n"
		"dir /" JULY_FOLDER "/" HELD "\n"};

static struct emudisk disk;
static struct fake_machine machine;
static struct windows w;
static struct plan_step steps[2];
static struct plan plan;
static struct apply_result result;

static int setup(void **state)
{
	(void)state;
	memset(steps, 0, sizeof(steps));
	plan = (struct plan){.steps = steps, .hold_id = 1};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	windows_close(&w);
	emudisk_close(&disk);
	return 0;
}

static void find(void)
{
	windows_close(&w);
	assert_int_equal(
		windows_find(&w, &machine.platform, WINDOWS_MARKER, NULL, NULL),
		WINDOWS_ONE);
}

static void start_with(const struct july *july)
{
	emudisk_close(&disk);
	july_disk(&disk, july);
	july_machine(&machine, &disk);
	emudisk_reset(&disk);
	find();
}

static void add_step(enum plan_kind kind, const char *from, const char *to)
{
	struct plan_step *s = &steps[plan.count++];

	s->kind = kind;
	s->folder = JULY_FOLDER;
	strcpy(s->from, from);
	strcpy(s->to, to);
}

static int apply(void)
{
	int err = apply_plan(&w, &plan, false, true, &result);

	assert_null(w.stack->volume.ntfs);
	assert_int_equal(disk.counts.writes, 0);
	return err;
}

/* --- Applying ------------------------------------------------------------- */

static void a_file_that_is_gone(void **state)
{
	static const struct {
		enum plan_kind kind;
		const char *from, *to;
	} all[] = {
		{PLAN_HOLD, "none.sys", "none.sys.held-00000001"},
		{PLAN_UNDO, "none.sys.held-00000001", "none.sys"},
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start_with(&bare);
		plan.count = 0;
		add_step(all[i].kind, all[i].from, all[i].to);
		assert_int_equal(apply(), -ERR_NOT_FOUND);
	}
}

/* A folder, say: unlike a file of the old name it does not go away. */
static void the_new_name_is_taken(void **state)
{
	(void)state;
	start_with(&held);
	add_step(PLAN_HOLD, JULY_BAD, HELD);
	assert_int_equal(apply(), -ERR_EXISTS);
}

/* What the volume shows in the end is compared with the plan. */
static void another_name_than_the_plan_has(void **state)
{
	(void)state;
	start_with(&bare);
	add_step(PLAN_HOLD, JULY_BAD, JULY_BAD ".held-00000002");
	assert_int_equal(apply(), -ERR_NOT_STORED);
}

/* Nobody replayed it: Windows would, over what was changed here. */
static void a_journal_in_use_is_not_done(void **state)
{
	(void)state;
	start_with(&in_use);
	add_step(PLAN_HOLD, JULY_BAD, HELD);
	assert_int_equal(apply(), -ERR_NOT_STORED);
}

/* What is on it belongs to a later epoch: it would be written too early. */
static void an_overlay_that_was_used(void **state)
{
	(void)state;
	start_with(&bare);
	add_step(PLAN_HOLD, JULY_BAD, HELD);
	assert_int_equal(
		overlay_enter(&w.stack->overlay, EPOCH_BOOT_STATUS), 0);
	assert_int_equal(apply(), -ERR_INTERNAL);
}

/* After a success the overlay has the new names, whatever failed on the way. */
static void expect_held_in_memory(void)
{
	struct volume *v = &w.stack->volume;

	assert_int_equal(volume_open(v, &w.stack->overlay.disk), 0);
	for (size_t i = 0; i < plan.count; i++)
		assert_int_equal(
			hold_verify(v, JULY_FOLDER, steps[i].to, steps[i].from),
			0);
	assert_int_equal(result.files, plan.count);
}

static void failing_allocations(void **state)
{
	bool was_hit = true;
	uint64_t n;

	(void)state;
	start_with(&bare);
	add_step(PLAN_HOLD, JULY_BAD, HELD);
	add_step(PLAN_HOLD, JULY_OTHER, JULY_OTHER JULY_HELD_SUFFIX);
	for (n = 1; was_hit; n++) {
		int err;

		find();
		failalloc_arm(n, false);
		err = apply();
		was_hit = failalloc_disarm();
		assert_true(was_hit || err == 0);
		if (err == 0)
			expect_held_in_memory();
	}
	assert_true(n > 50);
}

/* --- The record after an undo --------------------------------------------- */

static struct evidence evidence(void)
{
	return (struct evidence){.volume_serial = JULY_SERIAL,
		.record_state = SOURCE_READ,
		.record = {.hold_state = HOLD_ACTIVE,
			.hold_id = 1,
			.rung = 1,
			.volume_serial = JULY_SERIAL}};
}

static int record_after(const struct evidence *e, struct record *ret_next)
{
	struct policy policy;
	size_t len;
	const void *bytes = policy_builtin(&len);

	assert_int_equal(policy_check(bytes, len, &policy), 0);
	assert_int_equal(volume_close(&w.stack->volume), 0);
	memset(ret_next, 0, sizeof(*ret_next));
	ret_next->hold_state = HOLD_HELPED; /* what decide() thinks of it */
	return undo_record(&w, &plan, &policy, e, ret_next);
}

static void no_hold_was_known(void **state)
{
	struct evidence e = evidence();
	struct record next;

	(void)state;
	start_with(&bare);
	e.record_state = SOURCE_ABSENT;
	assert_int_equal(record_after(&e, &next), 0);
	assert_int_equal(next.hold_state, HOLD_NONE);
	e = evidence();
	e.record.hold_state = HOLD_NONE;
	assert_int_equal(record_after(&e, &next), 0);
	assert_int_equal(next.hold_state, HOLD_NONE);
}

/* Nothing of the record's hold was given back: it stays as it was. */
static void another_hold_was_undone(void **state)
{
	static const struct {
		enum plan_kind kind;
		const char *from;
		bool is_skipped;
	} all[] = {
		{PLAN_HOLD, HELD, false},
		{PLAN_UNDO, HELD, true},
		{PLAN_UNDO, JULY_BAD, false},
		{PLAN_UNDO, JULY_BAD ".held-00000002", false},
	};
	struct evidence e = evidence();
	struct record next;

	(void)state;
	start_with(&bare);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		plan.count = 0;
		add_step(all[i].kind, all[i].from, JULY_BAD);
		steps[0].is_skipped = all[i].is_skipped;
		assert_int_equal(record_after(&e, &next), 0);
		assert_true(record_equal(&next, &e.record));
	}
	/* The hold is on another disk. */
	plan.count = 0;
	add_step(PLAN_UNDO, HELD, JULY_BAD);
	steps[0].is_skipped = false;
	e.record.volume_serial++;
	assert_int_equal(record_after(&e, &next), 0);
	assert_true(record_equal(&next, &e.record));
}

/* JULY_FOLDER still has a file of hold 2, by the rules of the policy. */
static void what_is_left_counts(void **state)
{
	struct evidence e = evidence();
	struct record next;

	(void)state;
	start_with(&held);
	add_step(PLAN_UNDO, HELD, JULY_BAD);
	assert_int_equal(record_after(&e, &next), 0);
	assert_int_equal(next.hold_state, HOLD_NONE);
	e.record.hold_id = 2;
	strcpy(steps[0].from, JULY_BAD ".held-00000002");
	assert_int_equal(record_after(&e, &next), 0);
	assert_int_equal(next.hold_state, HOLD_ACTIVE);
	assert_int_equal(next.hold_id, 2);
	assert_int_equal(next.rung, 0);
}

/* A hold that may be there is never forgotten. */
static void nobody_knows_what_is_left(void **state)
{
	struct evidence e = evidence();
	struct record next;
	bool was_hit = true;

	(void)state;
	start_with(&bare);
	add_step(PLAN_UNDO, HELD, JULY_BAD);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = record_after(&e, &next);
		was_hit = failalloc_disarm();
		if (err == 0)
			assert_int_equal(next.hold_state, HOLD_NONE);
		assert_true(was_hit || err == 0);
	}
	assert_true(failalloc_count() > 20);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_is_gone),
		TEST(the_new_name_is_taken),
		TEST(another_name_than_the_plan_has),
		TEST(a_journal_in_use_is_not_done),
		TEST(an_overlay_that_was_used),
		TEST(failing_allocations),
		TEST(no_hold_was_known),
		TEST(another_hold_was_undone),
		TEST(what_is_left_counts),
		TEST(nobody_knows_what_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
