/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/decision_check.h"

#include <string.h>

#include "storage/filetime.h"

const struct reason *decision_reason(
	const struct decision *d, enum reason_id id)
{
	size_t i;

	for (i = 0; i < d->reason_count; i++)
		if (d->reasons[i].id == id)
			return &d->reasons[i];
	return NULL;
}

bool decision_has(const struct decision *d, enum reason_id id)
{
	return decision_reason(d, id) != NULL;
}

static bool journal_is_good(const struct evidence *e)
{
	return e->journal == JOURNAL_CLEAN ||
	       e->journal == JOURNAL_DIRTY_FLAG ||
	       ((e->journal == JOURNAL_REPLAYABLE_1_1 ||
			e->journal == JOURNAL_REPLAYABLE_2_0) &&
		       e->was_replayed);
}

static bool acts(const struct decision *d)
{
	return d->verdict == VERDICT_HOLD ||
	       d->verdict == VERDICT_RESTORE_AND_HOLD;
}

static const char *check_reasons(const struct decision *d)
{
	size_t i;

	if (d->reason_count < 1 || d->reason_count > DECISION_MAX_REASONS)
		return "no reason, or more than fit";
	for (i = 0; i < d->reason_count; i++)
		if ((unsigned int)d->reasons[i].id >= REASON_COUNT)
			return "an unknown reason";
	return NULL;
}

/* From when on a rung may reach, as design.md has it. */
static uint64_t reach_of(
	const struct evidence *e, const struct policy *p, uint32_t rung)
{
	uint64_t beat = e->boot_status.heartbeat;
	uint64_t window = p->window_hours * FILETIME_TICKS_PER_HOUR;
	uint64_t noted = e->note.noted_at;

	if (rung == 1 || !e->note.is_present || noted == 0 ||
		noted > beat - window)
		return beat - window;
	return noted - FILETIME_TICKS_PER_HOUR;
}

static const char *check_named(const struct evidence *e, const struct policy *p,
	const struct decision *d)
{
	size_t i;

	if (d->set_count > p->max_files)
		return "an order for more files than the policy allows";

	for (i = 0; i < d->set_count; i++)
		if (!e->is_named || !e->is_named[d->set[i]])
			return "a file that the incident order does not name";
	return NULL;
}

static const char *check_rung(const struct evidence *e, const struct policy *p,
	const struct decision *d)
{
	uint32_t rung = d->next_record.rung;
	uint64_t since = reach_of(e, p, rung);
	const struct delivery *first = NULL;
	const struct delivery *one;
	size_t i;

	if (d->set_count > p->max_files)
		return "a set above the limit";
	if (rung > p->max_rung && !decision_has(d, REASON_HOLD_UNFINISHED))
		return "a rung that the policy does not allow";
	for (i = 0; i < d->set_count; i++) {
		one = &e->deliveries->deliveries[d->set[i]];
		if (one->delivered_at < since)
			return "a delivery older than the rung reaches";
		if (!first)
			first = one;
		if (rung < 3 &&
			strcmp(one->rule->vendor, first->rule->vendor) != 0)
			return "two vendors in one set";
	}
	return NULL;
}

static const char *check_set(const struct evidence *e, const struct policy *p,
	const struct decision *d)
{
	size_t i;

	if (d->verdict != VERDICT_HOLD && d->set_count)
		return "a set without a hold";
	for (i = 0; i < d->set_count; i++) {
		if (d->set[i] >= e->deliveries->delivery_count)
			return "an index beyond the deliveries";
		if (i > 0 && d->set[i] <= d->set[i - 1])
			return "an index twice";
	}
	if (d->verdict != VERDICT_HOLD || e->is_ordered)
		return NULL;
	return d->next_record.rung ? check_rung(e, p, d) : check_named(e, p, d);
}

static const char *check_consent(
	const struct evidence *e, const struct decision *d)
{
	if (!acts(d) || e->is_ordered)
		return d->consent == CONSENT_GIVEN
			       ? NULL
			       : "a question where there is nothing to do";
	if (e->mode == POLICY_DETECT_ONLY && d->consent != CONSENT_DENIED)
		return "an action where only reports are allowed";
	if (e->mode == POLICY_ASK && d->consent == CONSENT_GIVEN &&
		!decision_has(d, REASON_HOLD_UNFINISHED) &&
		!decision_has(d, REASON_EXHAUSTED))
		return "an action without the question the policy wants";
	if (decision_has(d, REASON_WEAK) && d->consent == CONSENT_GIVEN)
		return "an action on weak evidence that nobody agreed to";
	return NULL;
}

static bool is_software(const struct reason *code)
{
	return stop_code_kind((uint32_t)code->a) == STOP_CODE_SOFTWARE;
}

/*
 * Two sources: a stop code of the right kind, of the variables or of a dump,
 * and enough sessions.
 */
static bool tells_two_sources(const struct policy *p, const struct decision *d)
{
	const struct reason *code = decision_reason(d, REASON_NEW_STOP_CODE);
	const struct reason *dump = decision_reason(d, REASON_DUMP);
	const struct reason *streak = decision_reason(d, REASON_STREAK);
	const struct reason *set = decision_reason(d, REASON_SET);

	return (code || dump) && (!code || is_software(code)) &&
	       (!dump || is_software(dump)) && streak && set &&
	       streak->b >= p->crashes && streak->a >= streak->b &&
	       streak->a == d->streak && set->a == d->set_count && set->a;
}

static bool tells_next_rung(const struct policy *p, const struct decision *d)
{
	const struct reason *failed = decision_reason(d, REASON_HOLD_FAILED);
	const struct reason *rung = decision_reason(d, REASON_NEXT_RUNG);

	return failed && failed->a && rung && rung->a >= 1 &&
	       rung->a <= p->max_rung && rung->b == d->set_count && rung->b;
}

/*
 * What the report will say has to be enough to see that the hold was right,
 * for somebody who has nothing but the report and the policy.
 */
static const char *check_told(const struct evidence *e, const struct policy *p,
	const struct decision *d)
{
	const struct reason *incident = decision_reason(d, REASON_INCIDENT);

	if (d->verdict != VERDICT_HOLD || e->is_ordered)
		return NULL;
	if (decision_has(d, REASON_DUMP_STRANGER) ||
		decision_has(d, REASON_SERVICING))
		return "a hold although its reasons speak against it";
	if (d->is_finishing)
		return decision_reason(d, REASON_HOLD_UNFINISHED)
			       ? NULL
			       : "a hold is finished without saying so";
	if (tells_two_sources(p, d) || tells_next_rung(p, d) ||
		(incident && incident->a == d->set_count && incident->a) ||
		(decision_reason(d, REASON_WEAK) &&
			d->consent != CONSENT_GIVEN))
		return NULL;
	return "a hold that its reasons do not explain";
}

/* The hand-over mark is nobody's business here. */
static bool same_mark(const struct record *a, const struct record *b)
{
	return a->handover_boot_id == b->handover_boot_id &&
	       a->handover_passes == b->handover_passes &&
	       a->handover_restarts == b->handover_restarts &&
	       a->handover_time == b->handover_time;
}

/* A hold of ours of which no file is on hold. */
static bool may_be_gone(const struct evidence *e)
{
	if (e->record.rung == 0 || e->deliveries_state != SOURCE_READ)
		return false;
	for (size_t i = 0; i < e->deliveries->held_count; i++)
		if (e->deliveries->held[i].hold_id == e->record.hold_id)
			return false;
	return true;
}

/* Only which sessions do not count, and of which volume. */
static bool only_uncounted(
	const struct record *before, const struct record *after)
{
	struct record r = *before;

	if (r.volume_serial && r.volume_serial != after->volume_serial)
		return false;
	r.volume_serial = after->volume_serial;
	r.uncounted_boot_id = after->uncounted_boot_id;
	return record_equal(&r, after);
}

static const char *check_record(
	const struct evidence *e, uint32_t hold_id, const struct decision *d)
{
	const struct record *r = &e->record;
	const struct record *next = &d->next_record;
	bool is_changed = !record_equal(r, next);

	if (!same_mark(r, next))
		return "the hand-over mark was changed";
	if (d->verdict == VERDICT_HOLD) {
		if (next->hold_state != HOLD_ACTIVE)
			return "a hold that is not on trial";
		if (next->volume_serial != e->volume_serial)
			return "a hold on another volume";
		if (is_changed && next->hold_id != hold_id &&
			!(r->hold_state == HOLD_ACTIVE &&
				next->hold_id == r->hold_id))
			return "a new hold with another id";
		return NULL;
	}
	if (d->verdict == VERDICT_RESTORE_AND_HOLD)
		return next->hold_state == HOLD_EXHAUSTED
			       ? NULL
			       : "a restore that is not the end of the ladder";
	if (!is_changed)
		return NULL;
	if (decision_has(d, REASON_SERVICING))
		return only_uncounted(r, next) ? NULL
					       : "a change of the record while "
						 "Windows is serviced";
	if (e->record_state != SOURCE_READ)
		return "a change of a record nobody could read";
	if (r->hold_state == HOLD_ACTIVE &&
		(next->hold_state == HOLD_HELPED ||
			next->hold_state == HOLD_EXHAUSTED))
		return NULL;
	if (r->hold_state == HOLD_EXHAUSTED && next->hold_state == HOLD_NONE)
		return NULL;
	if (r->hold_state == HOLD_ACTIVE && next->hold_state == HOLD_NONE)
		return may_be_gone(e) ? NULL : "a hold given up for no reason";
	return "a change of the record without cause";
}

const char *decision_is_sane(const struct evidence *e, const struct policy *p,
	uint32_t hold_id, const struct decision *d)
{
	const char *wrong = check_reasons(d);

	if (!wrong && acts(d) && e->windows != WINDOWS_ONE)
		wrong = "an action without one Windows";
	if (!wrong && acts(d) && !journal_is_good(e))
		wrong = "an action on a volume that must not be touched";
	if (!wrong && acts(d) && !e->is_ordered &&
		(e->deliveries_state != SOURCE_READ || !e->deliveries ||
			e->boot_status_state != SOURCE_READ ||
			!e->boot_status.is_trustworthy))
		wrong = "an action on a failed observation";
	if (!wrong && acts(d) && !e->is_ordered &&
		e->record_state == SOURCE_FAILED)
		wrong = "an action without the own record";
	if (!wrong)
		wrong = check_set(e, p, d);
	if (!wrong)
		wrong = check_consent(e, d);
	if (!wrong)
		wrong = check_told(e, p, d);
	if (!wrong)
		wrong = check_record(e, hold_id, d);
	return wrong;
}
