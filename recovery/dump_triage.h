/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a triage dump ("minidump") has behind its header: the loaded drivers and
 * the ones unloaded before.
 *
 * Source of the format: rizin's dmp_specs.h, kdmp-parser, dumps written by
 * Windows; offsets in dump_triage.c.
 */
#ifndef RECOVERY_DUMP_TRIAGE_H
#define RECOVERY_DUMP_TRIAGE_H

#include "recovery/dump.h"

#define TRIAGE_SIZE_AT	 0x2004 /* u32: how long the dump says it is */
#define TRIAGE_MIN_BYTES 0x2080

/* A triage dump that triage_check() has accepted. */
struct triage {
	const uint8_t *bytes; /* the caller's */
	size_t len;
	uint32_t size_of_dump;
	uint32_t valid_offset;
	uint32_t call_stack_offset;
	uint32_t call_stack_bytes;
	uint32_t driver_list;
	uint32_t driver_count;
	uint32_t unloaded_list; /* 0: there is none */
	uint32_t unloaded_count;
};

/**
 * triage_check - look at everything behind the header
 * @bytes: @len bytes of hostile input, from the dump's header on
 *
 * Returns 0; -ERR_TRUNCATED if it ends before its lists and names do;
 * -ERR_CORRUPT; -ERR_TOO_LARGE above DUMP_MAX_MODULES.  @bytes must stay
 * while *@ret, written only on success, is in use.
 */
int triage_check(const void *bytes, size_t len, struct triage *ret);

/** triage_driver - driver @i of driver_count */
void triage_driver(const struct triage *t, uint32_t i, struct dump_module *ret);

/** triage_unloaded - the name of unloaded driver @i of unloaded_count */
void triage_unloaded(const struct triage *t, uint32_t i, char *ret, size_t cap);

/**
 * triage_stack - words of the stack, from its top on; returns how many
 */
size_t triage_stack(const struct triage *t, uint64_t *words, size_t max);

/**
 * triage_find - in which driver does @address lie?
 *
 * Returns false if in none.
 */
bool triage_find(
	const struct triage *t, uint64_t address, struct dump_module *ret);

#endif
