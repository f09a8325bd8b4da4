/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change that the power broke off, and what fails while it is finished: what
 * may pass is tried again at the next start, and nothing is done meanwhile;
 * what cannot be finished any more is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/disk_layout.h"
#include "tests/support/failalloc.h"
#include "tests/support/redo_run.h"

/* Nothing else was done, and the next start tries again. */
static void expect_waiting(int err, uint32_t tries)
{
	assert_int_equal(pc.outcome.err, err);
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_false(pc.outcome.is_applied);
	assert_int_equal(said("the next start of Loopbreaker"), 1);
	assert_int_equal(reported("\"state\":\"failed\""), 1);
	assert_int_equal(pc.outcome.record.redo.tries, tries);
	assert_true(pc.outcome.record.redo.part_count > 0);
	assert_true(stored_record().redo.part_count > 0);
}

static void expect_finished(void)
{
	assert_int_equal(reported(FINISHED), 1);
	assert_int_equal(stored_record().redo.part_count, 0);
	pc_expect_held(true, true);
	pc_expect_sound();
}

/* Nobody knows then whether somebody else was there. */
static void an_unreadable_witness(void **state)
{
	uint64_t size;

	(void)state;
	interrupt(NULL, 3);
	power_on();
	/* The boot sector; finding the partition does not need it. */
	pc.disk.bad_from = (uint64_t)(july_volume(&pc.disk, pc.july, &size) -
				      pc.disk.bytes);
	pc.disk.bad_to = pc.disk.bad_from + 512;
	run_on();
	expect_waiting(-ERR_IO, 1);
	assert_int_equal(pc.disk.counts.writes, 0);
	assert_int_equal(stick.counts.writes, 0);
	hand_over();
	run();
	expect_finished();
}

static void writes_that_go_nowhere(void **state)
{
	(void)state;
	interrupt(&with_file, 5);
	power_on();
	emudisk_plan_fault(&pc.disk, EMUDISK_WRITE, EMUDISK_PRETEND, 1, true);
	run_on();
	expect_waiting(-ERR_NOT_STORED, 1);
	assert_int_equal(said("broke off once more"), 1);
	hand_over();
	run();
	expect_finished();
}

/* One allocation after the other fails, until that is none of finishing. */
static void too_little_memory(void **state)
{
	uint64_t n = 0;

	(void)state;
	interrupt(&with_file, 5);
	for (;;) {
		power_on();
		failalloc_arm(++n, false);
		run_on();
		assert_true(failalloc_disarm());
		/* Looking whether all of it is there may fail, too. */
		if (reported(FINISHED) || reported("\"state\":\"done\""))
			break;
		assert_int_equal(pc.outcome.err, -ERR_NO_MEMORY);
		assert_false(pc.outcome.is_applied);
		assert_true(stored_record().redo.part_count > 0);
	}
	assert_true(n > 10);
	run();
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(stored_record().redo.part_count, 0);
	pc_expect_held(true, true);
	pc_expect_sound();
}

/* The stick is there, and the disk got another identity, as a clone does. */
static void another_disk(void **state)
{
	(void)state;
	interrupt(NULL, 3);
	layout_gpt_guid(&pc.disk, 0x99);
	run();
	assert_int_equal(said("is not there"), 1);
	assert_int_equal(reported("\"state\":\"lost\""), 1);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	/* As if there never had been one: done again. */
	pc_expect_held(true, true);
}

/* --- A store that forgets nothing ----------------------------------------- */

static void expect_not_forgotten(void)
{
	assert_int_equal(pc.outcome.err, -ERR_NOT_STORED);
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_int_equal(said("did not store that an interrupted change"), 1);
	assert_int_equal(pc.disk.counts.writes, 0);
	assert_true(stored_record().redo.part_count > 0);
	assert_true(pc.outcome.record.redo.part_count > 0);
}

static void of_a_stick_that_is_gone(void **state)
{
	(void)state;
	interrupt(NULL, 3);
	pc.machine.platform.disk_count = 1;
	pc.machine.store = FAKE_STORE_LIES;
	run();
	assert_int_equal(reported("\"state\":\"lost\""), 1);
	expect_not_forgotten();
	pc.machine.store = FAKE_STORE_GOOD;
	run();
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	pc_expect_held(true, true);
}

static void of_a_medium_that_was_emptied(void **state)
{
	(void)state;
	pc_start(&with_file);
	run();
	pc_expect_held(true, true);
	assert_true(stored_record().redo.part_count > 0);
	/* The run knows better; another start reads what is stored. */
	pc.outcome.record = stored_record();
	pc.machine.store = FAKE_STORE_LIES;
	run();
	expect_not_forgotten();
	pc.machine.store = FAKE_STORE_GOOD;
	run();
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(stored_record().redo.part_count, 0);
}

/* --- A record that is seen late ------------------------------------------- */

static const struct platform_ops *usual_ops;
static unsigned int gets;

static int get_late(void *ctx, void *buf, size_t cap, size_t *ret_len)
{
	return gets++ ? usual_ops->record_get(ctx, buf, cap, ret_len) : -ERR_IO;
}

/* The firmware gives the record the second time: no change on top of it. */
static void not_read_the_first_time(void **state)
{
	struct platform_ops late;

	(void)state;
	interrupt(NULL, 3);
	usual_ops = pc.machine.platform.ops;
	late = *usual_ops;
	late.record_get = get_late;
	gets = 0;
	pc.machine.platform.ops = &late;
	run();
	assert_true(gets > 1);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_int_equal(said("has to be finished"), 1);
	assert_int_equal(reported("\"state\":\"waits\""), 1);
	pc_expect_nothing_written();
	assert_int_equal(stick.counts.writes, 0);
	assert_true(stored_record().redo.part_count > 0);
	pc.machine.platform.ops = usual_ops;
	run();
	expect_finished();
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_unreadable_witness),
		CASE(writes_that_go_nowhere),
		CASE(too_little_memory),
		CASE(another_disk),
		CASE(of_a_stick_that_is_gone),
		CASE(of_a_medium_that_was_emptied),
		CASE(not_read_the_first_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
