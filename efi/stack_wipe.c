/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/stack_wipe.h"
#include "storage/crypto/secret.h"

__attribute__((noinline)) void stack_wipe(void)
{
	char below[STACK_WIPE_BYTES];

	secret_wipe(below, sizeof(below));
}
