/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is not held, and short names that somebody else has already.
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
#include "storage/ntfs_inode.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define TYPE_STANDARD 0x10

/* --- Refusing ------------------------------------------------------------- */

/* Nothing must have changed, not even in memory. */
static void refuse(const char *folder, const char *name, int expected)
{
	int err = hold_apply(
		&rig_volume.volume, HOLD_FILE, folder, name, RIG_HOLD_ID);

	if (err != expected)
		fail_msg("%s/%s: %d", folder, name, err);
	assert_int_equal(volume_close(&rig_volume.volume), 0);
	assert_true(overlay_is_empty(&rig_volume.overlay));
	assert_int_equal(
		volume_open(&rig_volume.volume, &rig_volume.overlay.disk), 0);
}

static void refuses_what_is_no_delivered_file(void **state)
{
	(void)state;
	refuse("D", "none.sys", -ERR_NOT_FOUND);
	refuse("None", RIG_CHANNEL, -ERR_NOT_FOUND);
	refuse("D/" RIG_CHANNEL, "x.sys", -ERR_NOT_FOUND);
	refuse("D", "folder.sys", -ERR_UNSUPPORTED);
	refuse("", "D", -ERR_UNSUPPORTED);
	refuse("", "$MFT", -ERR_UNSUPPORTED);
	refuse("", "$Volume", -ERR_UNSUPPORTED);
	refuse("", ".", -ERR_UNSUPPORTED);
	refuse("D", RIG_CHANNEL RIG_SUFFIX, -ERR_UNSUPPORTED);
	refuse("D", "", -ERR_NOT_FOUND);
	assert_int_equal(hold_undo(&rig_volume.volume, "D", RIG_CHANNEL),
		-ERR_UNSUPPORTED);
	assert_int_equal(
		hold_undo(&rig_volume.volume, "D", RIG_CHANNEL RIG_SUFFIX),
		-ERR_NOT_FOUND);
	assert_int_equal(hold_undo(&rig_volume.volume, "D", RIG_SUFFIX),
		-ERR_UNSUPPORTED);
}

static void refuses_hard_links(void **state)
{
	(void)state;
	rig_link("D/posix-name.sys", "D", "second.sys");
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
	refuse("D", "second.sys", -ERR_UNSUPPORTED);
}

/* Two names of one kind, whatever kind they say they are. */
static void refuses_two_short_names(void **state)
{
	static const char *const links[] = {"posix-name.sys", "second.sys"};
	uint64_t number = rig_record_of("D/posix-name.sys");

	(void)state;
	rig_link("D/posix-name.sys", "D", "second.sys");
	mounted_unmount(&rig_volume);
	for (size_t i = 0; i < 2; i++)
		patch_find_name(rig_volume.bytes, rig_volume.size, number,
			links[i])[PATCH_NAMESPACE] = PATCH_DOS;
	mounted_mount(&rig_volume);
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
}

static void refuses_links_from_elsewhere(void **state)
{
	(void)state;
	rig_link("D/posix-name.sys", "", "posix-name.sys");
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
	refuse("", "posix-name.sys", -ERR_UNSUPPORTED);
}

static void refuses_reparse_points(void **state)
{
	uint64_t number = rig_record_of("D/posix-name.sys");
	uint64_t place = peek_attribute_place(
		rig_volume.bytes, rig_volume.size, number, TYPE_STANDARD);

	(void)state;
	mounted_unmount(&rig_volume);
	rig_volume.bytes[place + 24 + 0x21] |= 0x04;
	mounted_mount(&rig_volume);
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
}

static void refuses_where_the_target_exists(void **state)
{
	(void)state;
	rig_open(RIG_MANIFEST "file /D/" RIG_CHANNEL RIG_SUFFIX " text old\n");
	assert_int_equal(hold_apply(&rig_volume.volume, HOLD_FILE, "D",
				 RIG_CHANNEL, RIG_HOLD_ID),
		-ERR_EXISTS);
	/* And the other way round: a new file of that name came. */
	assert_int_equal(
		hold_undo(&rig_volume.volume, "D", RIG_CHANNEL RIG_SUFFIX),
		-ERR_EXISTS);
}

/* --- Short names that others have ----------------------------------------- */

/* An earlier hold still has the short name that this one would get. */
static void held_short_name_is_taken(void **state)
{
	char *before, *after;

	(void)state;
	rig_open(RIG_MANIFEST "file /D/older.sys.held-00000001 text o\n"
			      "dosname /D/older.sys.held-00000001 "
			      "C-0000~1.HLD\n");
	before = rig_describe();
	rig_hold("D", RIG_CHANNEL);
	rig_expect_sound();
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.SYS"), 0);
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.HL1"), 1);
	assert_int_equal(rig_record_of("D/C-0000~1.HL1"),
		rig_record_of("D/" RIG_CHANNEL RIG_SUFFIX));
	rig_undo("D", RIG_CHANNEL);
	after = rig_describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* Windows has given the freed short name to the next delivery. */
static void original_short_name_is_taken(void **state)
{
	(void)state;
	rig_open("dir /D\n"
		 "file /D/" RIG_CHANNEL RIG_SUFFIX " text bad\n"
		 "dosname /D/" RIG_CHANNEL RIG_SUFFIX " C-0000~1.HLD\n"
		 "file /D/C-00000291-00000000-00000033.sys text n\n"
		 "dosname /D/C-00000291-00000000-00000033.sys "
		 "C-0000~1.SYS\n");
	rig_undo("D", RIG_CHANNEL);
	rig_expect_sound();
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/" RIG_CHANNEL), 1);
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.HLD"), 1);
	assert_int_equal(rig_record_of("D/C-0000~1.SYS"),
		rig_record_of("D/C-00000291-00000000-00000033.sys"));
	/* It can be held again. */
	rig_hold("D", RIG_CHANNEL);
	rig_expect_sound();
	rig_undo("D", RIG_CHANNEL);
}

/* Undone it would be C-0000~1.SYS, and that is another file's name perhaps. */
static void short_name_that_could_not_come_back(void **state)
{
	(void)state;
	rig_open("file /D/" RIG_CHANNEL " text x\n"
		 "dosname /D/" RIG_CHANNEL " C-0000~1.DAT\n");
	refuse("D", RIG_CHANNEL, -ERR_UNSUPPORTED);
}

static void every_held_short_name_is_taken(void **state)
{
	static const char variants[] = "D123456789";
	char manifest[4000] = RIG_MANIFEST;

	(void)state;
	for (size_t i = 0; variants[i]; i++)
		snprintf(manifest + strlen(manifest),
			sizeof(manifest) - strlen(manifest),
			"file /D/older-%d.sys.held-00000001 text o\n"
			"dosname /D/older-%d.sys.held-00000001 "
			"C-0000~1.HL%c\n",
			(int)i, (int)i, variants[i]);
	rig_open(manifest);
	refuse("D", RIG_CHANNEL, -ERR_EXISTS);
}

/* --- No room -------------------------------------------------------------- */

/*
 * The name grows by the addition, and one that was its own short name becomes
 * two: all of that has to fit into the file's record, or nothing happens.
 */
static void what_does_not_fit_is_refused(void **state)
{
	static const char *const kinds[] = {"", "dosname /D/n.sys n.sys\n"};
	char manifest[400];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned int held = 0, refused = 0;

		for (int bytes = 560; bytes <= 760; bytes += 8) {
			int err;

			snprintf(manifest, sizeof(manifest),
				"file /D/n.sys repeat x %d\n%s", bytes,
				kinds[i]);
			rig_open(manifest);
			err = hold_apply(&rig_volume.volume, HOLD_FILE, "D",
				"n.sys", RIG_HOLD_ID);
			assert_true(err == 0 || err == -ERR_NO_SPACE);
			if (err < 0) {
				refused++;
				continue;
			}
			held++;
			mounted_keep(&rig_volume);
			rig_expect_sound();
			rig_undo("D", "n.sys");
			rig_expect_sound();
		}
		assert_true(held > 0 && refused > 0);
	}
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_what_is_no_delivered_file),
		TEST(refuses_hard_links),
		TEST(refuses_two_short_names),
		TEST(refuses_links_from_elsewhere),
		TEST(refuses_reparse_points),
		TEST(refuses_where_the_target_exists),
		TEST(held_short_name_is_taken),
		TEST(original_short_name_is_taken),
		TEST(short_name_that_could_not_come_back),
		TEST(every_held_short_name_is_taken),
		TEST(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
