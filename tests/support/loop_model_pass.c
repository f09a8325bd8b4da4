/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pass of Loopbreaker: what recovery/run.c, the epochs of storage/overlay.h
 * and the firmware front do with a decision, up to a power cut or a write that
 * fails.
 */
#include "tests/support/loop_model.h"

#include "recovery/failure.h"
#include "recovery/handover.h"
#include "tests/support/decision_check.h"

#define PROGRAM	    1
#define NOW_SECONDS 100000
#define MAX_CHANGES 9

bool loop_would_divert(const struct loop_state *s)
{
	const struct boot_status status = {
		.is_trustworthy = true,
		.has_attempts = true,
		.succeeded = s->succeeded,
		.checkpoint = s->checkpoint,
		.attempts = s->attempts,
	};

	return boot_status_would_divert(&status);
}

bool loop_start(struct loop_state *s)
{
	s->is_armed = 0;
	if (s->starts && s->starts < UINT8_MAX)
		s->starts++;
	if (loop_would_divert(s)) {
		s->attempts = 1; /* so that the start after it is tried */
		return false;
	}
	if (s->succeeded && s->checkpoint)
		s->attempts = 0;
	s->attempts++;
	s->succeeded = s->shut_down = s->checkpoint = 0;
	s->was_pressed = 0;
	s->id[ID_LAST]++;
	if (s->handed == HANDED_LAST)
		s->handed = HANDED_OTHER;
	s->is_smooth = 0;
	s->phase = LOOP_EARLY;
	return true;
}

bool loop_acts(const struct decision *d, bool says_yes)
{
	if (d->verdict != VERDICT_HOLD &&
		d->verdict != VERDICT_RESTORE_AND_HOLD)
		return false;
	return d->consent == CONSENT_GIVEN ||
	       (d->consent == CONSENT_NEEDED && says_yes);
}

/* --- The record ------------------------------------------------------------
 */

/* The stop code of the record is none, or the present one. */
static uint8_t stop_of(const struct bugcheck *b)
{
	return b->is_present ? (uint8_t)b->parameter1 : STOP_NONE;
}

/* Every time in the record is one of those of the state. */
static uint8_t time_back(
	const struct loop_view *v, const struct loop_state *s, uint64_t t)
{
	size_t i;

	if (t == v->evidence.boot_status.heartbeat)
		return s->at[AT_BEAT];
	if (s->dump && t == v->evidence.dump.header.system_time)
		return s->at[AT_DUMP];
	for (i = 0; i < v->list.delivery_count; i++)
		if (v->deliveries[i].delivered_at == t)
			return s->at[AT_FILE + v->file_of[i]];
	return s->at[AT_HOLD];
}

static uint8_t id_back(const struct loop_view *v, const struct loop_state *s,
	uint32_t id, enum loop_id before)
{
	return id == v->evidence.boot_status.last_boot_id ? s->id[ID_LAST]
							  : s->id[before];
}

/* Not the rest of an earlier change, but one of its own. */
static bool is_new_change(const struct loop_view *v)
{
	const struct record *a = &v->evidence.record;
	const struct record *b = &v->decision.next_record;

	return a->hold_id != b->hold_id || a->rung != b->rung ||
	       a->hold_state != b->hold_state;
}

/* One of which nothing had reached the disk was none. */
static void count_change(const struct loop_view *v, struct loop_state *s)
{
	if (decision_has(&v->decision, REASON_HOLD_GONE) && s->changes)
		s->changes--;
	if (is_new_change(v) && s->changes < MAX_CHANGES)
		s->changes++;
}

static void put_record(const struct loop_view *v, struct loop_state *s)
{
	const struct record *r = &v->decision.next_record;

	if (record_equal(r, &v->evidence.record))
		return;
	s->at[AT_HOLD] = time_back(v, s, r->hold_time);
	s->id[ID_HELD] = id_back(v, s, r->hold_boot_id, ID_HELD);
	s->id[ID_UNCOUNTED] = id_back(v, s, r->uncounted_boot_id, ID_UNCOUNTED);
	s->hold_state = (uint8_t)r->hold_state;
	s->rung = (uint8_t)r->rung;
	s->hold_id = (uint8_t)r->hold_id;
	s->hold_stop = stop_of(&r->hold_bugcheck);
	s->is_obeyed = r->incident_serial != 0;
	s->record = SOURCE_READ;
}

/* --- The hand-over ---------------------------------------------------------
 */

/* @knows_id: not if it did not look, nor before a start that is diverted */
static void hand_over(struct loop_state *s, bool knows_id, bool is_soon)
{
	static const uint32_t ids[] = {
		[HANDED_NEVER] = 0, [HANDED_OTHER] = 1, [HANDED_LAST] = 2};
	struct record r = {
		.handover_boot_id = ids[s->handed],
		.handover_passes = s->passes,
		.handover_restarts = s->restarts,
		.handover_time = is_soon ? NOW_SECONDS - 60 : 1,
	};
	enum handover step = handover_choose(
		&r, knows_id ? ids[HANDED_LAST] : 0, NOW_SECONDS);

	s->record = SOURCE_READ;
	if (knows_id)
		s->handed = HANDED_LAST;
	/* After the third step of the ladder more of them are all alike. */
	s->passes = (uint8_t)(r.handover_passes > 4 ? 4 : r.handover_passes);
	/* Where nobody looked there may be a thousand: all alike, too. */
	s->restarts = (uint8_t)(r.handover_restarts > HANDOVER_MAX_RESTARTS
					? HANDOVER_MAX_RESTARTS
					: r.handover_restarts);
	s->is_armed = step != HANDOVER_CHAIN_LOAD;
	if (step == HANDOVER_BOOT_ORDER)
		s->is_windows_first = 1;
	if (step == HANDOVER_CHAIN_LOAD)
		(void)loop_start(s);
}

/* --- The commit ------------------------------------------------------------
 */

/* Does the plan rename this file?  Sets what it becomes. */
static bool is_planned(const struct loop_view *v, const struct loop_state *s,
	size_t file, uint8_t *ret_state)
{
	const struct decision *d = &v->decision;
	size_t i;

	*ret_state = FILE_IN_PLACE;
	if (d->verdict == VERDICT_RESTORE_AND_HOLD)
		return s->file[file] == FILE_HELD &&
		       s->held_by[file] == v->evidence.record.hold_id;
	*ret_state = FILE_HELD;
	for (i = 0; i < d->set_count; i++)
		if (v->file_of[d->set[i]] == file)
			return true;
	return false;
}

static void change_names(
	const struct loop_view *v, unsigned int mask, struct loop_state *s)
{
	struct loop_state before = *s;
	uint8_t to;
	size_t i;

	for (i = 0; i < LOOP_FILES; i++) {
		if (!(mask & (1u << i)) || !is_planned(v, &before, i, &to))
			continue;
		s->file[i] = to;
		s->held_by[i] =
			to == FILE_HELD
				? (uint8_t)v->decision.next_record.hold_id
				: 0;
	}
}

/* From the first epoch on; true if it broke off at @cut. */
static bool commit(const struct loop_world *w, const struct loop_view *v,
	enum loop_cut cut, struct loop_state *s)
{
	bool keeps_dirty = s->journal == JOURNAL_DIRTY_FLAG || s->stays_dirty;

	s->journal = JOURNAL_DIRTY_FLAG;
	if (cut == CUT_FLAG)
		return true;
	if (cut >= CUT_NAMES && cut < CUT_ALL_NAMES) {
		change_names(v, cut - CUT_NAMES, s);
		s->is_torn = 1;
		return true;
	}
	change_names(v, ~0u, s);
	s->is_torn = 0;
	if (cut == CUT_ALL_NAMES)
		return true;
	if (v->decision.verdict == VERDICT_HOLD && w->is_markable &&
		loop_would_divert(s)) {
		s->succeeded = s->shut_down = s->checkpoint = 1;
		s->attempts = 0;
	}
	if (cut == CUT_STATUS)
		return true;
	s->journal = keeps_dirty ? JOURNAL_DIRTY_FLAG : JOURNAL_CLEAN;
	s->stays_dirty = 0;
	s->is_smooth = v->decision.verdict == VERDICT_HOLD && w->is_markable;
	return cut == CUT_DONE;
}

/* True if it was cut off at @cut, or a write failed there. */
static bool carry_out(const struct loop_world *w, const struct loop_view *v,
	enum loop_cut cut, struct loop_state *s)
{
	struct failure before = {.kind = FAILURE_UNFINISHED,
		.count = s->failures,
		.was_seen = true,
		.program = PROGRAM};
	struct failure now;

	if (!s->failures)
		before.kind = FAILURE_NONE;
	failure_foresee(&before, FAILURE_UNFINISHED, PROGRAM, &now);
	s->failures = (uint8_t)now.count;
	s->is_armed = 0;
	if (cut == CUT_FORESEEN)
		return true;
	count_change(v, s);
	put_record(v, s);
	return cut == CUT_RECORD || commit(w, v, cut, s);
}

/* --- The whole -------------------------------------------------------------
 */

static bool may_run(const struct loop_state *s)
{
	const struct failure f = {
		.kind = s->failures ? FAILURE_UNFINISHED : FAILURE_NONE,
		.count = s->failures,
		.was_seen = true,
		.program = PROGRAM,
	};

	return failure_allows_run(&f, PROGRAM);
}

bool loop_pass(const struct loop_world *w, const struct loop_view *v,
	enum loop_cut cut, unsigned int flags, struct loop_state *s)
{
	bool will_divert = loop_would_divert(s);
	bool has_ended;

	if (!may_run(s)) {
		hand_over(s, false, flags & PASS_SOON);
		return true;
	}
	s->is_armed = 1;
	if (cut == CUT_LOOKING)
		return false;
	if (loop_acts(&v->decision, flags & PASS_YES)) {
		has_ended = carry_out(w, v, cut, s);
		if (has_ended && !(flags & PASS_BROKE))
			return false;
		if (!has_ended)
			will_divert = loop_would_divert(s);
		s->is_armed = 1;
		if (cut == CUT_ARMED)
			return false;
	} else if (v->decision.verdict != VERDICT_HOLD &&
		   v->decision.verdict != VERDICT_RESTORE_AND_HOLD) {
		if (decision_has(&v->decision, REASON_HOLD_GONE) && s->changes)
			s->changes--;
		put_record(v, s);
		if (s->is_set_up && !s->shut_down)
			s->unclean = 0; /* it is in the record now */
		if (cut == CUT_RECORD)
			return false;
	}
	s->failures = 0;
	if (cut == CUT_CLEARED)
		return false;
	hand_over(s, !will_divert, flags & PASS_SOON);
	return true;
}
