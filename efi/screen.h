/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's text console, if there is one.
 */
#ifndef EFI_SCREEN_H
#define EFI_SCREEN_H

#include "efi/firmware.h"

/* Nobody can be asked how wide it is (quirk Q52), so it has 80 columns. */
#define SCREEN_COLUMNS 80

enum screen_colour { SCREEN_PLAIN, SCREEN_BRIGHT, SCREEN_YELLOW, SCREEN_RED };

struct screen {
	SIMPLE_TEXT_OUTPUT_INTERFACE *out; /* NULL: no screen */
	bool has_colour;
	UINTN first_attribute; /* as we found it */
};

/** screen_open - start with an empty screen; a PC without one is no error */
void screen_open(struct screen *s, const struct firmware *fw);

/**
 * screen_write - show @len ASCII characters; lines end in "\r\n"
 *
 * Never fails: a screen that does is not used again.
 */
void screen_write(struct screen *s, enum screen_colour colour, const char *text,
	size_t len);

/** screen_close - leave the colours as we found them */
void screen_close(struct screen *s);

#endif
