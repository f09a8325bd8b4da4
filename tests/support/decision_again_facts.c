/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/decision_again_facts.h"

#include <string.h>

bool fact_can_list(const struct evidence *e)
{
	return e->deliveries_state == SOURCE_READ;
}

bool fact_was_pressed(const struct evidence *e)
{
	const struct boot_status *s = &e->boot_status;

	return s->has_button && s->pressed_count > 0 &&
	       s->pressed_boot_id == (s->last_boot_id & 0xFFFF);
}

bool fact_is_failing(const struct evidence *e)
{
	return !e->boot_status.succeeded || !e->boot_status.checkpoint;
}

/* Its user shut it down, or held the button. */
bool fact_ended_by_person(const struct evidence *e)
{
	return e->boot_status.shut_down || fact_was_pressed(e);
}

bool fact_would_divert(const struct evidence *e)
{
	return fact_is_failing(e) && e->boot_status.attempts >= 2;
}

bool fact_is_content_to_blame(const struct evidence *e)
{
	return stop_code_kind(e->bugcheck.code) == STOP_CODE_SOFTWARE;
}

/* Does the dump of this crash say that it is nothing of the kind? */
bool fact_is_dump_against(const struct asking *a)
{
	return a->has_dump &&
	       stop_code_kind(a->e->dump.header.code) != STOP_CODE_SOFTWARE;
}

#define MINUTE (HOUR / 60)

/* Of a session that began, or lived on, after the last heartbeat. */
static bool is_of_this_crash(const struct evidence *e)
{
	const struct dump *d = &e->dump.header;
	uint64_t beat = e->boot_status.heartbeat;

	if (e->dump_state != SOURCE_READ || e->boot_status.shut_down)
		return false;
	if (d->has_boot_id && d->boot_id == e->boot_status.last_boot_id)
		return true;
	return d->system_time + 2 * MINUTE >= beat &&
	       d->system_time <= beat + 720 * HOUR;
}

bool fact_is_newer_than_hold(const struct asking *a)
{
	const struct evidence *e = a->e;
	const struct dump *d = &e->dump.header;

	if (!a->has_dump ||
		e->boot_status.last_boot_id == e->record.hold_boot_id)
		return false;
	return (d->has_boot_id && d->boot_id == e->boot_status.last_boot_id) ||
	       d->system_time > e->record.hold_time;
}

void fact_read_dump(struct asking *a)
{
	const struct blame *b = &a->e->dump.blame;
	size_t i;
	size_t k;

	a->has_dump = is_of_this_crash(a->e);
	if (!a->has_dump || !b->module[0])
		return;
	for (i = 0; i < a->p->rule_count; i++)
		for (k = 0; k < a->p->rules[i].driver_count; k++)
			if (!strcmp(a->p->rules[i].drivers[k], b->module))
				a->blamed = a->p->rules[i].vendor;
	a->is_stranger = !a->blamed;
}

bool fact_is_serviced(const struct asking *a)
{
	enum servicing s = a->e->servicing;

	return s == SERVICING_SETUP || s == SERVICING_ONE_TIME ||
	       s == SERVICING_UNKNOWN || (s == SERVICING_PENDING && !a->blamed);
}

bool fact_differs(const struct evidence *e, const struct bugcheck *from)
{
	return e->bugcheck_state == SOURCE_READ && e->bugcheck.is_present &&
	       !bugcheck_equal(&e->bugcheck, from);
}

size_t fact_held_below(const struct evidence *e, uint32_t low, uint32_t high)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < e->deliveries->held_count; i++)
		if (e->deliveries->held[i].hold_id >= low &&
			e->deliveries->held[i].hold_id <= high)
			n++;
	return n;
}

size_t fact_held_of_record(const struct evidence *e)
{
	return fact_held_below(e, e->record.hold_id, e->record.hold_id);
}

size_t fact_count_named(const struct evidence *e)
{
	size_t n = 0;
	size_t i;

	for (i = 0; e->is_named && i < e->deliveries->delivery_count; i++)
		n += e->is_named[i];
	return n;
}
