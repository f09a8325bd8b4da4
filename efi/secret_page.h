/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen on which a recovery password or a PIN is typed: what for, which
 * key, as text and as a QR code, and the line itself.
 *
 * Nothing of it goes to the serial ports: what is typed is nobody else's.
 */
#ifndef EFI_SECRET_PAGE_H
#define EFI_SECRET_PAGE_H

#include "efi/console.h"
#include "efi/qr_picture.h"
#include "recovery/key_entry.h"

struct secret_page {
	/* private */
	struct console *console;
	const struct secret_question *question;
	struct qr_picture picture;
	bool has_rows; /* else everything is one line that overwrites itself */
	unsigned int row; /* of the line */
	size_t said;	  /* console_page_begin() */
	enum key_entry_remark remark;
	unsigned int wrong;
};

/** secret_page_open - say the question, and draw all but the line */
void secret_page_open(struct secret_page *p, struct console *c,
	const struct firmware *fw, const struct secret_question *question);

/** secret_page_draw - the line, what is wrong with it, and the time left */
void secret_page_draw(
	struct secret_page *p, const struct key_entry *e, unsigned int seconds);

/** secret_page_count - only the time */
void secret_page_count(
	struct secret_page *p, const struct key_entry *e, unsigned int seconds);

/** secret_page_close - the screen as it was before, the line wiped off it */
void secret_page_close(struct secret_page *p);

#endif
