/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/loop_property.h"

#include <string.h>

#include "tests/support/decision_check.h"

/* --- Comparing -------------------------------------------------------------
 */

/* All but the hand-over: BootNext, BootOrder, and its mark in the record. */
static bool differs_beside_mark(
	const struct loop_state *a, const struct loop_state *b)
{
	struct loop_state x = *a;
	struct loop_state y = *b;
	struct loop_state *both[] = {&x, &y};
	size_t i;

	for (i = 0; i < 2; i++) {
		struct loop_state *s = both[i];

		s->is_armed = s->is_windows_first = 0;
		s->handed = s->passes = s->restarts = 0;
		s->record = SOURCE_READ; /* whether or not it was before */
	}
	return memcmp(&x, &y, sizeof(x)) != 0;
}

/* --- Passes come to rest -----------------------------------------------------
 */

/*
 * One more pass, as if BootNext were not honoured.  False: it came to a chain
 * load, which is a start of Windows.
 */
static bool pass_again(const struct loop_world *w, struct loop_state *s)
{
	static struct loop_view view;

	s->is_armed = s->is_windows_first = 0;
	loop_decide(w, s, &view);
	(void)loop_pass(w, &view, CUT_NONE, PASS_YES, s);
	loop_tidy(w, s);
	return s->phase == LOOP_OFF && s->is_armed;
}

static const char *check_rest(
	const struct loop_world *w, const struct loop_state *after)
{
	struct loop_state s = *after;
	struct loop_state before;

	if (s.phase != LOOP_OFF || !pass_again(w, &s))
		return NULL;
	before = s;
	if (!pass_again(w, &s))
		return NULL;
	return differs_beside_mark(&before, &s)
		       ? "passes alone do not come to rest"
		       : NULL;
}

/* --- Passes
 * ------------------------------------------------------------------- */

/* Not the rest of a hold, and not a higher rung of one. */
static bool begins_hold(const struct loop_view *v)
{
	const struct decision *d = &v->decision;

	return d->verdict == VERDICT_HOLD &&
	       !decision_has(d, REASON_HOLD_UNFINISHED) &&
	       !decision_has(d, REASON_NEXT_RUNG);
}

/* Of this crash: written after the last heartbeat. */
static const char *check_named(
	const struct loop_state *before, const struct loop_view *v)
{
	const struct decision *d = &v->decision;
	size_t i;

	if (!before->dump || before->at[AT_DUMP] < before->at[AT_BEAT] ||
		before->named == NAMED_NOBODY)
		return NULL;
	for (i = 0; i < d->set_count; i++)
		if (before->vendor[v->file_of[d->set[i]]] + NAMED_FIRST !=
			before->named)
			return "a hold of another vendor than the dump names";
	return NULL;
}

static const char *check_cause(const struct loop_world *w,
	const struct loop_state *before, struct loop_step step,
	const struct loop_view *v)
{
	if (!begins_hold(v) || !loop_acts(&v->decision, step.b & PASS_YES))
		return NULL;
	if (v->decision.next_record.rung == 0)
		return before->has_order && before->unclean
			       ? NULL
			       : "a hold by an order nobody gave, or of a PC "
				 "that is well";
	if (step.b & PASS_YES)
		return NULL;
	if (w->wants_word)
		return "a hold without the word the policy wants";
	if (before->is_set_up)
		return "a hold while Windows is set up";
	if (!before->is_blue)
		return "a hold without a blue screen";
	if (before->unclean < 2)
		return "a hold after a single session";
	return check_named(before, v);
}

static const char *check_files(
	const struct loop_state *before, const struct loop_state *after)
{
	size_t i;

	for (i = 0; i < LOOP_FILES; i++)
		if (before->has_helped[i] && after->file[i] != FILE_HELD)
			return "what had helped was restored";
	return NULL;
}

static const char *check_pass(const struct loop_world *w,
	const struct loop_state *before, struct loop_step step,
	const struct loop_state *after, const struct loop_view *v)
{
	uint32_t id = v->decision.next_record.hold_id;
	const char *wrong = NULL;

	if (before->failures < 3) {
		wrong = decision_is_sane(
			&v->evidence, &v->policy, id, &v->decision);
		if (!wrong)
			wrong = check_cause(w, before, step, v);
	}
	if (!wrong)
		wrong = check_files(before, after);
	if (!wrong && step.a == CUT_NONE)
		wrong = check_rest(w, after);
	return wrong;
}

/* --- The properties
 * ------------------------------------------------------------ */

const char *property_of_any_life(const struct loop_world *w,
	const struct loop_state *before, struct loop_step step,
	const struct loop_state *after, const struct loop_view *v)
{
	if (after->changes > w->max_rung + 1)
		return "more holds and restores than the ladder has";
	if (step.kind == STEP_WINRE && before->is_smooth)
		return "Automatic Repair right after a completed hold";
	if (after->is_windows_first && !(w->events & MAY_LOSE_NEXT))
		return "Loopbreaker leaves the boot order for no reason";
	if (step.kind == STEP_PASS)
		return check_pass(w, before, step, after, v);
	return NULL;
}

const char *property_of_health(const struct loop_world *w,
	const struct loop_state *before, struct loop_step step,
	const struct loop_state *after, const struct loop_view *v)
{
	/* A chain load is a start of Windows as well. */
	bool is_only_pass = step.kind == STEP_PASS &&
			    (step.a != CUT_NONE || after->is_armed);

	if (is_only_pass && differs_beside_mark(before, after))
		return "a PC that is well was changed";
	return property_of_any_life(w, before, step, after, v);
}

const char *property_of_cure(const struct loop_world *w,
	const struct loop_state *before, struct loop_step step,
	const struct loop_state *after, const struct loop_view *v)
{
	if (after->starts > w->max_starts)
		return "Windows is not well again in time";
	return property_of_any_life(w, before, step, after, v);
}
