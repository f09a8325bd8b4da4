/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of each rung.  The clock is Windows' own heartbeat in bootstat.dat,
 * not the RTC, which Windows keeps in local time.
 */
#include "recovery/decide_parts.h"

#include <string.h>

#include "storage/filetime.h"

/*
 * The re-arming task writes the health note at most this long after its
 * session began: an hour, after a session that followed a crash.
 */
#define NOTE_DELAY_HOURS 1

static void because(struct reason *r, enum reason_id id, uint64_t a, uint64_t b)
{
	r->id = id;
	r->a = a;
	r->b = b;
}

/* Two rules of one vendor, for two of its folders, blame the same vendor. */
static bool same_vendor(const struct rule *a, const struct rule *b)
{
	return a == b || (a && b && strcmp(a->vendor, b->vendor) == 0);
}

/* Which deliveries a rung reaches. */
struct reach {
	uint64_t since;
	const struct rule *vendor; /* a rule of the one that is blamed; or NULL
				    */
	bool is_any_vendor;
};

/* The vendor of the hold on trial; NULL if there is none, or nothing of it. */
static const struct rule *vendor_on_trial(const struct deciding *c)
{
	const struct delivery_list *list = c->e->deliveries;
	const struct record *r = &c->d->next_record;
	size_t i;

	if (r->hold_state != HOLD_ACTIVE ||
		r->volume_serial != c->e->volume_serial)
		return NULL;
	for (i = 0; i < list->held_count; i++)
		if (list->held[i].hold_id == r->hold_id)
			return list->held[i].rule;
	return NULL;
}

/*
 * When the last good session began, as the note tells it.  Windows can forge
 * the note: the answer is never later than @latest, and no earlier than the
 * longest window a policy may have.
 */
static uint64_t last_good_start(const struct evidence *e, uint64_t latest)
{
	uint64_t delay = NOTE_DELAY_HOURS * FILETIME_TICKS_PER_HOUR;
	uint64_t most = POLICY_MAX_WINDOW_HOURS * FILETIME_TICKS_PER_HOUR;
	uint64_t heartbeat = e->boot_status.heartbeat;
	uint64_t earliest = heartbeat > most ? heartbeat - most : 0;
	uint64_t start;

	if (!decide_has_note(e) || e->note.noted_at <= delay)
		return latest;
	start = e->note.noted_at - delay;
	if (start < earliest)
		start = earliest;
	return start < latest ? start : latest;
}

/* False if Windows' boot status does not tell when it last ran. */
static bool reach_of(struct deciding *c, uint32_t rung,
	const struct rule *vendor, struct reach *ret)
{
	const struct boot_status *s = &c->e->boot_status;
	uint64_t window = decide_window_hours(c->p) * FILETIME_TICKS_PER_HOUR;

	if (!s->has_heartbeat || s->heartbeat <= window)
		return false;
	ret->since = s->heartbeat - window;
	if (rung > 1)
		ret->since = last_good_start(c->e, ret->since);
	ret->is_any_vendor = rung > 2;
	ret->vendor = NULL;
	if (!ret->is_any_vendor)
		ret->vendor = vendor ? vendor : vendor_on_trial(c);
	return true;
}

/*
 * No upper end: the heartbeat beats once a minute or so, so what came just
 * before the crash is newer than it.
 */
static bool is_reached(const struct delivery *one, const struct reach *reach)
{
	return one->delivered_at >= reach->since &&
	       (!reach->vendor || same_vendor(one->rule, reach->vendor));
}

/* What the set may still have, with what is on hold already. */
static size_t limit_of(const struct deciding *c)
{
	size_t limit = decide_max_files(c->p);
	size_t held = 0;

	if (vendor_on_trial(c))
		held = decide_count_held(c->e);
	return limit > held ? limit - held : 0;
}

bool decide_set(struct deciding *c, uint32_t rung, const struct rule *vendor,
	struct reason *ret_why)
{
	const struct delivery_list *list = c->e->deliveries;
	const struct rule *first = NULL;
	uint64_t hours = decide_window_hours(c->p);
	size_t limit = limit_of(c);
	bool is_mixed = false;
	struct reach reach;
	size_t count = 0;
	size_t i;

	c->d->set_count = 0;
	if (!reach_of(c, rung, vendor, &reach)) {
		because(ret_why, REASON_NO_HEARTBEAT, 0, 0);
		return false;
	}
	for (i = 0; i < list->delivery_count; i++) {
		const struct delivery *one = &list->deliveries[i];

		if (!is_reached(one, &reach))
			continue;
		if (!first)
			first = one->rule;
		is_mixed = is_mixed || !same_vendor(first, one->rule);
		if (count < limit)
			c->d->set[count] = i;
		count++;
	}
	if (count == 0)
		because(ret_why, REASON_NOTHING_DELIVERED, 0, hours);
	else if (is_mixed && !reach.is_any_vendor)
		because(ret_why, REASON_SEVERAL_VENDORS, count, hours);
	else if (count > limit)
		because(ret_why, REASON_SET_TOO_LARGE, count, limit);
	else
		c->d->set_count = count;
	return c->d->set_count != 0;
}
