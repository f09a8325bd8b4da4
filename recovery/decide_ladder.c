/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ladder.  Each rung's set contains the one before it, so the files of a
 * rung that failed stay where they are and the set grows under the same hold
 * id: no name is changed twice, and a commit that is cut short is finished as
 * on the first rung.  What is delivered while a hold is on trial joins it if
 * Windows crashes on.  What never helped is restored as a whole at the end.
 */
#include "recovery/decide_parts.h"

/* So that what is restored later never looks like a new delivery. */
static uint64_t newest_of_set(const struct deciding *c)
{
	const struct delivery_list *list = c->e->deliveries;
	uint64_t newest = 0;
	size_t i;

	for (i = 0; i < c->d->set_count; i++) {
		uint64_t t = list->deliveries[c->d->set[i]].delivered_at;

		if (t > newest)
			newest = t;
	}
	return newest;
}

void decide_note_hold(struct deciding *c, uint32_t rung, uint32_t hold_id)
{
	const struct evidence *e = c->e;
	struct record *r = &c->d->next_record;
	uint64_t newest = newest_of_set(c);
	bool goes_on = r->hold_state == HOLD_ACTIVE && r->hold_id == hold_id;

	/* Of a hold that grows, the older files count as well. */
	if (!goes_on)
		r->hold_time = 0;
	r->is_by_person =
		c->word == POLICY_WORD_PERSON || (goes_on && r->is_by_person);
	r->hold_state = HOLD_ACTIVE;
	r->rung = rung;
	r->hold_id = hold_id;
	r->hold_boot_id = 0;
	if (e->boot_status_state == SOURCE_READ) {
		r->hold_boot_id = e->boot_status.last_boot_id;
		if (e->boot_status.heartbeat > r->hold_time)
			r->hold_time = e->boot_status.heartbeat;
	}
	if (newest > r->hold_time)
		r->hold_time = newest;
	if (decide_dump_time(c) > r->hold_time)
		r->hold_time = decide_dump_time(c);
	r->hold_bugcheck = (struct bugcheck){.is_present = false};
	if (decide_has_stop_code(e))
		r->hold_bugcheck = e->bugcheck;
	r->volume_serial = e->volume_serial;
}

static uint32_t highest_rung(const struct policy *p)
{
	return p->max_rung > POLICY_MAX_RUNG ? POLICY_MAX_RUNG : p->max_rung;
}

bool decide_next_rung(struct deciding *c)
{
	const struct record *r = &c->e->record;
	struct reason why;
	uint32_t rung;

	/* Nothing that the policy knows is to blame. */
	if (c->names_stranger)
		return false;
	for (rung = r->rung; rung <= highest_rung(c->p); rung++) {
		if (!decide_set(c, rung, c->blamed, &why))
			continue;
		decide_with(c->d, VERDICT_HOLD, REASON_NEXT_RUNG, rung,
			c->d->set_count);
		decide_note_hold(c, rung, r->hold_id);
		return true;
	}
	return false;
}
