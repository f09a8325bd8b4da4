/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generation folders as units: listing, what is left alone, hold and undo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/generation.h"
#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/failalloc.h"
#include "tests/support/list_rig.h"
#include "tests/support/ntfs_peek.h"

#define OLD "{0A}"
#define NEW "{0B}"

/* FILETIME */
#define EARLY 133650000000000000ull
#define HOUR  36000000000ull

static const struct rule rule = {
	.vendor = "Vendor",
	.folder = "d",
	.unit = RULE_UNIT_GENERATION,
	.patterns = {"{*}"},
	.pattern_count = 1,
	.never = {"engine.dll"},
	.never_count = 1,
	.drivers = {"vendor.sys"},
	.driver_count = 1,
};

/* The names of the candidates, of those left alone and of those on hold. */
static void expect(
	const char *deliveries, const char *left_alone, const char *held)
{
	char all[3][1024] = {"", "", ""};

	for (size_t i = 0; i < list.delivery_count; i++) {
		assert_int_equal(list.deliveries[i].left, DELIVERY_NOT_LEFT);
		strcat(strcat(all[0], list.deliveries[i].name), " ");
	}
	for (size_t i = 0; i < left.delivery_count; i++) {
		const struct delivery *d = &left.deliveries[i];

		strcat(strcat(all[1], d->name),
			d->left == DELIVERY_LEFT_LAST ? ":last " : ":barred ");
	}
	for (size_t i = 0; i < list.held_count; i++)
		strcat(strcat(all[2], list.held[i].name), " ");
	assert_string_equal(all[0], deliveries);
	assert_string_equal(all[1], left_alone);
	assert_string_equal(all[2], held);
	assert_int_equal(left.held_count, 0);
}

/* --- Listing -------------------------------------------------------------- */

#define TWO                                                                    \
	"file /D/" OLD "/base.vdm text 12345\n"                                \
	"file /D/" NEW "/base.vdm text 123\n"                                  \
	"file /D/" NEW "/sub/delta.vdm text 1234567\n"                         \
	"file /D/" NEW "/sub/deeper/deepest/one.vdm text 1\n"                  \
	"dir /D/" NEW "/sub/empty\n"

/* The newest of what lies in it, at any depth; not the folder's own time. */
static void newest_of_what_lies_in_it(void **state)
{
	char manifest[2048];

	(void)state;
	snprintf(manifest, sizeof(manifest),
		TWO "times /D/" NEW "/base.vdm 9 %llu %llu 9\n"
		    "times /D/" NEW "/sub/delta.vdm 9 %llu %llu 9\n"
		    "times /D/" NEW "/sub/deeper/deepest/one.vdm 9 %llu 1 9\n"
		    "times /D/" OLD "/base.vdm 9 %llu 1 9\n",
		EARLY + HOUR, EARLY, EARLY, EARLY + 2 * HOUR, EARLY + 3 * HOUR,
		EARLY);
	rig_open(manifest);
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect(NEW " ", OLD ":last ", "");
	assert_int_equal(list.deliveries[0].delivered_at, EARLY + 3 * HOUR);
	assert_int_equal(list.deliveries[0].size_bytes, 3 + 7 + 1);
	assert_ptr_equal(list.deliveries[0].rule, &rule);
	assert_int_equal(list.deliveries[0].mft_record & 0xffffffffffff,
		rig_record_of("D/" NEW));
	assert_int_equal(left.deliveries[0].delivered_at, EARLY);
	assert_int_equal(left.deliveries[0].size_bytes, 5);
	assert_true(overlay_is_empty(&rig_volume.overlay));
	/* Without anybody who wants to hear of those. */
	delivery_list_free(&list);
	assert_int_equal(
		delivery_list_read(&rig_volume.volume, &rule, 1, &list, NULL),
		0);
	delivery_list_free(&left);
	expect(NEW " ", "", "");
}

/* Files in the rule's folder, other names and empty folders are not meant. */
static void what_is_a_generation(void **state)
{
	struct rule all = rule;

	(void)state;
	rig_open(TWO "dir /D/{empty}\ndir /D/{nearly}/folder\n"
		     "file /D/Backup/base.vdm text b\n"
		     "file /D/{0C} text file\n"
		     "file /D/{0D}.held-0000002a/base.vdm text h\n"
		     "dosname /D/" OLD " 0A~1\n"
		     "dir /D/vendor.sys\nfile /D/vendor.sys/x text v\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect(NEW " ", OLD ":last ", "{0D}.held-0000002a ");
	assert_int_equal(list.held[0].hold_id, 0x2a);
	/* "." and ".." are no folders of their own. */
	all.patterns[0] = "*";
	assert_int_equal(list_rig_read(&all, 1), 0);
	expect(OLD " " NEW " ", "Backup:last ", "{0D}.held-0000002a ");
}

static void one_always_remains(void **state)
{
	(void)state;
	rig_open("file /D/" NEW "/base.vdm text 1\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect("", NEW ":last ", "");
	/* What is on hold does not count. */
	rig_open("file /D/" NEW "/base.vdm text 1\n"
		 "file /D/" OLD ".held-00000001/base.vdm text 1\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect("", NEW ":last ", OLD ".held-00000001 ");
	/* Nor does one without content. */
	rig_open("file /D/" NEW "/base.vdm text 1\ndir /D/" OLD "\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect("", NEW ":last ", "");
	rig_open("dir /D\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect("", "", "");
	/* Of the same time the first by its name is the older one. */
	rig_open("file /D/{2}/x text 1\nfile /D/{1}/x text 1\n"
		 "file /D/{3}/x text 1\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect("{2} {3} ", "{1}:last ", "");
}

/* Each rule's folder has one that remains. */
static void one_remains_of_each_rule(void **state)
{
	struct rule rules[3] = {rule, rule, rule};

	(void)state;
	rig_open("file /D/{1}/x text 1\nfile /D/{2}/x text 1\n"
		 "file /E/{3}/x text 1\nfile /E/{4}/x text 1\n"
		 "file /F/{5} text 5\n");
	rules[1].folder = "E";
	rules[2].folder = "F";
	rules[2].unit = RULE_UNIT_FILE;
	assert_int_equal(list_rig_read(rules, 3), 0);
	expect("{2} {4} {5} ", "{1}:last {3}:last ", "");
}

static void an_engine_bars_the_whole(void **state)
{
	(void)state;
	/* A barred one remains: then the others may all be held. */
	rig_open(TWO "file /D/{0C}/sub/ENGINE.DLL text MZ\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect(OLD " " NEW " ", "{0C}:barred ", "");
	rig_open(TWO "file /D/" NEW "/Vendor.sys text MZ\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect(OLD " ", NEW ":barred ", "");
}

static void bounds(void **state)
{
	char manifest[512];

	(void)state;
	snprintf(manifest, sizeof(manifest),
		"dir /D/" NEW "\nfiller /D/" NEW " %d\n"
		"file /D/" OLD "/a/b/c/x text 1\n",
		GENERATION_MAX_ENTRIES);
	rig_open(manifest);
	assert_int_equal(list_rig_read(&rule, 1), 0);
	assert_int_equal(list.delivery_count + left.delivery_count, 2);
	strcat(manifest, "file /D/" NEW "/one-more text 1\n");
	rig_open(manifest);
	assert_int_equal(list_rig_read(&rule, 1), -ERR_TOO_LARGE);
	rig_open(TWO "dir /D/" NEW "/a/b/c/d\n");
	assert_int_equal(list_rig_read(&rule, 1), -ERR_TOO_LARGE);
}

static void failing_allocations_and_reads(void **state)
{
	bool was_hit = true;
	uint64_t reads;

	(void)state;
	rig_open(TWO);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = list_rig_read(&rule, 1);
		was_hit = failalloc_disarm();
		/* The library does without some: then all is there. */
		if (err == 0)
			expect(NEW " ", OLD ":last ", "");
		else
			assert_true(was_hit);
	}
	assert_true(failalloc_count() > 20);
	emudisk_reset(&rig_volume.disk);
	assert_int_equal(list_rig_read(&rule, 1), 0);
	reads = rig_volume.disk.counts.reads;
	assert_true(reads > 5);
	for (uint64_t n = 1; n <= reads; n++) {
		int err;

		emudisk_reset(&rig_volume.disk);
		emudisk_plan_fault(
			&rig_volume.disk, EMUDISK_READ, EMUDISK_FAIL, n, false);
		err = list_rig_read(&rule, 1);
		emudisk_reset(&rig_volume.disk);
		assert_int_equal(err, -ERR_IO);
		mounted_unmount(&rig_volume);
		mounted_mount(&rig_volume);
	}
}

/* Content is never judged: zeroes are what a crash leaves. */
static void zeroed_content_is_content(void **state)
{
	(void)state;
	rig_open("file /D/" OLD "/base.vdm text 1\n"
		 "file /D/" NEW "/base.vdm zero 5000\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect(NEW " ", OLD ":last ", "");
	rig_open("file /D/" OLD "/base.vdm zero 5000\n"
		 "file /D/" NEW "/base.vdm text 1\n");
	assert_int_equal(list_rig_read(&rule, 1), 0);
	expect(NEW " ", OLD ":last ", "");
}

/* --- Hold and undo -------------------------------------------------------- */

#define LONG "{01234567-89AB-CDEF-0123-456789ABCDEF}"

#define FOLDERS                                                                \
	"clock 133657200000000000\n"                                           \
	"file /D/" LONG "/base.vdm repeat V 9000\n"                            \
	"file /D/" LONG "/sub/x text x\n"                                      \
	"dosname /D/" LONG " {01234~1\n"                                       \
	"times /D/" LONG " 133650000000000001 133651000000000002 "             \
	"133652000000000003 133653000000000004\n"                              \
	"file /D/" OLD "/base.vdm text o\n"                                    \
	"dosname /D/" OLD " " OLD "\n"                                         \
	"dir /D/large\nfiller /D/large 200\n"                                  \
	"file /D/file.vdm text f\n"

static const char *const folders[] = {LONG, OLD, "large"};

#define FOLDER_COUNT (sizeof(folders) / sizeof(folders[0]))

static int setup_folders(void **state)
{
	(void)state;
	rig_open(FOLDERS);
	rig_style = HOLD_FOLDER;
	return 0;
}

/* What an undo leaves is every byte of every name and record it found. */
static void there_and_back(void **state)
{
	char *before = rig_describe();

	(void)state;
	for (size_t i = 0; i < FOLDER_COUNT; i++) {
		uint64_t record;
		char path[200];

		snprintf(path, sizeof(path), "D/%s", folders[i]);
		record = rig_record_of(path);
		rig_hold("D", folders[i]);
		rig_expect_sound();
		strcat(path, RIG_SUFFIX);
		assert_int_equal(rig_record_of(path), record);
	}
	/* All that lies in them is where it was. */
	assert_int_equal(volume_exists(&rig_volume.volume,
				 "D/" LONG RIG_SUFFIX "/sub/x"),
		1);
	assert_int_equal(volume_exists(&rig_volume.volume, "D/{01234~1"), 0);
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/{01234~1.HLD/base.vdm"),
		1);
	for (size_t i = 0; i < FOLDER_COUNT; i++)
		rig_undo("D", folders[i]);
	rig_expect(before, "undone");
	free(before);
}

static void cut_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < FOLDER_COUNT; i++) {
		rig_converge(folders[i], false);
		rig_converge(folders[i], true);
		rig_fail_each(folders[i], false);
		rig_fail_each(folders[i], true);
	}
}

/* Half an undo is found, even where that generation is left alone now. */
static void halves_are_found(void **state)
{
	struct rule some = rule;

	(void)state;
	for (int is_last = 0; is_last < 2; is_last++) {
		setup_folders(state);
		some.patterns[0] = is_last ? LONG : "{*}";
		rig_hold_half(LONG);
		assert_int_equal(list_rig_read(&some, 1), 0);
		assert_int_equal(list.held_count, 0);
		assert_int_equal(left.delivery_count, 1);
		assert_int_equal(list.delivery_count, !is_last);
		assert_int_equal(delivery_list_find_halves(
					 &rig_volume.volume, &list, &list),
			0);
		assert_int_equal(delivery_list_find_halves(
					 &rig_volume.volume, &left, &list),
			0);
		assert_int_equal(list.held_count, 1);
		assert_string_equal(list.held[0].name, LONG RIG_SUFFIX);
	}
}

/* Neither takes the other for what it was told. */
static void a_file_is_no_folder(void **state)
{
	struct volume *v = &rig_volume.volume;

	(void)state;
	assert_int_equal(
		hold_apply(v, HOLD_FOLDER, "D", "file.vdm", RIG_HOLD_ID),
		-ERR_UNSUPPORTED);
	assert_int_equal(hold_apply(v, HOLD_FILE, "D", LONG, RIG_HOLD_ID),
		-ERR_UNSUPPORTED);
	assert_int_equal(hold_apply(v, HOLD_FOLDER, "", "$Extend", RIG_HOLD_ID),
		-ERR_UNSUPPORTED);
	assert_true(overlay_is_empty(&rig_volume.overlay));
}

/* Since then the vendor has delivered a folder of that name. */
static void a_new_one_is_not_replaced(void **state)
{
	(void)state;
	rig_open("file /D/" OLD "/x text n\n"
		 "file /D/" OLD RIG_SUFFIX "/x text o\n");
	assert_int_equal(hold_undo(&rig_volume.volume, "D", OLD RIG_SUFFIX),
		-ERR_EXISTS);
	assert_true(overlay_is_empty(&rig_volume.overlay));
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, NULL, list_rig_teardown)
#define FOLDER_TEST(test)                                                      \
	cmocka_unit_test_setup_teardown(test, setup_folders, list_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(newest_of_what_lies_in_it),
		TEST(what_is_a_generation),
		TEST(one_always_remains),
		TEST(one_remains_of_each_rule),
		TEST(an_engine_bars_the_whole),
		TEST(bounds),
		TEST(failing_allocations_and_reads),
		TEST(zeroed_content_is_content),
		FOLDER_TEST(there_and_back),
		FOLDER_TEST(cut_short),
		FOLDER_TEST(halves_are_found),
		FOLDER_TEST(a_file_is_no_folder),
		TEST(a_new_one_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
