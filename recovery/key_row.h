/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The row of keys with the digits on it, on keyboards whose layout is not the
 * one that the firmware takes it for.
 *
 * French keys give digits only with Shift, and so do Czech and Slovak ones.
 * Where the firmware knows the layout, somebody (or a barcode scanner, which
 * plays a keyboard of the USA) who types without Shift gets its letters and
 * signs; where it does not, and takes every keyboard for one of the USA,
 * somebody who types with Shift gets the signs of that.
 */
#ifndef RECOVERY_KEY_ROW_H
#define RECOVERY_KEY_ROW_H

#include <stdint.h>

enum key_row {
	KEY_ROW_PLAIN, /* digits are digits */
	KEY_ROW_FRENCH,
	KEY_ROW_BELGIAN,
	KEY_ROW_CZECH,
	KEY_ROW_SLOVAK,
	KEY_ROW_SHIFTED, /* of the USA, with Shift */
	KEY_ROW_COUNT
};

#define KEY_ROW_DIVIDER -1 /* what may stand between two groups */
#define KEY_ROW_NOTHING -2 /* it is not on such a row */

/**
 * key_row_value - what is @c on this row?
 * @c: UTF-16
 *
 * Digits are digits on each of them: there is a numeric pad as well.  Returns
 * 0 to 9, KEY_ROW_DIVIDER or KEY_ROW_NOTHING.
 */
int key_row_value(enum key_row row, uint16_t c);

#endif
