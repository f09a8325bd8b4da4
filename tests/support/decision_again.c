/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/decision_again.h"

#include <string.h>

#include "tests/support/decision_again_facts.h"

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

static bool has_set(const struct asking *a, uint32_t rung, const char *blamed)
{
	const struct delivery_list *l = a->e->deliveries;
	size_t held = a->has_trial ? fact_held_of_record(a->e) : 0;
	bool is_known = held || blamed;
	const char *vendor = NULL;
	size_t n = 0;
	size_t i;

	if (rung < 3 && blamed)
		vendor = blamed;
	else if (rung < 3 && held)
		vendor = l->held[0].rule->vendor;
	for (i = 0; i < l->delivery_count; i++) {
		const struct delivery *d = &l->deliveries[i];
		bool is_other = vendor && strcmp(vendor, d->rule->vendor) != 0;

		if (d->delivered_at < reach(a, rung))
			continue;
		if (rung < 3 && is_other && is_known)
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
			      fact_differs(e, &e->note.bugcheck);
		bool is_old = e->note_state == SOURCE_READ && !is_new;

		if (e->record_state == SOURCE_FAILED || !fact_can_list(e) ||
			e->bugcheck_state == SOURCE_FAILED ||
			fact_count_named(e) > a->p->max_files)
			return true;
		if (fact_count_named(e) == 0 || fact_ended_by_person(e) ||
			!(fact_is_failing(e) || is_new || a->has_dump))
			return false;
		if (fact_is_dump_against(a) ||
			(e->bugcheck.is_present && !is_old &&
				!fact_is_content_to_blame(e)))
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
	if (!fact_can_list(e) || e->bugcheck_state == SOURCE_FAILED)
		return true;
	if (fact_count_named(e) == 0 && !fact_would_divert(e))
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

static bool is_still_crashing(const struct asking *a)
{
	const struct evidence *e = a->e;
	uint32_t sessions =
		e->boot_status.last_boot_id - e->record.hold_boot_id;

	if (sessions == 0 || fact_ended_by_person(e))
		return false;
	return fact_differs(e, &e->record.hold_bugcheck) ||
	       fact_is_newer_than_hold(a) ||
	       (sessions >= 2 && fact_is_failing(e));
}

static void ask_next_rung(struct asking *a)
{
	uint32_t rung;

	/* The present one first: it takes in what came since the hold. */
	for (rung = a->e->record.rung;
		!a->is_stranger && rung <= a->p->max_rung; rung++)
		if (has_set(a, rung, a->blamed)) {
			a->change = AGAIN_HOLD;
			return;
		}
	if (fact_held_of_record(a->e))
		a->change = AGAIN_RESTORE;
}

/* Is something not on hold that was there when the hold was made? */
static bool is_half(const struct asking *a)
{
	const struct delivery_list *l = a->e->deliveries;
	const struct record *r = &a->e->record;
	size_t i;

	if (r->rung == 0 || !fact_can_list(a->e) || !has_set(a, r->rung, NULL))
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
	bool is_crashing = is_still_crashing(a);

	if (e->bugcheck_state == SOURCE_FAILED ||
		e->dump_state == SOURCE_FAILED || fact_ended_by_person(e))
		return;
	if (is_crashing && (fact_is_dump_against(a) ||
				   (e->bugcheck.is_present &&
					   !fact_is_content_to_blame(e))))
		return;
	if (is_half(a)) {
		a->change = AGAIN_HOLD;
		a->is_finishing = true;
	} else if (is_crashing && e->record.rung && fact_can_list(e)) {
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
		if (rung && fact_can_list(e) &&
			(has_set(a, rung, a->blamed) || fact_would_divert(e))) {
			a->change = AGAIN_HOLD;
			a->is_finishing = true;
		}
		return true;
	}
	if (rung && fact_can_list(e) && !fact_held_of_record(e))
		return false; /* gone */
	ask_started(a);
	return true;
}

static bool ask_exhausted(struct asking *a)
{
	const struct evidence *e = a->e;
	size_t i;

	for (i = 0; fact_can_list(e) && is_still_crashing(a) &&
		    i < e->deliveries->delivery_count;
		i++)
		if (e->deliveries->deliveries[i].delivered_at >
			e->record.hold_time)
			return false;
	if (fact_can_list(e) &&
		e->record.hold_boot_id == e->boot_status.last_boot_id &&
		fact_held_of_record(e)) {
		a->change = AGAIN_RESTORE;
		a->is_finishing = true;
	}
	return true;
}

static void ask_person(struct asking *a)
{
	const struct evidence *e = a->e;
	bool has_sign =
		fact_would_divert(e) || e->launches.launches >= 2 ||
		(e->bugcheck.is_present && e->note_state != SOURCE_READ &&
			fact_is_failing(e));

	if (!e->is_attended || e->record_state == SOURCE_FAILED ||
		!fact_can_list(e) || fact_ended_by_person(e) || !has_sign ||
		(e->bugcheck.is_present && !fact_is_content_to_blame(e)) ||
		!has_set(a, 1, NULL))
		return;
	a->change = AGAIN_HOLD;
	a->word = POLICY_WORD_PERSON;
}

/* Sessions in a row that ended badly; of a crash that is known to be new. */
static uint32_t count_crashed(const struct asking *a)
{
	const struct evidence *e = a->e;
	const struct boot_status *s = &e->boot_status;
	bool has_note = e->note_state == SOURCE_READ;
	uint32_t crashed = 0;
	uint32_t id;

	if (has_note && s->last_clean_boot_id <= e->note.boot_id) {
		for (id = e->note.boot_id; id <= s->last_boot_id; id++)
			if (id > s->last_clean_boot_id)
				crashed++;
	} else if (a->has_dump && (has_note || e->is_attended)) {
		crashed = s->last_boot_id - s->last_clean_boot_id;
	} else if (a->has_dump && fact_is_failing(e)) {
		crashed = s->attempts;
	}
	return crashed;
}

static void ask_two_sources(struct asking *a)
{
	const struct evidence *e = a->e;
	bool has_note = e->note_state == SOURCE_READ;
	bool is_code_new = has_note && fact_differs(e, &e->note.bugcheck);
	bool is_known = e->record_state == SOURCE_READ &&
			e->record.volume_serial == e->volume_serial;
	uint32_t crashed;

	if (e->boot_status.shut_down || e->bugcheck_state == SOURCE_FAILED ||
		e->note_state == SOURCE_FAILED ||
		e->dump_state == SOURCE_FAILED)
		return;
	crashed = count_crashed(a);
	if (!a->has_dump && (!is_code_new || !crashed)) {
		if (!is_code_new ||
			e->note.boot_id <= e->boot_status.last_boot_id)
			ask_person(a);
		return;
	}
	if (has_note && e->note.boot_id > e->boot_status.last_boot_id)
		return;
	if (crashed && fact_was_pressed(e))
		crashed--;
	if (crashed >= a->p->crashes && !a->is_stranger &&
		!fact_is_dump_against(a) &&
		!(is_code_new && !fact_is_content_to_blame(e)) &&
		e->record_state != SOURCE_FAILED && fact_can_list(e) &&
		fact_held_below(e, is_known ? e->record.hold_id + 1 : 0,
			UINT32_MAX) == 0 &&
		has_set(a, 1, a->blamed))
		a->change = AGAIN_HOLD;
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

	fact_read_dump(a);
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
	if (fact_is_serviced(&a) && !e->boot_status.shut_down &&
		!a.is_finishing)
		a.change = AGAIN_NOTHING;
	ret.change = a.change;
	ret.consent = consent_of(&a);
	return ret;
}
