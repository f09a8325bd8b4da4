/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume on which the way to the files that are to be held is damaged: the
 * MFT records and index blocks of each folder on it, and the files' own, in a
 * folder with few names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/corrupt_case.h"

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

static const struct corrupt_volume few = {.name = "path",
	.july = {.more = "filler /" JULY_FOLDER " 4\n"},
	.map = map_path};

static void the_way_to_the_files(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&few), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_to_the_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
