/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Weak evidence: what a person who restarts a working PC leaves as well.  It is
 * said, and where somebody is there it is asked about.
 */
#include "recovery/decide_parts.h"

/* Of a session that did not end well: decide_streak() has seen to that. */
static bool has_weak_sign(const struct deciding *c)
{
	const struct evidence *e = c->e;
	const struct boot_status *s = &e->boot_status;
	uint32_t needed = decide_crashes_needed(c->p);

	if (decide_was_pressed(e))
		return false;
	if (s->has_attempts && s->attempts >= needed &&
		decide_is_start_failing(s))
		return true;
	if (e->launches_state == SOURCE_READ && e->launches.launches >= needed)
		return true;
	/* With nothing to compare it with; otherwise it is an old one. */
	return decide_has_stop_code(e) && !decide_has_note(e) &&
	       decide_is_start_failing(s);
}

/* A person who is asked wants to know what there is. */
static void add_signs(struct deciding *c)
{
	const struct evidence *e = c->e;
	const struct boot_status *s = &e->boot_status;

	if (s->has_attempts && decide_is_start_failing(s))
		decide_because(c->d, REASON_FAILED_STARTS, s->attempts, 0);
	if (decide_has_stop_code(e) && !decide_has_note(e))
		decide_because(c->d, REASON_STOP_CODE_UNKNOWN_AGE,
			e->bugcheck.code, 0);
}

/* The kinds of a crash that content does not make are none of its business. */
static bool may_ask(const struct deciding *c)
{
	const struct evidence *e = c->e;

	return e->is_attended && e->record_state != SOURCE_FAILED &&
	       decide_has_deliveries(e) && has_weak_sign(c) &&
	       (!decide_has_stop_code(e) ||
		       stop_code_kind(e->bugcheck.code) == STOP_CODE_SOFTWARE);
}

bool decide_weak(struct deciding *c)
{
	struct reason why;

	if (decide_was_pressed(c->e))
		decide_because(c->d, REASON_POWER_BUTTON, 0, 0);
	decide_add_launches(c);
	if (!may_ask(c) || !decide_set(c, 1, NULL, &why))
		return false;
	c->word = POLICY_WORD_PERSON;
	add_signs(c);
	decide_with(c->d, VERDICT_HOLD, REASON_WEAK, 0, 0);
	decide_because(
		c->d, REASON_SET, c->d->set_count, decide_window_hours(c->p));
	decide_note_hold(c, 1, c->hold_id);
	return true;
}
