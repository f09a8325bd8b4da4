/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs over a delivery of sixty files, held and given back as one; and over
 * content that a crash has left full of zeros.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/july_batch.h"
#include "tests/support/july_run.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"

#define ALL (JULY_BATCH + 2) /* JULY_OLD and the driver, too */

/* $Bitmap: an index that has grown stays so. */
#define CLUSTERS_IN_USE "record 6 attribute 0x80 "

static char more[JULY_BATCH_BYTES];
static const struct july batch = {.more = more};

/* As if the crash had come before the data: written, and never written. */
#define ZEROED	  "C-00000293.sys"
#define UNWRITTEN "C-00000294.sys"
static const struct july zeroed = {
	.more = "file /" JULY_FOLDER "/" ZEROED " zero 41000\n"
		"file /" JULY_FOLDER "/" UNWRITTEN " repeat X 41000\n"
		"valid /" JULY_FOLDER "/" UNWRITTEN " 0\n"};

static int make_batch(void **state)
{
	july_batch_more(more);
	(void)pc_setup(state);
	pc.policy.max_files = JULY_BATCH;
	pc_start(&batch);
	return 0;
}

static void expect_batch(bool is_held)
{
	for (unsigned int i = 0; i < JULY_BATCH_OTHERS; i++) {
		assert_int_equal(pc_is_there(july_batch_name(i, "")), !is_held);
		assert_int_equal(
			pc_is_there(july_batch_name(i, JULY_HELD_SUFFIX)),
			is_held);
	}
	pc_expect_held(is_held, is_held);
}

/*
 * The Sleuth Kit sees so many names that end like this.  It does not ask which
 * blocks of an index are in use: a name that is gone may still stand in one.
 */
static void expect_listed(const char *suffix, unsigned int count)
{
	const char *path = make_image_path("batch.img");
	char command[600];

	assert_int_equal(emudisk_save(&pc.disk, path), 0);
	snprintf(command, sizeof(command),
		"test $(fls -urp %s | grep -c '" JULY_FOLDER
		"/[^:]*\\.sys%s$') = %u",
		path, suffix, count);
	assert_int_equal(system(command), 0);
}

static void sixty_files_there_and_back(void **state)
{
	char *before = pc_describe();
	char *after, *difference, *rest;

	(void)state;
	expect_batch(false);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_int_equal(pc.outcome.files, JULY_BATCH);
	expect_batch(true);
	expect_listed(JULY_HELD_SUFFIX, JULY_BATCH);
	expect_listed("", ALL - JULY_BATCH);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"held\""), JULY_BATCH);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_int_equal(pc.outcome.files, JULY_BATCH);
	expect_batch(false);
	expect_listed("", ALL);
	after = pc_describe();
	difference = peek_difference(before, after);
	rest = peek_without(difference, CLUSTERS_IN_USE);
	assert_string_equal(rest, "");
	free(before);
	free(after);
	free(difference);
	free(rest);
}

/* One more than the policy's bound is no delivery any more: none of it. */
static void one_too_many(void **state)
{
	(void)state;
	pc.policy.max_files = JULY_BATCH - 1;
	pc_expect_untouched(VERDICT_REFUSE);
	expect_batch(false);
}

/* Content is never judged: neither blamed for its zeros nor spared. */
static void zeros_are_content(void **state)
{
	static const char *const names[] = {ZEROED, UNWRITTEN};
	char held[64];

	(void)state;
	pc_start(&zeroed);
	for (int is_held = 1; is_held >= 0; is_held--) {
		if (is_held)
			assert_int_equal(pc_run(), VERDICT_HOLD);
		else
			assert_int_equal(pc_run_with(&pc_undo_all),
				VERDICT_RESTORE_AND_HOLD);
		assert_int_equal(pc.outcome.files, 4);
		pc_expect_held(is_held, is_held);
		for (size_t i = 0; i < 2; i++) {
			snprintf(held, sizeof(held), "%s%s", names[i],
				JULY_HELD_SUFFIX);
			assert_int_equal(pc_is_there(names[i]), !is_held);
			assert_int_equal(pc_is_there(held), is_held);
		}
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_batch, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sixty_files_there_and_back),
		TEST(one_too_many),
		TEST(zeros_are_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
