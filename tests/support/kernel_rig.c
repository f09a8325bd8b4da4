/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/kernel_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"

#define ENTRY_STEP 0x100

struct kernel_rig kernel;

static unsigned int next_table;

uint8_t *kernel_page(uint64_t page)
{
	return kernel.bytes + DUMP_HEADER_BYTES + page * DUMP_PAGE_BYTES;
}

uint64_t kernel_entry(uint64_t page, unsigned int level, bool is_table)
{
	if (kernel.header.machine == DUMP_MACHINE_X64)
		return page << 12 | 0x63 | (level && !is_table ? 0x80 : 0) |
		       (uint64_t)1 << 63;
	return page << 12 | 0x60000000000700 | (is_table || !level ? 3 : 1);
}

uint8_t *kernel_entry_for(
	uint64_t address, unsigned int levels, unsigned int level)
{
	uint64_t table = 1;

	for (unsigned int i = levels - 1;; i--) {
		uint8_t *e = kernel_page(table) +
			     (address >> (12 + 9 * i) & 511) * 8;

		if (i == level)
			return e;
		if (!le64_get(e))
			le64_put(e, kernel_entry(next_table++, i, true));
		table = le64_get(e) >> 12 & 0xFFFFFF;
		assert_true(table < KERNEL_PAGES);
	}
}

void kernel_map(uint64_t address, uint64_t page, unsigned int levels)
{
	le64_put(kernel_entry_for(address, levels, 0),
		kernel_entry(page, 0, false));
}

uint64_t kernel_link(unsigned int i)
{
	return ENTRIES + (uint64_t)i * ENTRY_STEP;
}

uint8_t *kernel_link_bytes(unsigned int i)
{
	return kernel_page(ENTRIES_AT) + (size_t)i * ENTRY_STEP;
}

/* Entry @i of a list of @count: "driver-i.sys", 64 KiB each. */
static void put_link(unsigned int i, unsigned int count)
{
	uint8_t *e = kernel_link_bytes(i);
	char name[32];

	le64_put(e, i + 1 < count ? kernel_link(i + 1) : LIST_HEAD);
	le64_put(e + 8, i ? kernel_link(i - 1) : LIST_HEAD);
	le64_put(e + 0x30, 0xFFFFF80200000000 + 0x10000ull * i);
	le32_put(e + 0x40, 0x10000);
	snprintf(name, sizeof(name), "Driver-%u.SYS", i);
	le16_put(e + 0x58, (uint16_t)(2 * strlen(name)));
	le64_put(e + 0x60, kernel_link(i) + 0xA0);
	for (size_t k = 0; name[k]; k++)
		le16_put(e + 0xA0 + 2 * k, (uint8_t)name[k]);
}

void kernel_put_list(unsigned int count)
{
	uint8_t *head = kernel_page(LIST_PAGE) + LIST_HEAD % DUMP_PAGE_BYTES;

	le64_put(head, count ? kernel_link(0) : LIST_HEAD);
	le64_put(head + 8, count ? kernel_link(count - 1) : LIST_HEAD);
	for (unsigned int i = 0; i < count; i++)
		put_link(i, count);
}

void kernel_put(uint32_t machine, unsigned int levels)
{
	memset(kernel.bytes, 0, KERNEL_BYTES);
	le32_put(kernel.bytes + 0x88, 1);
	le64_put(kernel.bytes + 0x98, 0);
	le64_put(kernel.bytes + 0xA0, KERNEL_PAGES);
	kernel.header = (struct dump){.machine = machine,
		.type = DUMP_FULL,
		.code = 0x50,
		.page_tables = DUMP_PAGE_BYTES | 0xFFF0000000000008,
		.module_list = LIST_HEAD,
		.stack_pointer = STACK};
	next_table = 2;
	kernel_map(LIST_HEAD, LIST_PAGE, levels);
	for (unsigned int i = 0; i < ENTRY_PAGES; i++)
		kernel_map(
			ENTRIES + i * DUMP_PAGE_BYTES, ENTRIES_AT + i, levels);
	kernel_map(STACK, STACK_PAGE, levels);
	assert_true(next_table < LIST_PAGE);
	kernel_put_list(100);
	counted_disk_open(&kernel.disk, kernel.bytes, KERNEL_BYTES);
}

int kernel_setup(void **state)
{
	(void)state;
	kernel.bytes = malloc(KERNEL_BYTES);
	kernel_put(DUMP_MACHINE_X64, 4);
	return 0;
}

int kernel_teardown(void **state)
{
	(void)state;
	dump_modules_close(&kernel.modules);
	free(kernel.bytes);
	return 0;
}

int kernel_open(void)
{
	dump_modules_close(&kernel.modules);
	return dump_modules_open(
		&kernel.modules, &kernel.disk.meter.disk, &kernel.header);
}

uint64_t kernel_code(unsigned int i)
{
	return 0xFFFFF80200000000 + 0x10000ull * i + 0x123;
}
