/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/observe_crash.h"

#include "recovery/observe_dump.h"
#include "storage/err.h"

/* A volume whose journal could not be followed is not asked for more. */
static bool has_crashed(const struct observation *o)
{
	const struct evidence *e = &o->evidence;

	return e->windows == WINDOWS_ONE &&
	       e->boot_status_state == SOURCE_READ &&
	       !e->boot_status.shut_down && e->deliveries_state == SOURCE_READ;
}

static void find_dump(struct observation *o, struct volume *v)
{
	const struct windows_facts *f = &o->facts;
	struct evidence *e = &o->evidence;
	struct dump_places places;
	int found;

	dump_places_set(
		&places, f->system_state == SOURCE_READ ? &f->system : NULL, 0);
	found = observe_dump(v, &places, &e->dump);
	/* A disk that fails over its modules hides whom it names. */
	if (found > 0 && (e->dump.blame_err == -ERR_IO ||
				 e->dump.blame_err == -ERR_NO_MEMORY))
		found = e->dump.blame_err;
	e->dump_state = found < 0   ? SOURCE_FAILED
			: found > 0 ? SOURCE_READ
				    : SOURCE_ABSENT;
	if (found < 0 && !o->err)
		o->err = found;
}

/* What a person wants to know of the driver; for the report. */
static void find_service(struct observation *o, struct volume *v)
{
	const struct blame *b = &o->evidence.dump.blame;

	if (o->evidence.dump_state == SOURCE_READ && blame_suffices(b))
		observe_hives(
			&o->facts, v, HIVES_SERVICE | HIVES_VERSION, b->module);
}

void observe_registry(struct observation *o, struct windows *w)
{
	if (!has_crashed(o))
		return;
	observe_hives(&o->facts, &w->stack->volume, HIVES_SYSTEM, NULL);
	if (o->facts.system_state == SOURCE_READ &&
		system_facts_is_setup(&o->facts.system))
		o->evidence.servicing = SERVICING_SETUP;
	else if (o->facts.err == -ERR_IO)
		o->evidence.servicing = SERVICING_UNKNOWN;
}

void observe_crash_dump(struct observation *o, struct windows *w)
{
	if (!has_crashed(o))
		return;
	find_dump(o, &w->stack->volume);
	find_service(o, &w->stack->volume);
}

void observe_health(struct observation *o, struct windows *w)
{
	observe_hives(&o->facts, &w->stack->volume,
		HIVES_SYSTEM | HIVES_VERSION | HIVES_HEALTH, NULL);
}
