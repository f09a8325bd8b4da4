/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which volume of a machine is the one Windows; and never a wrong one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/disk_layout.h"
#include "tests/support/search_rig.h"

/* --- One ------------------------------------------------------------------ */

static void one_on_a_gpt_disk(void **state)
{
	struct emudisk *e = search_add_gpt_disk(1);

	(void)state;
	search_put_volume(e, PLACE(0), search_without_windows, 1);
	search_put_volume(e, PLACE(1), search_with_windows, 2);
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_string_equal(search_found.name, "disk 0, partition 3");
	assert_int_equal(search_found.ntfs_volumes, 2);
	assert_int_equal(search_found.unreadable_volumes, 0);
	assert_int_equal(search_found.err, 0);
	assert_int_equal(search_found.stack->volume.serial, 2);
	assert_int_equal(
		volume_exists(&search_found.stack->volume, "windows/system32"),
		1);
	assert_true(overlay_is_empty(&search_found.stack->overlay));
	assert_int_equal(search_found.stack->direct.start_bytes, PLACE(1));
	assert_int_equal(
		search_found.stack->meter.counts.reads, e->counts.reads);
	assert_int_equal(windows_reopen(&search_found), 0);
	assert_int_equal(
		volume_exists(&search_found.stack->volume, WINDOWS_MARKER), 1);
}

static void one_without_a_table(void **state)
{
	(void)state;
	search_put_volume(search_add_disk(SEARCH_VOLUME_BYTES, 512), 0,
		search_with_windows, 1);
	search_add_disk(0, 512);
	search_add_disk(MIB, 512);
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_string_equal(search_found.name, "disk 0");
}

static void one_on_a_disk_of_large_blocks(void **state)
{
	(void)state;
	search_put_volume(search_add_disk(SEARCH_VOLUME_BYTES, 4096), 0,
		search_with_windows, 1);
	assert_int_equal(search_find(), WINDOWS_ONE);
}

static void one_on_the_last_of_many_disks(void **state)
{
	(void)state;
	for (int i = 1; i < WINDOWS_MAX_DISKS; i++)
		search_add_disk(MIB, 512);
	search_put_volume(search_add_disk(SEARCH_VOLUME_BYTES, 512), 0,
		search_with_windows, 1);
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_string_equal(search_found.name, "disk 31");
	assert_true(search_found.search.reads > 0);
}

/* What is locked may be the Windows that crashes. */
static void one_beside_a_locked_volume(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	layout_bitlocker(e, PLACE(1));
	assert_int_equal(search_find(), WINDOWS_NOT_ALONE);
	assert_int_equal(search_found.encrypted_volumes, 1);
}

static void one_beside_a_pool(void **state)
{
	struct emudisk *e;
	const struct layout_gpt_part parts[] = {{layout_type_storage_pool,
		PLACE(0) / 512, (PLACE(0) + SEARCH_VOLUME_BYTES) / 512 - 1}};

	(void)state;
	search_add_windows_disk(1, 1);
	e = search_add_disk(SEARCH_DISK_BYTES, 512);
	layout_gpt(e, parts, 1, LAYOUT_BOTH);
	layout_gpt_guid(e, 2);
	assert_int_equal(search_find(), WINDOWS_NOT_ALONE);
	assert_int_equal(search_found.dynamic_volumes, 1);
}

/* Reformatted, with a trace of the old format. */
static void one_beside_an_ambiguous_volume(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_put_volume(e, PLACE(1), search_without_windows, 2);
	layout_btrfs(e, PLACE(1));
	assert_int_equal(search_find(), WINDOWS_TWO_FORMATS);
}

static void one_beside_a_damaged_volume(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_put_volume(e, PLACE(1), search_without_windows, 2);
	search_destroy_root(e, PLACE(1));
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_int_equal(search_found.unreadable_volumes, 1);
}

/* --- None, or not one ----------------------------------------------------- */

static void none(void **state)
{
	struct emudisk *e;

	(void)state;
	assert_int_equal(search_find(), WINDOWS_NONE);
	search_add_disk(0, 512);
	search_add_disk(100, 512);
	search_add_disk(MIB, 512);
	assert_int_equal(search_find(), WINDOWS_NONE);
	e = search_add_gpt_disk(1);
	assert_int_equal(search_find(), WINDOWS_NONE);
	search_put_volume(e, PLACE(0), search_without_windows, 1);
	assert_int_equal(search_find(), WINDOWS_NONE);
	assert_int_equal(search_found.ntfs_volumes, 1);
}

static void two_on_one_disk(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_put_volume(e, PLACE(2), search_with_windows, 2);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
}

static void two_on_two_disks(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_add_windows_disk(2, 2);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
}

static void only_a_locked_one(void **state)
{
	struct emudisk *e = search_add_gpt_disk(1);

	(void)state;
	layout_bitlocker(e, PLACE(0));
	search_put_volume(e, PLACE(1), search_without_windows, 2);
	assert_int_equal(search_find(), WINDOWS_ENCRYPTED);
	assert_int_equal(search_found.encrypted_volumes, 1);
}

static void same_serial_number(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 7);

	(void)state;
	search_put_volume(e, PLACE(1), search_without_windows, 7);
	assert_int_equal(search_find(), WINDOWS_AMBIGUOUS);
	assert_null(search_found.stack);
}

static void same_disk_guid(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_put_volume(
		search_add_gpt_disk(1), PLACE(0), search_without_windows, 2);
	assert_int_equal(search_find(), WINDOWS_AMBIGUOUS);
}

static void a_raw_mirror(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	assert_int_equal(emudisk_clone(&search_disks[search_disk_count], e), 0);
	fake_machine_add_disk(
		&search_machine, &search_disks[search_disk_count++].disk);
	/* Not "several": what is to be said is that one copies the other. */
	assert_int_equal(search_find(), WINDOWS_AMBIGUOUS);
	/* A third Windows of its own changes nothing about that. */
	search_add_windows_disk(2, 2);
	assert_int_equal(search_find(), WINDOWS_AMBIGUOUS);
}

/* A copy of the partition alone: the disks' own identities differ. */
static void a_copied_volume(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_put_volume(
		search_add_gpt_disk(2), PLACE(1), search_with_windows, 1);
	assert_int_equal(search_find(), WINDOWS_AMBIGUOUS);
}

static void part_of_a_pool(void **state)
{
	struct emudisk *e = search_add_disk(SEARCH_DISK_BYTES, 512);
	const struct layout_gpt_part parts[] = {{layout_type_storage_pool,
		PLACE(0) / 512, (PLACE(0) + SEARCH_VOLUME_BYTES) / 512 - 1}};

	(void)state;
	layout_gpt(e, parts, 1, LAYOUT_BOTH);
	search_put_volume(e, PLACE(0), search_with_windows, 1);
	assert_int_equal(search_find(), WINDOWS_DYNAMIC);
}

static void too_many_disks(void **state)
{
	(void)state;
	search_put_volume(search_add_disk(SEARCH_VOLUME_BYTES, 512), 0,
		search_with_windows, 1);
	for (int i = 0; i < WINDOWS_MAX_DISKS; i++)
		search_add_disk(MIB, 512);
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
	assert_int_equal(search_found.err, -ERR_TOO_LARGE);
	/* Nor is it none where one could not look. */
	search_disks[0].bytes[3] = 'X';
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
}

/* Two formats on one disk: neither is believed, whatever another disk has. */
static void beside_a_contradictory_disk(void **state)
{
	struct emudisk *e;

	(void)state;
	search_add_windows_disk(1, 1);
	e = search_add_gpt_disk(2);
	layout_fat16(e, 0, SEARCH_DISK_BYTES, "BOTH");
	assert_int_equal(search_find(), WINDOWS_TWO_FORMATS);
}

/* Of two copies of a data disk nothing was to be chosen. */
static void copies_without_windows(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		search_put_volume(search_add_gpt_disk(1), PLACE(0),
			search_without_windows, 1);
	assert_int_equal(search_find(), WINDOWS_NONE);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, search_setup, search_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_on_a_gpt_disk),
		TEST(one_without_a_table),
		TEST(one_on_a_disk_of_large_blocks),
		TEST(one_on_the_last_of_many_disks),
		TEST(one_beside_a_locked_volume),
		TEST(one_beside_a_pool),
		TEST(one_beside_an_ambiguous_volume),
		TEST(one_beside_a_damaged_volume),
		TEST(none),
		TEST(two_on_one_disk),
		TEST(two_on_two_disks),
		TEST(only_a_locked_one),
		TEST(same_serial_number),
		TEST(same_disk_guid),
		TEST(a_raw_mirror),
		TEST(a_copied_volume),
		TEST(part_of_a_pool),
		TEST(too_many_disks),
		TEST(beside_a_contradictory_disk),
		TEST(copies_without_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
