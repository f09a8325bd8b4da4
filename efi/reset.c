/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways to reset, in order.
 */
#include "efi/reset.h"

void reset_machine(const struct firmware *fw)
{
	fw->runtime->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
	/* Quirk Q55: it may be unsupported, and return. */
	fw->runtime->ResetSystem(EfiResetWarm, EFI_SUCCESS, 0, NULL);
}
