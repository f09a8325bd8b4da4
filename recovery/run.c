/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/run.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/observe_crash.h"
#include "recovery/resume.h"
#include "recovery/run_parts.h"
#include "recovery/tell.h"
#include "storage/err.h"

/* --- Decide --------------------------------------------------------------- */

/* Above every id in use, so that it names this hold alone. */
static uint32_t next_hold_id(const struct evidence *e)
{
	uint32_t id = e->record.hold_id;
	size_t i;

	for (i = 0; e->deliveries && i < e->deliveries->held_count; i++)
		if (e->deliveries->held[i].hold_id > id)
			id = e->deliveries->held[i].hold_id;
	return id + 1; /* wraps to 0 after four thousand million holds */
}

/* Something may be held, or it has to be said why not; once is enough. */
static bool has_candidates(const struct run *r)
{
	return (r->decision.verdict == VERDICT_HOLD ||
		       r->decision.verdict == VERDICT_REFUSE) &&
	       r->order->kind == ORDER_NONE && !r->order->is_dry_run &&
	       r->seen.evidence.boot_status_state == SOURCE_READ;
}

static void decide_run(struct run *r)
{
	r->hold_id = next_hold_id(&r->seen.evidence);
	decide(&r->seen.evidence, r->policy, r->hold_id, &r->decision);
	if (r->decision.verdict == VERDICT_HOLD) {
		if (r->order->kind == ORDER_NONE)
			r->hold_id = r->decision.next_record.hold_id;
		/* An order that may be followed; undo_record() does the rest */
		if (r->order->kind == ORDER_UNDO)
			r->decision.verdict = VERDICT_RESTORE_AND_HOLD;
	}
	r->outcome->verdict = r->decision.verdict;
	if (has_candidates(r))
		tell_candidates(r->platform, &r->seen, &r->decision,
			r->policy->window_hours);
	tell_decision(r->platform, &r->decision);
	tell_receipt(r->platform, &r->seen.evidence, &r->decision);
}

static bool wants_action(const struct run *r)
{
	return r->decision.verdict == VERDICT_HOLD ||
	       r->decision.verdict == VERDICT_RESTORE_AND_HOLD;
}

/* --- The whole ------------------------------------------------------------ */

/* Will Windows start with the content on hold?  Nobody is kept from trying. */
static void look_at_health(struct run *r)
{
	if (r->decision.verdict != VERDICT_HOLD || r->order->path)
		return;
	run_tell_cost(r, "verdict");
	observe_health(&r->seen, &r->windows);
	tell_health(r->platform, &r->seen);
	run_tell_cost(r, "registry-health");
}

static int run_steps(struct run *r)
{
	int result;
	int err;

	if (r->order->path) {
		err = order_path_parse(r->order->path, &r->path);
		if (err < 0) {
			tell(r->platform, SAY_ERROR,
				"\"%.200s\" is not the path of a file.",
				r->order->path);
			return err;
		}
	}
	result = resume_interrupted(r->platform, r->order->is_dry_run,
		&r->outcome->resume, &r->outcome->record);
	if (result < 0)
		return result;
	if (result == RESUME_WAITS)
		return 0; /* the verdict is REFUSE */
	run_look(r);
	decide_run(r);
	look_at_health(r);
	r->outcome->observe = run_counts(r);
	if (wants_action(r)) {
		err = run_apply(r);
		run_tell_cost(r, "change");
		if (err < 0)
			return err;
	} else if (!r->order->is_dry_run) {
		/*
		 * Closing a streak is worth remembering, nothing else is.  That
		 * it failed was said, unless there is no store; Windows starts.
		 */
		(void)run_store_record(r);
	}
	return 0;
}

/*
 * Will the next start go to Automatic Repair?  Then it leaves no boot id, and
 * that none is seen afterwards does not speak against BootNext.
 */
static bool will_divert(const struct run *r)
{
	const struct evidence *e = &r->seen.evidence;

	return e->boot_status_state == SOURCE_READ &&
	       boot_status_would_divert(&e->boot_status) &&
	       !(r->outcome->is_applied && r->applied.is_marked);
}

void recovery_run(const struct platform *p, const struct order *order,
	const struct policy *policy, struct outcome *ret)
{
	struct disk_counts end;
	struct run *r;

	*ret = (struct outcome){
		.verdict = VERDICT_REFUSE, .record = ret->record};
	tell_start(p, order);
	r = calloc(1, sizeof(*r));
	if (!r) {
		ret->err = -ERR_NO_MEMORY;
		tell(p, SAY_ERROR, "There is not enough memory to look.");
		return;
	}
	r->platform = p;
	r->order = order;
	r->policy = policy;
	r->outcome = ret;
	unlock_open(&r->unlock, p);
	ret->err = run_steps(r);
	if (ret->err < 0)
		ret->verdict = VERDICT_REFUSE;
	if (will_divert(r))
		ret->boot_id = 0;
	end = run_counts(r);
	ret->apply = disk_counts_since(&end, &ret->observe);
	tell_result(p, ret);
	plan_free(&r->plan);
	incident_close(&r->incident);
	observe_free(&r->seen);
	windows_close(&r->windows);
	unlock_close(&r->unlock);
	free(r);
}
