/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/undo_record.h"

#include "quarantine/hold.h"

/* Does the plan give a file of that hold its name back? */
static bool restores_some(const struct plan *plan, uint32_t hold_id)
{
	uint32_t id;
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->steps[i].kind == PLAN_UNDO &&
			!plan->steps[i].is_skipped &&
			hold_parse_any(plan->steps[i].from, &id, NULL) &&
			id == hold_id)
			return true;
	return false;
}

/*
 * Listed anew: what was passed over because a new file has its name, or was
 * half undone before, is known only now.
 */
static int any_left(struct windows *w, const struct policy *policy,
	uint32_t hold_id, bool *ret_left)
{
	struct volume *v = &w->stack->volume;
	struct delivery_list list = {0};
	bool is_left = false;
	int close_err;
	size_t i;
	int err;

	err = stack_reopen_volume(w->stack);
	if (err == 0)
		err = delivery_list_read(
			v, policy->rules, policy->rule_count, &list, NULL);
	for (i = 0; err == 0 && i < list.held_count; i++)
		if (list.held[i].hold_id == hold_id)
			is_left = true;
	delivery_list_free(&list);
	close_err = volume_close(v);
	if (err == 0)
		err = close_err;
	if (err == 0)
		*ret_left = is_left;
	return err;
}

int undo_record(struct windows *w, const struct plan *plan,
	const struct policy *policy, const struct evidence *e,
	struct record *next)
{
	const struct record *now = &e->record;
	bool is_left = false;
	int err;

	/* No hold is known of: none is what is known afterwards. */
	if (e->record_state != SOURCE_READ || now->hold_state == HOLD_NONE) {
		next->hold_state = HOLD_NONE;
		return 0;
	}
	*next = *now;
	if (now->volume_serial != e->volume_serial ||
		!restores_some(plan, now->hold_id))
		return 0;
	err = any_left(w, policy, now->hold_id, &is_left);
	if (err < 0)
		return err;
	if (is_left)
		next->rung = 0;
	else
		next->hold_state = HOLD_NONE;
	return 0;
}
