/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The content of the stand-in's one driver. */
#include "tests/boot/standin/content.h"

#include <string.h>

#define PREFIX "C-00000291"
#define SUFFIX ".sys"
#define BAD    "BAD"

bool content_has_name(const char *name)
{
	size_t len = strlen(name);

	return len >= strlen(PREFIX) + strlen(SUFFIX) &&
	       !strncmp(name, PREFIX, strlen(PREFIX)) &&
	       !strcmp(name + len - strlen(SUFFIX), SUFFIX);
}

bool content_is_generation(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && name[0] == '{' && name[len - 1] == '}';
}

bool content_is_bad(const char *start, size_t len)
{
	return len >= CONTENT_MARK_BYTES &&
	       !memcmp(start, BAD, CONTENT_MARK_BYTES);
}

void content_fill(char bytes[CONTENT_BYTES], const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < CONTENT_BYTES; i++)
		bytes[i] = text[i % len];
}
