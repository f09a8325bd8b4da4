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

/** screen_clear - an empty screen, the cursor at its start; false if not */
bool screen_clear(struct screen *s);

/** screen_move - the cursor goes there, from 0; false if not */
bool screen_move(struct screen *s, unsigned int column, unsigned int row);

/** screen_show_cursor - or hide it, where the firmware can */
void screen_show_cursor(struct screen *s, bool is_shown);

/** screen_close - leave the colours as we found them */
void screen_close(struct screen *s);

#endif
