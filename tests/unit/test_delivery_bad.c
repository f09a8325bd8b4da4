/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listing folders that lie, and undos that were cut short: a list is complete
 * or it is an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/content.h"
#include "quarantine/delivery.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

static const struct rule rule = {
	.vendor = "Vendor",
	.folder = "D",
	.patterns = {"C-*.sys", "\xc3\x9c-*.sys"},
	.pattern_count = 2,
	.never = {"C-\xc3\x84.sys"},
	.never_count = 1,
};

/* Letters beyond ASCII, in the names and in the rule. */
#define WIDE                                                                   \
	"file /D/C-1.sys text x\n"                                             \
	"file /D/C-\xc3\xa4.sys text never\n"                                  \
	"file /D/C-\xc3\xb6.sys.held-00000001 text x\n"                        \
	"file /D/\xc3\xbc-2.sys text x\n"

static struct delivery_list list;

static int teardown(void **state)
{
	delivery_list_free(&list);
	return rig_teardown(state);
}

static int read_list(void)
{
	delivery_list_free(&list);
	return delivery_list_read(&rig_volume.volume, &rule, 1, &list, NULL);
}

static void expect_list(size_t deliveries, size_t held)
{
	assert_int_equal(read_list(), 0);
	assert_int_equal(list.delivery_count, deliveries);
	assert_int_equal(list.held_count, held);
}

static unsigned char *entry(const char *name)
{
	return patch_find_entry(rig_volume.bytes, rig_volume.size,
		peek_record_of(rig_volume.bytes, rig_volume.size, "D"), name);
}

/* --- Folders that lie ----------------------------------------------------- */

/* Two files of one name: which of them would be held? */
static void two_entries_of_one_name(void **state)
{
	(void)state;
	rig_open("file /D/C-1.sys text x\nfile /D/C-2.sys text y\n");
	mounted_unmount(&rig_volume);
	patch_rename(entry("C-2.sys"), "C-1.sys");
	mounted_mount(&rig_volume);
	assert_int_equal(read_list(), -ERR_CORRUPT);
}

/* Listed, but where the order of names says it cannot be. */
static void an_entry_out_of_order(void **state)
{
	(void)state;
	rig_open("file /D/C-1.sys text x\nfile /D/C-2.sys text y\n");
	mounted_unmount(&rig_volume);
	patch_rename(entry("C-2.sys"), "C-0.sys");
	mounted_mount(&rig_volume);
	assert_int_equal(read_list(), -ERR_CORRUPT);
}

static void an_entry_without_a_name(void **state)
{
	(void)state;
	rig_open("file /D/A.sys text x\nfile /D/C-2.sys text y\n");
	mounted_unmount(&rig_volume);
	entry("A.sys")[PATCH_NAME_LENGTH] = 0;
	mounted_mount(&rig_volume);
	expect_list(1, 0);
	assert_string_equal(list.deliveries[0].name, "C-2.sys");
}

/* Half of a pair of surrogates is a name like another, to NTFS. */
static void an_entry_that_is_no_text(void **state)
{
	(void)state;
	rig_open("file /D/C-1.sys text x\nfile /D/C-2.sys text y\n");
	mounted_unmount(&rig_volume);
	le16_put(entry("C-2.sys") + PATCH_NAME + 4, 0xDC00);
	mounted_mount(&rig_volume);
	expect_list(2, 0);
}

static void as_many_on_hold_as_there_may_be(void **state)
{
	static char manifest[64 * (DELIVERY_MAX_FILES + 1)];
	struct rule rules[2] = {rule, rule};
	size_t used = 0;

	(void)state;
	for (unsigned int i = 0; i < DELIVERY_MAX_FILES; i++)
		used += (size_t)snprintf(manifest + used,
			sizeof(manifest) - used,
			"file /D/C-%u.sys.held-00000001 text x\n", i);
	snprintf(manifest + used, sizeof(manifest) - used,
		"file /E/C-1.sys text x\n");
	rig_open(manifest);
	expect_list(0, DELIVERY_MAX_FILES);
	delivery_list_free(&list);
	rules[1].folder = "E";
	assert_int_equal(
		delivery_list_read(&rig_volume.volume, rules, 2, &list, NULL),
		-ERR_TOO_LARGE);
}

/* A name that no file can have is no content, whatever the rule says. */
static void a_name_beyond_all_measure(void **state)
{
	static const struct rule any = {.patterns = {"*"}, .pattern_count = 1};
	char name[DELIVERY_NAME_BYTES + 1];
	struct content c;

	(void)state;
	rig_open(WIDE);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(content_open(&c, &rig_volume.volume, &any), 0);
	assert_int_equal(content_concerns(&c, name), 0);
	name[sizeof(name) - 2] = '\0';
	assert_int_equal(content_concerns(&c, name), 1);
	content_close(&c);
}

static void failing_allocations(void **state)
{
	bool was_hit = true;

	(void)state;
	rig_open(WIDE);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		delivery_list_free(&list);
		failalloc_arm(n, false);
		err = delivery_list_read(
			&rig_volume.volume, &rule, 1, &list, NULL);
		was_hit = failalloc_disarm();
		if (err == 0 &&
			(list.delivery_count != 2 || list.held_count != 1))
			fail_msg("allocation %d: a short list", (int)n);
		assert_true(was_hit || err == 0);
	}
	assert_true(failalloc_count() > 20);
	assert_string_equal(list.deliveries[0].name, "C-1.sys");
	assert_string_equal(list.deliveries[1].name, "\xc3\xbc-2.sys");
}

/* --- Undos that were cut short -------------------------------------------- */

static void find_halves(size_t deliveries, size_t held)
{
	expect_list(deliveries, 0);
	assert_int_equal(
		delivery_list_find_halves(&rig_volume.volume, &list, &list), 0);
	assert_int_equal(list.delivery_count, deliveries);
	assert_int_equal(list.held_count, held);
}

/* The index says C-1.sys, and its record C-1.sys on hold. */
static void open_with_a_half(void)
{
	rig_open("file /D/C-1.sys text x\nfile /D/C-2.sys text y\n"
		 "dir /E\n");
	rig_hold_half("C-1.sys");
}

static void a_half_is_found(void **state)
{
	(void)state;
	open_with_a_half();
	find_halves(2, 1);
	assert_string_equal(list.held[0].name, "C-1.sys" RIG_SUFFIX);
	assert_int_equal(list.held[0].hold_id, RIG_HOLD_ID);
	assert_ptr_equal(list.held[0].rule, &rule);
}

static void nothing_delivered_has_no_halves(void **state)
{
	(void)state;
	rig_open("dir /D\n");
	find_halves(0, 0);
}

/* On hold as something else: whatever that is, no hold has left it so. */
static void another_files_name_is_no_half(void **state)
{
	static const char *const names[] = {
		"C-9.sys" RIG_SUFFIX, "C9.sys" RIG_SUFFIX};
	unsigned char *value;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		open_with_a_half();
		mounted_unmount(&rig_volume);
		value = patch_find_name(rig_volume.bytes, rig_volume.size,
			peek_record_of(rig_volume.bytes, rig_volume.size,
				"C-1.sys" RIG_SUFFIX),
			"C-1.sys" RIG_SUFFIX);
		value[PATCH_NAME_LENGTH] = (unsigned char)strlen(names[i]);
		patch_rename(value, names[i]);
		mounted_mount(&rig_volume);
		find_halves(2, 0);
	}
}

static void a_hard_link_is_no_half(void **state)
{
	(void)state;
	open_with_a_half();
	rig_link("D/C-2.sys", "E", "second.sys");
	find_halves(2, 1);
}

/* Both halves of a list, or none of it. */
static void looking_for_halves_fails(void **state)
{
	bool was_hit = true;
	uint64_t reads;

	(void)state;
	open_with_a_half();
	emudisk_reset(&rig_volume.disk);
	find_halves(2, 1);
	reads = rig_volume.disk.counts.reads;
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		expect_list(2, 0);
		failalloc_arm(n, false);
		err = delivery_list_find_halves(
			&rig_volume.volume, &list, &list);
		was_hit = failalloc_disarm();
		assert_true(was_hit || err == 0);
		assert_true(err < 0 || list.held_count == 1);
	}
	for (uint64_t n = 1; n <= reads; n++) {
		int err;

		mounted_unmount(&rig_volume);
		mounted_mount(&rig_volume);
		delivery_list_free(&list);
		emudisk_plan_fault(
			&rig_volume.disk, EMUDISK_READ, EMUDISK_FAIL, n, true);
		err = delivery_list_read(
			&rig_volume.volume, &rule, 1, &list, NULL);
		if (err == 0)
			err = delivery_list_find_halves(
				&rig_volume.volume, &list, &list);
		emudisk_reset(&rig_volume.disk);
		assert_int_equal(err, -ERR_IO);
	}
	assert_true(reads > 2);
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_entries_of_one_name),
		TEST(an_entry_out_of_order),
		TEST(an_entry_without_a_name),
		TEST(an_entry_that_is_no_text),
		TEST(as_many_on_hold_as_there_may_be),
		TEST(a_name_beyond_all_measure),
		TEST(failing_allocations),
		TEST(a_half_is_found),
		TEST(nothing_delivered_has_no_halves),
		TEST(another_files_name_is_no_half),
		TEST(a_hard_link_is_no_half),
		TEST(looking_for_halves_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
