/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first half of a run: nothing here changes anything. */
#include "recovery/observe_crash.h"
#include "recovery/run_parts.h"
#include "recovery/tell.h"
#include "recovery/tell_unlock.h"

/* The volume that has the file of the order, or Windows. */
static enum windows_found find_volume(struct run *r)
{
	enum windows_found found;

	if (!r->order->path)
		return run_find(r, WINDOWS_MARKER);
	if (r->order->kind == ORDER_HOLD_PATH) {
		found = run_find(r, r->path.full);
		r->is_there = found == WINDOWS_ONE;
		/* Perhaps it is on hold, or only the journal knows it yet. */
		if (found != WINDOWS_NONE)
			return found;
	}
	return run_find(r, r->path.folder);
}

/* Could an undo, ordered or decided, have been cut short? */
static bool may_be_half_undone(const struct run *r)
{
	const struct evidence *e = &r->seen.evidence;

	return r->seen.was_dirty &&
	       (r->order->kind == ORDER_UNDO ||
		       (e->record_state == SOURCE_READ &&
			       e->record.hold_state == HOLD_EXHAUSTED));
}

/*
 * Could a hold be made?  A healthy PC pays for no files, and gets no reason
 * about an order that is not needed.
 */
static bool may_hold(const struct run *r)
{
	const struct evidence *e = &r->seen.evidence;

	return e->boot_status_state == SOURCE_READ &&
	       !e->boot_status.shut_down && e->deliveries_state == SOURCE_READ;
}

/* Of what was delivered before the window the second rung wants to know. */
static void date_deliveries(struct run *r)
{
	uint32_t hours = r->policy->window_hours;

	if (!may_hold(r) && !r->order->is_dry_run)
		return;
	if (r->seen.evidence.record.hold_state != HOLD_NONE)
		hours = POLICY_MAX_WINDOW_HOURS;
	observe_dates(&r->seen, &r->windows, hours);
}

static void observe_incident(struct run *r)
{
	struct evidence *e = &r->seen.evidence;
	uint64_t heartbeat = 0;

	if (!may_hold(r))
		return;
	if (e->boot_status.has_heartbeat)
		heartbeat = e->boot_status.heartbeat;
	incident_open(
		&r->incident, r->platform, r->policy, &e->record, heartbeat);
	incident_name_files(
		&r->incident, &r->windows.stack->volume, &r->seen.deliveries);
	e->incident = r->incident.verdict;
	e->incident_serial = r->incident.order.serial;
	e->is_named = r->incident.is_named;
}

/* On a PC that is well nothing of it was asked. */
static void tell_cost(struct run *r, const char *source)
{
	const struct evidence *e = &r->seen.evidence;

	if (e->boot_status_state != SOURCE_READ || !e->boot_status.shut_down)
		run_tell_cost(r, source);
}

/* What there is beside the volume; each is dear, and asked once. */
static void observe_crash(struct run *r)
{
	struct observation *o = &r->seen;

	date_deliveries(r);
	tell_cost(r, "history");
	observe_launches(o, r->platform);
	tell_cost(r, "boot-log");
	observe_registry(o, &r->windows);
	tell_cost(r, "registry");
	observe_crash_dump(o, &r->windows);
	tell_cost(r, "dump");
	observe_next_start(o, &r->windows, r->platform);
	tell_cost(r, "boot-config");
	observe_incident(r);
}

static void observe(struct run *r)
{
	const struct rule *rules = r->policy->rules;
	size_t rule_count = r->policy->rule_count;
	struct evidence *e = &r->seen.evidence;

	observe_machine(&r->seen, r->platform);
	if (r->order->path) {
		/* It may have been moved, whatever a rule says today. */
		if (r->order->kind == ORDER_UNDO)
			r->path.rule.hold = RULE_HOLD_MOVE;
		rules = &r->path.rule;
		rule_count = 1;
	}
	e->windows = find_volume(r);
	if (e->windows == WINDOWS_ONE)
		observe_volume(&r->seen, &r->windows, rules, rule_count);
	if (may_be_half_undone(r))
		observe_halves(&r->seen, &r->windows);
	run_tell_cost(r, "volume");
	e->is_ordered = r->order->kind != ORDER_NONE;
	e->names_file = r->order->path != NULL;
	if (!e->is_ordered)
		observe_crash(r);
	e->mode = r->policy->mode[r->platform->origin];
	e->is_attended = r->platform->is_attended;
}

void run_look(struct run *r)
{
	struct evidence *e = &r->seen.evidence;

	observe(r);
	tell_unlock_volumes(&r->unlock);
	tell_windows(r->platform, &r->windows, e->windows, &r->seen);
	tell_boot_config(r->platform, &r->windows, &r->seen);
	tell_evidence(r->platform, &r->seen);
	if (!e->is_ordered)
		tell_sources(r->platform, &r->seen);
	tell_crash(r->platform, &r->seen);
	if (r->order->is_dry_run)
		tell_deliveries(r->platform, &r->seen);
	if (e->boot_status_state == SOURCE_READ && e->boot_status.has_boot_ids)
		r->outcome->boot_id = e->boot_status.last_boot_id;
	if (e->record_state != SOURCE_FAILED)
		r->outcome->record = e->record;
	r->outcome->windows = e->windows;
	r->outcome->is_record_lost = e->record_state == SOURCE_ABSENT &&
				     r->seen.deliveries.held_count > 0;
	r->outcome->cause = r->windows.err < 0 ? r->windows.err : r->seen.err;
}
