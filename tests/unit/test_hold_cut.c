/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds and undos that were cut short: half of them is on the disk already.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/delivery.h"
#include "quarantine/file_names.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

/* --- Cut short ------------------------------------------------------------ */

static void hold_converges(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++)
		rig_converge(rig_names[i], false);
}

static void undo_converges(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++)
		rig_converge(rig_names[i], true);
}

/* A hold that was cut short is undone, in both directions. */
static void half_a_hold_is_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++) {
		char path[DELIVERY_NAME_BYTES];
		char *before = rig_describe();
		unsigned char *from, *to;
		uint64_t number;

		snprintf(path, sizeof(path), "D/%s", rig_names[i]);
		number = rig_record_of(path);
		from = rig_snapshot();
		rig_hold("D", rig_names[i]);
		to = rig_snapshot();
		rig_mix(to, from, number);
		rig_undo("D", rig_names[i]);
		rig_expect(before, rig_names[i]);
		free(before);
		free(from);
		free(to);
	}
}

/* Done twice is done once. */
static void hold_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++) {
		char *once;

		rig_hold("D", rig_names[i]);
		once = rig_describe();
		rig_hold("D", rig_names[i]);
		rig_expect(once, rig_names[i]);
		free(once);
	}
}

/* --- Short names, when an undo is cut short ------------------------------- */

#define OLDER "older.sys.held-00000001"

static void delete (const char *name)
{
	struct volume *v = &rig_volume.volume;
	ntfschar *units = NULL;
	ntfs_inode *dir, *ni;
	char path[600];
	int len = ntfs_mbstoucs(name, &units);

	assert_true(len > 0);
	snprintf(path, sizeof(path), "D/%s", name);
	assert_int_equal(ntfs_inode_open_path(v, "D", &dir), 0);
	assert_int_equal(ntfs_inode_open_path(v, path, &ni), 0);
	/* Closes both. */
	assert_int_equal(
		ntfs_delete(v->ntfs, NULL, ni, dir, units, (u8)len), 0);
	free(units);
	mounted_keep(&rig_volume);
}

/* The first variant belongs to an older hold, or to nobody any more. */
static void half_an_undo_finds_its_variant(void **state)
{
	(void)state;
	for (int is_gone = 0; is_gone < 2; is_gone++) {
		rig_open(RIG_MANIFEST "file /D/" OLDER " text o\n"
				      "dosname /D/" OLDER " C-0000~1.HLD\n");
		rig_hold("D", RIG_CHANNEL);
		assert_int_equal(
			volume_exists(&rig_volume.volume, "D/C-0000~1.HL1"), 1);
		if (is_gone)
			delete (OLDER);
		rig_undo_half(RIG_CHANNEL);
		rig_undo("D", RIG_CHANNEL);
		rig_expect_sound();
		assert_int_equal(rig_record_of("D/C-0000~1.SYS"),
			rig_record_of("D/" RIG_CHANNEL));
		assert_int_equal(volume_exists(&rig_volume.volume, "D/" OLDER),
			!is_gone);
	}
}

/* In the index the short name is back already, the long one is not. */
static void only_the_long_entry_is_left(void **state)
{
	struct volume *v = &rig_volume.volume;
	char *before = rig_describe();
	struct file_names names;
	union file_name held;
	ntfs_inode *dir, *ni;

	(void)state;
	rig_hold("D", RIG_CHANNEL);
	assert_int_equal(ntfs_inode_open_path(v, "D", &dir), 0);
	assert_int_equal(
		ntfs_inode_open_path(v, "D/" RIG_CHANNEL RIG_SUFFIX, &ni), 0);
	assert_int_equal(file_names_read(v, ni, dir, &names), 0);
	held = names.short_name;
	assert_int_equal(ntfs_inode_shut(v, ni, 0), 0);
	assert_int_equal(ntfs_inode_shut(v, dir, 0), 0);
	rig_undo_half(RIG_CHANNEL);
	assert_int_equal(ntfs_inode_open_path(v, "D", &dir), 0);
	assert_int_equal(
		ntfs_inode_open_path(v, "D/" RIG_CHANNEL RIG_SUFFIX, &ni), 0);
	assert_int_equal(file_names_read(v, ni, dir, &names), 0);
	assert_int_equal(
		file_name_replace(v, dir, ni, &held, &names.short_name), 0);
	assert_int_equal(ntfs_inode_shut(v, ni, 0), 0);
	assert_int_equal(ntfs_inode_shut(v, dir, 0), 0);
	mounted_keep(&rig_volume);
	rig_undo("D", RIG_CHANNEL);
	rig_expect(before, "only the long entry");
	free(before);
}

/* Not of our making: it stays, cut short or not. */
static void a_short_name_from_windows_stays(void **state)
{
	(void)state;
	for (int is_cut = 0; is_cut < 2; is_cut++) {
		rig_open(
			"file /D/" RIG_CHANNEL RIG_SUFFIX " text x\n"
			"dosname /D/" RIG_CHANNEL RIG_SUFFIX " C-0000~1.DAT\n");
		if (is_cut)
			rig_undo_half(RIG_CHANNEL);
		rig_undo("D", RIG_CHANNEL);
		rig_expect_sound();
		assert_int_equal(rig_record_of("D/C-0000~1.DAT"),
			rig_record_of("D/" RIG_CHANNEL));
	}
}

static void half_an_undo_of_a_spoiled_entry(void **state)
{
	unsigned char *key;

	(void)state;
	rig_hold("D", RIG_CHANNEL);
	rig_undo_half(RIG_CHANNEL);
	mounted_unmount(&rig_volume);
	key = patch_find_entry(rig_volume.bytes, rig_volume.size,
		peek_record_of(rig_volume.bytes, rig_volume.size, "D"),
		"C-0000~1.HLD");
	le16_put(key - PATCH_ENTRY_BYTES + PATCH_ENTRY_KEY_LENGTH, 20);
	mounted_mount(&rig_volume);
	assert_int_equal(
		hold_undo(&rig_volume.volume, "D", RIG_CHANNEL RIG_SUFFIX),
		-ERR_CORRUPT);
}

/* --- Failures ------------------------------------------------------------- */

static void failures(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++) {
		rig_fail_each(rig_names[i], false);
		rig_fail_each(rig_names[i], true);
	}
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hold_converges),
		TEST(undo_converges),
		TEST(half_a_hold_is_undone),
		TEST(hold_twice_changes_nothing),
		TEST(half_an_undo_finds_its_variant),
		TEST(only_the_long_entry_is_left),
		TEST(a_short_name_from_windows_stays),
		TEST(half_an_undo_of_a_spoiled_entry),
		TEST(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
