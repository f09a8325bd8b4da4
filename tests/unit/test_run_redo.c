/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs with a medium for redo records: what is kept there, and what the
 * next run makes of a change that the power broke off.  Power cuts at every
 * write are in test_run_cuts.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/redo_run.h"

static const struct july without_table = {.has_redo_file = true};

/* --- With a medium -------------------------------------------------------- */

static void a_stick_keeps_it(void **state)
{
	(void)state;
	start_with_stick();
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(reported(STORED ",\"medium\":\"stick\""), 1);
	assert_true(is_medium_empty(redo_stick_medium(&stick)));
	/* The hand-over stores it once more, without. */
	assert_int_equal(stored_record().redo.part_count, 1);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	assert_int_equal(said("redo"), 0);
}

static void a_file_keeps_it(void **state)
{
	(void)state;
	pc_start(&with_file);
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	pc_expect_held(true, true);
	pc_expect_sound();
	assert_int_equal(reported(STORED ",\"medium\":\"disk 0\""), 1);
	assert_true(is_medium_empty(file_medium()));
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
}

/* Nothing would be found again, or nobody would know of it. */
static void without_a_place_there_is_none(void **state)
{
	(void)state;
	pc_start(&without_table);
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_int_equal(reported(STORED), 0);
	assert_int_equal(reported("\"event\":\"redo\",\"state\":\"none\""), 1);

	pc_start(&pc_with_table);
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_int_equal(reported("\"event\":\"redo\""), 0);
}

static void a_partition_that_is_not_prepared(void **state)
{
	(void)state;
	start_with_stick();
	memset(redo_stick_medium(&stick), 'x', 8);
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(reported(STORED), 0);
	assert_int_equal(stick.counts.writes, 0);
	assert_int_equal(stored_record().redo.part_count, 0);
}

/* The bytes of somebody's file, whatever its name. */
static void a_file_that_is_not_prepared(void **state)
{
	(void)state;
	pc_start(&with_file);
	memset(file_medium(), 'x', 512);
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(reported(STORED), 0);
	assert_true(said("No redo record can be kept") == 1);
	assert_int_equal(file_medium()[0], 'x');
	assert_int_equal(file_medium()[4096], 0);
}

static void a_stick_that_fails_is_done_without(void **state)
{
	(void)state;
	start_with_stick();
	emudisk_plan_fault(&stick, EMUDISK_WRITE, EMUDISK_FAIL, 1, true);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	expect_counted();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(said("No redo record can be kept"), 1);
	assert_int_equal(stored_record().redo.part_count, 0);
}

static void a_disk_that_fails_is_left_alone(void **state)
{
	(void)state;
	pc_start(&with_file);
	emudisk_reset(&pc.disk);
	emudisk_plan_fault(&pc.disk, EMUDISK_WRITE, EMUDISK_FAIL, 1, false);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.err, -ERR_IO);
	assert_false(pc.outcome.is_applied);
	assert_int_equal(pc.outcome.commit.runs, 0);
	assert_false(pc.machine.record.is_present);
	assert_int_equal(said("did not take the redo record"), 1);
	pc_expect_held(false, false);
	/* It was a passing fault. */
	run();
	assert_true(pc.outcome.is_applied);
	pc_expect_held(true, true);
}

/* --- What was interrupted ------------------------------------------------- */

static void a_change_is_finished_first(void **state)
{
	(void)state;
	interrupt(&with_file, 5);
	run();
	assert_int_equal(reported(FINISHED), 1);
	assert_int_equal(said("is complete now"), 1);
	pc_expect_held(true, true);
	pc_expect_sound();
	assert_false(july_is_dirty(&pc.disk, pc.july));
	assert_true(is_medium_empty(file_medium()));
	assert_int_equal(stored_record().redo.part_count, 0);
	/* Then it is an ordinary start after a hold. */
	assert_int_equal(pc.outcome.verdict, VERDICT_BOOT);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(stored_record().hold_state, HOLD_ACTIVE);
	assert_int_equal(pc.machine.commits, 1);
}

static void also_from_a_stick(void **state)
{
	(void)state;
	interrupt(NULL, 6);
	run();
	assert_int_equal(reported(FINISHED), 1);
	pc_expect_held(true, true);
	pc_expect_sound();
	assert_true(is_medium_empty(redo_stick_medium(&stick)));
}

/* Everything was written, but the medium not emptied. */
static void a_complete_change_is_recognised(void **state)
{
	uint64_t writes;

	(void)state;
	pc_start(&with_file);
	run();
	writes = pc.disk.counts.writes;
	interrupt(&with_file, writes - 1);
	run();
	assert_int_equal(reported("\"state\":\"done\""), 1);
	assert_int_equal(reported(FINISHED), 0);
	assert_int_equal(stored_record().redo.part_count, 0);
	pc_expect_held(true, true);
}

/* The hand-over did not store the record: the medium alone knows. */
static void an_empty_medium_says_it_is_complete(void **state)
{
	(void)state;
	pc_start(&with_file);
	run();
	assert_true(stored_record().redo.part_count > 0);
	fake_machine_forget(&pc.machine);
	run();
	assert_int_equal(reported("\"event\":\"redo\""), 0);
	assert_int_equal(stored_record().redo.part_count, 0);
	assert_int_equal(pc.disk.counts.writes, 0);
}

static void a_missing_stick_is_said(void **state)
{
	(void)state;
	interrupt(NULL, 3);
	pc.machine.platform.disk_count = 1;
	run();
	assert_int_equal(said("is not there"), 1);
	assert_int_equal(stored_record().redo.part_count, 0);
	/* As if there never had been one: done again. */
	pc_expect_held(true, true);
}

/* A stick that has been at another PC since. */
static void another_record_on_the_stick_is_said(void **state)
{
	static unsigned char other[1 << 20];

	(void)state;
	interrupt(NULL, 3);
	memcpy(other, redo_stick_medium(&stick), sizeof(other));
	other[0x50 + 8] ^= 1; /* another witness */
	assert_int_equal(digest_make(other, length_of(other) - DIGEST_BYTES,
				 other + length_of(other) - DIGEST_BYTES),
		0);
	memcpy(redo_stick_medium(&stick), other, sizeof(other));
	run();
	assert_int_equal(said("another change was recorded since"), 1);
	assert_int_equal(reported("\"state\":\"lost\""), 1);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	pc_expect_held(true, true);
}

/* Sticks that were made from one image: a prepared one, and not ours. */
static void a_twin_of_the_stick_is_said(void **state)
{
	(void)state;
	interrupt(NULL, 3);
	memset(redo_stick_medium(&stick) + 8, 0, 4096);
	run();
	assert_int_equal(said("another change was recorded since"), 1);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	pc_expect_held(true, true);
}

/* A stick that is there, and dead: not for ever. */
static void a_dead_stick_is_given_up(void **state)
{
	(void)state;
	interrupt(NULL, 3);
	for (uint32_t tries = 1; tries <= RECORD_MAX_TRIES; tries++) {
		fake_machine_forget(&pc.machine);
		emudisk_power_reset(&power);
		emudisk_plan_fault(&stick, EMUDISK_READ, EMUDISK_FAIL, 1, true);
		recovery_run(&pc.machine.platform, &pc_no_order, &pc.policy,
			&pc.outcome);
		hand_over();
		if (tries == RECORD_MAX_TRIES)
			break;
		assert_int_equal(pc.outcome.err, -ERR_IO);
		assert_int_equal(said("the next start of Loopbreaker"), 1);
		assert_int_equal(stored_record().redo.tries, tries);
		assert_int_equal(stored_record().hold_state, HOLD_ACTIVE);
	}
	assert_int_equal(reported("\"state\":\"lost\""), 1);
	assert_int_equal(stored_record().redo.part_count, 0);
}

/* The sector of $Volume, which libblkid would read for a label. */
static void an_unreadable_volume_record_is_mended(void **state)
{
	uint64_t size, place;
	unsigned char *volume;

	(void)state;
	interrupt(&with_file, 4);
	volume = july_volume(&pc.disk, pc.july, &size);
	place = peek_record_place(volume, size, 3);
	emudisk_reset(&pc.disk);
	pc.disk.bad_from = (uint64_t)(volume + place - pc.disk.bytes);
	pc.disk.bad_to = pc.disk.bad_from + 512;
	pc.disk.bad_heals = true;
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(reported(FINISHED), 1);
	pc_expect_held(true, true);
	pc_expect_sound();
}

static void a_store_that_fails_is_said(void **state)
{
	(void)state;
	interrupt(&with_file, 4);
	pc.machine.store = FAKE_STORE_LIES;
	emudisk_reset(&pc.disk);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.err, -ERR_NOT_STORED);
	assert_int_equal(said("did not store that an interrupted change"), 1);
	pc_expect_held(true, true);
}

static void a_damaged_record_is_said(void **state)
{
	(void)state;
	interrupt(NULL, 3);
	redo_stick_medium(&stick)[0x50 + 8] ^= 1;
	run();
	assert_int_equal(reported("\"state\":\"lost\""), 1);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	pc_expect_held(true, true);
}

/* Windows was started, or a host has mounted the disk. */
static void a_volume_that_somebody_changed_is_left(void **state)
{
	uint64_t size;
	unsigned char *volume;

	(void)state;
	interrupt(&with_file, 5);
	volume = july_volume(&pc.disk, pc.july, &size);
	volume[peek_data_place(volume, size, 2) + 0x50] ^= 1; /* $LogFile */
	run();
	assert_int_equal(reported("\"state\":\"strange\""), 1);
	assert_int_equal(said("something else has written"), 1);
	assert_int_equal(reported(FINISHED), 0);
	assert_int_equal(pc.outcome.record.redo.part_count, 0);
	pc_expect_held(true, true);
}

static void a_dry_run_leaves_it_waiting(void **state)
{
	const struct order dry = {.kind = ORDER_NONE, .is_dry_run = true};

	(void)state;
	interrupt(&with_file, 5);
	emudisk_reset(&pc.disk);
	fake_machine_forget(&pc.machine);
	recovery_run(&pc.machine.platform, &dry, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(pc.disk.counts.writes, 0);
	assert_int_equal(said("has to be finished"), 1);
	assert_true(pc.outcome.record.redo.part_count > 0);
	assert_true(stored_record().redo.part_count > 0);
}

/* The record of the hold must outlive a run that ends early. */
static void what_fails_stays_to_be_done(void **state)
{
	(void)state;
	interrupt(&with_file, 5);
	emudisk_reset(&pc.disk);
	emudisk_plan_fault(&pc.disk, EMUDISK_WRITE, EMUDISK_FAIL, 1, true);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.err, -ERR_IO);
	assert_int_equal(said("broke off once more"), 1);
	assert_true(pc.outcome.record.redo.part_count > 0);
	assert_int_equal(pc.outcome.record.hold_state, HOLD_ACTIVE);
	run();
	assert_int_equal(reported(FINISHED), 1);
	pc_expect_held(true, true);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_stick_keeps_it),
		CASE(a_file_keeps_it),
		CASE(without_a_place_there_is_none),
		CASE(a_partition_that_is_not_prepared),
		CASE(a_file_that_is_not_prepared),
		CASE(a_stick_that_fails_is_done_without),
		CASE(a_disk_that_fails_is_left_alone),
		CASE(a_change_is_finished_first),
		CASE(also_from_a_stick),
		CASE(a_complete_change_is_recognised),
		CASE(an_empty_medium_says_it_is_complete),
		CASE(a_missing_stick_is_said),
		CASE(another_record_on_the_stick_is_said),
		CASE(a_twin_of_the_stick_is_said),
		CASE(a_dead_stick_is_given_up),
		CASE(an_unreadable_volume_record_is_mended),
		CASE(a_store_that_fails_is_said),
		CASE(a_damaged_record_is_said),
		CASE(a_volume_that_somebody_changed_is_left),
		CASE(a_dry_run_leaves_it_waiting),
		CASE(what_fails_stays_to_be_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
