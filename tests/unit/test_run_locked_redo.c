/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Redo records of a volume that is locked by BitLocker: what can be read in
 * them, what they are not written over, and what they finish without a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/locked_run.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/redo_stick.h"

/* Nothing on the stick can be read that the encryption hides. */
static void the_record_is_encrypted(void **state)
{
	struct emudisk stick;

	(void)state;
	redo_stick_open(&stick);
	locked_begin(&locked_suspended);
	fake_machine_add_disk(&pc.machine, &stick.disk);
	locked_run();
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"event\":\"redo\",\"state\":\"stored\""),
		1);
	assert_true(locked_hides(&stick, JULY_HELD_SUFFIX));
	assert_true(locked_hides(&stick, "C-0000"));
	assert_true(locked_hides(&stick, "FILE0"));
	locked_expect_held(LOCKED_OPENED("clear-key"));
	emudisk_close(&stick);
}

/* With a stick for redo records; the power fails at the @n-th write. */
static bool run_with_cut(struct emudisk *stick, uint64_t n)
{
	static struct emudisk_power power;
	bool was_cut;

	memset(&power, 0, sizeof(power));
	redo_stick_open(stick);
	locked_begin(&locked_plan);
	locked_put_startup_key(); /* needs no stretching */
	fake_machine_add_disk(&pc.machine, &stick->disk);
	emudisk_attach(&pc.disk, &power);
	emudisk_attach(stick, &power);
	emudisk_power_plan_cut(&power, n, EMUDISK_CUT_TORN, n);
	locked_run();
	was_cut = power.is_off;
	emudisk_power_reset(&power);
	return was_cut;
}

/*
 * A volume that is damaged so that the file for redo records lies where
 * BitLocker keeps its metadata: they would be gone, and with them everything.
 */
static void a_redo_file_over_metadata_is_not_written(void **state)
{
	static const struct july with_file = {
		.has_table = true, .has_redo_file = true};
	struct bitlocker_plan plan = locked_suspended;
	uint64_t size, place;
	const unsigned char *volume;

	(void)state;
	pc_start(&with_file);
	volume = july_volume(&pc.disk, &with_file, &size);
	place = peek_data_place(
		volume, size, peek_record_of(volume, size, "redo.bin"));
	for (size_t i = 0; i < BITLOCKER_COPIES; i++)
		plan.places[i] = (place | 0xFFFF) + 1 + i * 0x20000;
	locked_start(&with_file, &plan);
	pc_run();
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"event\":\"redo\",\"state\":\"none\""),
		1);
	locked_expect_held(LOCKED_OPENED("clear-key"));
}

/* What was begun is finished while the volume is locked. */
static void a_power_cut_is_finished_without_a_key(void **state)
{
	const bool is_deep = getenv("LOOPBREAKER_DEEP") != NULL;
	unsigned int finished = 0;
	struct emudisk stick;

	(void)state;
	for (uint64_t n = 1; run_with_cut(&stick, n); n += is_deep ? 1 : 4) {
		pc.machine.key_file_count = 0;
		locked_run();
		assert_int_equal(pc.outcome.windows, WINDOWS_ENCRYPTED);
		if (fake_machine_reported(&pc.machine,
			    "\"event\":\"redo\",\"state\":\"finished\"")) {
			finished++;
		} else {
			pc.machine.key_file_count = 1;
			locked_run();
		}
		locked_reveal();
		pc_expect_held(true, true);
		emudisk_close(&stick);
	}
	emudisk_close(&stick);
	assert_true(finished > (is_deep ? 5 : 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_record_is_encrypted),
		TEST(a_redo_file_over_metadata_is_not_written),
		TEST(a_power_cut_is_finished_without_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
