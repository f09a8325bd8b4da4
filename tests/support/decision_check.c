/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/decision_check.h"

#include <string.h>

#include "storage/filetime.h"

bool decision_has(const struct decision *d, enum reason_id id)
{
	size_t i;

	for (i = 0; i < d->reason_count; i++)
		if (d->reasons[i].id == id)
			return true;
	return false;
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
		return "not one to eight reasons";
	for (i = 0; i < d->reason_count; i++)
		if ((unsigned int)d->reasons[i].id >= REASON_COUNT)
			return "an unknown reason";
	return NULL;
}

static const char *check_set(const struct evidence *e, const struct policy *p,
	const struct decision *d)
{
	uint64_t since = e->boot_status.heartbeat -
			 p->window_hours * FILETIME_TICKS_PER_HOUR;
	const struct delivery *first = NULL;
	const struct delivery *one;
	size_t i;

	if (d->verdict != VERDICT_HOLD && d->set_count)
		return "a set without a hold";
	if (d->set_count > p->max_files)
		return "a set above the limit";
	for (i = 0; i < d->set_count; i++) {
		if (d->set[i] >= e->deliveries->delivery_count)
			return "an index beyond the deliveries";
		if (i > 0 && d->set[i] <= d->set[i - 1])
			return "an index twice";
		one = &e->deliveries->deliveries[d->set[i]];
		if (one->delivered_at < since)
			return "a delivery older than the window";
		if (!first)
			first = one;
		if (strcmp(one->rule->vendor, first->rule->vendor) != 0)
			return "two vendors in one set";
	}
	return NULL;
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
		if (is_changed && next->hold_id != hold_id)
			return "a new hold with another id";
		return NULL;
	}
	if (d->verdict == VERDICT_RESTORE_AND_HOLD)
		return next->hold_state == HOLD_EXHAUSTED
			       ? NULL
			       : "a restore that is not the end of the ladder";
	if (!is_changed)
		return NULL;
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
		wrong = check_record(e, hold_id, d);
	return wrong;
}
