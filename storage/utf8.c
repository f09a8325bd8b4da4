/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes are UTF-8; UTF-16 as UTF-8, and back. */
#include "storage/utf8.h"

#include <stdint.h>
#include <string.h>

#include "storage/bytes.h"

size_t utf8_length(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	/* Too long a form, half a surrogate pair, beyond Unicode's end. */
	unsigned char low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
	size_t len;
	size_t i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xC2 || s[0] > 0xF4 || s[1] < low || s[1] > high)
		return 0;
	len = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	for (i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xBF)
			return 0;
	return len;
}

bool utf8_is_valid(const char *s)
{
	size_t len;

	for (; *s; s += len) {
		len = utf8_length(s);
		if (!len)
			return false;
	}
	return true;
}

/* The character at @utf16; *@taken: how many of the @units it is. */
static uint32_t utf16_get(const uint8_t *utf16, size_t units, size_t *taken)
{
	uint32_t c = le16_get(utf16);
	uint32_t low = units > 1 ? le16_get(utf16 + 2) : 0;

	*taken = 1;
	if (c < 0xD800 || c > 0xDFFF)
		return c;
	if (c > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
		return '?';
	*taken = 2;
	return 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
}

static size_t utf8_put(uint32_t c, char ret[4])
{
	static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	size_t i;

	for (i = len; i-- > 1; c >>= 6)
		ret[i] = (char)(0x80 | (c & 0x3F));
	ret[0] = (char)(first[len] | c);
	return len;
}

size_t utf8_from_utf16(const void *utf16, size_t units, char *ret, size_t cap)
{
	const uint8_t *at = utf16;
	size_t used = 0;
	size_t taken;
	char buf[4];

	for (; units; units -= taken, at += 2 * taken) {
		uint32_t c = utf16_get(at, units, &taken);
		size_t len = utf8_put(c, buf);

		if (!c || len >= cap - used)
			break;
		memcpy(ret + used, buf, len);
		used += len;
	}
	ret[used] = '\0';
	return used;
}

/* The character at @s, of @len bytes. */
static uint32_t utf8_get(const char *s, size_t len)
{
	static const uint8_t mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t c = (uint8_t)s[0] & mask[len];
	size_t i;

	for (i = 1; i < len; i++)
		c = c << 6 | ((uint8_t)s[i] & 0x3F);
	return c;
}

bool utf8_to_utf16(
	const char *s, void *ret_utf16, size_t cap, size_t *ret_units)
{
	uint8_t *to = ret_utf16;
	size_t units = 0;
	size_t len;

	for (; *s; s += len) {
		uint32_t c;

		len = utf8_length(s);
		if (!len || cap - units < 2u - (len < 4))
			return false;
		c = utf8_get(s, len);
		if (len == 4) {
			c -= 0x10000;
			le16_put(
				to + 2 * units++, (uint16_t)(0xD800 | c >> 10));
			c = 0xDC00 | (c & 0x3FF);
		}
		le16_put(to + 2 * units++, (uint16_t)c);
	}
	*ret_units = units;
	return true;
}
