/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of the questions, and those that need only one look. */
#include "recovery/decide_parts.h"

#include <string.h>

/* --- Shared by the parts ------------------------------------------------- */

void decide_because(
	struct decision *d, enum reason_id id, uint64_t a, uint64_t b)
{
	struct reason *r;

	if (d->reason_count == DECISION_MAX_REASONS)
		return;
	r = &d->reasons[d->reason_count++];
	r->id = id;
	r->a = a;
	r->b = b;
}

void decide_with(struct decision *d, enum verdict v, enum reason_id id,
	uint64_t a, uint64_t b)
{
	d->verdict = v;
	decide_because(d, id, a, b);
}

bool decide_is_action(const struct decision *d)
{
	return d->verdict == VERDICT_HOLD ||
	       d->verdict == VERDICT_RESTORE_AND_HOLD;
}

bool decide_has_deliveries(const struct evidence *e)
{
	return e->deliveries_state == SOURCE_READ && e->deliveries;
}

bool decide_has_stop_code(const struct evidence *e)
{
	return e->bugcheck_state == SOURCE_READ && e->bugcheck.is_present;
}

bool decide_has_note(const struct evidence *e)
{
	return e->note_state == SOURCE_READ && e->note.is_present;
}

bool decide_has_new_stop_code(const struct evidence *e)
{
	return decide_has_stop_code(e) && decide_has_note(e) &&
	       !bugcheck_equal(&e->bugcheck, &e->note.bugcheck);
}

bool decide_is_start_failing(const struct boot_status *s)
{
	return !s->succeeded || (s->has_attempts && !s->checkpoint);
}

uint32_t decide_crashes_needed(const struct policy *p)
{
	return p->crashes < POLICY_MIN_CRASHES ? POLICY_MIN_CRASHES
					       : p->crashes;
}

uint32_t decide_window_hours(const struct policy *p)
{
	return p->window_hours > POLICY_MAX_WINDOW_HOURS
		       ? POLICY_MAX_WINDOW_HOURS
		       : p->window_hours;
}

size_t decide_max_files(const struct policy *p)
{
	return p->max_files > POLICY_MAX_FILES ? POLICY_MAX_FILES
					       : p->max_files;
}

bool decide_was_pressed(const struct evidence *e)
{
	return boot_status_was_pressed(
		&e->boot_status, e->boot_status.last_boot_id);
}

size_t decide_count_held(const struct evidence *e)
{
	const struct delivery_list *list = e->deliveries;
	size_t count = 0;
	size_t i;

	for (i = 0; i < list->held_count; i++)
		if (list->held[i].hold_id == e->record.hold_id)
			count++;
	return count;
}

/* Did a write break off between the parts of a commit? */
static bool is_bracket_open(const struct evidence *e)
{
	return e->journal == JOURNAL_DIRTY_FLAG || e->was_mended;
}

/*
 * Files of the set lack, or the boot status is not marked yet, or the bracket
 * around the commit is still open.
 */
bool decide_is_cut_short(const struct deciding *c, bool lacks_files)
{
	const struct boot_status *s = &c->e->boot_status;

	return lacks_files || (boot_status_would_divert(s) && s->is_markable) ||
	       (is_bracket_open(c->e) && decide_count_held(c->e));
}

void decide_add_launches(struct deciding *c)
{
	const struct evidence *e = c->e;

	if (e->launches_state != SOURCE_READ)
		return;
	if (e->launches.launches >= decide_crashes_needed(c->p))
		decide_because(c->d, REASON_LAUNCHES, e->launches.launches, 0);
	if (e->launches.was_diverted)
		decide_because(c->d, REASON_DIVERTED, 0, 0);
}

static bool clears_content(struct decision *d, uint32_t code)
{
	switch (stop_code_kind(code)) {
	case STOP_CODE_SOFTWARE:
		return false;
	case STOP_CODE_HARDWARE:
		decide_with(d, VERDICT_REFUSE, REASON_HARDWARE_STOP, code, 0);
		break;
	case STOP_CODE_STORAGE:
		decide_with(d, VERDICT_REFUSE, REASON_STORAGE_STOP, code, 0);
		break;
	case STOP_CODE_OPERATOR:
		decide_with(d, VERDICT_BOOT, REASON_OPERATOR_STOP, code, 0);
		break;
	}
	return true;
}

bool decide_by_kind(struct deciding *c, bool has_code)
{
	const struct evidence *e = c->e;

	if (c->has_dump && clears_content(c->d, e->dump.header.code))
		return true;
	return has_code && decide_has_stop_code(e) &&
	       clears_content(c->d, e->bugcheck.code);
}

/* --- The volume ---------------------------------------------------------- */

static bool refuse_windows(const struct evidence *e, struct decision *d)
{
	enum reason_id id = REASON_WINDOWS_UNREADABLE;

	switch (e->windows) {
	case WINDOWS_ONE:
		return false;
	case WINDOWS_NONE:
		id = e->names_file ? REASON_FILE_NONE : REASON_WINDOWS_NONE;
		break;
	case WINDOWS_SEVERAL:
		id = e->names_file ? REASON_FILE_SEVERAL
				   : REASON_WINDOWS_SEVERAL;
		break;
	case WINDOWS_ENCRYPTED:
		id = REASON_WINDOWS_ENCRYPTED;
		break;
	case WINDOWS_DYNAMIC:
		id = REASON_WINDOWS_DYNAMIC;
		break;
	case WINDOWS_NOT_ALONE:
		id = REASON_WINDOWS_NOT_ALONE;
		break;
	case WINDOWS_ELSEWHERE:
		id = REASON_WINDOWS_ELSEWHERE;
		break;
	case WINDOWS_AMBIGUOUS:
		id = REASON_WINDOWS_AMBIGUOUS;
		break;
	case WINDOWS_TWO_FORMATS:
		id = REASON_WINDOWS_TWO_FORMATS;
		break;
	case WINDOWS_UNREADABLE:
		break;
	}
	decide_with(d, VERDICT_REFUSE, id, 0, 0);
	return true;
}

/* A journal that was not redone hides the newest deliveries: as unreadable. */
static bool refuse_journal(const struct evidence *e, struct decision *d)
{
	switch (e->journal) {
	case JOURNAL_CLEAN:
	case JOURNAL_DIRTY_FLAG:
		return false;
	case JOURNAL_REPLAYABLE_1_1:
	case JOURNAL_REPLAYABLE_2_0:
		if (e->was_replayed)
			return false;
		break;
	case JOURNAL_HIBERNATED:
		decide_with(d, VERDICT_REFUSE, REASON_HIBERNATED, 0, 0);
		return true;
	case JOURNAL_UNREADABLE:
		break;
	}
	decide_with(d, VERDICT_REFUSE, REASON_JOURNAL_UNREADABLE, 0, 0);
	return true;
}

/* --- An order ------------------------------------------------------------ */

/* What is known goes into the record; nothing of it is needed to obey. */
static void decide_order(struct deciding *c)
{
	decide_with(c->d, VERDICT_HOLD, REASON_ORDERED, 0, 0);
	decide_note_hold(c, 0, c->hold_id);
}

/* --- The boot status ----------------------------------------------------- */

static bool refuse_status(const struct evidence *e, struct decision *d)
{
	const struct boot_status *s = &e->boot_status;

	if (e->boot_status_state == SOURCE_READ && s->is_trustworthy &&
		s->has_boot_ids && s->last_clean_boot_id <= s->last_boot_id)
		return false;
	decide_with(d, VERDICT_REFUSE, REASON_STATUS_UNREADABLE, 0, 0);
	return true;
}

static void decide_evidence(struct deciding *c)
{
	decide_read_dump(c);
	if (!decide_incident(c) && !decide_trial(c))
		decide_streak(c);
	decide_serviced(c);
	decide_consent(c);
}

void decide(const struct evidence *e, const struct policy *p, uint32_t hold_id,
	struct decision *ret)
{
	struct deciding c = {.e = e,
		.p = p,
		.hold_id = hold_id,
		.d = ret,
		.word = POLICY_WORD_EVIDENCE};

	memset(ret, 0, sizeof(*ret));
	ret->next_record = e->record;
	if (refuse_windows(e, ret) || refuse_journal(e, ret)) {
		decide_add_launches(&c);
	} else if (e->is_ordered) {
		decide_order(&c);
	} else if (refuse_status(e, ret)) {
		decide_add_launches(&c);
	} else {
		decide_evidence(&c);
	}
}
