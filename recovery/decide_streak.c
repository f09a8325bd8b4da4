/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do two sources agree that Windows crashes in a row?  The first is a stop
 * code other than the one in the health note, or a kernel dump of this crash;
 * the second the boot ids of bootstat.dat: every session from the noted one on
 * lacks a clean end.
 *
 * A pulled plug leaves neither of the first, and a stop code of long ago is
 * followed by sessions that ended well: none of this makes a streak.
 */
#include "recovery/decide_parts.h"

/* Without a note the stop code is weak evidence: nobody acts on it alone. */
static void decide_without_note(struct deciding *c)
{
	const struct evidence *e = c->e;
	bool is_failing = decide_is_start_failing(&e->boot_status);

	if (decide_weak(c))
		return;
	if (!decide_has_stop_code(e))
		decide_because(c->d,
			is_failing ? REASON_NO_STOP_CODE : REASON_NO_CRASH, 0,
			0);
	decide_with(c->d, is_failing ? VERDICT_REFUSE : VERDICT_BOOT,
		REASON_NO_NOTE, 0, 0);
}

/* The first source does not speak of a new crash. */
static void decide_nothing_new(struct deciding *c)
{
	enum reason_id id = REASON_NO_CRASH;

	if (decide_weak(c))
		return;
	if (decide_is_start_failing(&c->e->boot_status))
		id = decide_has_stop_code(c->e) ? REASON_STOP_CODE_NOT_NEW
						: REASON_NO_STOP_CODE;
	decide_with(c->d, VERDICT_BOOT, id, 0, 0);
}

/*
 * Sessions in a row without a clean end, counted from the noted one, which
 * ends the count itself if it ended well after the note.  0 if sessions that
 * ended well lie between: then nobody knows which one the stop code is from.
 */
static uint32_t sessions_since_note(const struct evidence *e)
{
	uint32_t noted = e->note.boot_id;
	uint32_t last = e->boot_status.last_boot_id;
	uint32_t clean = e->boot_status.last_clean_boot_id;

	if (clean > noted)
		return 0;
	if (clean == noted)
		return last - noted;
	/* No overflow: @noted is above @clean, so it is not 0. */
	return last - noted + 1;
}

/*
 * The same with a dump, which is dated.  Where no note was ever written, only
 * failed starts count, unless somebody is there: on a PC whose plug is always
 * pulled no session ever ended well.
 */
static uint32_t sessions_of_dump(const struct evidence *e)
{
	const struct boot_status *s = &e->boot_status;

	if (decide_has_note(e) && e->note.boot_id >= s->last_clean_boot_id)
		return sessions_since_note(e);
	if (decide_has_note(e) || e->is_attended)
		return s->last_boot_id - s->last_clean_boot_id;
	return s->has_attempts && decide_is_start_failing(s) ? s->attempts : 0;
}

static uint32_t count_sessions(const struct deciding *c)
{
	const struct evidence *e = c->e;
	uint32_t last = e->boot_status.last_boot_id;
	uint32_t uncounted = decide_uncounted(e);
	uint32_t count =
		c->has_dump ? sessions_of_dump(e) : sessions_since_note(e);

	if (uncounted && uncounted <= last && count > last - uncounted)
		return last - uncounted;
	return count;
}

/*
 * Files on hold that the record cannot account for.  Ids only grow, so those of
 * its own earlier holds, which helped, are not above that of the last.
 */
static size_t count_foreign(const struct evidence *e)
{
	const struct record *r = &e->record;
	const struct delivery_list *list = e->deliveries;
	bool is_known = e->record_state == SOURCE_READ &&
			r->volume_serial == e->volume_serial;
	size_t foreign = 0;
	size_t i;

	for (i = 0; i < list->held_count; i++)
		if (!is_known || list->held[i].hold_id > r->hold_id)
			foreign++;
	return foreign;
}

/* Crashing in a row, and the content may be to blame: what can be held? */
static void decide_hold(struct deciding *c)
{
	const struct evidence *e = c->e;
	struct reason why;
	size_t foreign;

	if (e->record_state == SOURCE_FAILED) {
		decide_with(c->d, VERDICT_REFUSE, REASON_SOURCE_FAILED,
			EVIDENCE_RECORD, 0);
		return;
	}
	if (!decide_has_deliveries(e)) {
		decide_with(c->d, VERDICT_REFUSE, REASON_SOURCE_FAILED,
			EVIDENCE_DELIVERIES, 0);
		return;
	}
	foreign = count_foreign(e);
	if (foreign) {
		decide_with(
			c->d, VERDICT_REFUSE, REASON_FOREIGN_HOLD, foreign, 0);
		return;
	}
	if (!decide_set(c, 1, c->blamed, &why)) {
		decide_with(c->d, VERDICT_REFUSE, why.id, why.a, why.b);
		return;
	}
	decide_with(c->d, VERDICT_HOLD, REASON_SET, c->d->set_count,
		decide_window_hours(c->p));
	decide_note_hold(c, 1, c->hold_id);
}

/* Counted, and without anything that would speak against it. */
static void judge_crash(struct deciding *c)
{
	uint32_t needed = decide_crashes_needed(c->p);

	if (decide_has_new_stop_code(c->e))
		decide_because(
			c->d, REASON_NEW_STOP_CODE, c->e->bugcheck.code, 0);
	decide_add_dump(c);
	if (decide_was_pressed(c->e)) {
		decide_because(c->d, REASON_POWER_BUTTON, 0, 0);
		if (c->d->streak)
			c->d->streak--;
	}
	decide_because(c->d, REASON_STREAK, c->d->streak, needed);
	decide_add_launches(c);
	if (c->d->streak < needed)
		c->d->verdict = VERDICT_RETRY;
	else if (c->names_stranger)
		decide_with(c->d, VERDICT_REFUSE, REASON_NOT_CONTENT, 0, 0);
	else
		decide_hold(c);
}

/* The stop code is new, or there is a dump of this crash. */
static void decide_crash(struct deciding *c)
{
	const struct evidence *e = c->e;
	uint32_t last = e->boot_status.last_boot_id;

	if (decide_has_note(e) && last < e->note.boot_id) {
		decide_with(c->d, VERDICT_REFUSE, REASON_BOOT_IDS_BEHIND,
			e->note.boot_id, last);
		return;
	}
	c->d->streak = count_sessions(c);
	if (!c->has_dump && sessions_since_note(e) == 0) {
		if (!decide_weak(c))
			decide_with(c->d, VERDICT_BOOT,
				REASON_STOP_CODE_UNDATED, e->bugcheck.code, 0);
		return;
	}
	/* Without a note the stop code of the variables may be a year old. */
	if (!decide_by_kind(c, decide_has_new_stop_code(e)))
		judge_crash(c);
}

static bool refuse_unread(struct deciding *c)
{
	const struct evidence *e = c->e;
	enum evidence_source unread;

	if (e->bugcheck_state == SOURCE_FAILED)
		unread = EVIDENCE_BUGCHECK;
	else if (e->note_state == SOURCE_FAILED)
		unread = EVIDENCE_NOTE;
	else if (e->dump_state == SOURCE_FAILED)
		unread = EVIDENCE_DUMP;
	else
		return false;
	decide_with(c->d, VERDICT_REFUSE, REASON_SOURCE_FAILED, unread, 0);
	return true;
}

void decide_streak(struct deciding *c)
{
	const struct evidence *e = c->e;

	if (e->boot_status.shut_down)
		decide_with(c->d, VERDICT_BOOT, REASON_NO_CRASH, 0, 0);
	else if (refuse_unread(c))
		return;
	else if (c->has_dump || decide_has_new_stop_code(e))
		decide_crash(c);
	else if (!decide_has_note(e))
		decide_without_note(c);
	else
		decide_nothing_new(c);
}
