/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what a crash has left: the dump, whom it names, the registry. */
#include "recovery/evidence_report.h"
#include "recovery/tell.h"

#include <stdio.h>

#include "storage/err.h"
#include "storage/filetime.h"

#define BLAME_TEXT_BYTES (BLAME_NAME_BYTES + 120)

static const char *place_name(enum crash_dump_place place)
{
	switch (place) {
	case CRASH_DUMP_NOWHERE:
		break;
	case CRASH_DUMP_PAGE_FILE:
		return "page-file";
	case CRASH_DUMP_DEDICATED:
		return "dedicated";
	case CRASH_DUMP_MEMORY:
		return "memory-dmp";
	case CRASH_DUMP_MINI:
		return "minidump";
	}
	return "nowhere";
}

static const char *place_phrase(enum crash_dump_place place)
{
	switch (place) {
	case CRASH_DUMP_NOWHERE:
		break;
	case CRASH_DUMP_PAGE_FILE:
		return "in the page file";
	case CRASH_DUMP_DEDICATED:
		return "in the dedicated dump file";
	case CRASH_DUMP_MEMORY:
		return "in MEMORY.DMP";
	case CRASH_DUMP_MINI:
		return "among the minidumps";
	}
	return "nowhere";
}

static const char *blame_phrase(
	const struct crash_dump *d, char buf[BLAME_TEXT_BYTES])
{
	const struct blame *b = &d->blame;

	if (b->by == BLAME_NOBODY)
		return d->blame_err < 0 ? "; its modules cannot be read"
					: "; it names no driver";
	(void)snprintf(buf, BLAME_TEXT_BYTES,
		b->is_windows ? "; it happened in %s, a part of Windows"
		: b->by == BLAME_STACK
			? "; %s is on the stack, which proves nothing"
			: "; it happened in %s",
		b->module);
	return buf;
}

static void report_service(struct report_line *l, const struct windows_facts *f)
{
	if (f->service_state != SOURCE_READ)
		return;
	report_string(l, "service", f->service.name);
	report_number(l, "service_start", f->service.start);
	report_string(l, "image_path", f->service.image_path);
}

static void report_dump(const struct platform *p, const struct observation *o)
{
	const struct crash_dump *d = &o->evidence.dump;
	struct report_line l;

	report_begin(&l, "source");
	report_string(&l, "kind", "dump");
	report_string(&l, "place", place_name(d->place));
	evidence_report_dump(&l, &d->header, NULL);
	evidence_report_blame(&l, &d->blame, d->blame_err);
	report_service(&l, &o->facts);
	tell_send(p, &l);
}

static void report_registry(
	const struct platform *p, const struct windows_facts *f)
{
	struct report_line l;

	report_begin(&l, "registry");
	report_string(&l, "system", tell_source_text(f->system_state));
	if (f->system_state == SOURCE_READ) {
		report_bool(
			&l, "setting_up", system_facts_is_setup(&f->system));
		if (f->system.crash_dump_enabled != FACT_ABSENT)
			report_number(&l, "crash_dump_enabled",
				f->system.crash_dump_enabled);
	}
	if (f->version_state == SOURCE_READ) {
		report_string(&l, "product", f->version.product_name);
		report_string(&l, "version", f->version.display_version);
		report_number(&l, "build", f->version.build);
	}
	report_number(&l, "replayed_entries", f->replayed_entries);
	if (f->err < 0)
		report_string(&l, "error", err_text(f->err));
	tell_send(p, &l);
}

void tell_crash(const struct platform *p, const struct observation *o)
{
	const struct evidence *e = &o->evidence;
	const struct dump *d = &e->dump.header;
	char blame[BLAME_TEXT_BYTES];
	char time[FILETIME_TEXT_BYTES];
	const char *name;

	if (o->facts.system_state != SOURCE_ABSENT || o->facts.err < 0)
		report_registry(p, &o->facts);
	if (e->dump_state != SOURCE_READ)
		return;
	report_dump(p, o);
	name = stop_code_name(d->code);
	tell(p, SAY_INFO, "Crash dump %s, of %s: stop code 0x%08lX%s%s%s.",
		place_phrase(e->dump.place),
		d->system_time ? filetime_text(d->system_time, time)
			       : "an unknown time",
		(unsigned long)d->code, name ? " " : "", name ? name : "",
		blame_phrase(&e->dump, blame));
}

void tell_health(const struct platform *p, const struct observation *o)
{
	const struct hive_health *h = &o->facts.health;
	struct report_line l;
	size_t i;

	report_begin(&l, "registry_health");
	hive_health_report(&l, h);
	tell_send(p, &l);
	for (i = 0; i < h->count; i++)
		/* Healthy PCs have these, too. */
		if (h->findings[i].sign != HIVE_SIGN_TXR)
			tell(p, SAY_WARNING,
				"The registry hive %s shows signs of damage "
				"(%s): Windows may hang at its start even with "
				"the content on hold. Start Windows' recovery "
				"environment then.",
				h->findings[i].hive,
				hive_sign_name(h->findings[i].sign));
}
