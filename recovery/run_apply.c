/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the decision to a changed disk: the plan, its steps in memory, the
 * record, and the commit.
 */
#include "recovery/run_parts.h"
#include "recovery/tell.h"
#include "recovery/tell_redo.h"
#include "recovery/undo_record.h"
#include "storage/err.h"

/* --- Plan ----------------------------------------------------------------- */

/* Is the file on hold, under the very name of the order if that is one? */
static bool is_on_hold(const struct run *r)
{
	const struct delivery_list *list = &r->seen.deliveries;
	size_t i;

	for (i = 0; i < list->held_count; i++)
		if (!r->path.is_held ||
			list->held[i].hold_id == r->path.hold_id)
			return true;
	return false;
}

/* A file that is on hold already, completely, makes a plan without steps. */
static int plan_ordered_hold(struct run *r)
{
	const struct delivery_list *list = &r->seen.deliveries;

	if (list->delivery_count && !r->path.is_held)
		return plan_make_ordered_hold(list, r->hold_id, &r->plan);
	if (!is_on_hold(r))
		return -ERR_NOT_FOUND;
	/* A hold that was cut short has left the volume marked dirty. */
	return r->seen.was_dirty ? plan_make_ordered_finish(list, &r->plan) : 0;
}

static int make_plan(struct run *r)
{
	const struct delivery_list *list = &r->seen.deliveries;

	if (r->seen.evidence.deliveries_state != SOURCE_READ)
		return r->seen.err < 0 ? r->seen.err : -ERR_INTERNAL;
	switch (r->order->kind) {
	case ORDER_HOLD_PATH:
		return plan_ordered_hold(r);
	case ORDER_UNDO:
		return plan_make_ordered_undo(list,
			r->path.is_held ? &r->path.hold_id : NULL, &r->plan);
	case ORDER_NONE:
		break;
	}
	return plan_make(
		&r->decision, &r->seen.evidence, list, r->hold_id, &r->plan);
}

/* --- Apply ---------------------------------------------------------------- */

/*
 * A machine without a store can still follow an order: a person's, or a signed
 * one, which ends by itself and does not mean what is delivered later.
 */
static bool needs_no_record(const struct run *r)
{
	const struct decision *d = &r->decision;
	size_t i;

	for (i = 0; i < d->reason_count; i++)
		if (d->reasons[i].id == REASON_INCIDENT)
			return true;
	return r->seen.evidence.is_ordered;
}

/*
 * The record goes first: a hold that nobody remembers could be repeated for
 * ever, and a store that does not store shows itself before the disk is
 * touched.  What is on hold is told by the names on the disk.
 */
int run_store_record(struct run *r)
{
	const struct evidence *e = &r->seen.evidence;
	unsigned char bytes[RECORD_BYTES];
	int err;

	if (record_equal(&r->decision.next_record, &e->record))
		return 0;
	record_encode(&r->decision.next_record, bytes);
	err = r->platform->ops->record_put(
		r->platform->ctx, bytes, sizeof(bytes));
	if (err == -ERR_UNSUPPORTED && needs_no_record(r))
		return 0;
	if (err == -ERR_UNSUPPORTED)
		return err; /* a refusal, not a failure: apply() says so */
	if (err < 0) {
		tell(r->platform, SAY_ERROR,
			"The record of this repair could not be stored (%s); "
			"nothing is changed without it.",
			err_text(err));
		return err;
	}
	r->outcome->record = r->decision.next_record;
	return 0;
}

static bool should_mark(const struct run *r)
{
	const struct evidence *e = &r->seen.evidence;

	return r->decision.verdict == VERDICT_HOLD &&
	       e->boot_status_state == SOURCE_READ &&
	       boot_status_would_divert(&e->boot_status);
}

static int apply_in_memory(struct run *r)
{
	int err = apply_plan(&r->windows, &r->plan, r->seen.is_dirty,
		should_mark(r), &r->applied);

	if (err == 0 && r->order->kind == ORDER_UNDO)
		err = undo_record(&r->windows, &r->plan, r->policy,
			&r->seen.evidence, &r->decision.next_record);
	if (err < 0)
		tell_not_applied(r->platform, err);
	return err;
}

/* What the disk certainly is like, by the epoch the commit broke off in. */
static const char *state_of_broken_commit(enum overlay_epoch epoch)
{
	switch (epoch) {
	case EPOCH_REPLAY:
	case EPOCH_JOURNAL_CLEAN:
	case EPOCH_DIRTY_FLAG:
	case EPOCH_COUNT:
		break;
	case EPOCH_HOLD_MAKE:
	case EPOCH_HOLD_ENTER:
	case EPOCH_HOLD:
	case EPOCH_HOLD_TIDY:
	case EPOCH_BOOT_STATUS:
		return "Windows is told to check the volume";
	case EPOCH_FLAG_CLEAR:
		return "All names are changed";
	}
	return "No name was changed yet";
}

static int commit(struct run *r)
{
	struct stack *k = r->windows.stack;
	int err;

	err = commit_overlay(&k->overlay, &k->direct.disk,
		r->platform->ops->progress, r->platform->ctx,
		&r->outcome->commit);
	cache_drop(&k->cache);
	if (err < 0 && r->outcome->commit.runs)
		tell(r->platform, SAY_ERROR,
			"Writing to %s broke off (%s). %s; start Loopbreaker "
			"again to finish.",
			r->windows.name, err_text(err),
			state_of_broken_commit(r->outcome->commit.last_epoch));
	else if (err < 0)
		tell(r->platform, SAY_ERROR,
			"Nothing could be written to %s (%s).", r->windows.name,
			err_text(err));
	return err;
}

/* Nothing broke: there is just no such file, or none that can be held. */
static bool is_refusal(int err)
{
	return err == -ERR_NOT_FOUND || err == -ERR_AMBIGUOUS ||
	       err == -ERR_TOO_LARGE;
}

static int refuse_unremembered(struct run *r)
{
	tell_not_remembered(r->platform);
	r->outcome->verdict = VERDICT_REFUSE;
	return 0;
}

int run_apply(struct run *r)
{
	int err;

	/* Seen now, and not when it was to be finished: once more, then. */
	if (r->seen.evidence.record.redo.part_count) {
		tell_redo_waits(r->platform);
		r->outcome->verdict = VERDICT_REFUSE;
		return 0;
	}
	err = make_plan(r);
	if (err < 0) {
		tell_no_plan(r->platform, r->order, r->windows.name,
			r->is_there, err);
		r->outcome->verdict = VERDICT_REFUSE;
		return is_refusal(err) ? 0 : err;
	}
	tell_plan(r->platform, &r->plan,
		r->order->is_dry_run || r->platform->is_attended ||
			r->decision.consent != CONSENT_GIVEN);
	if (!r->plan.count && r->order->kind != ORDER_NONE) {
		tell_nothing_to_do(r->platform, r->order, r->windows.name);
		/* A cut into the last write leaves nothing else to finish. */
		if (!r->seen.mended_records)
			return 0;
	}
	run_redo_find(r);
	err = apply_in_memory(r);
	if (err < 0)
		return err;
	if (r->order->is_dry_run)
		return r->seen.lacks_store && !needs_no_record(r)
			       ? refuse_unremembered(r)
			       : 0;
	if (!run_may_go_on(r)) {
		r->outcome->verdict = VERDICT_REFUSE;
		return 0;
	}
	r->platform->ops->before_commit(r->platform->ctx);
	err = run_redo_store(r);
	if (err < 0)
		return err;
	err = run_store_record(r);
	if (err == -ERR_UNSUPPORTED)
		return refuse_unremembered(r);
	if (err < 0)
		return err;
	err = commit(r);
	if (err < 0)
		return err;
	run_redo_drop(r);
	r->outcome->is_applied = true;
	r->outcome->files = r->applied.files;
	tell_applied(r->platform, &r->plan, &r->applied, r->outcome);
	return 0;
}
