/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QR code in the upper right corner of the screen, beside the text.
 */
#ifndef EFI_QR_PICTURE_H
#define EFI_QR_PICTURE_H

#include "efi/graphics.h"

/* Text may use so many columns beside it, and anything below those rows. */
#define QR_PICTURE_FREE_COLUMNS 46
#define QR_PICTURE_ROWS		13

struct qr_picture {
	struct graphics graphics;
	struct graphics_area area; /* no width: there is no picture */
};

/**
 * qr_picture_draw - the code of @text, with its white margin
 * @text: or NULL
 *
 * False if there is none now: no graphics, too long a text, a screen that is
 * too small.
 */
bool qr_picture_draw(
	struct qr_picture *p, const struct firmware *fw, const char *text);

/** qr_picture_remove - black again; does nothing where there is no picture */
void qr_picture_remove(struct qr_picture *p);

#endif
