/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/tell_policy.h"

#include <stdio.h>

#include "storage/filetime.h"

#define PHRASE_BYTES 160

/* --- The sentence -------------------------------------------------------- */

static const char *state_phrase(enum policy_state s)
{
	switch (s) {
	case POLICY_ABSENT:
		return "is missing";
	case POLICY_UNREADABLE:
		return "could not be read";
	case POLICY_NO_KEY:
		return "cannot be checked, as this program has no key";
	case POLICY_FORGED:
		return "is not signed with a key of this site";
	case POLICY_MALFORMED:
		return "is signed but not understood";
	case POLICY_EXPIRED:
		return "has expired";
	case POLICY_ROLLED_BACK:
		return "is older than one that was in force";
	case POLICY_OTHER_BASE:
		return "is for another policy";
	case POLICY_ACCEPTED:
	case POLICY_NOT_NEEDED:
	case POLICY_STATE_COUNT:
		break;
	}
	return "";
}

static bool is_refused(enum policy_state s)
{
	return s != POLICY_ABSENT && s != POLICY_ACCEPTED &&
	       s != POLICY_NOT_NEEDED;
}

static const char *file_name(enum policy_slot slot)
{
	switch (slot) {
	case POLICY_SLOT_NEWEST:
		return "policy.dtb";
	case POLICY_SLOT_PREVIOUS:
		return "policy-previous.dtb";
	case POLICY_SLOT_OVERLAY:
		return "policy-site.dtbo";
	case POLICY_SLOT_INSTALLED:
		return "the policy installed on this PC";
	case POLICY_SLOT_COUNT:
		break;
	}
	return "the built-in policy";
}

/* The file that is to blame for it not being the newest one; or COUNT. */
static enum policy_slot find_refused(const struct policy_choice *c)
{
	size_t i;

	for (i = 0; i < POLICY_SLOT_COUNT; i++)
		if (is_refused(c->state[i]))
			return (enum policy_slot)i;
	return c->in_force == POLICY_SLOT_PREVIOUS ? POLICY_SLOT_NEWEST
						   : POLICY_SLOT_COUNT;
}

static const char *narrowing_phrase(const struct policy_choice *c)
{
	size_t i;

	for (i = 0; i < POLICY_SLOT_COUNT; i++)
		if (c->state[i] == POLICY_EXPIRED)
			return ", narrowed by the expired one";
	return c->is_narrowed && c->origin != POLICY_ORIGIN_INSTALLED
		       ? ", narrowed by what came with this program"
		       : "";
}

static void say(const struct platform *p, const struct policy_choice *c)
{
	enum policy_slot refused = find_refused(c);
	char why[PHRASE_BYTES] = "";

	if (refused != POLICY_SLOT_COUNT)
		(void)snprintf(why, sizeof(why), ": %s %s", file_name(refused),
			state_phrase(c->state[refused]));
	tell(p, refused == POLICY_SLOT_COUNT ? SAY_INFO : SAY_WARNING,
		"In force is %s (serial %lu, %s)%s%s%s.",
		file_name(c->in_force), (unsigned long)c->policy.serial,
		policy_mode_text(c->policy.mode[c->origin]),
		c->state[POLICY_SLOT_OVERLAY] == POLICY_ACCEPTED
			? " with policy-site.dtbo"
			: "",
		narrowing_phrase(c), why);
}

static void say_share(const struct platform *p, const struct policy_choice *c)
{
	char number[PHRASE_BYTES] = "it has neither UUID nor MAC address";

	if (c->policy.share >= SHARE_ALL)
		return;
	if (c->number != SHARE_UNKNOWN)
		(void)snprintf(number, sizeof(number), "its number is %lu",
			(unsigned long)c->number);
	tell(p, SAY_INFO,
		"This PC is %sin the share (%lu per mille) that acts by "
		"itself: %s.",
		c->is_outside ? "not " : "", (unsigned long)c->policy.share,
		number);
}

/* --- The report ---------------------------------------------------------- */

static void report_share(struct report_line *l, const struct policy_choice *c)
{
	if (c->policy.share >= SHARE_ALL)
		return;
	report_number(l, "share", c->policy.share);
	if (c->number != SHARE_UNKNOWN)
		report_number(l, "number", c->number);
	report_bool(l, "in_share", !c->is_outside);
}

static void report(const struct platform *p, const struct policy_choice *c)
{
	char expires[FILETIME_TEXT_BYTES];
	struct report_line l;
	size_t i;

	report_begin(&l, "policy");
	report_string(&l, "in_force", policy_slot_name(c->in_force));
	report_number(&l, "serial", c->policy.serial);
	report_string(&l, "origin", policy_origin_text(c->origin));
	report_string(&l, "mode", policy_mode_text(c->policy.mode[c->origin]));
	if (c->policy.expires)
		report_string(&l, "expires",
			filetime_text(c->policy.expires, expires));
	if (c->policy.site)
		report_string(&l, "site", c->policy.site);
	report_bool(&l, "narrowed", c->is_narrowed);
	report_share(&l, c);
	report_number(&l, "rules", c->policy.rule_count);
	for (i = 0; i < POLICY_SLOT_COUNT; i++)
		if (c->state[i] != POLICY_ABSENT)
			report_string(&l, policy_slot_name((enum policy_slot)i),
				policy_state_name(c->state[i]));
	if (c->serial[POLICY_SLOT_NEWEST])
		report_number(
			&l, "newest_serial", c->serial[POLICY_SLOT_NEWEST]);
	tell_send(p, &l);
}

void tell_policy(const struct platform *p, const struct policy_choice *c)
{
	say(p, c);
	say_share(p, c);
	report(p, c);
}
