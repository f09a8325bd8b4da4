/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's keyboard, if there is one.
 */
#ifndef EFI_KEYBOARD_H
#define EFI_KEYBOARD_H

#include "efi/firmware.h"

/** keyboard_is_there - is there one that can be asked without waiting? */
bool keyboard_is_there(const struct firmware *fw);

/** keyboard_read - a key that was pressed; false if none was */
bool keyboard_read(const struct firmware *fw, EFI_INPUT_KEY *ret);

/**
 * keyboard_forget - drop what was pressed until now
 *
 * Such as the keys that have opened the firmware's boot menu.  Not more than a
 * few hundred: a key may be held down.
 */
void keyboard_forget(const struct firmware *fw);

#endif
