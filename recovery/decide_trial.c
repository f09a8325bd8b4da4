/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of the last hold.  A session of Windows that proves itself good
 * closes it; only positive evidence that is newer than the hold makes it fail.
 * Then the next rung is tried.  After the last one everything is restored, and
 * nothing is tried again until a good session or a new delivery.
 */
#include "recovery/decide_parts.h"

static const struct record *record_of(const struct deciding *c)
{
	return &c->e->record;
}

/*
 * Sessions since the hold; 0 also where the ids went backwards.  One that its
 * user ended with the power button says nothing.
 */
static uint32_t sessions_since(const struct deciding *c)
{
	uint32_t last = c->e->boot_status.last_boot_id;
	uint32_t held = record_of(c)->hold_boot_id;

	if (held < decide_uncounted(c->e))
		held = decide_uncounted(c->e);
	if (last <= held)
		return 0;
	return last - held - (decide_was_pressed(c->e) ? 1 : 0);
}

/*
 * A clean shutdown, or the note of the re-arming task.  Windows can forge the
 * note; all it gains is that the hold counts as a success.
 */
static bool had_good_session(const struct deciding *c)
{
	const struct evidence *e = c->e;
	uint32_t held = record_of(c)->hold_boot_id;

	if (e->boot_status.last_clean_boot_id > held)
		return true;
	return decide_has_note(e) && e->note.boot_id > held &&
	       e->note.boot_id <= e->boot_status.last_boot_id;
}

static bool has_other_stop_code(const struct deciding *c)
{
	return decide_has_stop_code(c->e) &&
	       !bugcheck_equal(&c->e->bugcheck, &record_of(c)->hold_bugcheck);
}

/* A session since the hold, ended neither by a shutdown nor by its user. */
static bool has_ended_badly(const struct deciding *c)
{
	return sessions_since(c) != 0 && !c->e->boot_status.shut_down &&
	       !decide_was_pressed(c->e);
}

/*
 * Is Windows still crashing?  Another stop code says so, and a dump that is
 * newer than the hold.  The same crash leaves the same code: then two failed
 * starts say so.  Meant for a status without a good session since the hold.
 */
static bool is_still_crashing(const struct deciding *c)
{
	const struct boot_status *s = &c->e->boot_status;

	if (!has_ended_badly(c))
		return false;
	return has_other_stop_code(c) || decide_is_dump_newer(c) ||
	       (sessions_since(c) >= 2 && decide_is_start_failing(s));
}

static uint64_t newest_delivery(const struct delivery_list *list)
{
	uint64_t newest = 0;
	size_t i;

	for (i = 0; i < list->delivery_count; i++)
		if (list->deliveries[i].delivered_at > newest)
			newest = list->deliveries[i].delivered_at;
	return newest;
}

static void refuse_without_deliveries(struct deciding *c)
{
	decide_with(c->d, VERDICT_REFUSE, REASON_SOURCE_FAILED,
		EVIDENCE_DELIVERIES, 0);
}

/* --- On trial ------------------------------------------------------------ */

/*
 * Windows has not been started since the hold.  Was its commit cut short?  A
 * hold by order (rung 0) is not repeated: its set is not ours to compute.
 */
static void decide_unstarted(struct deciding *c)
{
	struct reason why;

	if (record_of(c)->rung == 0) {
		decide_with(c->d, VERDICT_BOOT, REASON_HOLD_WAITING, 0, 0);
		return;
	}
	if (!decide_has_deliveries(c->e)) {
		refuse_without_deliveries(c);
		return;
	}
	if (!decide_is_cut_short(
		    c, decide_set(c, record_of(c)->rung, c->blamed, &why))) {
		decide_with(c->d, VERDICT_BOOT, REASON_HOLD_WAITING, 0, 0);
		return;
	}
	c->d->is_finishing = true;
	decide_with(
		c->d, VERDICT_HOLD, REASON_HOLD_UNFINISHED, c->d->set_count, 0);
}

static void note_exhaustion(struct deciding *c)
{
	const struct evidence *e = c->e;
	struct record *r = &c->d->next_record;
	uint64_t newest = newest_delivery(e->deliveries);

	r->hold_state = HOLD_EXHAUSTED;
	r->hold_boot_id = e->boot_status.last_boot_id;
	r->hold_bugcheck = e->bugcheck;
	if (e->boot_status.has_heartbeat &&
		e->boot_status.heartbeat > r->hold_time)
		r->hold_time = e->boot_status.heartbeat;
	if (newest > r->hold_time)
		r->hold_time = newest;
	if (decide_dump_time(c) > r->hold_time)
		r->hold_time = decide_dump_time(c);
}

static void decide_failed(struct deciding *c)
{
	uint32_t sessions = sessions_since(c);

	c->d->streak = sessions;
	if (record_of(c)->is_by_person)
		c->word = POLICY_WORD_PERSON;
	if (record_of(c)->rung == 0 ||
		(record_of(c)->is_by_person && !c->e->is_attended)) {
		/* A person held that; a person has to say what is next. */
		decide_with(
			c->d, VERDICT_REFUSE, REASON_HOLD_FAILED, sessions, 0);
		return;
	}
	if (!decide_has_deliveries(c->e)) {
		refuse_without_deliveries(c);
		return;
	}
	decide_because(c->d, REASON_HOLD_FAILED, sessions, 0);
	decide_add_dump(c);
	if (decide_next_rung(c))
		return;
	/* There is something to restore: a hold that is gone cannot fail. */
	decide_with(c->d, VERDICT_RESTORE_AND_HOLD, REASON_EXHAUSTED, 0, 0);
	note_exhaustion(c);
}

/*
 * Files that the hold was to take and has not, in d->set: a write failed, or
 * the power did twice, and Windows was started with half of it.  What came
 * after the hold is no part of it.
 */
static bool lacks_files(struct deciding *c)
{
	const struct delivery_list *list = c->e->deliveries;
	struct decision *d = c->d;
	struct reason why;
	size_t kept = 0;
	size_t i;

	if (record_of(c)->rung == 0 || !decide_has_deliveries(c->e) ||
		!decide_set(c, record_of(c)->rung, NULL, &why))
		return false;
	for (i = 0; i < d->set_count; i++)
		if (list->deliveries[d->set[i]].delivered_at <=
			record_of(c)->hold_time)
			d->set[kept++] = d->set[i];
	d->set_count = kept;
	return kept != 0;
}

/* Half a hold has not failed yet: its trial begins when it is whole. */
static void decide_rest(struct deciding *c)
{
	const struct record *r = record_of(c);

	c->d->is_finishing = true;
	decide_with(
		c->d, VERDICT_HOLD, REASON_HOLD_UNFINISHED, c->d->set_count, 0);
	decide_note_hold(c, r->rung, r->hold_id);
}

static void decide_started(struct deciding *c)
{
	const struct evidence *e = c->e;
	bool has_failed_once = !e->boot_status.shut_down &&
			       decide_is_start_failing(&e->boot_status);
	bool is_crashing = is_still_crashing(c);

	if (e->bugcheck_state == SOURCE_FAILED ||
		e->dump_state == SOURCE_FAILED) {
		decide_with(c->d, VERDICT_REFUSE, REASON_SOURCE_FAILED,
			e->bugcheck_state == SOURCE_FAILED ? EVIDENCE_BUGCHECK
							   : EVIDENCE_DUMP,
			0);
		return;
	}
	/* Points elsewhere?  Then the hold did not fail. */
	if (is_crashing && decide_by_kind(c, true))
		return;
	if (has_ended_badly(c) && lacks_files(c)) {
		decide_rest(c);
		return;
	}
	if (is_crashing) {
		decide_failed(c);
		return;
	}
	decide_with(c->d, has_failed_once ? VERDICT_RETRY : VERDICT_BOOT,
		REASON_HOLD_WAITING, sessions_since(c), 0);
}

/*
 * A commit that an I/O error broke off, or a person who has renamed the files
 * back: a hold that is not there can neither help nor fail.  A person's own
 * hold (rung 0) may be of a file that no rule lists.
 */
static bool is_gone(const struct deciding *c)
{
	return record_of(c)->rung != 0 && decide_has_deliveries(c->e) &&
	       !decide_count_held(c->e);
}

static bool decide_active(struct deciding *c)
{
	uint32_t last = c->e->boot_status.last_boot_id;
	uint32_t held = record_of(c)->hold_boot_id;

	if (had_good_session(c)) {
		c->d->next_record.hold_state = HOLD_HELPED;
		decide_because(c->d, REASON_HOLD_HELPED, 0, 0);
		return false;
	}
	if (last < held)
		decide_with(c->d, VERDICT_REFUSE, REASON_BOOT_IDS_BEHIND, held,
			last);
	else if (last == held)
		decide_unstarted(c);
	else if (!is_gone(c))
		decide_started(c);
	else {
		c->d->next_record.hold_state = HOLD_NONE;
		decide_because(
			c->d, REASON_HOLD_GONE, record_of(c)->hold_id, 0);
		return false;
	}
	return true;
}

/* --- Exhausted ----------------------------------------------------------- */

static bool decide_exhausted(struct deciding *c)
{
	const struct evidence *e = c->e;
	uint32_t last = e->boot_status.last_boot_id;
	uint32_t held = record_of(c)->hold_boot_id;
	bool has_deliveries = decide_has_deliveries(e);

	if (had_good_session(c)) {
		c->d->next_record.hold_state = HOLD_NONE;
		decide_because(c->d, REASON_RECOVERED, 0, 0);
		return false;
	}
	/* Something new was delivered, and Windows crashes on with it. */
	if (has_deliveries && is_still_crashing(c) &&
		newest_delivery(e->deliveries) > record_of(c)->hold_time)
		return false;
	/*
	 * The restoring was cut short, or a file of the same name was in its
	 * way: once more, as long as Windows has not been started.  A cut
	 * into the folder's index has to be said at least.
	 */
	if (!has_deliveries && last == held)
		refuse_without_deliveries(c);
	else if (last == held && (decide_count_held(c->e) || e->was_mended)) {
		c->d->is_finishing = true;
		decide_with(
			c->d, VERDICT_RESTORE_AND_HOLD, REASON_EXHAUSTED, 0, 0);
	} else
		decide_with(c->d, VERDICT_BOOT, REASON_EXHAUSTED, 0, 0);
	return true;
}

bool decide_trial(struct deciding *c)
{
	const struct evidence *e = c->e;

	/* A record of another volume says nothing about this one. */
	if (e->record_state != SOURCE_READ ||
		e->record.volume_serial != e->volume_serial)
		return false;
	switch (e->record.hold_state) {
	case HOLD_ACTIVE:
		return decide_active(c);
	case HOLD_EXHAUSTED:
		return decide_exhausted(c);
	case HOLD_NONE:
	case HOLD_HELPED:
		break;
	}
	return false;
}
