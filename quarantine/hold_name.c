/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the name of a held file is made and recognised; knows no volume. */
#include "quarantine/hold.h"

#include <stdio.h>
#include <string.h>

#include "storage/err.h"

#define NAME_MAX_UNITS 255 /* of NTFS, in UTF-16 */

#define PREFIX_CHARS (sizeof(HOLD_SUFFIX) - 1)
#define ID_CHARS     (HOLD_SUFFIX_CHARS - PREFIX_CHARS)

/* UTF-16 units of a UTF-8 string: a sequence of four bytes takes two. */
static size_t utf16_units(const char *s)
{
	size_t units = 0;

	for (; *s; s++) {
		uint8_t byte = (uint8_t)*s;

		if ((byte & 0xC0) != 0x80)
			units += byte >= 0xF0 ? 2 : 1;
	}
	return units;
}

int hold_name(const char *name, uint32_t hold_id, char *buf, size_t cap)
{
	size_t len = strlen(name);

	if (utf16_units(name) > NAME_MAX_UNITS - HOLD_SUFFIX_CHARS)
		return -ERR_TOO_LARGE;
	if (cap <= HOLD_SUFFIX_CHARS || len >= cap - HOLD_SUFFIX_CHARS)
		return -ERR_TOO_LARGE;
	memcpy(buf, name, len);
	snprintf(buf + len, cap - len, HOLD_SUFFIX "%08lx",
		(unsigned long)hold_id);
	return 0;
}

/* Only what hold_name() writes; a capital letter is not ours. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

size_t hold_parse_name(const char *name, uint32_t *ret_id)
{
	size_t len = strlen(name);
	const char *suffix;
	uint32_t id = 0;
	size_t i;

	if (len <= HOLD_SUFFIX_CHARS)
		return 0;
	suffix = name + len - HOLD_SUFFIX_CHARS;
	if (memcmp(suffix, HOLD_SUFFIX, PREFIX_CHARS) != 0)
		return 0;
	for (i = 0; i < ID_CHARS; i++) {
		int digit = hex_value(suffix[PREFIX_CHARS + i]);

		if (digit < 0)
			return 0;
		id = id << 4 | (uint32_t)digit;
	}
	if (ret_id)
		*ret_id = id;
	return len - HOLD_SUFFIX_CHARS;
}
