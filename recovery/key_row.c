/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/key_row.h"

#include <stddef.h>

#define DIGITS 10

/* By the digit that is printed on the key, from 0 on. */
static const uint16_t rows[KEY_ROW_COUNT][DIGITS] = {
	[KEY_ROW_FRENCH] = {0xE0, '&', 0xE9, '"', '\'', '(', '-', 0xE8, '_',
		0xE7},
	[KEY_ROW_BELGIAN] = {0xE0, '&', 0xE9, '"', '\'', '(', 0xA7, 0xE8, '!',
		0xE7},
	[KEY_ROW_CZECH] = {0xE9, '+', 0x11B, 0x161, 0x10D, 0x159, 0x17E, 0xFD,
		0xE1, 0xED},
	[KEY_ROW_SLOVAK] = {0xE9, '+', 0x13E, 0x161, 0x10D, 0x165, 0x17E, 0xFD,
		0xE1, 0xED},
	[KEY_ROW_SHIFTED] = {')', '!', '@', '#', '$', '%', '^', '&', '*', '('},
};

/*
 * What people and lists put between groups, and what the key of the dash on a
 * keyboard of the USA is on others: German, Italian, Spanish, Czech, Nordic,
 * French.
 */
static const uint16_t dividers[] = {'-', ' ', '\t', '.', ',', ':', ';', '/',
	'_', 0xDF, '\'', '?', '=', '+', ')'};

int key_row_value(enum key_row row, uint16_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	for (int i = 0; i < DIGITS; i++)
		if (rows[row][i] && rows[row][i] == c)
			return i;
	for (size_t i = 0; i < sizeof(dividers) / sizeof(dividers[0]); i++)
		if (dividers[i] == c)
			return KEY_ROW_DIVIDER;
	return KEY_ROW_NOTHING;
}
