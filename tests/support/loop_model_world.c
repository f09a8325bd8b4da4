/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that can happen to the PC next: the user, Windows, the vendor, faults. */
#include "tests/support/loop_model.h"

#define MAX_UNCLEAN 2

/* What the steps of one state share. */
struct following {
	const struct loop_world *w;
	const struct loop_state *from;
	struct loop_view *v;
	loop_emit *emit;
	void *ctx;
};

bool loop_may(const struct loop_world *w, uint32_t event, struct loop_state *s)
{
	if (!(w->events & event))
		return false;
	if (!(w->faults & event) || w->fault_count == UINT8_MAX)
		return true;
	if (s->faults == 0)
		return false;
	s->faults--;
	return true;
}

static void done(const struct following *f, struct loop_state *s,
	enum loop_step_kind kind, unsigned int a, unsigned int b)
{
	struct loop_step step = {(uint8_t)kind, (uint8_t)a, (uint8_t)b};

	loop_tidy(f->w, s);
	f->emit(f->ctx, s, step, f->v);
}

/* Later than all that has happened. */
static uint8_t tick(const struct loop_state *s)
{
	uint8_t last = s->at[AT_NOW];
	size_t i;

	for (i = 0; i < AT_COUNT; i++)
		if (s->at[i] > last)
			last = s->at[i];
	return (uint8_t)(last + LOOP_MINUTES);
}

/* --- Sessions --------------------------------------------------------------
 */

/* A session that proves itself good: what is on hold now is not needed. */
static void was_good(struct loop_state *s, enum loop_help help)
{
	size_t i;

	for (i = 0; i < LOOP_FILES; i++)
		if (s->file[i] == FILE_HELD && s->has_helped[i] < help)
			s->has_helped[i] = (uint8_t)help;
	s->changes = 0;
	s->starts = 0;
}

static void end_unclean(struct loop_state *s, bool leaves_unfinished)
{
	s->phase = LOOP_OFF;
	s->journal = JOURNAL_REPLAYABLE_2_0;
	s->stays_dirty = leaves_unfinished;
	if (s->unclean < MAX_UNCLEAN)
		s->unclean++;
}

/* @flags: enum loop_crash_flag */
static void crash_with(
	const struct following *f, uint8_t stop, unsigned int flags)
{
	struct loop_state s = *f->from;

	end_unclean(&s, flags & CRASH_UNFINISHED);
	s.stop = stop;
	if (flags & CRASH_DUMPED) {
		s.dump = stop == STOP_HARDWARE ? STOP_HARDWARE : STOP_SOFTWARE;
		s.named = (uint8_t)(flags / CRASH_NAMED);
		s.at[AT_DUMP] = tick(&s);
	}
	if (stop != STOP_HARDWARE && (stop || (flags & CRASH_DUMPED)))
		s.is_blue = 1;
	done(f, &s, STEP_CRASH, stop, flags);
}

/* The file to blame; or none of them, where any may crash. */
static bool may_name(const struct following *f, unsigned int named)
{
	const struct loop_state *s = f->from;
	size_t i;

	if (!f->w->is_content_bad)
		return true;
	for (i = 0; i < LOOP_FILES; i++)
		if (s->file[i] == FILE_IN_PLACE &&
			s->content[i] == CONTENT_BAD &&
			s->vendor[i] + NAMED_FIRST == (int)named)
			return true;
	return named == NAMED_NOBODY;
}

static void crash_as(const struct following *f, uint8_t stop)
{
	unsigned int last =
		stop == STOP_HARDWARE ? NAMED_NOBODY : NAMED_STRANGER;
	unsigned int named;

	if (f->w->events & MAY_DUMP)
		for (named = NAMED_NOBODY; named <= last; named++)
			if (may_name(f, named))
				crash_with(f, stop,
					CRASH_DUMPED + named * CRASH_NAMED);
	if ((f->w->events & MAY_DUMP) && f->w->is_content_bad)
		return;
	crash_with(f, stop, 0);
	if (f->w->events & MAY_LEAVE_UNFINISHED)
		crash_with(f, stop, CRASH_UNFINISHED);
}

/* One that neither the note nor the record has. */
static uint8_t fresh_stop(const struct loop_state *s)
{
	uint8_t stop = STOP_SOFTWARE;

	while (stop == s->note_stop || stop == s->hold_stop || stop == s->stop)
		stop++;
	/* Of three values one may be taken that is lost now. */
	return stop < STOP_HARDWARE ? stop : s->stop;
}

static bool is_content_crashing(const struct loop_state *s)
{
	bool has_bad = false;
	size_t i;

	for (i = 0; i < LOOP_FILES; i++) {
		if (s->file[i] != FILE_IN_PLACE)
			continue;
		if (s->content[i] == CONTENT_FIX)
			return false;
		has_bad = has_bad || s->content[i] == CONTENT_BAD;
	}
	return has_bad;
}

/*
 * The same stop code once more.  Late it is not told from a pulled plug, and
 * the one that is in the note not from a crash of long ago.
 */
static bool is_hidden(const struct loop_state *s)
{
	return s->phase != LOOP_EARLY || s->stop == s->note_stop;
}

static void crashes(const struct following *f)
{
	const struct loop_state *s = f->from;
	uint32_t events = f->w->events;

	if (f->w->is_content_bad && !is_content_crashing(s))
		return;
	if (events & MAY_CRASH)
		crash_as(f, fresh_stop(s));
	if ((events & MAY_CRASH_ALIKE) && s->stop &&
		!(f->w->is_lasting && is_hidden(s)))
		crash_as(f, s->stop);
	if (events & MAY_CRASH_OTHER)
		crash_as(f, STOP_HARDWARE);
	if ((events & MAY_CRASH_SILENT) && (s->stop || (events & MAY_DUMP)))
		crash_as(f, STOP_NONE);
}

/* The power goes, or its user takes it away. */
static void power_goes(const struct following *f)
{
	struct loop_state s = *f->from;

	if (loop_may(f->w, MAY_UNPLUG, &s)) {
		end_unclean(&s, false);
		done(f, &s, STEP_UNPLUG, 0, 0);
	}
	s = *f->from;
	if (loop_may(f->w, MAY_PRESS, &s)) {
		end_unclean(&s, false);
		s.was_pressed = 1;
		done(f, &s, STEP_PRESS, 0, 0);
	}
}

static void reaches_desktop(const struct following *f)
{
	struct loop_state s = *f->from;

	s.phase = LOOP_UP;
	s.succeeded = s.checkpoint = 1;
	s.attempts = 1;
	s.at[AT_BEAT] = tick(&s);
	done(f, &s, STEP_DESKTOP, 0, 0);
}

/* A session that crashes for good does so before the task has noted it. */
static bool must_crash_first(const struct following *f)
{
	return f->w->is_lasting && is_content_crashing(f->from);
}

static void notes(const struct following *f)
{
	struct loop_state s = *f->from;

	if (must_crash_first(f))
		return;
	s.phase = LOOP_NOTED;
	s.has_note = 1;
	s.id[ID_NOTED] = s.id[ID_LAST];
	s.note_stop = s.stop;
	s.at[AT_BEAT] = tick(&s);
	s.at[AT_NOTE] = s.at[AT_NOW];
	s.is_armed = 1;
	s.is_blue = 0;
	was_good(&s, HELP_NOTED);
	done(f, &s, STEP_NOTE, 0, 0);
}

static void shuts_down(const struct following *f)
{
	struct loop_state s = *f->from;

	if (must_crash_first(f) || (f->w->is_lasting && s.phase != LOOP_NOTED))
		return;
	s.phase = LOOP_OFF;
	s.at[AT_BEAT] = tick(&s);
	s.shut_down = 1;
	s.id[ID_CLEAN] = s.id[ID_LAST];
	s.journal = JOURNAL_CLEAN;
	s.unclean = 0;
	was_good(&s, HELP_PROVEN);
	done(f, &s, STEP_SHUT_DOWN, 0, 0);
}

/* --- The vendor, and time ----------------------------------------------------
 */

/* So old that no rung reaches it: as if it were not there. */
static bool is_forgotten(const struct loop_state *s, size_t i)
{
	uint8_t day = s->at[AT_FILE + i] / LOOP_DAYS;

	return s->file[i] == FILE_IN_PLACE &&
	       day < s->at[AT_BEAT] / LOOP_DAYS &&
	       (!s->has_note || day < s->at[AT_NOTE] / LOOP_DAYS) &&
	       day < s->at[AT_NOW] / LOOP_DAYS;
}

/* False if there is no room for it. */
static bool add_file(const struct loop_world *w, struct loop_state *s,
	uint8_t vendor, enum loop_content content)
{
	size_t i = 0;

	while (i < w->max_slots && s->file[i] != FILE_GONE &&
		!is_forgotten(s, i))
		i++;
	if (i == w->max_slots)
		return false;
	s->file[i] = FILE_IN_PLACE;
	s->vendor[i] = vendor;
	s->content[i] = (uint8_t)content;
	s->held_by[i] = s->has_helped[i] = 0;
	s->at[AT_FILE + i] = tick(s);
	s->changes = 0;
	if (content == CONTENT_BAD && w->is_content_bad)
		s->starts = 1;
	return true;
}

static void deliver(
	const struct following *f, uint8_t vendor, enum loop_content content)
{
	struct loop_state s = *f->from;

	if (add_file(f->w, &s, vendor, content))
		done(f, &s, STEP_DELIVER, vendor, content);
}

static void deliveries(const struct following *f)
{
	uint32_t events = f->w->events;

	if (!(events & MAY_DELIVER))
		return;
	deliver(f, 0, CONTENT_INNOCENT);
	if (f->w->is_content_bad)
		deliver(f, 0, CONTENT_FIX);
	if (f->w->is_content_bad || (events & MAY_ORDER))
		deliver(f, 0, CONTENT_BAD);
	if (events & MAY_DELIVER_OTHER)
		deliver(f, 1, CONTENT_INNOCENT);
}

/* A running Windows keeps its heartbeat. */
static void waits(const struct following *f)
{
	struct loop_state s = *f->from;

	if (!(f->w->events & MAY_WAIT) ||
		s.at[AT_NOW] / LOOP_DAYS != s.at[AT_BEAT] / LOOP_DAYS)
		return;
	s.at[AT_NOW] = (uint8_t)(s.at[AT_NOW] + LOOP_DAYS);
	if (s.phase != LOOP_OFF)
		s.at[AT_BEAT] = tick(&s);
	/* Without anything of today nothing is to blame for a crash. */
	if (f->w->is_lasting && !add_file(f->w, &s, 0, CONTENT_INNOCENT))
		return;
	done(f, &s, STEP_WAIT, 0, 0);
}

/* A feature update: it begins in a running Windows, and ends in another. */
static void sets_up(const struct following *f)
{
	struct loop_state s = *f->from;

	if (!(f->w->events & MAY_SET_UP))
		return;
	s.is_set_up = !s.is_set_up;
	done(f, &s, STEP_SET_UP, s.is_set_up, 0);
}

/* --- Power on ----------------------------------------------------------------
 */

static void starts(const struct following *f)
{
	struct loop_state s = *f->from;
	bool is_normal = loop_start(&s);

	done(f, &s, is_normal ? STEP_START : STEP_WINRE, 0, 0);
}

static void pass(
	const struct following *f, enum loop_cut cut, unsigned int flags)
{
	struct loop_state s = *f->from;

	if (cut &&
		!loop_may(f->w, flags & PASS_BROKE ? MAY_BREAK : MAY_CUT, &s))
		return;
	/* A cut at a place where this pass does not come by is none. */
	if (loop_pass(f->w, f->v, cut, flags, &s) && cut &&
		!(flags & PASS_BROKE))
		return;
	done(f, &s, STEP_PASS, cut, flags);
}

static void passes(const struct following *f, unsigned int flags)
{
	unsigned int cut;

	pass(f, CUT_NONE, flags);
	if (f->w->events & MAY_RESTART_SOON)
		pass(f, CUT_NONE, flags | PASS_SOON);
	for (cut = CUT_LOOKING; cut < CUT_COUNT; cut++)
		pass(f, (enum loop_cut)cut, flags);
	if (loop_acts(&f->v->decision, flags & PASS_YES))
		for (cut = CUT_RECORD; cut < CUT_DONE; cut++)
			pass(f, (enum loop_cut)cut, flags | PASS_BROKE);
}

static void powers_on(const struct following *f)
{
	if (f->from->is_armed || f->from->is_windows_first) {
		starts(f);
		return;
	}
	loop_decide(f->w, f->from, f->v);
	passes(f, 0);
	if (f->v->decision.consent == CONSENT_NEEDED)
		passes(f, PASS_YES);
}

static void hands_in_order(const struct following *f)
{
	struct loop_state s = *f->from;

	if (!(f->w->events & MAY_ORDER) || s.has_order)
		return;
	s.has_order = 1;
	s.changes = 0;
	done(f, &s, STEP_ORDER, 0, 0);
}

void loop_follow(const struct loop_world *w, const struct loop_state *s,
	struct loop_view *v, loop_emit *emit, void *ctx)
{
	struct following f = {w, s, v, emit, ctx};

	if (s->phase == LOOP_OFF) {
		powers_on(&f);
		waits(&f);
		loop_lose(w, s, emit, ctx);
		hands_in_order(&f);
		return;
	}
	crashes(&f);
	power_goes(&f);
	if (s->phase == LOOP_EARLY) {
		reaches_desktop(&f);
		return;
	}
	deliveries(&f);
	waits(&f);
	sets_up(&f);
	shuts_down(&f);
	if (s->phase == LOOP_UP)
		notes(&f);
	loop_forge(w, s, emit, ctx);
}
