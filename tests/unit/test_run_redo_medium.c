/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Partitions for redo records that cannot be used, or not as they are found:
 * the change is made all the same, and why there is no record is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/disk_layout.h"
#include "tests/support/redo_run.h"

#define MIB   (1u << 20)
#define BLOCK 512

/* Of july.h, with a table */
#define WINDOWS_START (2 * MIB)
#define WINDOWS_END   (14 * MIB)
#define WINRE_END     (20 * MIB)

/* The run did what it was to do, without a record. */
static void expect_done_without(void)
{
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_int_equal(reported(STORED), 0);
	assert_int_equal(stored_record().redo.part_count, 0);
	pc_expect_held(true, true);
}

static void expect_none(const char *why)
{
	assert_int_equal(said("No redo record can be kept"), 1);
	assert_int_equal(said(why), 1);
	assert_int_equal(reported("\"event\":\"redo\",\"state\":\"none\""), 1);
	expect_done_without();
}

/* --- A stick -------------------------------------------------------------- */

static void a_stick_that_may_not_be_written(void **state)
{
	(void)state;
	start_with_stick();
	stick.disk.may_write = false;
	run();
	expect_none(err_text(-ERR_READ_ONLY));
	assert_int_equal(stick.counts.writes, 0);
}

static void a_stick_that_cannot_be_read(void **state)
{
	(void)state;
	start_with_stick();
	power_on();
	stick.bad_from = (uint64_t)(redo_stick_medium(&stick) - stick.bytes);
	stick.bad_to = stick.bad_from + BLOCK;
	run_on();
	expect_none(err_text(-ERR_IO));
	assert_int_equal(stick.counts.writes, 0);
}

static void the_first_of_two_sticks(void **state)
{
	struct emudisk second;

	(void)state;
	start_with_stick();
	redo_stick_open(&second);
	layout_gpt_guid(&second, 0x58);
	fake_machine_add_disk(&pc.machine, &second.disk);
	/* Not run(): that counts the calls to the first one only. */
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_int_equal(pc.outcome.err, 0);
	assert_int_equal(reported(STORED ",\"medium\":\"stick\""), 1);
	assert_true(is_medium_empty(redo_stick_medium(&stick)));
	assert_int_equal(second.counts.writes, 0);
	pc_expect_held(true, true);
	emudisk_close(&second);
}

/* --- A partition on the PC's own disk ------------------------------------- */

/* Another table, with one more partition for redo records. */
static unsigned char *add_partition(uint64_t start, uint64_t end)
{
	const struct layout_gpt_part parts[] = {
		{layout_type_redo, start / BLOCK, end / BLOCK - 1},
		{layout_type_data, WINDOWS_START / BLOCK,
			WINDOWS_END / BLOCK - 1},
		{layout_type_data, WINDOWS_END / BLOCK, WINRE_END / BLOCK - 1},
	};

	pc_start(&pc_with_table);
	layout_gpt(&pc.disk, parts, 3, LAYOUT_BOTH);
	memcpy(pc.disk.bytes + start, "LBREDO1\n", 8);
	return pc.disk.bytes + start;
}

static void beside_windows(void **state)
{
	static const uint64_t places[][2] = {
		{MIB, WINDOWS_START}, {WINRE_END, WINRE_END + MIB / 2}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned char *medium =
			add_partition(places[i][0], places[i][1]);

		run();
		assert_int_equal(reported(STORED ",\"medium\":\"disk 0\""), 1);
		assert_true(is_medium_empty(medium));
		assert_int_equal(pc.outcome.record.redo.part_count, 0);
		pc_expect_held(true, true);
	}
}

/* What is said to be free for us is a part of Windows. */
static void over_windows(void **state)
{
	static const uint64_t places[][2] = {
		{MIB, WINDOWS_START + MIB}, {WINDOWS_END - MIB, WINDOWS_END}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned char *medium =
			add_partition(places[i][0], places[i][1]);
		unsigned char before[BLOCK];

		memcpy(before, medium, sizeof(before));
		run();
		expect_none(err_text(-ERR_CORRUPT));
		assert_memory_equal(medium, before, sizeof(before));
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_stick_that_may_not_be_written),
		CASE(a_stick_that_cannot_be_read),
		CASE(the_first_of_two_sticks),
		CASE(beside_windows),
		CASE(over_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
