/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of a run share.  Nobody else includes this, but for a test of
 * one part.
 *
 *   run.c	 the steps in their order; decide
 *   run_look.c	 observe
 *   run_find.c	 find the volume, and unlock it
 *   run_ask.c	 does a person agree?
 *   run_apply.c	 plan, apply, commit
 *   run_cost.c	 what it costs
 *   run_redo.c	 the redo record of the commit
 */
#ifndef RECOVERY_RUN_PARTS_H
#define RECOVERY_RUN_PARTS_H

#include "recovery/apply.h"
#include "recovery/incident.h"
#include "recovery/observe.h"
#include "recovery/order_path.h"
#include "recovery/plan.h"
#include "recovery/redo_place.h"
#include "recovery/run.h"
#include "recovery/unlock.h"
#include "recovery/windows.h"

/* Where the redo record of this run goes, and what it says about the volume. */
struct run_redo {
	bool is_possible; /* there is a medium */
	bool is_on_disk;  /* a file on the very disk that is to be changed */
	struct redo_place place;
	struct disk_counts stick; /* calls to one that is not the medium */
	struct place volume;
	struct extent witnesses[1 + 2 * EXTENTS_MAX];
	size_t witness_count;
	size_t whole_count; /* of these the first: storage/redo.h */
};

/* Everything one run works with. */
struct run {
	const struct platform *platform;
	const struct order *order;
	const struct policy *policy;
	struct order_path path; /* of the order, if it names one */
	bool is_there;		/* the file to hold was found */
	struct unlock unlock;	/* outlives windows */
	struct windows windows;
	struct disk_counts searched; /* by a search before the last one */
	struct disk_counts told;     /* when run_tell_cost() was last called */
	uint64_t told_at;	     /* in microseconds */
	struct observation seen;
	struct incident incident; /* the signed order, if any */
	struct decision decision;
	struct plan plan;
	struct apply_result applied;
	struct run_redo redo;
	uint32_t hold_id;
	struct outcome *outcome;
};

/** run_look - find the volume, collect and tell the evidence */
void run_look(struct run *r);

/**
 * run_find - find the volume that has @marker, and unlock what is locked
 *
 * As windows_find().
 */
enum windows_found run_find(struct run *r, const char *marker);

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

/**
 * run_apply - plan what was decided, and change the disk
 *
 * Returns 0, also where it is refused after all, which is said and is the
 * verdict of the outcome then; or a negative error, said.
 */
int run_apply(struct run *r);

/**
 * run_store_record - store the record of the decision, if it is another one
 *
 * Returns 0, -ERR_UNSUPPORTED if there is no store, or another negative error,
 * said.
 */
int run_store_record(struct run *r);

/**
 * run_redo_find - a medium for a redo record, and witnesses
 *
 * Before the plan is applied: the volume is open.  None is no failure.
 */
void run_redo_find(struct run *r);

/**
 * run_redo_store - store the redo record of the commit that follows
 *
 * Puts what finds it again into the record to be stored.  Without a medium
 * nothing happens.  Returns 0; or an error, said, if the disk to be changed
 * did not take it: it is not to be changed.
 */
int run_redo_store(struct run *r);

/** run_redo_drop - the commit is complete: there is nothing to finish */
void run_redo_drop(struct run *r);

#endif
