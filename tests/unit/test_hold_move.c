/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds that move a file out of its folder, on real NTFS volumes: listing, hold
 * and undo.  The power cut: test_hold_move_cut.c.
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
#include "quarantine/hold.h"
#include "storage/err.h"
#include "tests/support/list_rig.h"
#include "tests/support/ntfs_peek.h"

#define AWAY   "D" RIG_SUFFIX
#define BESIDE "../" AWAY "/"

static void read_list(const struct rule *r)
{
	assert_int_equal(list_rig_read(r, 1), 0);
}

/* --- Names ---------------------------------------------------------------- */

static void names(void **state)
{
	char buf[HOLD_NAME_BYTES];
	const char *original;
	uint32_t id;

	(void)state;
	assert_int_equal(
		hold_moved_name("A/B c", "x.sys", 0x2a, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "../B c.held-0000002a/x.sys");
	assert_true(hold_is_moved(buf));
	assert_int_equal(hold_parse_any(buf, &id, &original), 5);
	assert_string_equal(original, "x.sys");
	assert_int_equal(id, 0x2a);
	assert_int_equal(hold_parse_any("x.held-0000002b", &id, &original), 1);
	assert_int_equal(id, 0x2b);
	for (size_t cap = 0; cap <= strlen("../B c.held-0000002a/x.sys"); cap++)
		assert_int_equal(
			hold_moved_name("A/B c", "x.sys", 0x2a, buf, cap),
			-ERR_TOO_LARGE);
	assert_int_equal(hold_parse_any("../x.held-0000002a", &id, NULL), 0);
	assert_int_equal(hold_parse_any("../x/y", &id, NULL), 0);
	assert_int_equal(hold_parse_any("../x.held-0000002a/", &id, NULL), 0);
	assert_int_equal(hold_parse_any("..", &id, NULL), 0);
}

static void paths(void **state)
{
	static const struct {
		const char *folder, *name, *path;
	} all[] = {
		{"A/B c", "x.sys", "A/B c/x.sys"},
		{"", "x.sys", "x.sys"},
		{"A/B c", "../B c.held-0000002a/x.sys",
			"A/B c.held-0000002a/x.sys"},
		{"D", "../D.held-0000002a/x.sys", "D.held-0000002a/x.sys"},
	};
	char buf[40];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		hold_path(all[i].folder, all[i].name, buf, sizeof(buf));
		assert_string_equal(buf, all[i].path);
		hold_path(all[i].folder, all[i].name, buf, 4);
		assert_int_equal(strlen(buf), 3);
	}
}

/* --- There and back ------------------------------------------------------- */

static void there_and_back(void **state)
{
	char *before = rig_describe();
	uint64_t records[RIG_NAMES];
	char path[2 * DELIVERY_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++) {
		snprintf(path, sizeof(path), "D/%s", rig_names[i]);
		records[i] = rig_record_of(path);
		rig_hold("D", rig_names[i]);
		rig_expect_sound();
		assert_int_equal(volume_exists(&rig_volume.volume, path), 0);
		snprintf(path, sizeof(path), AWAY "/%s", rig_names[i]);
		assert_int_equal(rig_record_of(path), records[i]);
	}
	/* The short name went along. */
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.SYS"), 0);
	assert_int_equal(rig_record_of(AWAY "/C-0000~1.SYS"), records[0]);
	for (size_t i = 0; i < RIG_NAMES; i++) {
		assert_int_equal(volume_exists(&rig_volume.volume, AWAY), 1);
		rig_undo("D", rig_names[i]);
		rig_expect_sound();
	}
	/* The folder is gone with its last file. */
	assert_int_equal(volume_exists(&rig_volume.volume, AWAY), 0);
	for (size_t i = 0; i < RIG_NAMES; i++) {
		snprintf(path, sizeof(path), "D/%s", rig_names[i]);
		assert_int_equal(rig_record_of(path), records[i]);
	}
	free(before);
}

/* What a hold leaves alone: every byte of the file's record but parents. */
static void only_the_parent_changes(void **state)
{
	uint64_t number = rig_record_of("D/" RIG_CHANNEL);
	uint64_t place =
		peek_record_place(rig_volume.bytes, rig_volume.size, number);
	unsigned char *before = rig_snapshot();
	unsigned int changed = 0;

	(void)state;
	rig_hold("D", RIG_CHANNEL);
	for (size_t i = 0; i < 1024; i++)
		changed += before[place + i] != rig_volume.bytes[place + i];
	/* Two references, and the update sequence number. */
	assert_in_range(changed, 1, 2 * 8 + 2 + 4);
	rig_undo("D", RIG_CHANNEL);
	for (size_t i = 0; i < 1024; i++)
		if (before[place + i] != rig_volume.bytes[place + i])
			/* The update sequence: at 48, and at the sectors' ends
			 */
			assert_true((i >= 48 && i < 54) || i % 512 >= 510);
	free(before);
}

/* --- Listing -------------------------------------------------------------- */

static void moved_files_are_listed(void **state)
{
	(void)state;
	read_list(&moving);
	assert_int_equal(list.delivery_count, 8);
	rig_hold("D", RIG_CHANNEL);
	rig_hold("D", "csagent.sys");
	read_list(&moving);
	assert_int_equal(list.delivery_count, 6);
	assert_int_equal(list.held_count, 2);
	assert_string_equal(list.held[0].name, BESIDE RIG_CHANNEL);
	assert_int_equal(list.held[0].hold_id, RIG_HOLD_ID);
	assert_ptr_equal(list.held[0].rule, &moving);
	assert_string_equal(list.held[1].name, BESIDE "csagent.sys");
	rig_undo("D", RIG_CHANNEL);
	rig_undo("D", "csagent.sys");
	read_list(&moving);
	assert_int_equal(list.delivery_count, 8);
	assert_int_equal(list.held_count, 0);
}

/* Files of that name, folders of others, files that no rule means. */
static void what_else_lies_beside(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text a\nfile /D.held-00000001 text x\n"
		 "file /D.held-00000002/b.sys text b\n"
		 "file /D.held-00000002/b.txt text no\n"
		 "file /D.held-00000002/c.sys.held-00000002 text no\n"
		 "dir /D.held-00000002/folder.sys\n"
		 "dir /D.held-00000003\nfile /E.held-00000004/d.sys text d\n"
		 "file /D/e.sys.held-00000005 text e\n");
	read_list(&moving);
	assert_int_equal(list.delivery_count, 1);
	assert_int_equal(list.held_count, 2);
	assert_string_equal(list.held[0].name, "e.sys.held-00000005");
	assert_string_equal(list.held[1].name, "../D.held-00000002/b.sys");
}

/* --- Refused -------------------------------------------------------------- */

static void refused(void **state)
{
	char manifest[8000] = "file /D/a.sys text a\nfile /" AWAY " text x\n";
	char name[300];
	size_t n;

	(void)state;
	rig_open(manifest);
	assert_int_equal(rig_try_move("D", "a.sys"), -ERR_EXISTS);
	rig_open("file /D/a.sys text a\ndir /D/b.sys\nfile /c.sys text c\n"
		 "dir /E\n");
	assert_int_equal(rig_try_move("D", "b.sys"), -ERR_UNSUPPORTED);
	assert_int_equal(rig_try_move("D", "none.sys"), -ERR_NOT_FOUND);
	assert_int_equal(rig_try_move("none", "a.sys"), -ERR_NOT_FOUND);
	assert_int_equal(rig_try_move("", "c.sys"), -ERR_UNSUPPORTED);
	rig_link("D/a.sys", "E", "second.sys");
	assert_int_equal(rig_try_move("D", "a.sys"), -ERR_UNSUPPORTED);
	/* Another folder's index is not made to grow. */
	n = 0;
	for (int i = 0; i < 12; i++)
		n += (size_t)sprintf(manifest + n,
			"file /P/%c%060d.dat text x\n", 'a' + i, i);
	sprintf(manifest + n, "file /P/D/a.sys text a\n");
	for (int more = 0; more < 40; more++) {
		int err;

		sprintf(name, "file /P/z%0*d text x\n", more % 50 + 1, more);
		strcat(manifest, name);
		rig_open(manifest);
		err = rig_try_move("P/D", "a.sys");
		if (err == -ERR_NO_SPACE)
			return;
		assert_int_equal(err, 0);
	}
	fail_msg("no index was ever full");
}

/* A new file of that name, or with that short name, has come since. */
static void a_new_file_is_not_replaced(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text new\nfile /" AWAY "/a.sys text old\n"
		 "file /D/b-new.sys text new\ndosname /D/b-new.sys B~1.SYS\n"
		 "file /" AWAY "/b-old.sys text old\n"
		 "dosname /" AWAY "/b-old.sys B~1.SYS\n");
	assert_int_equal(hold_undo(&rig_volume.volume, "D", BESIDE "a.sys"),
		-ERR_EXISTS);
	assert_true(overlay_is_empty(&rig_volume.overlay));
	assert_int_equal(hold_undo(&rig_volume.volume, "D", BESIDE "b-old.sys"),
		-ERR_EXISTS);
	/* Not in by its long name, either. */
	assert_int_equal(volume_exists(&rig_volume.volume, "D/b-old.sys"), 0);
	assert_int_equal(volume_close(&rig_volume.volume), 0);
	assert_true(overlay_is_empty(&rig_volume.overlay));
	assert_int_equal(
		volume_open(&rig_volume.volume, &rig_volume.overlay.disk), 0);
}

static void failures(void **state)
{
	(void)state;
	rig_fail_each(RIG_CHANNEL, false);
	rig_fail_each(RIG_CHANNEL, true);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test, rig_setup_moving, list_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(paths),
		TEST(there_and_back),
		TEST(only_the_parent_changes),
		TEST(moved_files_are_listed),
		TEST(what_else_lies_beside),
		TEST(refused),
		TEST(a_new_file_is_not_replaced),
		TEST(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
