/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume on which the folder of the files that are to be held is damaged, and
 * its index is a tree of several levels: a program beside test_corrupt_folder,
 * so that both can run at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/corrupt_case.h"

#define FIRST_LEAF 1000 /* more than there are: only that of the files */

static void map_tree(struct corrupt_map *map)
{
	corrupt_map_file(map, "CrowdStrike");
	corrupt_map_blocks(map, "CrowdStrike", FIRST_LEAF);
}

static const struct corrupt_volume tree = {.name = "tree",
	.july = {.more = "filler /" JULY_FOLDER " 700\n"},
	.map = map_tree};

static void an_index_of_several_levels(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&tree), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_of_several_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
