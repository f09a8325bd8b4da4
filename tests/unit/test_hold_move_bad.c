/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds that move a file, where something is in the way: names, entries that
 * lead elsewhere, indexes without room, phases out of order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/hold.h"
#include "quarantine/hold_away.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define AWAY	    "D" RIG_SUFFIX
#define BESIDE	    "../" AWAY "/"
#define ROOT	    5
#define MANY_HELD   60
#define LONG_FOLDER 250
#define LONG_LEAF   "a-name-with-some-room"

#define INDEX_ALLOCATION 0xA0 /* the type of the attribute */

static int phase(enum hold_phase p, const char *name)
{
	return hold_apply_phase(
		&rig_volume.volume, p, HOLD_MOVED, "D", name, RIG_HOLD_ID);
}

static unsigned char *entry(uint64_t folder, const char *name)
{
	return patch_find_entry(
		rig_volume.bytes, rig_volume.size, folder, name);
}

/* The entry means a file that had this record before. */
static void make_older(unsigned char *key)
{
	unsigned char *sequence = key - PATCH_ENTRY_BYTES + 6;

	le16_put(sequence, (uint16_t)(le16_get(sequence) + 1));
}

/* --- Names ---------------------------------------------------------------- */

static void names_that_are_none(void **state)
{
	static const char *const bad[] = {
		"../x/y", "../" AWAY, "../" AWAY "/", "../.held-0000002a/y"};
	struct volume *v = &rig_volume.volume;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(hold_undo(v, "D", bad[i]), -ERR_UNSUPPORTED);
		assert_int_equal(
			hold_verify(v, "D", bad[i], "none"), -ERR_UNSUPPORTED);
		assert_int_equal(hold_verify(v, "D", RIG_CHANNEL, bad[i]),
			-ERR_UNSUPPORTED);
	}
}

static void folders_that_are_too_long(void **state)
{
	static char folder[HOLD_AWAY_PATH_BYTES];
	struct hold_away a;

	(void)state;
	/* The name beside would have more characters than a name can have. */
	memset(folder, 'x', LONG_FOLDER);
	assert_int_equal(hold_away_open(folder, 1, &a), -ERR_TOO_LARGE);
	assert_int_equal(hold_undo(&rig_volume.volume, folder, BESIDE "a.sys"),
		-ERR_TOO_LARGE);
	/* And the path, more than there is room for. */
	for (size_t i = 0; i < sizeof(folder) - 1; i++)
		folder[i] = i % 2 ? '/' : 'x';
	assert_int_equal(hold_away_open(folder, 1, &a), -ERR_TOO_LARGE);
	folder[sizeof(folder) - 1 - HOLD_SUFFIX_CHARS] = '\0';
	assert_int_equal(hold_away_open(folder, 1, &a),
		(sizeof(folder) - 1 - HOLD_SUFFIX_CHARS) % 2
			? 0
			: -ERR_UNSUPPORTED);
}

static void how_a_rule_is_held(void **state)
{
	struct rule r = {.unit = RULE_UNIT_FILE};

	(void)state;
	assert_int_equal(hold_style_of(&r), HOLD_FILE);
	r.hold = RULE_HOLD_MOVE;
	assert_int_equal(hold_style_of(&r), HOLD_MOVED);
	r.unit = RULE_UNIT_GENERATION;
	assert_int_equal(hold_style_of(&r), HOLD_FOLDER);
}

/* --- What it would move --------------------------------------------------- */

static void refused(void **state)
{
	uint64_t place;

	(void)state;
	/* A file where the folder should be. */
	rig_open("file /D text x\nfile /E/a.sys text a\n");
	assert_int_equal(rig_try_move("D", "a.sys"), -ERR_NOT_FOUND);
	/* Its record is another file's. */
	mounted_unmount(&rig_volume);
	make_older(entry(peek_record_of(rig_volume.bytes, rig_volume.size, "E"),
		"a.sys"));
	mounted_mount(&rig_volume);
	assert_int_equal(rig_try_move("E", "a.sys"), -ERR_CORRUPT);
	/* A reparse point. */
	rig_open("file /E/a.sys text a\n");
	place = peek_attribute_place(rig_volume.bytes, rig_volume.size,
		rig_record_of("E/a.sys"), 0x10);
	mounted_unmount(&rig_volume);
	rig_volume.bytes[place + 24 + 0x21] |= 0x04;
	mounted_mount(&rig_volume);
	assert_int_equal(rig_try_move("E", "a.sys"), -ERR_UNSUPPORTED);
}

/* The record knows a short name that the folder does not show. */
static void a_short_name_that_is_not_listed(void **state)
{
	(void)state;
	rig_open("file /D/b-long.sys text b\ndosname /D/b-long.sys B~1.SYS\n"
		 "file /D/a.sys text a\n");
	mounted_unmount(&rig_volume);
	patch_rename(
		entry(peek_record_of(rig_volume.bytes, rig_volume.size, "D"),
			"B~1.SYS"),
		"B~0.SYS");
	mounted_mount(&rig_volume);
	assert_int_equal(hold_apply(&rig_volume.volume, HOLD_MOVED, "D",
				 "b-long.sys", RIG_HOLD_ID),
		0);
	assert_int_equal(volume_exists(&rig_volume.volume, AWAY "/B~1.SYS"), 1);
	assert_int_equal(volume_exists(&rig_volume.volume, "D/b-long.sys"), 0);
}

/* --- Phases --------------------------------------------------------------- */

static void phases_out_of_order(void **state)
{
	struct volume *v = &rig_volume.volume;

	(void)state;
	assert_int_equal(phase(HOLD_ENTER, RIG_CHANNEL), -ERR_NOT_FOUND);
	assert_int_equal(phase(HOLD_MAKE, RIG_CHANNEL), 0);
	/* In the old folder it stays for as long as it is in no new one. */
	assert_int_equal(phase(HOLD_CHANGE, RIG_CHANNEL), -ERR_NOT_FOUND);
	assert_int_equal(volume_exists(v, "D/" RIG_CHANNEL), 1);
	/* Made twice; tidied twice. */
	assert_int_equal(phase(HOLD_MAKE, RIG_CHANNEL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			hold_undo_phase(v, HOLD_TIDY, "D", BESIDE RIG_CHANNEL),
			0);
		assert_int_equal(volume_exists(v, AWAY), 0);
	}
}

/* Gone from its folder; a new file there has its short name by now. */
static void a_short_name_of_another_file(void **state)
{
	struct volume *v = &rig_volume.volume;

	(void)state;
	rig_open("file /D/b-new.sys text new\ndosname /D/b-new.sys B~1.SYS\n"
		 "file /" AWAY "/b-old.sys text old\n"
		 "dosname /" AWAY "/b-old.sys B~1.SYS\n");
	assert_int_equal(phase(HOLD_CHANGE, "b-old.sys"), 0);
	assert_int_equal(volume_exists(v, "D/B~1.SYS"), 1);
	assert_int_equal(volume_exists(v, AWAY "/B~1.SYS"), 1);
}

/* --- The folder beside ---------------------------------------------------- */

/* Its record is another file's by now: it is made anew. */
static void an_entry_that_is_outdated(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text a\ndir /" AWAY "\n");
	mounted_unmount(&rig_volume);
	make_older(entry(ROOT, AWAY));
	mounted_mount(&rig_volume);
	rig_hold("D", "a.sys");
	/* All that may fail while it is replaced. */
	rig_open("file /D/a.sys text a\ndir /" AWAY "\n");
	mounted_unmount(&rig_volume);
	make_older(entry(ROOT, AWAY));
	mounted_mount(&rig_volume);
	rig_fail_each("a.sys", false);
}

/* In other letters, and leading nowhere: what would be taken out is not it. */
static void an_entry_in_other_letters(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text a\ndir /" AWAY "\n");
	mounted_unmount(&rig_volume);
	make_older(entry(ROOT, AWAY));
	patch_rename(entry(ROOT, AWAY), "d.HELD-0000002a");
	mounted_mount(&rig_volume);
	assert_int_equal(rig_try_move("D", "a.sys"), -ERR_CORRUPT);
	/* Where it leads to a folder it will do, but is not removed. */
	rig_open("file /D/a.sys text a\ndir /" AWAY "\n");
	mounted_unmount(&rig_volume);
	patch_rename(entry(ROOT, AWAY), "d.HELD-0000002a");
	mounted_mount(&rig_volume);
	assert_int_equal(hold_undo_phase(&rig_volume.volume, HOLD_TIDY, "D",
				 BESIDE "a.sys"),
		-ERR_CORRUPT);
}

/*
 * Behind the one that leads nowhere there is another one of that name: no sound
 * index has both.
 */
static void two_entries_of_its_name(void **state)
{
	(void)state;
	rig_open("file /D/a.sys text a\ndir /CCCCCCCCCCCCCCCCCCCCCCCC\ndir "
		 "/" AWAY "\n"
		 "dir /D.held-0000003a\n");
	mounted_unmount(&rig_volume);
	make_older(entry(ROOT, AWAY));
	make_older(entry(ROOT, "D.held-0000003a"));
	patch_rename(entry(ROOT, "D.held-0000003a"), AWAY);
	mounted_mount(&rig_volume);
	assert_int_equal(rig_try_move("D", "a.sys"), -ERR_CORRUPT);
}

/* Do the names of the folder P lie in its own record? */
static bool parent_is_small(void)
{
	return !peek_attribute_place(rig_volume.bytes, rig_volume.size,
		rig_record_of("P"), INDEX_ALLOCATION);
}

/* A small folder keeps its names in its own record, which may be full. */
static void a_parent_with_few_names(void **state)
{
	char manifest[600];
	unsigned int full = 0, made = 0;

	(void)state;
	for (int len = 1; len < 120; len += 4) {
		bool was_small;
		int err;

		snprintf(manifest, sizeof(manifest),
			"file /P/" LONG_LEAF "/a.sys text a\n"
			"file /P/%0*d text x\n",
			len, 1);
		rig_open(manifest);
		was_small = parent_is_small();
		err = hold_apply(&rig_volume.volume, HOLD_MOVED, "P/" LONG_LEAF,
			"a.sys", RIG_HOLD_ID);
		full += err == -ERR_NO_SPACE;
		made += err == 0 && was_small;
		assert_true(err == 0 || err == -ERR_NO_SPACE);
		if (err < 0)
			continue;
		mounted_keep(&rig_volume);
		assert_int_equal(parent_is_small(), was_small);
		rig_expect_sound();
	}
	assert_true(full > 0);
	assert_true(made > 0);
}

/* Clusters larger than a block of an index: that counts in sectors. */
static void large_clusters(void **state)
{
	const struct image_plan plan = {.cluster_bytes = 65536,
		.size_bytes = 64u << 20,
		.manifest = "file /D/a.sys text a\n"};

	(void)state;
	mounted_close(&rig_volume);
	mounted_open(&rig_volume, &plan);
	rig_hold("D", "a.sys");
	rig_expect_sound();
	rig_undo("D", "a.sys");
	rig_expect_sound();
	assert_int_equal(volume_exists(&rig_volume.volume, AWAY), 0);
}

static int tidy(void)
{
	return hold_undo_phase(
		&rig_volume.volume, HOLD_TIDY, "D", BESIDE "a.sys");
}

static void forget(void)
{
	(void)volume_close(&rig_volume.volume);
	overlay_close(&rig_volume.overlay);
	mounted_mount(&rig_volume);
}

/* An index that had grown gives its clusters back, or nothing is done. */
static void removing_fails(void **state)
{
	bool was_hit = true;
	uint64_t reads;
	char text[8192] = "dir /D\n";
	char name[32];

	(void)state;
	for (int i = 0; i < MANY_HELD; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"file /" AWAY "/%02d.sys text x\n", i);
	rig_open(text);
	for (int i = 0; i < MANY_HELD; i++) {
		snprintf(name, sizeof(name), BESIDE "%02d.sys", i);
		for (enum hold_phase p = HOLD_MAKE; p < HOLD_TIDY; p++)
			assert_int_equal(hold_undo_phase(&rig_volume.volume, p,
						 "D", name),
				0);
	}
	mounted_keep(&rig_volume);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = tidy();
		was_hit = failalloc_disarm();
		assert_true(was_hit || err == 0);
		forget();
	}
	emudisk_reset(&rig_volume.disk);
	assert_int_equal(tidy(), 0);
	reads = rig_volume.disk.counts.reads;
	forget();
	for (uint64_t n = 1; n <= reads; n++) {
		emudisk_reset(&rig_volume.disk);
		emudisk_plan_fault(
			&rig_volume.disk, EMUDISK_READ, EMUDISK_FAIL, n, true);
		assert_int_equal(tidy(), -ERR_IO);
		emudisk_reset(&rig_volume.disk);
		forget();
	}
	assert_int_equal(tidy(), 0);
	mounted_keep(&rig_volume);
	rig_expect_sound();
	assert_int_equal(volume_exists(&rig_volume.volume, AWAY), 0);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, rig_setup_moving, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_that_are_none),
		TEST(folders_that_are_too_long),
		cmocka_unit_test(how_a_rule_is_held),
		TEST(refused),
		TEST(a_short_name_that_is_not_listed),
		TEST(phases_out_of_order),
		TEST(a_short_name_of_another_file),
		TEST(an_entry_that_is_outdated),
		TEST(an_entry_in_other_letters),
		TEST(two_entries_of_its_name),
		TEST(a_parent_with_few_names),
		TEST(large_clusters),
		TEST(removing_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
