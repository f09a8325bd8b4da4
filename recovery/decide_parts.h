/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of decide() share.  Nobody else includes this.
 *
 *   decide.c	      the order of the questions; volume, order, boot status
 *   decide_trial.c   what became of the last hold
 *   decide_streak.c  do two sources agree that Windows crashes in a row?
 *   decide_set.c     which deliveries the hold would take
 */
#ifndef RECOVERY_DECIDE_PARTS_H
#define RECOVERY_DECIDE_PARTS_H

#include "recovery/decide.h"

/* One decision in the making. */
struct deciding {
	const struct evidence *e;
	const struct policy *p;
	uint32_t hold_id;
	struct decision *d;
};

/** decide_because - add a reason; those that find no room are left out */
void decide_because(
	struct decision *d, enum reason_id id, uint64_t a, uint64_t b);

/** decide_with - set the verdict and add a reason */
void decide_with(struct decision *d, enum verdict v, enum reason_id id,
	uint64_t a, uint64_t b);

/** decide_has_deliveries - could the volume's deliveries be read? */
bool decide_has_deliveries(const struct evidence *e);

/** decide_has_stop_code - did the BugCheck variables hold a value? */
bool decide_has_stop_code(const struct evidence *e);

/** decide_has_note - is there a note to compare with? */
bool decide_has_note(const struct evidence *e);

/* The policy's numbers, within bounds even if nobody checked it. */
uint32_t decide_crashes_needed(const struct policy *p);
uint32_t decide_window_hours(const struct policy *p);

/**
 * decide_is_start_failing - is the latest start failing, by the status alone?
 *
 * Weak evidence: a pulled plug during a start looks the same.
 */
bool decide_is_start_failing(const struct boot_status *s);

/**
 * decide_by_kind - does the stop code itself clear the content?
 *
 * Returns true, with the verdict and its reason, if it does.
 */
bool decide_by_kind(struct decision *d, uint32_t code);

/**
 * decide_trial - judge the hold that the record tells of, if there is one
 *
 * Returns true if that settles the verdict.  False: go on as if there were no
 * hold; next_record may have been closed already.
 */
bool decide_trial(struct deciding *c);

/** decide_streak - the verdict on the sessions since the note */
void decide_streak(struct deciding *c);

/**
 * decide_set - the deliveries that rung 1 would hold, in d->set
 * @ret_why: the reason if there is no such set
 *
 * Returns false, with d->set empty, if there is no set.
 */
bool decide_set(struct deciding *c, struct reason *ret_why);

#endif
