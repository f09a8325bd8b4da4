/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a 64-bit kernel dump: what the stop was, when, on which
 * processor.  The same for every type of dump, whether it lies in a file of its
 * own or still at the start of the page file.
 *
 * Source of the format: Microsoft's debugger documentation, rizin's
 * dmp_specs.h, kdmp-parser, dumps written by Windows; offsets in dump.c.
 */
#ifndef RECOVERY_DUMP_H
#define RECOVERY_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUMP_HEADER_BYTES 0x2000
#define DUMP_PARAMETERS	  4

/* Processors, as in PE headers. */
#define DUMP_MACHINE_X64   0x8664
#define DUMP_MACHINE_ARM64 0xAA64

enum dump_type {
	DUMP_FULL = 1,
	DUMP_KERNEL = 2,
	DUMP_TRIAGE = 4, /* a "minidump" */
	DUMP_BITMAP_FULL = 5,
	DUMP_BITMAP_KERNEL = 6,
	DUMP_AUTOMATIC = 7
};

struct dump {
	uint32_t machine;
	uint32_t build;
	uint32_t code; /* the stop code */
	uint64_t parameters[DUMP_PARAMETERS];
	uint32_t type;	      /* enum dump_type, or a newer one */
	uint64_t system_time; /* FILETIME, UTC; 0: not filled in */
	uint64_t uptime;      /* in FILETIME's ticks; 0: not filled in */
	bool has_boot_id;
	uint32_t boot_id;
	uint64_t page_tables; /* physical address of their root */
	uint64_t module_list; /* virtual address of PsLoadedModuleList */
	/* Of the context record; 0: not filled in. */
	uint64_t program_counter;
	uint64_t stack_pointer;
};

/* More of them, in whatever list, are not believed. */
#define DUMP_MAX_MODULES 4096

#define DUMP_NAME_BYTES 520 /* of a module, UTF-8; longer names are cut */

struct dump_module {
	char name[DUMP_NAME_BYTES]; /* "\SystemRoot\System32\..." or "x.sys" */
	uint64_t base;
	uint32_t size;
	uint32_t timestamp; /* 0: not known */
};

/** dump_is_present - do @bytes begin like a 64-bit kernel dump? */
bool dump_is_present(const void *bytes, size_t len);

/**
 * dump_check - parse the header
 * @bytes: @len bytes of hostile input, from the dump's start on
 *
 * Returns 0; -ERR_NOT_FOUND if it is no kernel dump; -ERR_UNSUPPORTED for a
 * 32-bit one or an unknown processor; -ERR_TRUNCATED below DUMP_HEADER_BYTES.
 * *@ret is written only on success.
 */
int dump_check(const void *bytes, size_t len, struct dump *ret);

#endif
