/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "efi/keyboard.h"

/* A key that is held down, or firmware that makes keys up. */
#define MAX_STALE_KEYS 256

bool keyboard_is_there(const struct firmware *fw)
{
	const SIMPLE_INPUT_INTERFACE *keyboard = fw->system->ConIn;

	return keyboard && keyboard->WaitForKey;
}

/*
 * Quirk Q48: to ask for a key that is not there freezes some firmware, so its
 * event is looked at first.
 */
bool keyboard_read(const struct firmware *fw, EFI_INPUT_KEY *ret)
{
	SIMPLE_INPUT_INTERFACE *keyboard = fw->system->ConIn;

	memset(ret, 0, sizeof(*ret));
	return fw->boot->CheckEvent(keyboard->WaitForKey) == EFI_SUCCESS &&
	       keyboard->ReadKeyStroke(keyboard, ret) == EFI_SUCCESS;
}

void keyboard_forget(const struct firmware *fw)
{
	EFI_INPUT_KEY key;
	unsigned int i;

	for (i = 0; i < MAX_STALE_KEYS && keyboard_read(fw, &key); i++)
		;
}
