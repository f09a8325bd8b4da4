/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps volumes of fault cases (fault_case.h) as files for readers that are not
 * ours: LOOPBREAKER_KEEP names the folder.  Beside each case that runs, and so
 * best with LOOPBREAKER_ONLY:
 *
 *	SCENARIO,before		what a scenario begins with
 *	SCENARIO,after		what it ends with, without a fault
 *	CASE,cut		right after a power cut (the last one)
 *	CASE,end		after the run that follows
 *
 * and of a damaged volume (corrupt_case.h) CASE,before and CASE,after.
 */
#ifndef TESTS_SUPPORT_FAULT_KEEP_H
#define TESTS_SUPPORT_FAULT_KEEP_H

#include "tests/support/july.h"

/** fault_keep - write the Windows volume of @e, if that is wanted */
void fault_keep(const struct emudisk *e, const struct july *j, const char *name,
	const char *when);

#endif
