/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which Windows, where the boot configuration decides; and where it must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe_boot_config.h"
#include "storage/err.h"
#include "tests/support/disk_layout.h"
#include "tests/support/hive_maker.h"
#include "tests/support/search_rig.h"

#define TEXT_BYTES 512

/* Partitions 2, 3, 4 are those at PLACE(0), (1), (2). */
#define FIRST  2
#define SECOND 3

#define MBR_ID 0xC0FFEE42

static struct made_hive made;

static void put_config(const char *description)
{
	const char *words[] = {description, NULL};
	struct fake_file *f = &search_machine.boot_files[BOOT_FILE_BCD];

	hive_free(&made);
	hive_make_bcd(&made, words);
	f->bytes = made.primary.bytes;
	f->len = (size_t)made.primary.disk.size_bytes;
	f->err = 0;
}

/* The default is on @partition of the disk whose GUID ends in @disk. */
static void put_default(unsigned int disk, unsigned int partition)
{
	char text[TEXT_BYTES];

	(void)snprintf(text, sizeof(text),
		"{'default': 'a', 'loaders': {'a': {'gpt': ("
		"'a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae%02x', '" LAYOUT_PART_GUID
		"')}}}",
		disk, partition);
	put_config(text);
}

static int teardown(void **state)
{
	hive_free(&made);
	memset(&made, 0, sizeof(made));
	return search_teardown(state);
}

static void expect_volume(uint64_t serial, const char *name)
{
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_int_equal(search_found.stack->volume.serial, serial);
	assert_string_equal(search_found.name, name);
	assert_int_equal(search_found.choice, CHOICE_DEFAULT);
	assert_int_equal(
		volume_exists(&search_found.stack->volume, WINDOWS_MARKER), 1);
	assert_true(overlay_is_empty(&search_found.stack->overlay));
	assert_int_equal(search_machine.boot_file_gets, 1);
	windows_close(&search_found);
}

/* --- Several -------------------------------------------------------------- */

static void two_on_one_disk(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_put_volume(e, PLACE(1), search_with_windows, 2);
	search_put_volume(e, PLACE(2), search_without_windows, 3);
	put_default(1, FIRST);
	expect_volume(1, "disk 0, partition 2");
	put_default(1, SECOND);
	expect_volume(2, "disk 0, partition 3");
	assert_int_equal(search_found.windows_volumes, 2);
}

static void two_on_two_disks(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_add_windows_disk(2, 2);
	put_default(1, FIRST);
	expect_volume(1, "disk 0, partition 2");
	put_default(2, FIRST);
	expect_volume(2, "disk 1, partition 2");
	/* The stack of the first disk was dropped, and its reads counted. */
	assert_true(search_found.search.reads > 0);
}

static void mbr_disks(void **state)
{
	char text[TEXT_BYTES];

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		struct emudisk *e = search_add_disk(SEARCH_DISK_BYTES, 512);
		const struct layout_mbr_part parts[4] = {
			{7, PLACE(0) / 512, SEARCH_VOLUME_BYTES / 512}};

		layout_mbr(e, 0, MBR_ID + i, parts);
		search_put_volume(e, PLACE(0), search_with_windows, 1 + i);
	}
	for (uint32_t i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
			"{'default': 'a', 'loaders': {'a': {'mbr': (%u, %u)}}}",
			MBR_ID + i, PLACE(0));
		put_config(text);
		expect_volume(1 + i,
			i ? "disk 1, partition 1" : "disk 0, partition 1");
	}
	/* The right disk, but nothing begins there. */
	(void)snprintf(text, sizeof(text),
		"{'default': 'a', 'loaders': {'a': {'mbr': (%u, %u)}}}", MBR_ID,
		PLACE(0) + 512);
	put_config(text);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_ELSEWHERE);
}

/* Each description leaves two Windows undecided. */
static void nothing_decides(void **state)
{
	static const struct {
		const char *description;
		enum windows_choice choice;
	} all[] = {
		{"{}", CHOICE_UNKNOWN},
		{"{'default': 'a'}", CHOICE_UNKNOWN},
		{"{'default': 'a', 'loaders': {'a': {}}}", CHOICE_UNKNOWN},
		{"{'default': 'a', 'loaders': {'a': {'raw': '00'}}}",
			CHOICE_UNKNOWN},
		/* A memory test, and a "locate" device. */
		{"{'default': 'a', 'loaders': {'a': {'type': 0x10200005}}}",
			CHOICE_UNKNOWN},
		{"{'default': 'a', 'loaders': {'a': {'raw': "
		 "'00000000000000000000000000000000"
		 "08000000000000001000000000000000'}}}",
			CHOICE_UNKNOWN},
		{"{'default': 'a', 'loaders': {'a': {'file': "
		 "('a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae01', "
		 "'b0b1b2b3-b4b5-b6b7-b8b9-babbbcbdbe02')}}}",
			CHOICE_ELSEWHERE},
	};
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_put_volume(e, PLACE(1), search_with_windows, 2);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		put_config(all[i].description);
		assert_int_equal(search_find(), WINDOWS_SEVERAL);
		assert_int_equal(search_found.choice, all[i].choice);
	}
	/* Of another disk, and where there is no Windows. */
	put_default(9, FIRST);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_ELSEWHERE);
	put_default(1, 4);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_ELSEWHERE);
}

static void no_boot_configuration(void **state)
{
	struct fake_file *f = &search_machine.boot_files[BOOT_FILE_BCD];
	static const int errs[] = {
		-ERR_IO, -ERR_AMBIGUOUS, -ERR_TOO_LARGE, -ERR_NO_MEMORY};
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	search_put_volume(e, PLACE(1), search_with_windows, 2);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_NO_CONFIG);
	f->err = -ERR_UNSUPPORTED;
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_NO_CONFIG);
	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		f->err = errs[i];
		assert_int_equal(search_find(), WINDOWS_SEVERAL);
		assert_int_equal(search_found.choice, CHOICE_UNKNOWN);
		assert_int_equal(search_config.err, errs[i]);
	}
	f->err = 0;
	f->bytes = "no hive";
	f->len = 7;
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_UNKNOWN);
	assert_true(search_config.err < 0);
}

/* A disk without a table may be the one that is meant, or not. */
static void one_without_a_place(void **state)
{
	(void)state;
	search_put_volume(search_add_disk(SEARCH_VOLUME_BYTES, 512), 0,
		search_with_windows, 1);
	search_add_windows_disk(1, 2);
	put_default(9, FIRST);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
	assert_int_equal(search_found.choice, CHOICE_UNKNOWN);
	put_default(1, FIRST);
	expect_volume(2, "disk 1, partition 2");
}

static void more_than_can_be_chosen_from(void **state)
{
	(void)state;
	for (unsigned char i = 0; i <= WINDOWS_MAX_VOLUMES; i++)
		search_add_windows_disk(i, 1u + i);
	put_default(0, FIRST);
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
	assert_int_equal(search_found.err, -ERR_TOO_LARGE);
	put_default(WINDOWS_MAX_VOLUMES, FIRST);
	assert_int_equal(search_find(), WINDOWS_SEVERAL);
}

/* --- What it never decides ------------------------------------------------ */

static void copies_stay_ambiguous(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_add_windows_disk(1, 1);
	put_default(1, FIRST);
	assert_int_equal(search_find(), WINDOWS_AMBIGUOUS);
}

static void a_disk_that_cannot_be_read(void **state)
{
	(void)state;
	search_add_windows_disk(1, 1);
	search_add_windows_disk(2, 2);
	search_add_gpt_disk(3)->is_off = true;
	put_default(2, FIRST);
	assert_int_equal(search_find(), WINDOWS_UNREADABLE);
}

static void two_formats_on_another_disk(void **state)
{
	struct emudisk *e;

	(void)state;
	search_add_windows_disk(1, 1);
	search_add_windows_disk(2, 2);
	e = search_add_gpt_disk(3);
	layout_fat16(e, 0, SEARCH_DISK_BYTES, "BOTH");
	put_default(2, FIRST);
	assert_int_equal(search_find(), WINDOWS_TWO_FORMATS);
}

/* --- One ------------------------------------------------------------------ */

/* What starts is the one that is open: what else is locked is not it. */
static void one_beside_a_locked_volume(void **state)
{
	struct emudisk *e = search_add_windows_disk(1, 1);

	(void)state;
	layout_bitlocker(e, PLACE(1));
	put_default(1, FIRST);
	expect_volume(1, "disk 0, partition 2");
	put_default(1, SECOND);
	assert_int_equal(search_find(), WINDOWS_ELSEWHERE);
	assert_int_equal(search_found.choice, CHOICE_ELSEWHERE);
	put_config("{}");
	assert_int_equal(search_find(), WINDOWS_NOT_ALONE);
}

static enum windows_found check_default(void)
{
	observe_boot_config(&search_config, &search_machine.platform);
	return windows_check_default(&search_found, &search_config);
}

/* A PC with one Windows is spared the question until there is a need. */
static void the_only_one(void **state)
{
	struct emudisk *e = search_add_gpt_disk(1);

	(void)state;
	search_put_volume(e, PLACE(1), search_with_windows, 1);
	put_default(1, SECOND);
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_int_equal(search_machine.boot_file_gets, 0);
	assert_int_equal(search_found.choice, CHOICE_NOT_ASKED);
	assert_int_equal(check_default(), WINDOWS_ONE);
	assert_int_equal(search_found.choice, CHOICE_DEFAULT);
	assert_int_equal(check_default(), WINDOWS_ONE);
	assert_int_equal(search_machine.boot_file_gets, 1);
	windows_close(&search_found);
}

static void the_only_one_is_not_started(void **state)
{
	struct emudisk *e = search_add_gpt_disk(1);

	(void)state;
	search_put_volume(e, PLACE(1), search_with_windows, 1);
	put_default(1, FIRST);
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_int_equal(check_default(), WINDOWS_ELSEWHERE);
	assert_int_equal(search_found.choice, CHOICE_ELSEWHERE);
	assert_non_null(search_found.stack);
	windows_close(&search_found);
	/* Nothing that is not known speaks against it. */
	put_config("{'default': 'a'}");
	assert_int_equal(search_find(), WINDOWS_ONE);
	assert_int_equal(check_default(), WINDOWS_ONE);
	assert_int_equal(search_found.choice, CHOICE_UNKNOWN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, search_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_on_one_disk),
		TEST(two_on_two_disks),
		TEST(mbr_disks),
		TEST(nothing_decides),
		TEST(no_boot_configuration),
		TEST(one_without_a_place),
		TEST(more_than_can_be_chosen_from),
		TEST(copies_stay_ambiguous),
		TEST(a_disk_that_cannot_be_read),
		TEST(two_formats_on_another_disk),
		TEST(one_beside_a_locked_volume),
		TEST(the_only_one),
		TEST(the_only_one_is_not_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
