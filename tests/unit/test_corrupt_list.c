/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume on which a file that is to be held, and its folder, do not fit into
 * one MFT record: their attribute lists and all their records are damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/corrupt_case.h"

#define STREAM(path, name)                                                     \
	"stream /" path " " name                                               \
	" text 0123456789012345678901234567890123456789\n"
#define STREAMS(path)                                                          \
	STREAM(path, "s0")                                                     \
	STREAM(path, "s1")                                                     \
	STREAM(path, "s2")                                                     \
	STREAM(path, "s3")                                                     \
	STREAM(path, "s4")                                                     \
	STREAM(path, "s5")                                                     \
	STREAM(path, "s6")                                                     \
	STREAM(path, "s7")                                                     \
	STREAM(path, "s8")                                                     \
	STREAM(path, "s9") STREAM(path, "sa") STREAM(path, "sb")

static void map_file(struct corrupt_map *map)
{
	corrupt_map_file(map, JULY_OTHER);
}

static void map_folder(struct corrupt_map *map)
{
	corrupt_map_file(map, "CrowdStrike");
}

static const struct corrupt_volume file = {.name = "list-of-file",
	.july = {.more = STREAMS(JULY_FOLDER "/" JULY_OTHER)},
	.map = map_file};

static const struct corrupt_volume folder = {.name = "list-of-folder",
	.july = {.more = STREAMS(JULY_FOLDER) "filler /" JULY_FOLDER " 40\n"},
	.map = map_folder};

static void attribute_list_of_the_file(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&file), 0);
}

static void attribute_list_of_its_folder(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attribute_list_of_the_file),
		cmocka_unit_test(attribute_list_of_its_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
