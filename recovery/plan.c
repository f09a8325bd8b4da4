/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/plan.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

static int add_step(struct plan *plan, struct plan_step **ret_step)
{
	struct plan_step *grown;

	if (plan->count == PLAN_MAX_STEPS)
		return -ERR_TOO_LARGE;
	grown = realloc(plan->steps, (plan->count + 1) * sizeof(*grown));
	if (!grown)
		return -ERR_NO_MEMORY;
	plan->steps = grown;
	*ret_step = &plan->steps[plan->count];
	memset(*ret_step, 0, sizeof(**ret_step));
	plan->count++;
	return 0;
}

static int add_hold(
	struct plan *plan, const struct rule *rule, const char *name)
{
	struct plan_step *s = NULL;
	int err = add_step(plan, &s);

	if (err < 0)
		return err;
	s->kind = PLAN_HOLD;
	s->style = hold_style_of(rule);
	s->folder = rule->folder;
	memcpy(s->from, name, strlen(name) + 1); /* both DELIVERY_NAME_BYTES */
	return hold_name(name, plan->hold_id, s->to, sizeof(s->to));
}

/* The original name of a held file. */
static void original_name(const struct held_file *h, char *buf)
{
	size_t len = hold_parse_name(h->name, NULL);

	memcpy(buf, h->name, len);
	buf[len] = '\0';
}

static int add_undo(struct plan *plan, const struct held_file *h)
{
	struct plan_step *s = NULL;
	int err = add_step(plan, &s);

	if (err < 0)
		return err;
	s->kind = PLAN_UNDO;
	s->style = hold_style_of(h->rule);
	s->folder = h->rule->folder;
	memcpy(s->from, h->name, sizeof(s->from));
	original_name(h, s->to);
	return 0;
}

int plan_make(const struct decision *d, const struct evidence *e,
	const struct delivery_list *list, uint32_t hold_id,
	struct plan *ret_plan)
{
	char name[DELIVERY_NAME_BYTES];
	const struct delivery *one;
	size_t i;
	int err = 0;

	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->hold_id = hold_id;
	if (d->verdict == VERDICT_RESTORE_AND_HOLD)
		for (i = 0; err == 0 && i < list->held_count; i++)
			if (list->held[i].hold_id == e->record.hold_id)
				err = add_undo(ret_plan, &list->held[i]);
	for (i = 0; err == 0 && i < d->set_count; i++) {
		one = &list->deliveries[d->set[i]];
		err = add_hold(ret_plan, one->rule, one->name);
	}
	/* Renamed by a run that was cut short: make sure both halves are. */
	if (d->verdict == VERDICT_HOLD && d->is_finishing)
		for (i = 0; err == 0 && i < list->held_count; i++) {
			if (list->held[i].hold_id != hold_id)
				continue;
			original_name(&list->held[i], name);
			err = add_hold(ret_plan, list->held[i].rule, name);
		}
	return err;
}

int plan_make_ordered_hold(const struct delivery_list *list, uint32_t hold_id,
	struct plan *ret_plan)
{
	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->hold_id = hold_id;
	if (list->delivery_count != 1)
		return list->delivery_count ? -ERR_AMBIGUOUS : -ERR_NOT_FOUND;
	return add_hold(
		ret_plan, list->deliveries[0].rule, list->deliveries[0].name);
}

int plan_make_ordered_finish(
	const struct delivery_list *list, struct plan *ret_plan)
{
	const struct held_file *newest = NULL;
	char name[DELIVERY_NAME_BYTES];
	size_t i;

	memset(ret_plan, 0, sizeof(*ret_plan));
	for (i = 0; i < list->held_count; i++)
		if (!newest || list->held[i].hold_id > newest->hold_id)
			newest = &list->held[i];
	if (!newest)
		return -ERR_NOT_FOUND;
	ret_plan->hold_id = newest->hold_id;
	original_name(newest, name);
	return add_hold(ret_plan, newest->rule, name);
}

/* The greatest hold id of @list that is less than @bound; false if none. */
static bool next_hold_below(
	const struct delivery_list *list, uint64_t bound, uint32_t *ret_id)
{
	bool is_found = false;
	size_t i;

	for (i = 0; i < list->held_count; i++) {
		uint32_t id = list->held[i].hold_id;

		if (id < bound && (!is_found || id > *ret_id)) {
			*ret_id = id;
			is_found = true;
		}
	}
	return is_found;
}

static int add_undos(
	struct plan *plan, const struct delivery_list *list, uint32_t hold_id)
{
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < list->held_count; i++)
		if (list->held[i].hold_id == hold_id)
			err = add_undo(plan, &list->held[i]);
	return err;
}

int plan_make_ordered_undo(const struct delivery_list *list,
	const uint32_t *only, struct plan *ret_plan)
{
	uint32_t id = 0;
	uint64_t bound = (uint64_t)UINT32_MAX + 1;
	int err = 0;

	memset(ret_plan, 0, sizeof(*ret_plan));
	if (only)
		return add_undos(ret_plan, list, *only);
	for (; err == 0 && next_hold_below(list, bound, &id); bound = id)
		err = add_undos(ret_plan, list, id);
	return err;
}

void plan_free(struct plan *plan)
{
	free(plan->steps);
	memset(plan, 0, sizeof(*plan));
}
