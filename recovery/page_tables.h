/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual memory in a dump: the page tables of the kernel, from the saved
 * directory base on.
 *
 * Sources: Intel's Software Developer's Manual, volume 3, "Paging" (4 KiB,
 * 2 MiB and 1 GiB pages, four or five levels); Arm Architecture Reference
 * Manual, "VMSAv8-64", with the 4 KiB granule that Windows uses.  On both of
 * them Windows has user and kernel halves in one table of 512 entries (for Arm:
 * MemProcFS), so one index serves for both.
 */
#ifndef RECOVERY_PAGE_TABLES_H
#define RECOVERY_PAGE_TABLES_H

#include "recovery/dump_memory.h"

#define PAGE_TABLES_LEVELS	4
#define PAGE_TABLES_LEVELS_LA57 5 /* x64 only */

struct page_tables {
	struct dump_memory *memory;
	uint32_t machine; /* DUMP_MACHINE_... */
	uint64_t root;	  /* physical; what is no address in it is left out */
	unsigned int levels;
};

/**
 * page_tables_find - the physical address of a virtual one
 *
 * Reads one entry for each level, no more, whatever the tables contain.
 * Returns 0; -ERR_NOT_FOUND if nothing is there: not mapped, not present
 * (pages in transition and in the page file, too), a table that is not in the
 * dump; otherwise as dump_memory_find().
 */
int page_tables_find(
	const struct page_tables *t, uint64_t address, uint64_t *ret_physical);

/**
 * page_tables_read - bytes of virtual memory, of any pages
 *
 * Returns as page_tables_find(); -ERR_NOT_FOUND also if they go beyond the end
 * of all addresses.  @buf's content is unspecified after a failure.
 */
int page_tables_read(
	const struct page_tables *t, uint64_t address, void *buf, size_t len);

#endif
