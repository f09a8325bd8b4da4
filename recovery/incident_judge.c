/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this PC follows an incident order now, and the words for it. */
#include <string.h>

#include "recovery/incident_order.h"
#include "storage/err.h"

uint32_t incident_order_draw(
	const uint8_t *machine_id, size_t len, uint32_t serial)
{
	const uint8_t before[4] = {(uint8_t)(serial >> 24),
		(uint8_t)(serial >> 16), (uint8_t)(serial >> 8),
		(uint8_t)serial};

	return share_draw(before, sizeof(before), machine_id, len);
}

static bool is_for_site(const struct incident_order *o, const char *site)
{
	size_t i;

	for (i = 0; site && i < o->site_count; i++)
		if (!strcmp(o->sites[i], site))
			return true;
	return o->site_count == 0;
}

/* A machine without an id is in no share but that of all. */
static bool is_for_share(
	const struct incident_order *o, const struct incident_situation *s)
{
	if (o->share >= INCIDENT_ALL_PCS)
		return true;
	return s->machine_id &&
	       incident_order_draw(
		       s->machine_id, s->machine_id_len, o->serial) < o->share;
}

/*
 * A clock that shows a time before the order was issued is wrong or stopped
 * with Windows, hours ago; the signature then is the better clock, and says
 * that the order has not expired.
 */
static enum incident_verdict judge(
	const struct incident_order *o, const struct incident_situation *s)
{
	if (!s->now)
		return INCIDENT_NO_CLOCK;
	if (s->now > o->expires)
		return INCIDENT_EXPIRED;
	if (o->serial < s->last_serial)
		return INCIDENT_STALE;
	if (o->serial == s->last_serial)
		return INCIDENT_REPLAYED;
	if (!is_for_site(o, s->site))
		return INCIDENT_OTHER_SITE;
	return is_for_share(o, s) ? INCIDENT_ACCEPTED : INCIDENT_OTHER_SHARE;
}

enum incident_verdict incident_order_judge(const void *blob, size_t len,
	const void *signature, size_t signature_len,
	const struct incident_situation *s, struct incident_order *ret_order)
{
	int err;

	memset(ret_order, 0, sizeof(*ret_order));
	if (!len)
		return INCIDENT_NONE;
	if (!s->keys->count)
		return INCIDENT_NO_KEY;
	err = signature_check(s->keys, blob, len, signature, signature_len);
	if (err < 0)
		return err == -ERR_UNTRUSTED ? INCIDENT_FORGED
					     : INCIDENT_UNREADABLE;
	if (incident_order_check(blob, len, ret_order) < 0)
		return INCIDENT_MALFORMED;
	return judge(ret_order, s);
}

/* --- Words --------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *text;
} words[INCIDENT_VERDICT_COUNT] = {
	[INCIDENT_NONE] = {"none", "There is no incident order."},
	[INCIDENT_ACCEPTED] = {"accepted",
		"The incident order is signed and meant for this PC."},
	[INCIDENT_UNREADABLE] = {"unreadable",
		"There is an incident order, but it could not be read; it is "
		"not followed."},
	[INCIDENT_NO_KEY] = {"no-key",
		"There is an incident order, but this copy of Loopbreaker has "
		"no key to check it with; it is not followed."},
	[INCIDENT_FORGED] = {"forged",
		"The incident order is not signed with a key of this site; it "
		"is not followed."},
	[INCIDENT_MALFORMED] = {"malformed",
		"The incident order is signed but not understood; it is not "
		"followed."},
	[INCIDENT_NO_CLOCK] = {"no-clock",
		"This PC has no clock to tell whether the incident order has "
		"expired; it is not followed."},
	[INCIDENT_EXPIRED] = {"expired",
		"The incident order has expired; it is not followed."},
	[INCIDENT_STALE] = {"stale",
		"A later incident order was followed already; this one is not "
		"followed."},
	[INCIDENT_REPLAYED] = {"replayed",
		"This incident order was followed already; it is not followed "
		"twice."},
	[INCIDENT_OTHER_SITE] = {"other-site",
		"The incident order is addressed to other sites; it is not "
		"followed."},
	[INCIDENT_OTHER_SHARE] = {"other-share",
		"The incident order is addressed to a share of the PCs that "
		"this one is not in; it is not followed."},
	[INCIDENT_NO_HASHES] = {"no-hashes",
		"The files that the incident order may mean could not all be "
		"read; it is not followed."},
};

const char *incident_verdict_name(enum incident_verdict v)
{
	return (size_t)v < INCIDENT_VERDICT_COUNT ? words[v].name : "unknown";
}

const char *incident_verdict_text(enum incident_verdict v)
{
	return (size_t)v < INCIDENT_VERDICT_COUNT
		       ? words[v].text
		       : "The incident order was judged in an unknown way.";
}
