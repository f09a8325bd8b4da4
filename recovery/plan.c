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

static int add_hold(struct plan *plan, const struct rule *rule,
	enum hold_style style, const char *name)
{
	struct plan_step *s = NULL;
	int err = add_step(plan, &s);

	if (err < 0)
		return err;
	s->kind = PLAN_HOLD;
	s->style = style;
	s->folder = rule->folder;
	memcpy(s->from, name, strlen(name) + 1); /* both DELIVERY_NAME_BYTES */
	if (style == HOLD_MOVED)
		return hold_moved_name(
			s->folder, name, plan->hold_id, s->to, sizeof(s->to));
	return hold_name(name, plan->hold_id, s->to, sizeof(s->to));
}

static int add_delivery(struct plan *plan, const struct delivery *d)
{
	return add_hold(plan, d->rule, hold_style_of(d->rule), d->name);
}

/* As it was held, whatever the rule says today. */
static enum hold_style style_of(const struct held_file *h)
{
	if (hold_is_moved(h->name))
		return HOLD_MOVED;
	return h->rule->unit == RULE_UNIT_GENERATION ? HOLD_FOLDER : HOLD_FILE;
}

/* The original name of a held file. */
static void original_name(const struct held_file *h, char *buf)
{
	const char *original;
	size_t len = hold_parse_any(h->name, NULL, &original);

	memcpy(buf, original, len);
	buf[len] = '\0';
}

/* Make sure that both halves of it are. */
static int add_again(struct plan *plan, const struct held_file *h)
{
	char name[DELIVERY_NAME_BYTES];

	original_name(h, name);
	return add_hold(plan, h->rule, style_of(h), name);
}

static int add_undo(struct plan *plan, const struct held_file *h)
{
	struct plan_step *s = NULL;
	int err = add_step(plan, &s);

	if (err < 0)
		return err;
	s->kind = PLAN_UNDO;
	s->style = style_of(h);
	s->folder = h->rule->folder;
	memcpy(s->from, h->name, sizeof(s->from));
	original_name(h, s->to);
	return 0;
}

int plan_make(const struct decision *d, const struct evidence *e,
	const struct delivery_list *list, uint32_t hold_id,
	struct plan *ret_plan)
{
	size_t i;
	int err = 0;

	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->hold_id = hold_id;
	if (d->verdict == VERDICT_RESTORE_AND_HOLD)
		for (i = 0; err == 0 && i < list->held_count; i++)
			if (list->held[i].hold_id == e->record.hold_id)
				err = add_undo(ret_plan, &list->held[i]);
	for (i = 0; err == 0 && i < d->set_count; i++)
		err = add_delivery(ret_plan, &list->deliveries[d->set[i]]);
	/* Renamed by a run that was cut short. */
	if (d->verdict == VERDICT_HOLD && d->is_finishing)
		for (i = 0; err == 0 && i < list->held_count; i++)
			if (list->held[i].hold_id == hold_id)
				err = add_again(ret_plan, &list->held[i]);
	return err;
}

int plan_make_ordered_hold(const struct delivery_list *list, uint32_t hold_id,
	struct plan *ret_plan)
{
	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->hold_id = hold_id;
	if (list->delivery_count != 1)
		return list->delivery_count ? -ERR_AMBIGUOUS : -ERR_NOT_FOUND;
	return add_delivery(ret_plan, &list->deliveries[0]);
}

int plan_make_ordered_finish(
	const struct delivery_list *list, struct plan *ret_plan)
{
	const struct held_file *newest = NULL;
	size_t i;

	memset(ret_plan, 0, sizeof(*ret_plan));
	for (i = 0; i < list->held_count; i++)
		if (!newest || list->held[i].hold_id > newest->hold_id)
			newest = &list->held[i];
	if (!newest)
		return -ERR_NOT_FOUND;
	ret_plan->hold_id = newest->hold_id;
	return add_again(ret_plan, newest);
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
