/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's font is mostly 8 by 19 pixels, on 80 columns in the middle of
 * the screen or on all of it; sometimes it is larger.  Two fifths of the screen
 * in both directions keep away from the text in each of these cases.
 */
#include "efi/qr_picture.h"

#include <string.h>

#include "recovery/qr_code.h"

#define SHARE_OF_SCREEN(pixels) ((pixels) / 5 * 2)

/* Smaller ones a telephone does not see. */
#define MIN_MODULE_PIXELS 3

/* Dark modules beside each other are one rectangle. */
static bool row_draw(const struct qr_picture *p, const struct qr_code *q,
	unsigned int y, uint32_t pixels)
{
	struct graphics_area dark = {
		.y = p->area.y + (QR_CODE_QUIET_MODULES + y) * pixels,
		.height = pixels};
	unsigned int end;

	for (unsigned int x = 0; x < q->modules; x = end + 1) {
		for (end = x; qr_code_is_dark(q, end, y); end++)
			;
		if (end == x)
			continue;
		dark.x = p->area.x + (QR_CODE_QUIET_MODULES + x) * pixels;
		dark.width = (end - x) * pixels;
		if (!graphics_fill(&p->graphics, &dark, false))
			return false;
	}
	return true;
}

static bool code_draw(struct qr_picture *p, const struct qr_code *q)
{
	uint32_t modules = q->modules + 2 * QR_CODE_QUIET_MODULES;
	uint32_t room = SHARE_OF_SCREEN(p->graphics.width);
	uint32_t pixels;

	if (room > SHARE_OF_SCREEN(p->graphics.height))
		room = SHARE_OF_SCREEN(p->graphics.height);
	pixels = room / modules;
	if (pixels < MIN_MODULE_PIXELS)
		return false;
	p->area.width = modules * pixels;
	p->area.height = p->area.width;
	p->area.x = p->graphics.width - p->area.width;
	if (!graphics_fill(&p->graphics, &p->area, true))
		return false;
	for (unsigned int y = 0; y < q->modules; y++)
		if (!row_draw(p, q, y, pixels))
			return false;
	return true;
}

bool qr_picture_draw(
	struct qr_picture *p, const struct firmware *fw, const char *text)
{
	struct qr_code code;

	memset(p, 0, sizeof(*p));
	if (!text || !qr_code_make(&code, text) ||
		!graphics_open(&p->graphics, fw))
		return false;
	if (code_draw(p, &code))
		return true;
	qr_picture_remove(p); /* half of it is worse than none */
	return false;
}

void qr_picture_remove(struct qr_picture *p)
{
	if (p->area.width)
		(void)graphics_fill(&p->graphics, &p->area, false);
	p->area.width = 0;
}
