/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/json.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAX_DEPTH 8

static const char *value(const char *s, int depth);

/* Each returns what follows, or NULL. */
static const char *utf8(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;
	uint32_t v = b[0];
	int more = 0;

	if (b[0] >= 0x80 && b[0] < 0xC0)
		return NULL;
	if (b[0] >= 0xC0)
		more = b[0] >= 0xF0 ? 3 : b[0] >= 0xE0 ? 2 : 1;
	if (more)
		v &= 0x3Fu >> more;
	for (int i = 1; i <= more; i++) {
		if ((b[i] & 0xC0) != 0x80)
			return NULL;
		v = v << 6 | (b[i] & 0x3Fu);
	}
	if ((more == 1 && v < 0x80) || (more == 2 && v < 0x800) ||
		(more == 3 && v < 0x10000) || v > 0x10FFFF || b[0] > 0xF7 ||
		(v >= 0xD800 && v <= 0xDFFF))
		return NULL;
	return s + 1 + more;
}

static const char *string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	while (s && *s != '"') {
		if ((unsigned char)*s < 0x20)
			return NULL;
		if (*s != '\\') {
			s = utf8(s);
		} else if (s[1] == 'u') {
			for (int i = 2; i < 6; i++)
				if (!isxdigit((unsigned char)s[i]))
					return NULL;
			s += 6;
		} else if (s[1] && strchr("\"\\/bfnrt", s[1])) {
			s += 2;
		} else {
			return NULL;
		}
	}
	return s ? s + 1 : NULL;
}

static const char *members(const char *s, int depth, char end)
{
	if (*s == end)
		return s + 1;
	for (;;) {
		if (end == '}') {
			s = string(s);
			if (!s || *s++ != ':')
				return NULL;
		}
		s = value(s, depth + 1);
		if (!s)
			return NULL;
		if (*s == end)
			return s + 1;
		if (*s++ != ',')
			return NULL;
	}
}

/* Without sign and exponent, which reports have not. */
static const char *number(const char *s)
{
	if (*s < '0' || *s > '9')
		return NULL;
	if (*s == '0')
		s++;
	else
		while (isdigit((unsigned char)*s))
			s++;
	if (*s != '.')
		return s;
	if (!isdigit((unsigned char)*++s))
		return NULL;
	while (isdigit((unsigned char)*s))
		s++;
	return s;
}

static const char *value(const char *s, int depth)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t i;

	if (depth > MAX_DEPTH)
		return NULL;
	if (*s == '{')
		return members(s + 1, depth, '}');
	if (*s == '[')
		return members(s + 1, depth, ']');
	if (*s == '"')
		return string(s);
	for (i = 0; i < 3; i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return s + strlen(words[i]);
	return number(s);
}

bool json_is_valid(const char *text)
{
	const char *end = value(text, 0);

	return end && *end == '\0';
}
