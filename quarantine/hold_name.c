/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the name of a held file is made and recognised; knows no volume. */
#include "quarantine/hold.h"

#include <stdio.h>
#include <string.h>

#include "storage/err.h"

#define NAME_MAX_UNITS 255 /* of NTFS, in UTF-16 */

/* In front of the names of moved files. */
#define BESIDE "../"

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

bool hold_is_moved(const char *held_name)
{
	return !strncmp(held_name, BESIDE, strlen(BESIDE));
}

int hold_moved_name(const char *folder, const char *name, uint32_t hold_id,
	char *buf, size_t cap)
{
	const char *slash = strrchr(folder, '/');
	size_t used = strlen(BESIDE);
	int err;

	if (cap <= used)
		return -ERR_TOO_LARGE;
	memcpy(buf, BESIDE, used);
	err = hold_name(
		slash ? slash + 1 : folder, hold_id, buf + used, cap - used);
	if (err < 0)
		return err;
	used = strlen(buf);
	if (strlen(name) + 2 > cap - used)
		return -ERR_TOO_LARGE;
	buf[used] = '/';
	memcpy(buf + used + 1, name, strlen(name) + 1);
	return 0;
}

void hold_path(const char *folder, const char *name, char *buf, size_t cap)
{
	const char *slash = strrchr(folder, '/');
	size_t len = strlen(folder);

	if (hold_is_moved(name)) {
		len = slash ? (size_t)(slash - folder) : 0;
		name += strlen(BESIDE);
	}
	snprintf(buf, cap, "%.*s%s%s", (int)len, folder, len ? "/" : "", name);
}

size_t hold_parse_any(
	const char *name, uint32_t *ret_id, const char **ret_original)
{
	char beside[HOLD_NAME_BYTES];
	const char *slash;
	size_t len;

	if (ret_original)
		*ret_original = name;
	if (!hold_is_moved(name))
		return hold_parse_name(name, ret_id);
	name += strlen(BESIDE);
	slash = strchr(name, '/');
	len = slash ? (size_t)(slash - name) : sizeof(beside);
	if (len >= sizeof(beside))
		return 0;
	memcpy(beside, name, len);
	beside[len] = '\0';
	if (!hold_parse_name(beside, ret_id))
		return 0;
	if (ret_original)
		*ret_original = slash + 1;
	return strlen(slash + 1);
}
