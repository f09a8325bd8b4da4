/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/policy_text.h"

#include <string.h>

bool policy_text_is_plain(const char *s, size_t max)
{
	size_t len = strlen(s);
	size_t i;

	if (len == 0 || len > max)
		return false;
	for (i = 0; i < len; i++)
		if (s[i] < 0x20 || s[i] > 0x7E)
			return false;
	return true;
}

/* @part is @len characters of a plain string. */
static bool is_path_part(const char *part, size_t len)
{
	/* Covers "." and ".." as well. */
	if (len == 0 || len > POLICY_NAME_CHARS || part[len - 1] == '.' ||
		part[len - 1] == ' ')
		return false;
	for (; len > 0; part++, len--)
		if (strchr("\\:*?\"<>|", *part))
			return false;
	return true;
}

bool policy_text_is_folder(const char *s)
{
	const char *end;

	if (!policy_text_is_plain(s, POLICY_FOLDER_CHARS))
		return false;
	for (;;) {
		end = strchr(s, '/');
		if (!end)
			return is_path_part(s, strlen(s));
		if (!is_path_part(s, (size_t)(end - s)))
			return false;
		s = end + 1;
	}
}

bool policy_text_is_pattern(const char *s)
{
	bool is_specific = false;

	if (!policy_text_is_plain(s, POLICY_NAME_CHARS))
		return false;
	for (; *s; s++) {
		if (strchr("/\\:\"<>|", *s))
			return false;
		if (*s != '*' && *s != '?' && *s != '.')
			is_specific = true;
	}
	return is_specific;
}
