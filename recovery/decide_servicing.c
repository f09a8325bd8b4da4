/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows that is being set up or serviced restarts by itself, more than once,
 * and not always with a clean shutdown.  Nothing is held meanwhile, and its
 * sessions do not count afterwards either.
 */
#include "recovery/decide_parts.h"

/*
 * Updates that wait for a restart may wait for weeks, and a crash loop keeps
 * them waiting: where a dump of this crash names the vendor it was no update.
 */
static bool is_serviced(const struct deciding *c)
{
	switch (c->e->servicing) {
	case SERVICING_NONE:
		return false;
	case SERVICING_PENDING:
		return !c->blamed;
	case SERVICING_SETUP:
	case SERVICING_ONE_TIME:
	case SERVICING_UNKNOWN:
		break;
	}
	return true;
}

/* What else was found out is not said: nothing follows from it. */
static void forget_verdict(struct deciding *c)
{
	struct decision *d = c->d;

	d->reason_count = 0;
	d->set_count = 0;
	d->streak = 0;
	d->next_record = c->e->record;
}

/* A hold of another volume keeps its place. */
static bool may_remember(const struct evidence *e)
{
	return e->record_state == SOURCE_ABSENT ||
	       (e->record_state == SOURCE_READ &&
		       (e->record.volume_serial == e->volume_serial ||
			       !e->record.volume_serial));
}

void decide_serviced(struct deciding *c)
{
	const struct evidence *e = c->e;
	struct decision *d = c->d;

	if (e->boot_status.shut_down || d->is_finishing || !is_serviced(c))
		return;
	if (e->servicing == SERVICING_UNKNOWN && !decide_is_action(d))
		return;
	forget_verdict(c);
	if (e->servicing == SERVICING_UNKNOWN) {
		decide_with(d, VERDICT_REFUSE, REASON_SOURCE_FAILED,
			EVIDENCE_SERVICING, 0);
		return;
	}
	decide_with(d, VERDICT_BOOT, REASON_SERVICING, e->servicing, 0);
	if (!may_remember(e))
		return;
	d->next_record.uncounted_boot_id = e->boot_status.last_boot_id;
	d->next_record.volume_serial = e->volume_serial;
}

uint32_t decide_uncounted(const struct evidence *e)
{
	const struct record *r = &e->record;

	return e->record_state == SOURCE_READ &&
			       r->volume_serial == e->volume_serial
		       ? r->uncounted_boot_id
		       : 0;
}
