/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules that were loaded when Windows crashed, and the words on its
 * stack, whatever type of dump they are in: "in which module does this address
 * lie?"
 *
 * A triage dump lists them.  In bitmap and full dumps they are in the kernel's
 * memory: the list PsLoadedModuleList of KLDR_DATA_TABLE_ENTRY, whose layout
 * the public symbols have (rizin's dmp_specs.h, kdmp-parser).
 */
#ifndef RECOVERY_DUMP_MODULES_H
#define RECOVERY_DUMP_MODULES_H

#include "recovery/dump_triage.h"
#include "recovery/page_tables.h"

/* Windows writes up to 2 MiB; what lies behind SizeOfDump is not read. */
#define TRIAGE_MAX_BYTES (4u << 20)

/* Words of the stack, from its top on. */
#define DUMP_STACK_WORDS 512

struct dump_module_entry;

struct dump_modules {
	struct triage triage; /* of a triage dump: .bytes is not NULL */
	void *triage_bytes;   /* owned */
	struct dump_memory memory;
	struct page_tables tables;
	struct dump_module_entry *entries; /* of the kernel's list */
	uint32_t count;
	uint64_t stack_pointer;
	/*
	 * Why the list ends before its end, or 0: an address that is in none of
	 * the known modules may be in one of the others then.
	 */
	int list_err;
};

/**
 * dump_modules_open - find the modules of a dump
 * @d:	  the file or page file; must outlive @m
 * @dump: its header
 *
 * The first module has to be the kernel: the list's head lies in it.  Follows
 * at most DUMP_MAX_MODULES entries, and only while each points back to
 * the one before it: no list is walked in circles.  Of a list that breaks off,
 * what comes before is there.
 *
 * Returns 0; -ERR_UNSUPPORTED for types that have none or are not read
 * (recovery/dump_memory.h); -ERR_NOT_FOUND if not even the first module is in
 * the dump; -ERR_CORRUPT; -ERR_TRUNCATED; -ERR_TOO_LARGE; -ERR_IO;
 * -ERR_NO_MEMORY.  dump_modules_close() is valid either way.
 */
int dump_modules_open(
	struct dump_modules *m, struct disk *d, const struct dump *dump);

/**
 * dump_modules_find - in which module does @address lie?
 *
 * Names of triage dumps are paths, the others are not.  Returns 1; 0 if in
 * none; an error if that cannot be said, or the module's name cannot be read.
 */
int dump_modules_find(
	struct dump_modules *m, uint64_t address, struct dump_module *ret);

/**
 * dump_modules_read_stack - words of the stack, from its top on
 *
 * Stops where the stack is not in the dump any more.  Returns how many of at
 * most DUMP_STACK_WORDS there are, or an error.
 */
int dump_modules_read_stack(
	struct dump_modules *m, uint64_t words[DUMP_STACK_WORDS]);

/** dump_modules_close - accepts a zeroed or half-made one */
void dump_modules_close(struct dump_modules *m);

#endif
