/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-over mark of the record in eight bytes, for a variable store that
 * has no room for the record: resets that nobody counts must not happen.
 *
 * Variable "LoopbreakerPass", NV + BS; it exists only while the record could
 * not be stored, and is then the newer of the two.
 */
#ifndef EFI_PASS_MARK_H
#define EFI_PASS_MARK_H

#include "efi/firmware.h"
#include "recovery/record.h"

#define PASS_MARK_BYTES 8

/**
 * pass_mark_check - the hand-over mark in @bytes, into @r
 *
 * Its time is 0 then: unknown.  Returns 0; -ERR_CORRUPT, and @r is unchanged.
 */
int pass_mark_check(const void *bytes, size_t len, struct record *r);

/** pass_mark_get - put the mark into @r; false if there is none to be used */
bool pass_mark_get(const struct firmware *fw, struct record *r);

/** pass_mark_put - store the mark of @r; as vars_set() */
int pass_mark_put(const struct firmware *fw, const struct record *r);

/** pass_mark_remove - the record is stored again; as vars_remove() */
int pass_mark_remove(const struct firmware *fw);

#endif
