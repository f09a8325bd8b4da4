/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dating deliveries, and looking into generations, on volumes whose index,
 * records and journal do not agree.
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
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/list_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define NOW  133650000000000000ull
#define HOUR 36000000000ull
#define DAY  (24 * HOUR)

static struct delivery_dating dating;

static int date(void)
{
	return delivery_list_date(
		&rig_volume.volume, NOW - DAY, &list, &left, &dating);
}

/* The name in the index of @folder; the volume is closed meanwhile. */
static unsigned char *entry(const char *folder, const char *name)
{
	return patch_find_entry(rig_volume.bytes, rig_volume.size,
		peek_record_of(rig_volume.bytes, rig_volume.size, folder),
		name);
}

/* Before the key: the reference to the record. */
static void make_older(unsigned char *key)
{
	unsigned char *sequence = key - PATCH_ENTRY_BYTES + 6;

	le16_put(sequence, (uint16_t)(le16_get(sequence) + 1));
}

/* --- Records -------------------------------------------------------------- */

/* The index means a file that had this record before. */
static void a_record_of_another_file(void **state)
{
	(void)state;
	rig_open("file /D/C-1.sys text x\n");
	mounted_unmount(&rig_volume);
	make_older(entry("D", "C-1.sys"));
	mounted_mount(&rig_volume);
	assert_int_equal(list_rig_read(&files, 1), 0);
	assert_int_equal(list.delivery_count, 1);
	assert_int_equal(date(), -ERR_CORRUPT);
}

static void a_record_of_another_folder(void **state)
{
	(void)state;
	rig_open("file /D/{1}/x text x\n");
	mounted_unmount(&rig_volume);
	make_older(entry("D", "{1}"));
	mounted_mount(&rig_volume);
	assert_int_equal(list_rig_read(&generations, 1), -ERR_CORRUPT);
}

/* By the index a folder, by its record a file. */
static void a_folder_that_is_none(void **state)
{
	const size_t attributes = 56; /* within the key */
	unsigned char *key;

	(void)state;
	rig_open("file /D/{1} text x\n");
	assert_int_equal(list_rig_read(&generations, 1), 0);
	assert_int_equal(list.delivery_count + left.delivery_count, 0);
	mounted_unmount(&rig_volume);
	key = entry("D", "{1}");
	le32_put(key + attributes, le32_get(key + attributes) | 0x10000000);
	mounted_mount(&rig_volume);
	assert_int_equal(list_rig_read(&generations, 1), -ERR_CORRUPT);
}

/* Two files of one name in it: which of them is the newer one? */
static void a_generation_that_lies(void **state)
{
	(void)state;
	rig_open(
		"file /D/{1}/first.vdm text x\nfile /D/{1}/other.vdm text y\n");
	mounted_unmount(&rig_volume);
	patch_rename(entry("{1}", "other.vdm"), "first.vdm");
	mounted_mount(&rig_volume);
	assert_int_equal(list_rig_read(&generations, 1), -ERR_CORRUPT);
}

/* --- Order ---------------------------------------------------------------- */

/* Of one time, in each order of their records' changes. */
static void the_same_time(void **state)
{
	static const char *const names[] = {"C-a", "C-b", "C-c"};
	static const uint64_t lsns[][3] = {
		{4000, 5000, 6000}, {6000, 5000, 4000}, {5000, 6000, 4000}};
	char text[1024];
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"file /D/%s text x\ntimes /D/%s %llu %llu %llu %llu\n",
			names[i], names[i], NOW, NOW, NOW, NOW);
	rig_open(text);
	for (size_t i = 0; i < 3; i++) {
		mounted_unmount(&rig_volume);
		for (size_t k = 0; k < 3; k++)
			le64_put(
				rig_volume.bytes + 8 +
					peek_record_place(rig_volume.bytes,
						rig_volume.size,
						peek_record_of(rig_volume.bytes,
							rig_volume.size,
							names[k])),
				lsns[i][k]);
		mounted_mount(&rig_volume);
		assert_int_equal(list_rig_read(&files, 1), 0);
		assert_int_equal(date(), 0);
		assert_int_equal(list.delivery_count, 3);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(
				list.deliveries[k].lsn, 4000 + 1000 * k);
	}
}

/* --- The journal ---------------------------------------------------------- */

/*
 * The end of a held name is ASCII.  What looks like it in the lower half of
 * each character is a vendor's name like another: its delivery counts.
 */
static void names_beyond_ascii(void **state)
{
	static const char *const names[] = {
		/* Latin-1: one byte, but not ASCII */
		"C-\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
		/* U+012E: 0x2E is the dot of ".held-" */
		"C-1\xc4\xae"
		"held-0000002a"};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(text, sizeof(text),
			"file /D/%s text x\ntimes /D/%s %llu %llu %llu %llu\n"
			"change /D/%s %llu 0x80000102\n"
			"changefiller 1 %llu\nchanges 4096 2\n",
			names[i], names[i], NOW - 9 * DAY, NOW - 9 * DAY,
			NOW - 9 * DAY, NOW - 9 * DAY, names[i], NOW - HOUR,
			NOW);
		rig_open(text);
		assert_int_equal(list_rig_read(&files, 1), 0);
		assert_int_equal(date(), 0);
		assert_int_equal(list.delivery_count, 1);
		assert_int_equal(list.deliveries[0].delivered_at, NOW - HOUR);
		assert_int_equal(
			list.deliveries[0].source, DELIVERY_BY_JOURNAL);
	}
}

/* --- Memory --------------------------------------------------------------- */

/* Names that have to be folded: a list is complete or it is an error. */
static void listing_fails(void **state)
{
	bool was_hit = true;
	unsigned int failed = 0;

	(void)state;
	rig_open("file /D/{1}/\xc3\xa4 text 1\nfile /D/{2}/\xc3\xb6 text 2\n");
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		mounted_unmount(&rig_volume);
		mounted_mount(&rig_volume);
		failalloc_arm(n, false);
		err = list_rig_read(&generations, 1);
		was_hit = failalloc_disarm();
		failed += err == -ERR_NO_MEMORY;
		if (err == 0)
			assert_int_equal(
				list.delivery_count + left.delivery_count, 2);
		else
			assert_int_equal(err, -ERR_NO_MEMORY);
		assert_true(was_hit || err == 0);
	}
	assert_true(failed > 10);
}

/* With generations, some of which were left alone at first. */
static void dating_fails(void **state)
{
	bool was_hit = true;
	unsigned int failed = 0;

	(void)state;
	rig_open("file /D/{1}/x text 1\nfile /D/{2}/x text 2\n");
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		/* A volume remembers that memory was short. */
		mounted_unmount(&rig_volume);
		mounted_mount(&rig_volume);
		assert_int_equal(list_rig_read(&generations, 1), 0);
		assert_int_equal(left.delivery_count, 1);
		failalloc_arm(n, false);
		err = date();
		was_hit = failalloc_disarm();
		failed += err == -ERR_NO_MEMORY;
		if (err == 0) {
			assert_int_equal(list.delivery_count, 1);
			assert_int_equal(left.delivery_count, 1);
		} else {
			assert_int_equal(err, -ERR_NO_MEMORY);
		}
		assert_true(was_hit || err == 0);
	}
	assert_true(failed > 2);
}

static void the_style_of_a_rule(void **state)
{
	(void)state;
	assert_int_equal(hold_style_of(&files), HOLD_FILE);
	assert_int_equal(hold_style_of(&generations), HOLD_FOLDER);
}

#define TEST(test) cmocka_unit_test_teardown(test, list_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_of_another_file),
		TEST(a_record_of_another_folder),
		TEST(a_folder_that_is_none),
		TEST(a_generation_that_lies),
		TEST(the_same_time),
		TEST(names_beyond_ascii),
		TEST(listing_fails),
		TEST(dating_fails),
		cmocka_unit_test(the_style_of_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
