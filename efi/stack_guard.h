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
 * @fw: copied, for when the stack turns out to be broken
 *
 * To be called by a function that is itself compiled without the protector.
 */
void stack_guard_seed(const struct firmware *fw);

/**
 * stack_guard_set_next - which Boot#### to start after a broken stack
 *
 * Otherwise the same bytes would break it again after the reset, for ever.
 */
void stack_guard_set_next(uint16_t number);

#endif
