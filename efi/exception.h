/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU exceptions.  Left alone they end in the firmware's own handler, which
 * prints a dump and stands still for ever (quirk Q62): no watchdog, no reset.
 */
#ifndef EFI_EXCEPTION_H
#define EFI_EXCEPTION_H

#include "efi/firmware.h"

/**
 * exception_catch - from here on an exception ends in last_resort_take()
 *
 * Through EFI_CPU_ARCH_PROTOCOL (UEFI Platform Initialization specification),
 * which is the firmware's own and may be missing or refuse.  Returns how many
 * kinds of exception are caught; 0 means that the firmware keeps them all.
 */
unsigned int exception_catch(const struct firmware *fw);

/** exception_release - give back what exception_catch() took */
void exception_release(const struct firmware *fw);

#endif
