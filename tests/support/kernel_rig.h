/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a small machine in a full dump: page tables of either
 * processor, and the kernel's list of 100 modules.  Failures are failed
 * assertions.
 */
#ifndef TESTS_SUPPORT_KERNEL_RIG_H
#define TESTS_SUPPORT_KERNEL_RIG_H

#include "recovery/dump_modules.h"
#include "tests/support/counted_disk.h"

#define KERNEL_PAGES 192 /* the first of them are tables */
#define KERNEL_BYTES (DUMP_HEADER_BYTES + KERNEL_PAGES * DUMP_PAGE_BYTES)

/* Where things are in it, virtual addresses and pages. */
#define LIST_HEAD   0xFFFFF80200000100ull /* in the first module */
#define LIST_PAGE   20
#define ENTRIES	    0xFFFFBF0F12340000ull
#define ENTRIES_AT  21 /* pages, one after the other */
#define ENTRY_PAGES 8
#define STACK	    0xFFFF8504AB122F00ull
#define STACK_PAGE  40
#define MANY_AT	    64 /* a long list, to the end */

struct kernel_rig {
	uint8_t *bytes; /* of the dump */
	struct counted_disk disk;
	struct dump header;
	struct dump_modules modules; /* as kernel_open() found them */
};

extern struct kernel_rig kernel;

/** kernel_setup, kernel_teardown - for cmocka: an x64 machine */
int kernel_setup(void **state);
int kernel_teardown(void **state);

/** kernel_put - another machine, with so many levels of tables */
void kernel_put(uint32_t machine, unsigned int levels);

/** kernel_put_list - another list: "Driver-0.SYS" and on, 64 KiB each */
void kernel_put_list(unsigned int count);

/** kernel_open - dump_modules_open() */
int kernel_open(void);

/** kernel_page - its bytes */
uint8_t *kernel_page(uint64_t page);

/** kernel_map - that page lies at @address now */
void kernel_map(uint64_t address, uint64_t page, unsigned int levels);

/** kernel_entry - a table's entry: for that page, or one more table */
uint64_t kernel_entry(uint64_t page, unsigned int level, bool is_table);

/** kernel_entry_for - where @address has it at @level; tables are made */
uint8_t *kernel_entry_for(
	uint64_t address, unsigned int levels, unsigned int level);

/** kernel_link, kernel_link_bytes - module @i's entry in the list */
uint64_t kernel_link(unsigned int i);
uint8_t *kernel_link_bytes(unsigned int i);

/** kernel_code - an address in module @i */
uint64_t kernel_code(unsigned int i);

#endif
