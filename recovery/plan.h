/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A verdict as an ordered list of reversible steps, each one rename.
 */
#ifndef RECOVERY_PLAN_H
#define RECOVERY_PLAN_H

#include "quarantine/hold.h"
#include "recovery/decide.h"

enum plan_kind { PLAN_HOLD, PLAN_UNDO };

struct plan_step {
	enum plan_kind kind;
	enum hold_style style;
	const char *folder;
	char from[DELIVERY_NAME_BYTES];
	char to[DELIVERY_NAME_BYTES];
	bool is_skipped; /* PLAN_UNDO: a new file of that name is there */
};

/* Undoing a set and holding the next one. */
#define PLAN_MAX_STEPS (2 * POLICY_MAX_FILES)

struct plan {
	struct plan_step *steps;
	size_t count;
	uint32_t hold_id; /* of the holds in it */
};

/**
 * plan_make - the steps of @d
 * @list:    the deliveries @d was made from; must outlive the plan
 * @hold_id: for new holds
 *
 * RESTORE_AND_HOLD undoes every file of the record's hold first.  A hold that
 * was cut short also takes in the files that have their new name already; one
 * that grows leaves them alone.
 *
 * Returns 0; -ERR_TOO_LARGE; -ERR_NO_MEMORY.  plan_free() is valid either way.
 */
int plan_make(const struct decision *d, const struct evidence *e,
	const struct delivery_list *list, uint32_t hold_id,
	struct plan *ret_plan);

/**
 * plan_make_ordered_hold - hold the one delivery of @list
 *
 * Returns 0; -ERR_NOT_FOUND; -ERR_AMBIGUOUS for several; -ERR_TOO_LARGE if its
 * name is too long; -ERR_NO_MEMORY.
 */
int plan_make_ordered_hold(const struct delivery_list *list, uint32_t hold_id,
	struct plan *ret_plan);

/**
 * plan_make_ordered_finish - hold once more what is on hold
 *
 * For a hold that was cut short: the newest file on hold of @list keeps its
 * name, and whatever is missing of the hold is done.  Returns as above.
 */
int plan_make_ordered_finish(
	const struct delivery_list *list, struct plan *ret_plan);

/**
 * plan_make_ordered_undo - undo the held files of @list
 * @only: those of this hold; NULL: all, the latest hold first, so that of
 *	  several files of one name the latest gets it
 */
int plan_make_ordered_undo(const struct delivery_list *list,
	const uint32_t *only, struct plan *ret_plan);

/** plan_free - accepts a zeroed plan */
void plan_free(struct plan *plan);

#endif
