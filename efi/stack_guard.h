/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the compiler's stack protector needs: the value it compares with, and
 * what happens when a function has written beyond its variables.
 */
#ifndef EFI_STACK_GUARD_H
#define EFI_STACK_GUARD_H

#include "efi/firmware.h"

/**
 * stack_guard_seed - choose the value
 *
 * To be called by a function that is itself compiled without the protector.
 * A broken stack ends in last_resort_take().
 */
void stack_guard_seed(const struct firmware *fw);

#endif
