/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small triage dump, built from the description of the format: two drivers,
 * one that was unloaded, a stack of zeros.
 */
#ifndef TESTS_SUPPORT_TRIAGE_MAKER_H
#define TESTS_SUPPORT_TRIAGE_MAKER_H

#include <stdint.h>

#define MADE_DRIVERS  2
#define MADE_STACK    0x2080 /* offsets within it */
#define MADE_LIST     0x2100
#define MADE_NAMES    0x2300
#define MADE_UNLOADED 0x2400
#define MADE_VALID    0x24FC
#define MADE_BYTES    0x2500

/* "\Driver\contoso.sys" and "fabrikam.sys". */
#define MADE_FIRST_BASE	 0xFFFFF80124E90000ull
#define MADE_SECOND_BASE 0xFFFFF80125230000ull

/** triage_make - a good dump */
void triage_make(uint8_t bytes[MADE_BYTES]);

/** triage_make_driver - replace driver @i */
void triage_make_driver(uint8_t *bytes, unsigned int i, uint64_t base,
	uint32_t size, const char *name);

/** triage_make_text - ASCII as UTF-16, without a NUL */
void triage_make_text(uint8_t *at, const char *text);

#endif
