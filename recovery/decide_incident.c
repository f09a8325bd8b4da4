/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A signed incident order names the bad files, so no second source is needed to
 * know which; but a PC that does not crash gets no write, whoever orders it.
 */
#include "recovery/decide_parts.h"

/*
 * An order that was followed already, by a commit that broke off: Windows has
 * not been started since.
 */
static bool is_begun(const struct deciding *c)
{
	const struct evidence *e = c->e;
	const struct record *r = &e->record;

	return e->incident == INCIDENT_REPLAYED &&
	       e->record_state == SOURCE_READ &&
	       r->volume_serial == e->volume_serial &&
	       r->hold_state == HOLD_ACTIVE && r->rung == 0 &&
	       r->incident_serial == e->incident_serial &&
	       r->hold_boot_id == e->boot_status.last_boot_id;
}

/*
 * One unclean end is enough: the order says what to make of it.  A stop code
 * without a note may be a year old.
 */
static bool is_crashing(const struct deciding *c)
{
	const struct evidence *e = c->e;
	const struct boot_status *s = &e->boot_status;

	return !s->shut_down && !decide_was_pressed(e) &&
	       (decide_is_start_failing(s) || decide_has_new_stop_code(e) ||
		       c->has_dump);
}

/* The named files, in d->set.  False if the policy allows fewer. */
static bool collect_named(struct deciding *c)
{
	const struct delivery_list *list = c->e->deliveries;
	struct decision *d = c->d;
	size_t i;

	d->set_count = 0;
	for (i = 0; c->e->is_named && i < list->delivery_count; i++) {
		if (!c->e->is_named[i])
			continue;
		if (d->set_count == decide_max_files(c->p)) {
			d->set_count = 0;
			return false;
		}
		d->set[d->set_count++] = i;
	}
	return true;
}

static void hold_named(struct deciding *c)
{
	const struct evidence *e = c->e;
	const struct record *r = &e->record;
	/* A hold on trial takes the files in, and is a person's from then on.
	 */
	bool joins = e->record_state == SOURCE_READ &&
		     r->hold_state == HOLD_ACTIVE &&
		     r->volume_serial == e->volume_serial;

	c->word = POLICY_WORD_ORDER;
	decide_with(c->d, VERDICT_HOLD, REASON_INCIDENT, c->d->set_count,
		e->incident_serial);
	decide_note_hold(c, 0, joins ? r->hold_id : c->hold_id);
	c->d->next_record.incident_serial = e->incident_serial;
}

static bool finish_named(struct deciding *c)
{
	if (!decide_is_cut_short(c, c->d->set_count != 0))
		return false;
	c->d->is_finishing = true;
	decide_with(
		c->d, VERDICT_HOLD, REASON_HOLD_UNFINISHED, c->d->set_count, 0);
	return true;
}

/* What has to be known even where an order says what to hold. */
static bool refuse_unread(struct deciding *c)
{
	const struct evidence *e = c->e;
	enum evidence_source unread;

	if (e->record_state == SOURCE_FAILED)
		unread = EVIDENCE_RECORD;
	else if (e->bugcheck_state == SOURCE_FAILED)
		unread = EVIDENCE_BUGCHECK;
	else if (!decide_has_deliveries(e))
		unread = EVIDENCE_DELIVERIES;
	else
		return false;
	decide_with(c->d, VERDICT_REFUSE, REASON_SOURCE_FAILED, unread, 0);
	return true;
}

bool decide_incident(struct deciding *c)
{
	const struct evidence *e = c->e;
	bool is_follow_up = is_begun(c);

	if (e->incident == INCIDENT_NONE)
		return false;
	if (e->incident != INCIDENT_ACCEPTED && !is_follow_up) {
		decide_because(c->d, REASON_INCIDENT_REFUSED, e->incident, 0);
		return false;
	}
	if (refuse_unread(c))
		return true;
	if (!collect_named(c)) {
		decide_with(c->d, VERDICT_REFUSE, REASON_SET_TOO_LARGE,
			e->deliveries->delivery_count, decide_max_files(c->p));
		return true;
	}
	if (is_follow_up)
		return finish_named(c);
	if (!c->d->set_count || !is_crashing(c)) {
		decide_because(c->d,
			c->d->set_count ? REASON_INCIDENT_NO_CRASH
					: REASON_INCIDENT_NO_FILE,
			e->incident_serial, 0);
		c->d->set_count = 0;
		return false;
	}
	/* The order may be right, but this crash is not of that kind. */
	if (decide_by_kind(
		    c, !decide_has_note(e) || decide_has_new_stop_code(e))) {
		c->d->set_count = 0;
		return true;
	}
	hold_named(c);
	return true;
}
