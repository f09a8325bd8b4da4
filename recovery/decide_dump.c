/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the kernel dump on the disk of this crash, and whom does it name?  A dump
 * stays where it is for months: only one of a session since the last clean end
 * is evidence.  Its times are Windows' own, as the heartbeat's are.
 */
#include "recovery/decide_parts.h"

#include "storage/filetime.h"

/* The last heartbeat may be this much later than the crash after it. */
#define HEARTBEAT_SLACK (2 * FILETIME_TICKS_PER_HOUR / 60)

/* Of a later one the clock was wrong, or somebody forged it. */
#define LATEST_AFTER_HEARTBEAT                                                 \
	(POLICY_MAX_WINDOW_HOURS * FILETIME_TICKS_PER_HOUR)

/*
 * Windows' heartbeat goes on in the session after a crash: a dump that is older
 * is of a session before one that lived.
 */
static bool is_recent(const struct boot_status *s, uint64_t time)
{
	uint64_t beat = s->heartbeat;

	if (!s->has_heartbeat || !time)
		return false;
	return beat >= time ? beat - time <= HEARTBEAT_SLACK
			    : time - beat <= LATEST_AFTER_HEARTBEAT;
}

/* The clock may be wrong by years: a session has a number as well. */
static bool is_of_last_session(const struct evidence *e)
{
	const struct dump *d = &e->dump.header;

	return d->has_boot_id && d->boot_id == e->boot_status.last_boot_id;
}

static bool is_fresh(const struct evidence *e)
{
	return e->dump_state == SOURCE_READ && !e->boot_status.shut_down &&
	       (is_of_last_session(e) ||
		       is_recent(&e->boot_status, e->dump.header.system_time));
}

/* The rule of the vendor whose driver it is; or NULL. */
static const struct rule *rule_of(const struct policy *p, const char *module)
{
	size_t i;

	for (i = 0; i < p->rule_count; i++)
		if (rule_is_driver(&p->rules[i], module))
			return &p->rules[i];
	return NULL;
}

void decide_read_dump(struct deciding *c)
{
	const struct blame *b = &c->e->dump.blame;

	c->has_dump = is_fresh(c->e);
	if (!c->has_dump || !blame_suffices(b))
		return;
	c->blamed = rule_of(c->p, b->module);
	c->names_stranger = !c->blamed;
}

bool decide_is_dump_newer(const struct deciding *c)
{
	const struct record *r = &c->e->record;

	if (!c->has_dump)
		return false;
	return is_of_last_session(c->e) ||
	       c->e->dump.header.system_time > r->hold_time;
}

uint64_t decide_dump_time(const struct deciding *c)
{
	uint64_t time = c->e->dump.header.system_time;

	return c->has_dump && is_recent(&c->e->boot_status, time) ? time : 0;
}

void decide_add_dump(struct deciding *c)
{
	if (!c->has_dump)
		return;
	decide_because(c->d, REASON_DUMP, c->e->dump.header.code, 0);
	if (c->blamed)
		decide_because(c->d, REASON_DUMP_VENDOR, 0, 0);
	else if (c->names_stranger)
		decide_because(c->d, REASON_DUMP_STRANGER, 0, 0);
}
