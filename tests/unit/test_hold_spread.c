/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files with so many attributes that they spread over several MFT records, and
 * whose names are not in the first of them.
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

#define STREAMS 12

static const char *const names[] = {"csagent.sys", RIG_CHANNEL};
static const char *const short_names[] = {"csagent.sys", "C-0000~1.SYS"};

/* Every $FILE_NAME of the file goes to an extension record. */
static void move_names_away(const char *path)
{
	struct volume *v = &rig_volume.volume;
	ntfs_attr_search_ctx *ctx;
	ntfs_inode *ni;
	unsigned int away = 0;

	assert_int_equal(ntfs_inode_open_path(v, path, &ni), 0);
	assert_true(NInoAttrList(ni));
	ctx = ntfs_attr_get_search_ctx(ni, NULL);
	assert_non_null(ctx);
	while (!ntfs_attr_lookup(
		AT_FILE_NAME, AT_UNNAMED, 0, CASE_SENSITIVE, 0, NULL, 0, ctx)) {
		if (ctx->ntfs_ino != ni) {
			away++;
			continue;
		}
		assert_int_equal(ntfs_attr_record_move_away(ctx, 100), 0);
		ntfs_attr_reinit_search_ctx(ctx);
		away = 0;
	}
	ntfs_attr_put_search_ctx(ctx);
	assert_true(away > 0);
	assert_int_equal(ntfs_inode_shut(v, ni, 0), 0);
}

static int setup(void **state)
{
	char manifest[8000];
	char path[100];
	size_t used = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		used += (size_t)snprintf(manifest + used,
			sizeof(manifest) - used,
			"file /D/%s text x\ndosname /D/%s %s\n", names[i],
			names[i], short_names[i]);
	for (size_t i = 0; i < 2 * STREAMS; i++)
		used += (size_t)snprintf(manifest + used,
			sizeof(manifest) - used,
			"stream /D/%s number-%d repeat x 100\n", names[i % 2],
			(int)i);
	rig_open(manifest);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "D/%s", names[i]);
		move_names_away(path);
	}
	mounted_keep(&rig_volume);
	return 0;
}

static void there_and_back(void **state)
{
	char *before = rig_describe();

	(void)state;
	rig_expect_sound();
	for (size_t i = 0; i < 2; i++) {
		rig_hold("D", names[i]);
		rig_expect_sound();
	}
	for (size_t i = 0; i < 2; i++) {
		rig_undo("D", names[i]);
		rig_expect_sound();
	}
	rig_expect(before, "undone");
	free(before);
}

static void failures(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		rig_fail_each(names[i], false);
		rig_fail_each(names[i], true);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(there_and_back),
		TEST(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
