/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key protector that somebody means, by what they have in hand. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "linux/bitlocker_tool.h"
#include "linux/command.h"

#define START_DIGITS 8
#define ID_DIGITS    (GUID_TEXT_BYTES - 1)

/* Where GUIDs have their dashes. */
static bool is_dash_place(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

static bool is_hex_or_dash(char c, size_t i)
{
	return is_dash_place(i) ? c == '-'
				: c && strchr("0123456789abcdefABCDEF", c);
}

bool bitlocker_key_id_parse(const char *text, char ret[GUID_TEXT_BYTES])
{
	size_t len = strlen(text);
	size_t i;

	if (len > 2 && text[0] == '{' && text[len - 1] == '}') {
		text++;
		len -= 2;
	}
	if (len != ID_DIGITS && len != START_DIGITS)
		return false;
	for (i = 0; i < len; i++)
		if (!is_hex_or_dash(text[i], i))
			return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return true;
}

/* The next from @i on that begins so, or the number of all. */
static size_t next_match(
	const struct bitlocker_metadata *m, const char *id, size_t i)
{
	char guid[GUID_TEXT_BYTES];

	while (i < m->protector_count &&
		strncasecmp(guid_text(m->protectors[i].guid, guid), id,
			strlen(id)) != 0)
		i++;
	return i;
}

/* To the end of the sentence. */
static void say_matches(const struct bitlocker_metadata *m, const char *id)
{
	char guid[GUID_TEXT_BYTES];
	size_t i = next_match(m, id, 0);

	while (i < m->protector_count) {
		fputs(guid_text(m->protectors[i].guid, guid), stderr);
		i = next_match(m, id, i + 1);
		fputs(i < m->protector_count ? ", " : "", stderr);
	}
	fputs(".\n", stderr);
}

int bitlocker_key_id_find(const struct bitlocker_metadata *m, const char *id,
	const uint8_t **ret_guid)
{
	size_t first = next_match(m, id, 0);

	if (first == m->protector_count) {
		fprintf(stderr,
			"loopbreaker: it has no key protector %s; it has ", id);
		say_matches(m, "");
		return EXIT_REFUSED;
	}
	if (next_match(m, id, first + 1) != m->protector_count) {
		fprintf(stderr,
			"loopbreaker: several key IDs begin with %s; name one "
			"whole: ",
			id);
		say_matches(m, id);
		return EXIT_REFUSED;
	}
	*ret_guid = m->protectors[first].guid;
	return 0;
}
