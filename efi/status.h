/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_STATUS on one side, enum err on the other: the one place where the two
 * languages meet.
 */
#ifndef EFI_STATUS_H
#define EFI_STATUS_H

#include <efi.h>

/**
 * status_to_err - the firmware's answer as 0 or a negative -ERR_ code
 *
 * Warnings, which are positive, count as failures: a read or write that "only"
 * warns did not do what was asked.  A status we do not know becomes -ERR_IO.
 */
int status_to_err(EFI_STATUS status);

/**
 * status_from_err - the EFI_STATUS that tells the firmware about @err
 * @err: 0, or a code as returned (negative)
 *
 * status_to_err() gives the same code back, except for those the firmware has
 * no word for (ERR_AMBIGUOUS, ERR_NOT_STORED): they become EFI_ABORTED.
 */
EFI_STATUS status_from_err(int err);

/** status_text - the firmware's answer in words: "not found"; never NULL */
const char *status_text(EFI_STATUS status);

#endif
