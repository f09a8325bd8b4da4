/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In whose code did Windows crash?  From a dump: the parameter of the stop code
 * that is a code address, then the program counter, then the words on the
 * stack.  Stale words name the innocent, so those are good for the report only.
 *
 * Which parameter is a code address: Microsoft's bug check reference.
 */
#ifndef RECOVERY_BLAME_H
#define RECOVERY_BLAME_H

#include "recovery/dump_modules.h"

#define BLAME_NAME_BYTES 64

enum blame_by {
	BLAME_NOBODY,	 /* no address lies in a driver that was loaded */
	BLAME_PARAMETER, /* a parameter that the stop code says is one */
	BLAME_CONTEXT,	 /* where the processor was */
	BLAME_STACK	 /* a word on the stack; may be years old */
};

struct blame {
	enum blame_by by;
	bool is_windows; /* a part of Windows itself; nobody else was found */
	char module[BLAME_NAME_BYTES]; /* file name, ASCII letters small; cut if
					  it is longer */
	uint64_t offset;	       /* within it */
};

/**
 * blame_parameter - which parameter of a stop code is a code address?
 *
 * Returns 0 .. DUMP_PARAMETERS - 1, or -1 for none.
 */
int blame_parameter(uint32_t code);

/**
 * blame_module - the module to which the dump points
 *
 * The kernel itself and the HAL are nobody: everything ends there.  Through
 * other parts of Windows (recovery/windows_module.h) the search goes on; the
 * first of them is the answer only if there is no other.
 *
 * An address whose module is not known ends the search: the next one could
 * name somebody who only happens to be known.
 *
 * Returns 0, or what ended the search early; *@ret holds then as well.
 */
int blame_module(
	const struct dump *d, struct dump_modules *m, struct blame *ret);

/**
 * blame_suffices - is it strong enough to say whose content may be held?
 *
 * By a parameter or the program counter, and of a driver that is not part of
 * Windows itself.
 */
bool blame_suffices(const struct blame *b);

/** blame_by_text - "nobody", "parameter", "context", "stack" */
const char *blame_by_text(enum blame_by by);

#endif
