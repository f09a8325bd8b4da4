/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Restarting the PC.
 */
#ifndef EFI_RESET_H
#define EFI_RESET_H

#include "efi/firmware.h"

/**
 * reset_machine - cold reset, or a warm one where that does nothing
 *
 * Returns only if the firmware refused both (quirk Q55).
 */
void reset_machine(const struct firmware *fw);

#endif
