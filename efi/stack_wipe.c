/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows how much of the stack may have been used. */
#include "efi/stack_wipe.h"
#include "storage/crypto/secret.h"

enum { STACK_WIPE_BYTES = 48 * 1024 };

__attribute__((noinline)) void stack_wipe(void)
{
	char below[STACK_WIPE_BYTES];

	secret_wipe(below, sizeof(below));
}
