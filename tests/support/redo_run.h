/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over the PC of July 2024 with a medium for redo records, the power
 * that breaks one off, and what the medium holds, for a file of tests.
 */
#ifndef TESTS_SUPPORT_REDO_RUN_H
#define TESTS_SUPPORT_REDO_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/record.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/july_run.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/redo_stick.h"

#define STORED	 "\"event\":\"redo\",\"state\":\"stored\""
#define FINISHED "\"event\":\"redo\",\"state\":\"finished\""

static const struct july with_file = {.has_table = true, .has_redo_file = true};

static struct emudisk stick;
static struct emudisk_power power;

/* For cmocka. */
static inline int setup(void **state)
{
	redo_stick_open(&stick);
	return pc_setup(state);
}

static inline int teardown(void **state)
{
	emudisk_close(&stick);
	return pc_teardown(state);
}

static inline void start_with_stick(void)
{
	pc_start(&pc_with_table);
	fake_machine_add_disk(&pc.machine, &stick.disk);
	emudisk_attach(&pc.disk, &power);
	emudisk_attach(&stick, &power);
	emudisk_power_reset(&power);
}

/* Every call to any disk is counted somewhere. */
static inline void expect_counted(void)
{
	struct disk_counts all = pc.outcome.resume;
	struct disk_counts called = pc.disk.counts;

	disk_counts_add(&all, &pc.outcome.observe);
	disk_counts_add(&all, &pc.outcome.apply);
	disk_counts_add(&called, &stick.counts);
	assert_memory_equal(&all, &called, sizeof(all));
	assert_int_equal(pc.outcome.observe.writes, 0);
}

/* Power again, nothing planned, nothing counted. */
static inline void power_on(void)
{
	emudisk_power_reset(&power);
	emudisk_reset(&pc.disk);
	emudisk_reset(&stick);
}

/* With the faults that were planned since. */
static inline void run_on(void)
{
	fake_machine_forget(&pc.machine);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	expect_counted();
}

static inline void run(void)
{
	power_on();
	run_on();
}

static inline struct record stored_record(void)
{
	struct record r;

	assert_int_equal(record_check(pc.machine.record.bytes,
				 pc.machine.record.len, &r),
		0);
	return r;
}

static inline size_t said(const char *part)
{
	return fake_machine_heard(&pc.machine, part);
}

static inline size_t reported(const char *part)
{
	return fake_machine_reported(&pc.machine, part);
}

static inline size_t length_of(const unsigned char *record)
{
	return le32_get(record + 8);
}

/* Emptied of the record that the store knows of last. */
static inline bool is_medium_empty(const unsigned char *medium)
{
	return !memcmp(medium, "LBREDO1\n", 8) && length_of(medium) == 0 &&
	       medium[0x10];
}

static inline unsigned char *file_medium(void)
{
	uint64_t size;
	unsigned char *volume = july_volume(&pc.disk, pc.july, &size);
	uint64_t place = peek_data_place(
		volume, size, peek_record_of(volume, size, "redo.bin"));

	assert_true(place);
	return volume + place;
}

/* The power fails after the @nth write to the PC's own disk. */
static inline void interrupt(const struct july *j, uint64_t nth)
{
	if (j)
		pc_start(j);
	else
		start_with_stick();
	emudisk_plan_cut(&pc.disk, nth, EMUDISK_CUT_PREFIX, 0);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
	assert_true(pc.outcome.err < 0);
	assert_true(stored_record().redo.part_count > 0);
	assert_true(pc.outcome.record.redo.part_count > 0);
	fake_machine_forget(&pc.machine);
}

/* The record as the hand-over stores it. */
static inline void hand_over(void)
{
	record_encode(&pc.outcome.record, pc.machine.record.bytes);
}

#endif
