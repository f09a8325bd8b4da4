/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the person in front of the screen for a recovery password or a PIN.
 */
#ifndef EFI_ASK_SECRET_H
#define EFI_ASK_SECRET_H

#include "efi/front.h"

/**
 * ask_secret - as ask_secret of struct platform_ops
 *
 * A key that changes nothing does not start the clock anew: one that is stuck
 * must not keep a PC from starting.  Half an hour is the end in any case.
 * Needs task priority level TPL_APPLICATION.
 */
int ask_secret(struct front *f, const struct secret_question *question,
	char *buf, size_t cap, size_t *ret_len);

#endif
