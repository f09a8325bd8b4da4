/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short text as a QR code (ISO/IEC 18004), made by libqrcodegen: black and
 * white modules, whoever draws them.
 */
#ifndef RECOVERY_QR_CODE_H
#define RECOVERY_QR_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Version 5: 37 modules, small enough for a screen of 640x480. */
#define QR_CODE_MAX_VERSION 5
#define QR_CODE_MAX_MODULES (QR_CODE_MAX_VERSION * 4 + 17)
#define QR_CODE_BYTES	    (QR_CODE_MAX_MODULES * QR_CODE_MAX_MODULES / 8 + 2)

/* What such a code holds as bytes, at the least error correction. */
#define QR_CODE_MAX_TEXT 106

/* White modules that have to be on each side. */
#define QR_CODE_QUIET_MODULES 4

struct qr_code {
	unsigned int modules; /* in a row, and rows */
	/* private */
	uint8_t bytes[QR_CODE_BYTES];
};

/**
 * qr_code_make - the smallest code with @text, ASCII
 *
 * With as much error correction as there is room for in it.  False if it is
 * longer than QR_CODE_MAX_TEXT, or empty.
 */
bool qr_code_make(struct qr_code *q, const char *text);

/** qr_code_is_dark - the module @x, @y; outside of the code all are light */
bool qr_code_is_dark(const struct qr_code *q, unsigned int x, unsigned int y);

#endif
