/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each source of evidence in full, one line of the report apiece: what
 * "loopbreaker evidence" prints of a file.  Left out where the last session
 * ended well: a serial port is slow, and there is nothing to explain.
 */
#include "recovery/evidence_report.h"
#include "recovery/tell.h"
#include "storage/err.h"
#include "storage/filetime.h"

static void begin(struct report_line *l, const char *kind)
{
	report_begin(l, "source");
	report_string(l, "kind", kind);
}

static void tell_windows_sources(
	const struct platform *p, const struct observation *o)
{
	const struct evidence *e = &o->evidence;
	struct report_line l;

	if (e->boot_status_state == SOURCE_READ) {
		begin(&l, "os");
		evidence_report_boot_status(&l, &e->boot_status);
		tell_send(p, &l);
	}
	if (e->launches_state == SOURCE_READ) {
		begin(&l, "esp");
		evidence_report_boot_log(&l, &o->log);
		tell_send(p, &l);
	}
	if (e->bugcheck_state == SOURCE_READ) {
		begin(&l, "bugcheck");
		evidence_report_bugcheck(&l, &e->bugcheck);
		tell_send(p, &l);
	}
}

static void tell_change_journal(
	const struct platform *p, const struct delivery_dating *d)
{
	char time[FILETIME_TEXT_BYTES];
	struct report_line l;

	if (!d->has_journal && !d->journal_err)
		return;
	begin(&l, "change-journal");
	if (d->journal_err)
		report_string(&l, "error", err_text(d->journal_err));
	report_number(&l, "records", d->span.records);
	report_number(&l, "damaged_pages", d->span.damaged);
	if (d->span.records) {
		report_string(&l, "from", filetime_text(d->span.from, time));
		report_string(&l, "until", filetime_text(d->span.until, time));
	}
	tell_send(p, &l);
}

void tell_sources(const struct platform *p, const struct observation *o)
{
	const struct evidence *e = &o->evidence;
	struct report_line l;

	if (e->boot_status_state == SOURCE_READ && e->boot_status.shut_down)
		return;
	tell_windows_sources(p, o);
	if (o->boot_config.state == SOURCE_READ) {
		begin(&l, "bcd");
		evidence_report_boot_config(&l, &o->boot_config);
		tell_send(p, &l);
	}
	if (e->note_state == SOURCE_READ) {
		begin(&l, "note");
		evidence_report_note(&l, &e->note);
		tell_send(p, &l);
	}
	if (e->record_state == SOURCE_READ) {
		begin(&l, "record");
		evidence_report_record(&l, &e->record);
		tell_send(p, &l);
	}
	tell_change_journal(p, &o->dating);
}
