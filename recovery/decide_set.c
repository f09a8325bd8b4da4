/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of rung 1: what one vendor delivered within the window before the
 * crash.  The clock is Windows' own heartbeat in bootstat.dat, not the RTC,
 * which Windows keeps in local time.
 */
#include "recovery/decide_parts.h"

#include <string.h>

#include "storage/filetime.h"

static void because(struct reason *r, enum reason_id id, uint64_t a, uint64_t b)
{
	r->id = id;
	r->a = a;
	r->b = b;
}

/* Two rules of one vendor, for two of its folders, blame the same vendor. */
static bool same_vendor(const struct delivery *a, const struct delivery *b)
{
	return a->rule == b->rule ||
	       (a->rule && b->rule &&
		       strcmp(a->rule->vendor, b->rule->vendor) == 0);
}

/*
 * No upper end: the heartbeat beats once a minute or so, so what came just
 * before the crash is newer than it.
 */
static bool is_recent(const struct delivery *one, uint64_t since)
{
	return one->delivered_at >= since;
}

bool decide_set(struct deciding *c, struct reason *ret_why)
{
	const struct delivery_list *list = c->e->deliveries;
	const struct boot_status *s = &c->e->boot_status;
	uint64_t hours = decide_window_hours(c->p);
	uint64_t window = hours * FILETIME_TICKS_PER_HOUR;
	const struct delivery *first = NULL;
	bool is_mixed = false;
	size_t limit = c->p->max_files;
	size_t count = 0;
	size_t i;

	c->d->set_count = 0;
	if (limit > POLICY_MAX_FILES)
		limit = POLICY_MAX_FILES;
	if (!s->has_heartbeat || s->heartbeat <= window) {
		because(ret_why, REASON_NO_HEARTBEAT, 0, 0);
		return false;
	}
	for (i = 0; i < list->delivery_count; i++) {
		const struct delivery *one = &list->deliveries[i];

		if (!is_recent(one, s->heartbeat - window))
			continue;
		if (!first)
			first = one;
		is_mixed = is_mixed || !same_vendor(first, one);
		if (count < limit)
			c->d->set[count] = i;
		count++;
	}
	if (count == 0)
		because(ret_why, REASON_NOTHING_DELIVERED, 0, hours);
	else if (is_mixed)
		because(ret_why, REASON_SEVERAL_VENDORS, count, hours);
	else if (count > limit)
		because(ret_why, REASON_SET_TOO_LARGE, count, limit);
	else
		c->d->set_count = count;
	return c->d->set_count != 0;
}
