/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs over a fake machine with real NTFS volumes: what is held, what is
 * written, what is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/july_run.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/volume_check.h"

#define TYPE_STANDARD  0x10
#define FILE_FLAGS     (24 + 0x20) /* behind the attribute's head */
#define FILE_IS_SPARSE 0x200

#define TYPE_DATA	 0x80
#define INITIALISED_SIZE 0x38

static const struct order dry_run = {.kind = ORDER_NONE, .is_dry_run = true};

/* --- July 2024 ------------------------------------------------------------ */

static void july_2024(void **state)
{
	(void)state;
	for (size_t i = 0; i < PC_CRASHES; i++) {
		char *before, *rest;

		pc_start(&pc_crashes[i]);
		before = pc_describe();
		assert_int_equal(pc_run(), VERDICT_HOLD);
		assert_int_equal(pc.outcome.err, 0);
		assert_int_equal(pc.outcome.cause, 0);
		assert_true(pc.outcome.is_applied);
		assert_int_equal(pc.outcome.files, 2);
		assert_int_equal(pc.outcome.boot_id, JULY_LAST_BOOT);
		pc_expect_held(true, true);
		rest = pc_other_changes(before);
		/* Of the transaction that was redone: before and after. */
		if (pc_crashes[i].journal &&
			strstr(pc_crashes[i].journal, "commit"))
			assert_int_equal(volume_check_lines(rest), 2);
		else
			assert_string_equal(rest, "");
		free(rest);
		free(before);
		assert_true(pc.machine.record.is_present);
		assert_int_equal(pc.machine.record_puts, 1);
		assert_int_equal(pc.outcome.record.hold_state, HOLD_ACTIVE);
		assert_int_equal(pc.outcome.record.hold_id, 1);
		assert_int_equal(pc.outcome.record.volume_serial, JULY_SERIAL);
		assert_int_equal(
			fake_machine_heard(&pc.machine, "On hold: "), 2);
		assert_int_equal(
			fake_machine_reported(&pc.machine, "\"held\""), 2);
		assert_int_equal(fake_machine_said(&pc.machine, SAY_ERROR), 0);
		assert_true(pc.machine.progress_calls > 5);
	}
}

/* The Sleuth Kit agrees: same file, same content, other name. */
static void the_sleuth_kit_agrees(void **state)
{
	const char *path = make_image_path("sleuth.img");
	char command[2000];

	(void)state;
	pc_start(&pc_bare);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_equal(emudisk_save(&pc.disk, path), 0);
	snprintf(command, sizeof(command),
		"set -e; files=$(fls -rp %s); "
		"echo \"$files\" | grep -q '" JULY_FOLDER
		"/" JULY_BAD JULY_HELD_SUFFIX "$'; "
		"echo \"$files\" | grep -q '" JULY_FOLDER
		"/" JULY_OTHER JULY_HELD_SUFFIX "$'; "
		"if echo \"$files\" | grep '" JULY_BAD "$'; then exit 1; fi; "
		"if echo \"$files\" | grep -i orphan/; then exit 1; fi; "
		"inode=$(echo \"$files\" | sed -n "
		"'s|r/r \\([0-9-]*\\):.*/" JULY_BAD JULY_HELD_SUFFIX
		"$|\\1|p'); "
		"test \"$(icat %s $inode | sha256sum)\" = "
		"\"$(yes 'BAD!' | tr -d '\\n' | head -c 41000 | sha256sum)\"; "
		"ntfs-3g.probe --readwrite %s; ntfsfix -n %s",
		path, path, path, path);
	snprintf(command + strlen(command), sizeof(command) - strlen(command),
		" >/dev/null 2>&1");
	assert_int_equal(system(command), 0);
}

static void winload_would_divert(void **state)
{
	struct july j = {.has_table = true, .status = july_status()};
	unsigned char before[2048], after[2048];
	uint64_t size, place;
	unsigned char *volume;
	unsigned int sum = 0;

	(void)state;
	j.status.attempts = 2;
	j.status.boot_id++;
	pc_start(&j);
	volume = july_volume(&pc.disk, &j, &size);
	place = peek_data_place(
		volume, size, peek_record_of(volume, size, "bootstat.dat"));
	memcpy(before, volume + place, sizeof(before));
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	pc_expect_held(true, true);
	memcpy(after, volume + place, sizeof(after));
	assert_int_equal(after[0x0a], 1);
	assert_int_equal(after[0x0b], 1);
	assert_int_equal(after[0x30], 0);
	assert_int_equal(after[0x31], 1);
	for (int i = 0; i < 0xC8; i++)
		sum += after[i];
	assert_int_equal(sum & 0xff, 0);
	before[0x0a] = before[0x0b] = before[0x31] = 1;
	before[0x30] = 0;
	before[0x32] = after[0x32];
	assert_memory_equal(before, after, sizeof(after));
	assert_int_equal(fake_machine_heard(&pc.machine, "marked good"), 1);
}

/* Held all the same, and it is said that Automatic Repair comes once. */
static void boot_status_that_must_not_be_written(void **state)
{
	struct july j = {.status = july_status()};
	char *before, *rest;

	(void)state;
	j.status.attempts = 2;
	j.status.size = 0x88;
	pc_start(&j);
	before = pc_describe();
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	rest = pc_other_changes(before);
	assert_string_equal(rest, "");
	assert_int_equal(
		fake_machine_heard(&pc.machine, "Automatic Repair"), 1);
	free(before);
	free(rest);
}

/* winload would divert; returns the head of an attribute of bootstat.dat. */
static unsigned char *start_diverted(struct july *j, uint32_t type)
{
	uint64_t size, place;
	unsigned char *volume;

	j->status = july_status();
	j->status.attempts = 2;
	pc_start(j);
	volume = july_volume(&pc.disk, j, &size);
	place = peek_attribute_place(volume, size,
		peek_record_of(volume, size, "bootstat.dat"), type);
	assert_true(place);
	return volume + place;
}

/* The hold is complete without, and later passes have nothing to finish. */
static void expect_hold_without_mark(void)
{
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "Automatic Repair"), 1);
	for (int pass = 0; pass < 3; pass++) {
		pc_expect_untouched(VERDICT_BOOT);
		assert_int_equal(
			fake_machine_heard(&pc.machine, "on trial"), 1);
	}
	pc_expect_held(true, true);
}

/* A file whose form forbids the mark. */
static void mark_that_can_never_be_made(void **state)
{
	struct july j = {0};
	unsigned char *head = start_diverted(&j, TYPE_STANDARD);

	(void)state;
	head[FILE_FLAGS + 1] |= FILE_IS_SPARSE >> 8;
	expect_hold_without_mark();
}

/*
 * Windows never wrote all of the area: what lies beyond the initialised size
 * reads as zeros, but cannot be written in place.
 */
static void boot_status_that_ends_early(void **state)
{
	struct july j = {0};
	unsigned char *head = start_diverted(&j, TYPE_DATA);

	(void)state;
	le64_put(head + INITIALISED_SIZE, 1024);
	expect_hold_without_mark();
}

/* The very file that would be marked is put away. */
static void boot_status_on_hold(void **state)
{
	static const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = "Windows/bootstat.dat"};
	struct july j = {.status = july_status()};

	(void)state;
	j.status.attempts = 2;
	pc_start(&j);
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_false(pc_is_there("bootstat.dat"));
	assert_int_equal(
		fake_machine_heard(&pc.machine, "Automatic Repair"), 1);
	pc_expect_sound();
}

/* Older structures have less in them; what is not there is not made up. */
static void smaller_boot_status(void **state)
{
	static const struct {
		uint32_t size;
		bool has_attempts, has_boot_ids, has_heartbeat;
	} all[] = {
		{0x20, false, false, false},
		{0x28, false, false, true},
		{0x34, true, false, true},
		{0x40, true, true, true},
		{0xC8, true, true, true},
	};
	struct july j = {.status = july_status()};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		j.status.size = all[i].size;
		pc_start(&j);
		(void)pc_run();
		assert_int_equal(pc.outcome.boot_id,
			all[i].has_boot_ids ? JULY_LAST_BOOT : 0);
		assert_int_equal(
			fake_machine_reported(&pc.machine, "\"attempts\":"),
			all[i].has_attempts);
		assert_int_equal(fake_machine_reported(
					 &pc.machine, "\"clean_boot_id\":"),
			all[i].has_boot_ids);
		assert_int_equal(
			fake_machine_reported(&pc.machine, "\"heartbeat\":"),
			all[i].has_heartbeat);
	}
}

/* Windows wanted the volume checked before any of this: it still does. */
static void volume_that_is_to_be_checked(void **state)
{
	static const struct july j = {.more = "dirty\n"};

	(void)state;
	pc_start(&j);
	assert_true(july_is_dirty(&pc.disk, &j));
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_true(july_is_dirty(&pc.disk, &j));
}

/* --- Dry run -------------------------------------------------------------- */

static void dry_run_makes_the_same_plan(void **state)
{
	static char planned[FAKE_MAX_SENTENCES][400];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < PC_CRASHES; i++) {
		pc_start(&pc_crashes[i]);
		assert_int_equal(pc_run_with(&dry_run), VERDICT_HOLD);
		pc_expect_nothing_written();
		assert_int_equal(pc.machine.record_puts, 0);
		assert_int_equal(pc.outcome.err, 0);
		count = 0;
		for (size_t k = 0; k < pc.machine.line_count; k++)
			if (strstr(pc.machine.lines[k], "\"event\":\"plan\""))
				snprintf(planned[count++], sizeof(planned[0]),
					"%s", pc.machine.lines[k]);
		assert_int_equal(count, 2);
		assert_int_equal(pc_run(), VERDICT_HOLD);
		for (size_t k = 0; k < pc.machine.line_count; k++)
			if (strstr(pc.machine.lines[k], "\"event\":\"plan\""))
				assert_string_equal(planned[--count ? 0 : 1],
					pc.machine.lines[k]);
		assert_int_equal(count, 0);
		pc_expect_held(true, true);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(july_2024),
		TEST(the_sleuth_kit_agrees),
		TEST(winload_would_divert),
		TEST(boot_status_that_must_not_be_written),
		TEST(mark_that_can_never_be_made),
		TEST(boot_status_that_ends_early),
		TEST(boot_status_on_hold),
		TEST(smaller_boot_status),
		TEST(volume_that_is_to_be_checked),
		TEST(dry_run_makes_the_same_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
