/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_folder.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/ntfs_peek.h"

/* Of a $FILE_NAME, in digits: the folder's reference, then four times. */
#define FOLDER_DIGITS	 12 /* without the sequence number */
#define REFERENCE_DIGITS 16
#define TIME_DIGITS	 64

static const char *const before_value[] = {" value ", " key "};

static char *line_end(char *line)
{
	return strchrnul(line, '\n');
}

static bool has(char *line, const char *part)
{
	return memmem(line, (size_t)(line_end(line) - line), part,
		       strlen(part)) != NULL;
}

/* Where the line's value begins; NULL if it has none. */
static char *value_of(char *line)
{
	for (size_t i = 0; i < 2; i++) {
		const size_t len = strlen(before_value[i]);
		char *p = memmem(line, (size_t)(line_end(line) - line),
			before_value[i], len);

		if (p)
			return p + len;
	}
	return NULL;
}

static void forget(char *line, size_t skip, size_t digits, char c)
{
	char *value = value_of(line);

	if (value && (size_t)(line_end(line) - value) >= skip + digits)
		memset(value + skip, c, digits);
}

/* Lines about this folder's own record, and names in it. */
static void forget_record(char *text, uint64_t number)
{
	char own[48], folder[FOLDER_DIGITS + 1] = "";

	snprintf(
		own, sizeof(own), "record %" PRIu64 " attribute 0x10 ", number);
	for (size_t i = 0; i < FOLDER_DIGITS; i += 2)
		snprintf(folder + i, 3, "%02x",
			(unsigned int)(number >> 4 * i & 0xff));
	for (char *p = text; *p; p = line_end(p) + (*line_end(p) != 0)) {
		char *value = value_of(p);

		if (!strncmp(p, own, strlen(own)))
			forget(p, 0, TIME_DIGITS, '0');
		else if (value && !strncmp(value, folder, FOLDER_DIGITS))
			forget(p, 0, FOLDER_DIGITS, '-');
	}
}

void fault_forget_folder(char *text, const char *name)
{
	char hex[400];

	peek_name_hex(name, hex, sizeof(hex));
	for (char *p = text; *p; p = line_end(p) + (*line_end(p) != 0)) {
		if (!has(p, hex))
			continue;
		forget(p, REFERENCE_DIGITS, TIME_DIGITS, '0');
		if (has(p, " attribute 0x30 "))
			forget_record(text, strtoull(p + 7, NULL, 10));
	}
}
