/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume on which the way to the files that are to be held is damaged: the
 * MFT records and index blocks of each folder on it, and the files' own, in a
 * folder with few names and in one whose index is a tree of several levels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/corrupt_case.h"

#define FIRST_LEAF 1000 /* more than there are: only that of the files */

static void map_path(struct corrupt_map *map)
{
	corrupt_map_root_blocks(map);
	corrupt_map_file(map, "Windows");
	corrupt_map_file(map, "System32");
	corrupt_map_file(map, "config");
	corrupt_map_file(map, "drivers");
	corrupt_map_file(map, "bootstat.dat");
	corrupt_map_file(map, JULY_OLD);
	corrupt_map_file(map, JULY_BAD);
	corrupt_map_file(map, JULY_OTHER);
	corrupt_map_file(map, "CrowdStrike");
	corrupt_map_blocks(map, "CrowdStrike", 1);
}

static void map_tree(struct corrupt_map *map)
{
	corrupt_map_file(map, "CrowdStrike");
	corrupt_map_blocks(map, "CrowdStrike", FIRST_LEAF);
}

static const struct corrupt_volume few = {.name = "path",
	.july = {.more = "filler /" JULY_FOLDER " 4\n"},
	.map = map_path};

static const struct corrupt_volume tree = {.name = "tree",
	.july = {.more = "filler /" JULY_FOLDER " 700\n"},
	.map = map_tree};

static void the_way_to_the_files(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&few), 0);
}

static void an_index_of_several_levels(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&tree), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_to_the_files),
		cmocka_unit_test(an_index_of_several_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
