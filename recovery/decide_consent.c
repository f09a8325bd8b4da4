/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On whose word?  Two sources that agree, a signed incident order, or a person:
 * the policy says for each way Loopbreaker was started which of them suffices.
 */
#include "recovery/decide_parts.h"

static bool is_action(const struct decision *d)
{
	return d->verdict == VERDICT_HOLD ||
	       d->verdict == VERDICT_RESTORE_AND_HOLD;
}

/* Nothing is remembered of what is not done. */
static void deny(struct deciding *c)
{
	struct decision *d = c->d;

	decide_because(d,
		c->e->mode == POLICY_SIGNED_ORDER_ONLY
			? REASON_MODE_ORDER_ONLY
			: REASON_MODE_DETECT_ONLY,
		0, 0);
	d->consent = CONSENT_DENIED;
}

void decide_consent(struct deciding *c)
{
	enum policy_mode mode = c->e->mode;

	if (!is_action(c->d))
		return;
	/* What was begun with consent is finished, or the disk stays torn. */
	if (c->d->is_finishing && mode != POLICY_DETECT_ONLY)
		return;
	if (c->word != POLICY_WORD_PERSON && policy_may(mode, c->word))
		return;
	if (!policy_may(mode, POLICY_WORD_PERSON)) {
		deny(c);
		return;
	}
	if (c->word != POLICY_WORD_PERSON)
		decide_because(c->d, REASON_MODE_ASK, 0, 0);
	c->d->consent = CONSENT_NEEDED;
}

/* --- Weak evidence ------------------------------------------------------- */

static bool has_weak_sign(const struct deciding *c)
{
	const struct evidence *e = c->e;
	const struct boot_status *s = &e->boot_status;
	uint32_t needed = decide_crashes_needed(c->p);

	if (s->shut_down || decide_was_pressed(e))
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

bool decide_weak(struct deciding *c)
{
	struct reason why;

	if (!c->e->is_attended || c->e->record_state == SOURCE_FAILED ||
		!decide_has_deliveries(c->e) || !has_weak_sign(c))
		return false;
	/* A kind of crash that content does not make. */
	if (decide_has_stop_code(c->e) &&
		stop_code_kind(c->e->bugcheck.code) != STOP_CODE_SOFTWARE)
		return false;
	if (!decide_set(c, 1, &why))
		return false;
	c->word = POLICY_WORD_PERSON;
	add_signs(c);
	decide_with(c->d, VERDICT_HOLD, REASON_WEAK, 0, 0);
	decide_because(
		c->d, REASON_SET, c->d->set_count, decide_window_hours(c->p));
	decide_note_hold(c, 1, c->hold_id);
	return true;
}
