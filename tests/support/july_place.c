/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/july_place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/ntfs_peek.h"

#define VALUE	      " value "
#define PARENT_DIGITS 12 /* a reference without its sequence number */

/* The next line that has both, from @text on; NULL if there is none. */
static const char *find_line(
	const char *text, const char *start, const char *part)
{
	const size_t len = strlen(start);

	for (; *text; text++) {
		const char *end = strchrnul(text, '\n');

		if (!strncmp(text, start, len) &&
			memmem(text, (size_t)(end - text), part, strlen(part)))
			return text;
		if (!*end)
			break;
		text = end;
	}
	return NULL;
}

static unsigned int count_entries(
	const char *text, const char *folder, const char *hex)
{
	unsigned int count = 0;

	while ((text = find_line(text, folder, hex))) {
		const char *end = strchrnul(text, '\n');

		count += memmem(text, (size_t)(end - text), " entry ", 7) !=
			 NULL;
		text = end;
	}
	return count;
}

/* Hexadecimal digits in the order of the disk: the lowest byte first. */
static uint64_t parse_parent(const char *line)
{
	const char *digits = strstr(line, VALUE);
	uint64_t parent = 0;
	char byte[3] = "";

	if (!digits)
		return 0;
	digits += strlen(VALUE);
	for (int i = PARENT_DIGITS - 2; i >= 0; i -= 2) {
		memcpy(byte, digits + i, 2);
		parent = parent << 8 | strtoull(byte, NULL, 16);
	}
	return parent;
}

static bool is_in(
	const char *text, uint64_t number, const char *hex, const char *folder)
{
	char start[48];
	const char *line;
	uint64_t parent;

	snprintf(start, sizeof(start), "record %" PRIu64 " attribute 0x30 ",
		number);
	line = find_line(text, start, hex);
	parent = line ? parse_parent(line) : 0;
	snprintf(start, sizeof(start), "record %" PRIu64 " attribute 0x30 ",
		parent);
	if (!parent || !find_line(text, start, folder))
		return false;
	snprintf(start, sizeof(start), "record %" PRIu64 " entry ", parent);
	return count_entries(text, start, hex) == 1 &&
	       count_entries(text, "record ", hex) == 1;
}

bool july_is_in(const struct emudisk *e, const struct july *j, const char *name,
	const char *folder)
{
	char name_hex[400], folder_hex[400];
	uint64_t size;
	const unsigned char *volume = july_volume(e, j, &size);
	char *text = peek_describe(volume, size);
	bool answer;

	peek_name_hex(name, name_hex, sizeof(name_hex));
	peek_name_hex(folder, folder_hex, sizeof(folder_hex));
	answer = is_in(
		text, peek_record_of(volume, size, name), name_hex, folder_hex);
	free(text);
	return answer;
}
