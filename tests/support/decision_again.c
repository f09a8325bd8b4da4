/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/decision_again.h"

#include <string.h>

#include "storage/filetime.h"

#define HOUR FILETIME_TICKS_PER_HOUR

struct asking {
	const struct evidence *e;
	const struct policy *p;
	bool has_trial; /* an open hold of this volume's record */
	enum again_change change;
	enum policy_word word;
	bool is_finishing;
};

/* --- Facts --------------------------------------------------------------- */

static bool can_list(const struct evidence *e)
{
	return e->deliveries_state == SOURCE_READ;
}

static bool was_pressed(const struct evidence *e)
{
	const struct boot_status *s = &e->boot_status;

	return s->has_button && s->pressed_count > 0 &&
	       s->pressed_boot_id == (s->last_boot_id & 0xFFFF);
}

static bool is_failing(const struct evidence *e)
{
	return !e->boot_status.succeeded || !e->boot_status.checkpoint;
}

/* Its user shut it down, or held the button. */
static bool ended_by_person(const struct evidence *e)
{
	return e->boot_status.shut_down || was_pressed(e);
}

static bool would_divert(const struct evidence *e)
{
	return is_failing(e) && e->boot_status.attempts >= 2;
}

static bool is_content_to_blame(const struct evidence *e)
{
	return stop_code_kind(e->bugcheck.code) == STOP_CODE_SOFTWARE;
}

static bool differs(const struct evidence *e, const struct bugcheck *from)
{
	return e->bugcheck_state == SOURCE_READ && e->bugcheck.is_present &&
	       !bugcheck_equal(&e->bugcheck, from);
}

static size_t held_below(const struct evidence *e, uint32_t low, uint32_t high)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < e->deliveries->held_count; i++)
		if (e->deliveries->held[i].hold_id >= low &&
			e->deliveries->held[i].hold_id <= high)
			n++;
	return n;
}

static size_t held_of_record(const struct evidence *e)
{
	return held_below(e, e->record.hold_id, e->record.hold_id);
}

static size_t count_named(const struct evidence *e)
{
	size_t n = 0;
	size_t i;

	for (i = 0; e->is_named && i < e->deliveries->delivery_count; i++)
		n += e->is_named[i];
	return n;
}

/* --- Is there something for a rung to hold? ------------------------------ */

static uint64_t reach(const struct asking *a, uint32_t rung)
{
	uint64_t beat = a->e->boot_status.heartbeat;
	uint64_t window = beat - a->p->window_hours * HOUR;
	uint64_t noted = a->e->note.noted_at;

	if (rung == 1 || a->e->note_state != SOURCE_READ ||
		noted - HOUR > window)
		return window;
	return noted - HOUR;
}

static bool has_set(const struct asking *a, uint32_t rung)
{
	const struct delivery_list *l = a->e->deliveries;
	size_t held = a->has_trial ? held_of_record(a->e) : 0;
	const char *vendor = NULL;
	size_t n = 0;
	size_t i;

	if (held && rung < 3)
		vendor = l->held[0].rule->vendor;
	for (i = 0; i < l->delivery_count; i++) {
		const struct delivery *d = &l->deliveries[i];
		bool is_other = vendor && strcmp(vendor, d->rule->vendor) != 0;

		if (d->delivered_at < reach(a, rung))
			continue;
		if (rung < 3 && is_other && held)
			continue;
		if (rung < 3 && is_other)
			return false;
		if (rung < 3)
			vendor = d->rule->vendor;
		n++;
	}
	return n > 0 && n + held <= a->p->max_files;
}

/* --- The questions in turn ----------------------------------------------- */

/* True: nothing else is asked. */
static bool ask_order(struct asking *a)
{
	const struct evidence *e = a->e;
	const struct record *r = &e->record;

	if (e->incident == INCIDENT_ACCEPTED) {
		bool is_new = e->note_state == SOURCE_READ &&
			      differs(e, &e->note.bugcheck);
		bool is_old = e->note_state == SOURCE_READ && !is_new;

		if (e->record_state == SOURCE_FAILED || !can_list(e) ||
			e->bugcheck_state == SOURCE_FAILED ||
			count_named(e) > a->p->max_files)
			return true;
		if (count_named(e) == 0 || ended_by_person(e) ||
			!(is_failing(e) || is_new))
			return false;
		if (e->bugcheck.is_present && !is_old &&
			!is_content_to_blame(e))
			return true;
		a->change = AGAIN_HOLD;
		a->word = POLICY_WORD_ORDER;
		return true;
	}
	/* Followed already: was its commit cut short? */
	if (e->incident != INCIDENT_REPLAYED || !a->has_trial || r->rung ||
		r->hold_boot_id != e->boot_status.last_boot_id ||
		r->incident_serial != e->incident_serial)
		return false;
	if (!can_list(e) || e->bugcheck_state == SOURCE_FAILED)
		return true;
	if (count_named(e) == 0 && !would_divert(e))
		return false;
	a->change = AGAIN_HOLD;
	a->is_finishing = true;
	return true;
}

static bool had_good_session(const struct evidence *e)
{
	const struct boot_status *s = &e->boot_status;

	if (s->last_clean_boot_id > e->record.hold_boot_id)
		return true;
	return e->note_state == SOURCE_READ &&
	       e->note.boot_id > e->record.hold_boot_id &&
	       e->note.boot_id <= s->last_boot_id;
}

static bool is_still_crashing(const struct evidence *e)
{
	uint32_t sessions =
		e->boot_status.last_boot_id - e->record.hold_boot_id;

	if (sessions == 0 || ended_by_person(e))
		return false;
	return differs(e, &e->record.hold_bugcheck) ||
	       (sessions >= 2 && is_failing(e));
}

static void ask_next_rung(struct asking *a)
{
	uint32_t rung;

	/* The present one first: it takes in what came since the hold. */
	for (rung = a->e->record.rung; rung <= a->p->max_rung; rung++)
		if (has_set(a, rung)) {
			a->change = AGAIN_HOLD;
			return;
		}
	if (held_of_record(a->e))
		a->change = AGAIN_RESTORE;
}

/* Is something not on hold that was there when the hold was made? */
static bool is_half(const struct asking *a)
{
	const struct delivery_list *l = a->e->deliveries;
	const struct record *r = &a->e->record;
	size_t i;

	if (r->rung == 0 || !can_list(a->e) || !has_set(a, r->rung))
		return false;
	for (i = 0; i < l->delivery_count; i++) {
		const struct delivery *d = &l->deliveries[i];

		if (d->delivered_at >= reach(a, r->rung) &&
			d->delivered_at <= r->hold_time &&
			(r->rung == 3 || strcmp(d->rule->vendor,
						 l->held[0].rule->vendor) == 0))
			return true;
	}
	return false;
}

/* Windows was started with the hold, and did not end as anybody wanted. */
static void ask_started(struct asking *a)
{
	const struct evidence *e = a->e;
	bool is_crashing = is_still_crashing(e);

	if (e->bugcheck_state == SOURCE_FAILED || ended_by_person(e))
		return;
	if (is_crashing && e->bugcheck.is_present && !is_content_to_blame(e))
		return;
	if (is_half(a)) {
		a->change = AGAIN_HOLD;
		a->is_finishing = true;
	} else if (is_crashing && e->record.rung && can_list(e)) {
		ask_next_rung(a);
	}
}

static bool ask_hold_on_trial(struct asking *a)
{
	const struct evidence *e = a->e;
	uint32_t last = e->boot_status.last_boot_id;
	uint32_t rung = e->record.rung;

	if (last < e->record.hold_boot_id)
		return true;
	if (last == e->record.hold_boot_id) {
		if (rung && can_list(e) &&
			(has_set(a, rung) || would_divert(e))) {
			a->change = AGAIN_HOLD;
			a->is_finishing = true;
		}
		return true;
	}
	if (rung && can_list(e) && !held_of_record(e))
		return false; /* gone */
	ask_started(a);
	return true;
}

static bool ask_exhausted(struct asking *a)
{
	const struct evidence *e = a->e;
	size_t i;

	for (i = 0; can_list(e) && is_still_crashing(e) &&
		    i < e->deliveries->delivery_count;
		i++)
		if (e->deliveries->deliveries[i].delivered_at >
			e->record.hold_time)
			return false;
	if (can_list(e) &&
		e->record.hold_boot_id == e->boot_status.last_boot_id &&
		held_of_record(e)) {
		a->change = AGAIN_RESTORE;
		a->is_finishing = true;
	}
	return true;
}

static void ask_person(struct asking *a)
{
	const struct evidence *e = a->e;
	bool has_sign = would_divert(e) || e->launches.launches >= 2 ||
			(e->bugcheck.is_present &&
				e->note_state != SOURCE_READ && is_failing(e));

	if (!e->is_attended || e->record_state == SOURCE_FAILED ||
		!can_list(e) || ended_by_person(e) || !has_sign ||
		(e->bugcheck.is_present && !is_content_to_blame(e)) ||
		!has_set(a, 1))
		return;
	a->change = AGAIN_HOLD;
	a->word = POLICY_WORD_PERSON;
}

static void ask_two_sources(struct asking *a)
{
	const struct evidence *e = a->e;
	const struct boot_status *s = &e->boot_status;
	bool is_known = e->record_state == SOURCE_READ &&
			e->record.volume_serial == e->volume_serial;
	uint32_t crashed = 0;
	uint32_t id;

	if (s->shut_down || e->bugcheck_state == SOURCE_FAILED ||
		e->note_state == SOURCE_FAILED)
		return;
	if (e->note_state == SOURCE_READ && differs(e, &e->note.bugcheck)) {
		if (s->last_boot_id < e->note.boot_id)
			return;
		for (id = e->note.boot_id; id <= s->last_boot_id; id++)
			if (id > s->last_clean_boot_id)
				crashed++;
		if (s->last_clean_boot_id > e->note.boot_id)
			crashed = 0;
		if (crashed && was_pressed(e))
			crashed--;
		else if (!crashed) {
			ask_person(a);
			return;
		}
		if (crashed >= a->p->crashes && is_content_to_blame(e) &&
			e->record_state != SOURCE_FAILED && can_list(e) &&
			held_below(e, is_known ? e->record.hold_id + 1 : 0,
				UINT32_MAX) == 0 &&
			has_set(a, 1))
			a->change = AGAIN_HOLD;
		return;
	}
	ask_person(a);
}

static enum consent consent_of(const struct asking *a)
{
	enum policy_mode mode = a->e->mode;

	if (a->change == AGAIN_NOTHING)
		return CONSENT_GIVEN;
	if (mode == POLICY_DETECT_ONLY)
		return CONSENT_DENIED;
	if (a->is_finishing)
		return CONSENT_GIVEN;
	if (a->word == POLICY_WORD_PERSON || mode == POLICY_ASK)
		return mode == POLICY_SIGNED_ORDER_ONLY ? CONSENT_DENIED
							: CONSENT_NEEDED;
	if (mode == POLICY_SIGNED_ORDER_ONLY && a->word != POLICY_WORD_ORDER)
		return CONSENT_DENIED;
	return CONSENT_GIVEN;
}

static void ask(struct asking *a)
{
	const struct evidence *e = a->e;
	bool is_ours = e->record_state == SOURCE_READ &&
		       e->record.volume_serial == e->volume_serial;

	a->has_trial = is_ours && e->record.hold_state == HOLD_ACTIVE;
	if (ask_order(a))
		return;
	if (is_ours && !had_good_session(e)) {
		if (e->record.hold_state == HOLD_ACTIVE && ask_hold_on_trial(a))
			return;
		if (e->record.hold_state == HOLD_EXHAUSTED && ask_exhausted(a))
			return;
	}
	a->has_trial = false;
	ask_two_sources(a);
}

struct again decision_again(const struct evidence *e, const struct policy *p)
{
	struct asking a = {.e = e, .p = p, .word = POLICY_WORD_EVIDENCE};
	struct again ret;

	ask(&a);
	ret.change = a.change;
	ret.consent = consent_of(&a);
	return ret;
}
