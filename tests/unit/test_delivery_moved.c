/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listing what holds have moved out of a folder, where the folders beside it
 * lie: a list is complete or it is an error.
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
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/list_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define ROOT 5
#define AWAY "D.held-00000002"

#define MANIFEST                                                               \
	"file /D/a.sys text a\n"                                               \
	"file /" AWAY "/b.sys text b\n"                                        \
	"file /" AWAY "/c.sys text c\n"

static void forget(void)
{
	mounted_unmount(&rig_volume);
	mounted_mount(&rig_volume);
}

static void fail_allocations(const struct rule *r)
{
	unsigned int failed = 0;
	bool was_hit = true;

	for (uint64_t n = 1; was_hit; n++) {
		int err;

		forget();
		failalloc_arm(n, false);
		err = list_rig_read(r, 1);
		was_hit = failalloc_disarm();
		failed += err == -ERR_NO_MEMORY;
		if (err == 0) {
			assert_int_equal(list.delivery_count, 1);
			assert_int_equal(list.held_count, 2);
		} else {
			assert_int_equal(err, -ERR_NO_MEMORY);
		}
		assert_true(was_hit || err == 0);
	}
	assert_true(failed > 20);
}

/* Also where the folders' names are compared in capital letters. */
static void failing_allocations(void **state)
{
	struct rule umlaut = moving;

	(void)state;
	rig_open(MANIFEST);
	fail_allocations(&moving);
	umlaut.folder = "\xc3\x96";
	rig_open("file /\xc3\x96/a.sys text a\n"
		 "file /\xc3\xb6.held-00000002/b.sys text b\n"
		 "file /\xc3\x96.held-00000003/c.sys text c\n");
	fail_allocations(&umlaut);
}

static void failing_reads(void **state)
{
	uint64_t reads;

	(void)state;
	rig_open(MANIFEST);
	emudisk_reset(&rig_volume.disk);
	assert_int_equal(list_rig_read(&moving, 1), 0);
	reads = rig_volume.disk.counts.reads;
	assert_true(reads > 3);
	for (uint64_t n = 1; n <= reads; n++) {
		int err;

		forget();
		emudisk_reset(&rig_volume.disk);
		emudisk_plan_fault(
			&rig_volume.disk, EMUDISK_READ, EMUDISK_FAIL, n, true);
		err = list_rig_read(&moving, 1);
		emudisk_reset(&rig_volume.disk);
		assert_int_equal(err, -ERR_IO);
	}
}

/* What is left of a hold that was cut short: no folder, or another's record. */
static void entries_that_lead_elsewhere(void **state)
{
	const size_t attributes = 56; /* within the key */
	unsigned char *key;

	(void)state;
	rig_open(MANIFEST);
	mounted_unmount(&rig_volume);
	key = patch_find_entry(rig_volume.bytes, rig_volume.size, ROOT, AWAY) -
	      PATCH_ENTRY_BYTES + 6;
	le16_put(key, (uint16_t)(le16_get(key) + 1));
	mounted_mount(&rig_volume);
	assert_int_equal(list_rig_read(&moving, 1), 0);
	assert_int_equal(list.held_count, 0);
	/* A file that its entry calls a folder. */
	rig_open("file /D/a.sys text a\nfile /" AWAY " text x\n");
	mounted_unmount(&rig_volume);
	key = patch_find_entry(rig_volume.bytes, rig_volume.size, ROOT, AWAY);
	le32_put(key + attributes, le32_get(key + attributes) | 0x10000000);
	mounted_mount(&rig_volume);
	assert_int_equal(list_rig_read(&moving, 1), 0);
	assert_int_equal(list.delivery_count, 1);
	assert_int_equal(list.held_count, 0);
}

/* A name for which "../D.held-00000002/" leaves no room. */
static void a_name_that_is_too_long(void **state)
{
	char manifest[1200] = "file /D/a.sys text a\nfile /" AWAY "/";

	(void)state;
	for (int i = 0; i < 251; i++)
		strcat(manifest, "\xe2\x82\xac");
	strcat(manifest, ".sys text x\n");
	rig_open(manifest);
	assert_int_equal(list_rig_read(&moving, 1), -ERR_TOO_LARGE);
}

/* A folder beside it could not be named: then nothing of it can be held. */
static void a_folder_that_is_too_long(void **state)
{
	static char folder[251];
	char manifest[400];
	struct rule r = moving;

	(void)state;
	memset(folder, 'x', sizeof(folder) - 1);
	snprintf(manifest, sizeof(manifest), "file /%s/a.sys text a\n", folder);
	rig_open(manifest);
	r.folder = folder;
	assert_int_equal(list_rig_read(&r, 1), -ERR_TOO_LARGE);
	/* Nor has the root one. */
	rig_open("file /a.sys text a\n");
	r.folder = "";
	assert_int_equal(list_rig_read(&r, 1), 0);
	assert_int_equal(list.delivery_count, 1);
}

/* More than a listing takes, in the one beside. */
static void more_than_there_may_be(void **state)
{
	char manifest[200];
	struct rule r = moving;

	(void)state;
	snprintf(manifest, sizeof(manifest),
		"file /D/a.sys text a\ndir /" AWAY "\nfiller /" AWAY " %d\n",
		DELIVERY_MAX_FILES + 1);
	rig_open(manifest);
	r.patterns[0] = "*";
	assert_int_equal(list_rig_read(&r, 1), -ERR_TOO_LARGE);
}

#define TEST(test) cmocka_unit_test_teardown(test, list_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(failing_allocations),
		TEST(failing_reads),
		TEST(entries_that_lead_elsewhere),
		TEST(a_name_that_is_too_long),
		TEST(a_folder_that_is_too_long),
		TEST(more_than_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
