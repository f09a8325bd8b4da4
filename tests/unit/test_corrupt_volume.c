/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume whose boot sector or system files are damaged: the first records of
 * $MFT, alone and together with their copies, and those copies alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/corrupt_case.h"

#define SYSTEM_RECORDS 16

static void map_boot(struct corrupt_map *map)
{
	corrupt_map_boot(map);
	corrupt_map_records(map, 0, SYSTEM_RECORDS);
	corrupt_map_mirror(map);
}

static const struct corrupt_volume plain = {.name = "plain", .map = map_boot};

static void boot_sector_and_system_files(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&plain), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_sector_and_system_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
