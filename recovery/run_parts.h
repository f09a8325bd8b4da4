/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of a run share.  Nobody else includes this.
 *
 *   run.c	 the steps in their order; plan, apply, commit
 *   run_look.c	 find the volume, observe
 *   run_ask.c	 does a person agree?
 *   run_cost.c	 what it costs
 */
#ifndef RECOVERY_RUN_PARTS_H
#define RECOVERY_RUN_PARTS_H

#include "recovery/apply.h"
#include "recovery/incident.h"
#include "recovery/observe.h"
#include "recovery/order_path.h"
#include "recovery/plan.h"
#include "recovery/run.h"
#include "recovery/windows.h"

/* Everything one run works with. */
struct run {
	const struct platform *platform;
	const struct order *order;
	const struct policy *policy;
	struct order_path path; /* of the order, if it names one */
	bool is_there;		/* the file to hold was found */
	struct windows windows;
	struct disk_counts searched; /* by a search before the last one */
	struct disk_counts told;     /* when run_tell_cost() was last called */
	uint64_t told_at;	     /* in microseconds */
	struct observation seen;
	struct incident incident; /* the signed order, if any */
	struct decision decision;
	struct plan plan;
	struct apply_result applied;
	uint32_t hold_id;
	struct outcome *outcome;
};

/** run_look - find the volume, collect and tell the evidence */
void run_look(struct run *r);

/** run_counts - calls to all disks so far: searching only reads */
struct disk_counts run_counts(const struct run *r);

/**
 * run_tell_cost - what was read since the last call, and for what
 * @source: "volume", "dump", ...
 */
void run_tell_cost(struct run *r, const char *source);

/**
 * run_may_go_on - does the person in front of the machine let us?
 *
 * To be called with the plan told.  Asks where the policy wants it; where a
 * person has started us, waits a moment for a "no".  False, with the reason
 * said, if nothing is to be changed.
 */
bool run_may_go_on(const struct run *r);

#endif
