/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page tables of both processors, in the dump of a small machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/kernel_rig.h"

static void expect_physical(uint64_t address, uint64_t physical)
{
	uint64_t found = 0;

	assert_int_equal(
		page_tables_find(&kernel.modules.tables, address, &found), 0);
	assert_int_equal(found, physical);
}

static void expect_nothing(uint64_t address)
{
	uint64_t found;

	assert_int_equal(
		page_tables_find(&kernel.modules.tables, address, &found),
		-ERR_NOT_FOUND);
}

static void pages_of_every_size(void **state)
{
	static const uint32_t machines[] = {
		DUMP_MACHINE_X64, DUMP_MACHINE_ARM64};
	const uint64_t two = 0xFFFF900000000000, one = 0xFFFF908000000000;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		kernel_put(machines[i], 4);
		le64_put(kernel_entry_for(two, 4, 1),
			kernel_entry(0x40000, 1, false));
		le64_put(kernel_entry_for(one, 4, 2),
			kernel_entry(0x80000, 2, false));
		/* In the low bits of a large page's address is something else.
		 */
		if (machines[i] == DUMP_MACHINE_X64)
			kernel_entry_for(two, 4, 1)[1] |= 0x10;
		assert_int_equal(kernel_open(), 0);
		assert_int_equal(kernel.modules.tables.levels, 4);
		expect_physical(LIST_HEAD, LIST_PAGE * DUMP_PAGE_BYTES +
						   LIST_HEAD % DUMP_PAGE_BYTES);
		expect_physical(two + 0x1FFFFF, 0x401FFFFF);
		expect_nothing(two + 0x200000);
		expect_physical(one + 0x3FFFFFFF, 0xBFFFFFFF);
		expect_nothing(one + 0x40000000);
		expect_nothing(0);
		expect_nothing(UINT64_MAX);
	}
}

/* What is not there is not followed, whatever else the entry says. */
static void entries_that_map_nothing(void **state)
{
	static const struct {
		uint32_t machine;
		unsigned int level;
		uint64_t entry;
	} cases[] = {
		{DUMP_MACHINE_X64, 0, 0x15062},	      /* not present */
		{DUMP_MACHINE_X64, 0, 0x15862},	      /* in transition */
		{DUMP_MACHINE_X64, 3, 0x150E3},	      /* a page of 512 GiB */
		{DUMP_MACHINE_X64, 1, 0xFFFFFFFF063}, /* not in the dump */
		{DUMP_MACHINE_ARM64, 0, 0x15700},     /* not valid */
		{DUMP_MACHINE_ARM64, 0, 0x15701},     /* reserved */
		{DUMP_MACHINE_ARM64, 3, 0x15701},     /* a block of 512 GiB */
	};
	uint8_t byte;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		kernel_put(cases[i].machine, 4);
		assert_int_equal(kernel_open(), 0);
		le64_put(kernel_entry_for(ENTRIES, 4, cases[i].level),
			cases[i].entry);
		dump_modules_close(&kernel.modules);
		assert_int_equal(kernel_open(), -ERR_NOT_FOUND);
	}
	kernel_put(DUMP_MACHINE_X64, 4);
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(
		page_tables_read(&kernel.modules.tables, UINT64_MAX, &byte, 1),
		-ERR_NOT_FOUND);
	assert_int_equal(page_tables_read(&kernel.modules.tables,
				 UINT64_MAX - 5, kernel.bytes, 7),
		-ERR_NOT_FOUND);
	assert_int_equal(
		page_tables_read(&kernel.modules.tables, ENTRIES, &byte, 0), 0);
}

/* A table that maps itself ends like any other. */
static void tables_in_circles(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		le64_put(kernel_page(1) + 8 * i, kernel_entry(1, 3, true));
	assert_int_equal(kernel_open(), -ERR_CORRUPT);
	assert_true(counted_disk_reads(&kernel.disk) < 20);
}

static void five_levels_are_noticed(void **state)
{
	struct dump_module module;

	(void)state;
	kernel_put(DUMP_MACHINE_X64, 5);
	assert_int_equal(kernel_open(), 0);
	assert_int_equal(kernel.modules.tables.levels, 5);
	assert_int_equal(kernel.modules.count, 100);
	assert_int_equal(
		dump_modules_find(&kernel.modules, kernel_code(7), &module), 1);
	assert_string_equal(module.name, "Driver-7.SYS");
	kernel_put(DUMP_MACHINE_ARM64, 5);
	assert_int_equal(kernel_open(), -ERR_NOT_FOUND);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, kernel_setup, kernel_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_of_every_size),
		TEST(entries_that_map_nothing),
		TEST(tables_in_circles),
		TEST(five_levels_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
