/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what was found: the volume, the evidence, the deliveries. */
#include "recovery/tell.h"

#include "storage/err.h"
#include "storage/filetime.h"

static const char *found_text(enum windows_found found)
{
	switch (found) {
	case WINDOWS_ONE:
		return "one";
	case WINDOWS_NONE:
		return "none";
	case WINDOWS_SEVERAL:
		return "several";
	case WINDOWS_ENCRYPTED:
		return "encrypted";
	case WINDOWS_DYNAMIC:
		return "dynamic";
	case WINDOWS_NOT_ALONE:
		return "not-alone";
	case WINDOWS_ELSEWHERE:
		return "elsewhere";
	case WINDOWS_AMBIGUOUS:
		return "ambiguous";
	case WINDOWS_TWO_FORMATS:
		return "two-formats";
	case WINDOWS_UNREADABLE:
		return "unreadable";
	}
	return "unknown";
}

static void report_volume(const struct platform *p, const struct windows *w,
	enum windows_found found, const struct observation *o)
{
	struct report_line l;

	report_begin(&l, "volume");
	report_string(&l, "found", found_text(found));
	report_number(&l, "windows_volumes", w->windows_volumes);
	report_number(&l, "ntfs_volumes", w->ntfs_volumes);
	report_number(&l, "encrypted_volumes", w->encrypted_volumes);
	report_number(&l, "dynamic_volumes", w->dynamic_volumes);
	report_number(&l, "unreadable_volumes", w->unreadable_volumes);
	if (found == WINDOWS_ONE) {
		report_string(&l, "name", w->name);
		report_hex(&l, "serial", o->evidence.volume_serial);
		report_string(
			&l, "journal", journal_state_text(o->journal_found));
		report_bool(&l, "replayed", o->evidence.was_replayed);
		report_number(&l, "replayed_actions", o->replay.actions);
		report_number(&l, "uncommitted", o->replay.uncommitted);
		report_bool(&l, "was_dirty", o->was_dirty);
		report_number(&l, "mended_records", o->mended_records);
	}
	tell_send(p, &l);
}

void tell_windows(const struct platform *p, const struct windows *w,
	enum windows_found found, const struct observation *o)
{
	report_volume(p, w, found, o);
	tell(p, SAY_TITLE, "What was found");
	if (w->unreadable_volumes && found == WINDOWS_ONE)
		tell(p, SAY_WARNING,
			"%u other NTFS volume(s) could not be read; they are "
			"left alone.",
			w->unreadable_volumes);
	if (found != WINDOWS_ONE)
		return;
	tell(p, SAY_INFO, "Volume: %s. Its journal is %s.", w->name,
		journal_state_text(o->journal_found));
	if (o->mended_records)
		tell(p, SAY_INFO,
			"The first MFT records and their copies disagree, as "
			"after a power cut; with a change they are mended "
			"(%u).",
			o->mended_records);
	if (o->evidence.was_replayed)
		tell(p, SAY_INFO,
			"The journal was replayed in memory: %u log records "
			"redone, %u left unfinished.",
			o->replay.actions, o->replay.uncommitted);
	else if (o->journal_err < 0)
		tell(p, SAY_INFO, "The journal could not be followed: %s.",
			err_text(o->journal_err));
}

const char *tell_source_text(enum source_state state)
{
	switch (state) {
	case SOURCE_ABSENT:
		return "absent";
	case SOURCE_READ:
		return "read";
	case SOURCE_FAILED:
		return "failed";
	}
	return "unknown";
}

static void report_boot_status(
	struct report_line *l, const struct boot_status *s)
{
	char time[FILETIME_TEXT_BYTES];

	report_bool(l, "succeeded", s->succeeded);
	report_bool(l, "shut_down", s->shut_down);
	if (s->has_attempts) {
		report_number(l, "attempts", s->attempts);
		report_bool(l, "checkpoint", s->checkpoint);
	}
	if (s->has_boot_ids) {
		report_number(l, "boot_id", s->last_boot_id);
		report_number(l, "clean_boot_id", s->last_clean_boot_id);
	}
	if (s->has_heartbeat)
		report_string(
			l, "heartbeat", filetime_text(s->heartbeat, time));
}

void tell_evidence(const struct platform *p, const struct observation *o)
{
	const struct evidence *e = &o->evidence;
	struct report_line l;

	report_begin(&l, "evidence");
	report_string(
		&l, "boot_status", tell_source_text(e->boot_status_state));
	if (e->boot_status_state == SOURCE_READ)
		report_boot_status(&l, &e->boot_status);
	report_string(&l, "bugcheck", tell_source_text(e->bugcheck_state));
	if (e->bugcheck_state == SOURCE_READ)
		report_hex(&l, "stop_code", e->bugcheck.code);
	report_string(&l, "dump", tell_source_text(e->dump_state));
	report_string(&l, "note", tell_source_text(e->note_state));
	if (e->note_state == SOURCE_READ) {
		report_number(&l, "noted_boot_id", e->note.boot_id);
		if (e->note.bugcheck.is_present)
			report_hex(
				&l, "noted_stop_code", e->note.bugcheck.code);
	}
	report_string(&l, "boot_log", tell_source_text(e->launches_state));
	if (e->launches_state == SOURCE_READ)
		report_number(&l, "launches", e->launches.launches);
	report_string(&l, "record", tell_source_text(e->record_state));
	report_string(&l, "deliveries", tell_source_text(e->deliveries_state));
	if (e->deliveries) {
		report_number(&l, "files", e->deliveries->delivery_count);
		report_number(&l, "files_on_hold", e->deliveries->held_count);
	}
	tell_send(p, &l);
}
