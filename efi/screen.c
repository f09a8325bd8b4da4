/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_SIMPLE_TEXT_OUTPUT: as few calls as possible, because each of them may
 * redraw or send a whole screen.
 */
#include "efi/screen.h"
#include "storage/crypto/secret.h"

/* A full screen of 80x25 goes out in one call. */
#define CHUNK_UNITS 2048

static const UINTN attributes[] = {
	[SCREEN_PLAIN] = EFI_LIGHTGRAY,
	[SCREEN_BRIGHT] = EFI_WHITE,
	[SCREEN_YELLOW] = EFI_YELLOW,
	[SCREEN_RED] = EFI_LIGHTRED,
};

/* Quirk Q52: Mode can be missing, out of range or of no modes at all. */
static bool mode_is_sane(const SIMPLE_TEXT_OUTPUT_MODE *mode)
{
	return mode && mode->MaxMode > 0 && mode->Mode >= 0 &&
	       mode->Mode < mode->MaxMode;
}

void screen_open(struct screen *s, const struct firmware *fw)
{
	s->out = fw->system->ConOut;
	s->has_colour = s->out && mode_is_sane(s->out->Mode);
	s->first_attribute = EFI_LIGHTGRAY;
	if (!s->out)
		return;
	if (s->has_colour) {
		s->first_attribute = (UINTN)s->out->Mode->Attribute;
		(void)s->out->SetAttribute(s->out, attributes[SCREEN_PLAIN]);
	}
	/*
	 * Quirk Q52: the mode is never changed, and the cursor may have been
	 * left anywhere.  ClearScreen is optional; then at least go home.
	 */
	if (s->out->ClearScreen(s->out) != EFI_SUCCESS)
		(void)s->out->SetCursorPosition(s->out, 0, 0);
}

void screen_write(struct screen *s, enum screen_colour colour, const char *text,
	size_t len)
{
	CHAR16 chunk[CHUNK_UNITS + 1];

	if (s->out && s->has_colour)
		(void)s->out->SetAttribute(s->out, attributes[colour]);
	while (s->out && len > 0) {
		size_t units = len < CHUNK_UNITS ? len : CHUNK_UNITS;

		for (size_t i = 0; i < units; i++)
			chunk[i] = (uint8_t)text[i];
		chunk[units] = 0;
		if (s->out->OutputString(s->out, chunk) != EFI_SUCCESS)
			s->out = NULL;
		text += units;
		len -= units;
		/* It may have been a key (efi/secret_page.h). */
		secret_wipe(chunk, units * sizeof(*chunk));
	}
}

bool screen_clear(struct screen *s)
{
	return s->out && s->out->ClearScreen(s->out) == EFI_SUCCESS;
}

bool screen_move(struct screen *s, unsigned int column, unsigned int row)
{
	return s->out &&
	       s->out->SetCursorPosition(s->out, column, row) == EFI_SUCCESS;
}

void screen_show_cursor(struct screen *s, bool is_shown)
{
	if (s->out && s->out->EnableCursor)
		(void)s->out->EnableCursor(s->out, is_shown); /* or not */
}

void screen_close(struct screen *s)
{
	if (s->out && s->has_colour)
		(void)s->out->SetAttribute(s->out, s->first_attribute);
	s->out = NULL;
}
