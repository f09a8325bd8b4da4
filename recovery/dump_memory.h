/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The physical memory in a full or bitmap dump: where in the file a page lies.
 *
 * A full dump has the runs of physical memory one after the other.  A bitmap
 * dump has one bit for every page of the machine; pages whose bit is set follow
 * each other.  Kernel dumps of type 2 (before Windows 8) have a bitmap of
 * another form that no public documentation explains; types above 7 are written
 * by debuggers.  Neither is read.
 *
 * Source of the format: rizin's dmp_specs.h, kdmp-parser; offsets in
 * dump_memory.c.
 */
#ifndef RECOVERY_DUMP_MEMORY_H
#define RECOVERY_DUMP_MEMORY_H

#include "recovery/dump.h"
#include "storage/disk.h"

#define DUMP_PAGE_BYTES 4096
#define DUMP_MAX_RUNS	42 /* as many as the header has room for */

/* A bitmap is read in blocks of as much; each stands for 4 GiB of memory. */
#define DUMP_BLOCK_BYTES 131072
#define DUMP_MAX_BLOCKS	 256 /* a machine with 1 TiB */

/* How many blocks stay in memory, at most.  Others are read again for a page.
 */
#define DUMP_KEPT_BLOCKS 16

#define DUMP_KEPT_PAGES 16

/* Pages and blocks that are read after opening; then -ERR_TOO_LARGE. */
#define DUMP_MAX_READS 2048

struct dump_run {
	uint64_t first; /* page of physical memory */
	uint64_t count;
	uint64_t at; /* which page of the file's */
};

struct dump_memory {
	struct disk *disk;
	uint64_t first_page; /* where in the file pages begin */
	uint64_t pages;	     /* bits in the bitmap; 0: there are runs */
	struct dump_run runs[DUMP_MAX_RUNS];
	uint32_t run_count;
	uint32_t *before; /* each block: bits that are set before it */
	struct dump_kept *kept_blocks;
	size_t kept_block_count;
	struct dump_kept *kept_pages;
	uint64_t clock;
	unsigned int reads; /* since opening */
};

/**
 * dump_memory_open - where are the pages of this dump?
 * @d:	  the file; hostile; must outlive @m
 * @type: enum dump_type, of its header
 *
 * Reads the whole bitmap, DUMP_BLOCK_BYTES at a time.  Takes 2 MiB of memory at
 * most (the firmware has 16).  Returns 0; -ERR_UNSUPPORTED for other types;
 * -ERR_CORRUPT; -ERR_TRUNCATED; -ERR_TOO_LARGE for a bigger machine; -ERR_IO;
 * -ERR_NO_MEMORY. dump_memory_close() is valid either way.
 */
int dump_memory_open(struct dump_memory *m, struct disk *d, uint32_t type);

/**
 * dump_memory_find - where in the file does a page of physical memory lie?
 *
 * Returns 0; -ERR_NOT_FOUND if it is not in the dump; -ERR_TRUNCATED if it
 * would lie past the file's end; -ERR_TOO_LARGE; -ERR_IO.
 */
int dump_memory_find(
	struct dump_memory *m, uint64_t page, uint64_t *ret_offset);

/**
 * dump_memory_read - bytes of one page of physical memory
 * @address: physical; [@address, @address + @len) must not cross into the next
 *	     page
 *
 * Returns as dump_memory_find().
 */
int dump_memory_read(
	struct dump_memory *m, uint64_t address, void *buf, size_t len);

/** dump_memory_close - accepts a zeroed or half-made one */
void dump_memory_close(struct dump_memory *m);

#endif
