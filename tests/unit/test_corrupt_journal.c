/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volume that was left in a crash, with transactions to be redone, whose
 * journal is damaged: the restart pages, each and both alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/corrupt_case.h"

static const struct corrupt_volume newer = {.name = "journal-2.0",
	.july = {.journal = "--version 2.0 "
			    "--committed Windows/System32/ntoskrnl.exe=2 "
			    "--unfinished pagefile.sys=1"},
	.map = corrupt_map_restart};

static const struct corrupt_volume older = {.name = "journal-1.1",
	.july = {.journal = "--version 1.1 "
			    "--committed Windows/System32/ntoskrnl.exe=2"},
	.map = corrupt_map_restart};

static void restart_pages_of_windows_8(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&newer), 0);
}

static void restart_pages_of_windows_7(void **state)
{
	(void)state;
	assert_int_equal(corrupt_try(&older), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restart_pages_of_windows_8),
		cmocka_unit_test(restart_pages_of_windows_7),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
