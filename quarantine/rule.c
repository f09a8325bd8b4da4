/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing file names with the patterns of a vendor rule. */
#include "quarantine/rule.h"

#include "quarantine/hold.h"
#include "storage/ascii.h"

/* The next character of a UTF-8 string: '?' must not take half of one. */
static const char *next_character(const char *s)
{
	s++;
	while (((unsigned char)*s & 0xC0) == 0x80)
		s++;
	return s;
}

/*
 * Without recursion: on a mismatch only the latest '*' has to take one more
 * character, because what an earlier one could still take, the latest can.
 *
 * @is_pattern: @name is a pattern itself, whose '*' may become anything: only
 * another '*' takes it.
 */
static bool glob_matches(const char *pattern, const char *name, bool is_pattern)
{
	const char *star = NULL;
	const char *retry = name;

	while (*name) {
		bool is_run = is_pattern && *name == '*';

		if (*pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if (*pattern == '?' && !is_run) {
			pattern++;
			name = next_character(name);
		} else if (*pattern && !is_run &&
			   ascii_lower(*pattern) == ascii_lower(*name)) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			retry = next_character(retry);
			name = retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool any_matches(
	const char *const *patterns, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (glob_matches(patterns[i], name, false))
			return true;
	return false;
}

bool rule_matches(const struct rule *r, const char *name)
{
	if (hold_parse_name(name, NULL))
		return false;
	return any_matches(r->patterns, r->pattern_count, name) &&
	       !rule_bars(r, name);
}

bool rule_bars(const struct rule *r, const char *name)
{
	return any_matches(r->never, r->never_count, name) ||
	       rule_is_driver(r, name);
}

bool rule_is_driver(const struct rule *r, const char *module)
{
	return any_matches(r->drivers, r->driver_count, module);
}

bool rule_pattern_covers(const char *wide, const char *narrow)
{
	return glob_matches(wide, narrow, true);
}
