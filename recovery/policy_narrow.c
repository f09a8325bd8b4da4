/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/policy_narrow.h"

#include <string.h>

#include "storage/ascii.h"

/* --- Lists of patterns --------------------------------------------------- */

/* Returns false if there is no room; one that is there already needs none. */
static bool add_pattern(
	const char **list, size_t max, size_t *count, const char *pattern)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (ascii_same_text(list[i], pattern))
			return true;
	if (*count == max)
		return false;
	list[(*count)++] = pattern;
	return true;
}

static bool is_covered(const struct rule *by, const char *pattern)
{
	size_t i;

	for (i = 0; i < by->pattern_count; i++)
		if (rule_pattern_covers(by->patterns[i], pattern))
			return true;
	return false;
}

/* Those of @from that @by covers; what finds no room is not content then. */
static void add_covered(
	struct rule *r, const struct rule *from, const struct rule *by)
{
	size_t i;

	for (i = 0; i < from->pattern_count; i++)
		if (is_covered(by, from->patterns[i]))
			(void)add_pattern(r->patterns, RULE_MAX_PATTERNS,
				&r->pattern_count, from->patterns[i]);
}

static bool add_never(struct rule *r, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!add_pattern(
			    r->never, RULE_MAX_NEVER, &r->never_count, list[i]))
			return false;
	return true;
}

/* --- Rules --------------------------------------------------------------- */

/* Returns whether anything is left. */
static bool narrow_rule(
	const struct rule *a, const struct rule *b, struct rule *ret)
{
	struct rule r = *a;

	if (a->unit != b->unit || a->hold != b->hold ||
		!ascii_same_text(a->vendor, b->vendor) ||
		!ascii_same_text(a->folder, b->folder))
		return false;
	r.pattern_count = 0;
	r.never_count = 0;
	add_covered(&r, b, a);
	add_covered(&r, a, b);
	/* An exception must not get lost: rather no rule. */
	if (!r.pattern_count || !add_never(&r, a->never, a->never_count) ||
		!add_never(&r, b->never, b->never_count) ||
		!add_never(&r, b->drivers, b->driver_count))
		return false;
	*ret = r;
	return true;
}

static void narrow_rules(
	const struct policy *a, const struct policy *b, struct policy *ret)
{
	size_t i, k;

	for (i = 0; i < a->rule_count; i++)
		for (k = 0; k < b->rule_count; k++) {
			if (ret->rule_count == POLICY_MAX_RULES)
				return;
			if (narrow_rule(&a->rules[i], &b->rules[k],
				    &ret->rules[ret->rule_count]))
				ret->rule_count++;
		}
}

/* --- The whole ----------------------------------------------------------- */

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void policy_narrow(const struct policy *installed, const struct policy *other,
	struct policy *ret)
{
	const struct policy *a = installed;
	const struct policy *b = other;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	ret->serial = a->serial;
	ret->site = a->site ? a->site : b->site;
	ret->expires = a->expires;
	if (b->expires && (!a->expires || b->expires < a->expires))
		ret->expires = b->expires;
	ret->crashes = a->crashes > b->crashes ? a->crashes : b->crashes;
	ret->window_hours = smaller(a->window_hours, b->window_hours);
	ret->max_files = smaller(a->max_files, b->max_files);
	ret->max_rung = smaller(a->max_rung, b->max_rung);
	ret->share = smaller(a->share, b->share);
	ret->network_seconds = smaller(a->network_seconds, b->network_seconds);
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		ret->mode[i] = (enum policy_mode)(a->mode[i] & b->mode[i]);
	narrow_rules(a, b, ret);
}
