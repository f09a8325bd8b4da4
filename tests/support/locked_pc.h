/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PC of July 2024 (july_run.h) with BitLocker: its Windows volume is locked
 * before a run, and revealed afterwards for the judges of july_run.h.
 */
#ifndef TESTS_SUPPORT_LOCKED_PC_H
#define TESTS_SUPPORT_LOCKED_PC_H

#include "tests/support/bitlocker_maker.h"
#include "tests/support/july_run.h"

/** locked_start - pc_start(), and lock the volume as @plan says */
void locked_start(const struct july *j, const struct bitlocker_plan *plan);

/** locked_unseal - somebody has changed the metadata, and no key made it good
 */
void locked_unseal(void);

/** locked_reveal - the volume is plain from now on, as its owner sees it */
void locked_reveal(void);

/** locked_hides - is @text nowhere in what is on the disk, in no encoding? */
bool locked_hides(const struct emudisk *e, const char *text);

#endif
