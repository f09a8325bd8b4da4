/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on PCs where a locked volume is beside a Windows that anybody can
 * open: when a key is looked for, and what it leads to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/disk_layout.h"
#include "tests/support/hive_maker.h"
#include "tests/support/locked_run.h"
#include "tests/support/search_rig.h"

#define WINDOWS_PARTITION 2

static struct made_hive made;

static int setup(void **state)
{
	(void)search_setup(state);
	return pc_setup(state);
}

static int teardown(void **state)
{
	hive_free(&made);
	memset(&made, 0, sizeof(made));
	(void)search_teardown(state);
	return pc_teardown(state);
}

/* The PC of July is what its boot configuration starts. */
static void put_default(void)
{
	struct fake_file *f = &pc.machine.boot_files[BOOT_FILE_BCD];
	char text[256];
	const char *words[] = {text, NULL};

	(void)snprintf(text, sizeof(text),
		"{'default': 'a', 'loaders': {'a': {'gpt': ('%s', "
		"'" LAYOUT_PART_GUID "')}}}",
		LAYOUT_DISK_GUID, WINDOWS_PARTITION);
	hive_make_bcd(&made, words);
	f->bytes = made.primary.bytes;
	f->len = (size_t)made.primary.disk.size_bytes;
}

/* The other Windows could be repaired at once, which would help nobody. */
static void the_default_is_locked(void **state)
{
	struct emudisk *other;

	(void)state;
	locked_begin(&locked_plan);
	put_default();
	other = search_add_windows_disk(1, 1);
	disk_set_name(&other->disk, "other");
	fake_machine_add_disk(&pc.machine, &other->disk);
	locked_run();
	assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
	assert_int_equal(pc.outcome.windows, WINDOWS_ELSEWHERE);
	assert_int_equal(
		fake_machine_reported(&pc.machine, LOCKED_OPENED("no")), 1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "no key for it was found"), 1);
	pc_expect_nothing_written();

	/* With a key of the other one it is found, and is the one. */
	locked_put_startup_key();
	locked_run();
	assert_int_equal(pc.outcome.windows, WINDOWS_ONE);
	locked_expect_held(LOCKED_OPENED("key-file"));
	assert_int_equal(other->counts.writes, 0);
}

/* What is locked is not what crashes: no secret comes into memory for it. */
static void the_default_is_open(void **state)
{
	const struct bitlocker_plan data = {.seed = 7,
		.secrets = {{BITLOCKER_STARTUP_KEY, NULL}},
		.secret_count = 1};
	struct bitlocker_made ignored;
	struct emudisk *other;

	(void)state;
	pc_start(&pc_with_table);
	put_default();
	other = search_add_gpt_disk(1);
	disk_set_name(&other->disk, "other");
	assert_null(bitlocker_make(
		&data, other->bytes + PLACE(0), SEARCH_VOLUME_BYTES, &ignored));
	fake_machine_add_disk(&pc.machine, &other->disk);
	locked_put_startup_key();
	locked_run();
	assert_int_equal(pc.outcome.windows, WINDOWS_ONE);
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "BitLocker of other, partition 2 is locked; a "
				 "key for it would change nothing here, and "
				 "none was looked for."),
		1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "no key for it was found"), 0);
	assert_int_equal(pc.machine.key_bytes, 0);
	assert_int_equal(pc.machine.secrets_expected, 0);
	assert_int_equal(other->counts.writes, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_default_is_locked),
		TEST(the_default_is_open),
	};

	return cmocka_run_group_tests_name(
		"run_locked_beside", tests, NULL, NULL);
}
