/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "storage/err.h"
#include "storage/filetime.h"
#include "storage/utf8.h"

/* A control character, or a byte that is no character at all. */
static bool is_unsayable(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];

	if (len < 2)
		return len == 0 || c < 0x20 || c == 0x7F;
	return c == 0xC2 && (unsigned char)s[1] < 0xA0;
}

static void disarm(char *s)
{
	size_t len;

	for (; *s; s += len) {
		len = utf8_length(s);
		if (is_unsayable(s, len)) {
			len = len ? len : 1;
			memset(s, '?', len);
		}
	}
}

void tell(
	const struct platform *p, enum say_level level, const char *format, ...)
{
	char sentence[TELL_SENTENCE_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	disarm(sentence);
	p->ops->say(p->ctx, level, sentence);
}

static void send(const struct platform *p, struct report_line *l)
{
	p->ops->report(p->ctx, report_end(l));
}

static const char *order_text(enum order_kind kind)
{
	switch (kind) {
	case ORDER_NONE:
		return "none";
	case ORDER_HOLD_PATH:
		return "hold";
	case ORDER_UNDO:
		return "undo";
	}
	return "unknown";
}

void tell_start(const struct platform *p, const struct order *order)
{
	struct report_line l;
	size_t i;

	report_begin(&l, "start");
	report_string(&l, "version", LOOPBREAKER_VERSION);
	report_string(&l, "order", order_text(order->kind));
	if (order->path)
		report_string(&l, "path", order->path);
	report_bool(&l, "dry_run", order->is_dry_run);
	send(p, &l);
	for (i = 0; i < p->disk_count; i++) {
		report_begin(&l, "disk");
		report_string(&l, "name", p->disks[i]->name);
		report_number(&l, "bytes", p->disks[i]->size_bytes);
		report_number(&l, "block_bytes", p->disks[i]->block_bytes);
		send(p, &l);
	}
}

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
	case WINDOWS_AMBIGUOUS:
		return "ambiguous";
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
	send(p, &l);
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

static const char *source_text(enum source_state state)
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
	report_string(&l, "boot_status", source_text(e->boot_status_state));
	if (e->boot_status_state == SOURCE_READ)
		report_boot_status(&l, &e->boot_status);
	report_string(&l, "bugcheck", source_text(e->bugcheck_state));
	if (e->bugcheck_state == SOURCE_READ)
		report_hex(&l, "stop_code", e->bugcheck.code);
	report_string(&l, "note", source_text(e->note_state));
	if (e->note_state == SOURCE_READ) {
		report_number(&l, "noted_boot_id", e->note.boot_id);
		if (e->note.bugcheck.is_present)
			report_hex(
				&l, "noted_stop_code", e->note.bugcheck.code);
	}
	report_string(&l, "record", source_text(e->record_state));
	report_string(&l, "deliveries", source_text(e->deliveries_state));
	if (e->deliveries) {
		report_number(&l, "files", e->deliveries->delivery_count);
		report_number(&l, "files_on_hold", e->deliveries->held_count);
	}
	send(p, &l);
}

void tell_deliveries(const struct platform *p, const struct delivery_list *list)
{
	char time[FILETIME_TEXT_BYTES];
	const struct delivery *d;
	struct report_line l;
	size_t i;

	for (i = 0; i < list->delivery_count; i++) {
		d = &list->deliveries[i];
		report_begin(&l, "delivery");
		report_string(&l, "vendor", d->rule->vendor);
		report_string(&l, "folder", d->rule->folder);
		report_string(&l, "name", d->name);
		report_string(
			&l, "delivered", filetime_text(d->delivered_at, time));
		report_number(&l, "bytes", d->size_bytes);
		send(p, &l);
		tell(p, SAY_INFO, "Delivered %s: %s/%s",
			filetime_text(d->delivered_at, time), d->rule->folder,
			d->name);
	}
	for (i = 0; i < list->held_count; i++)
		tell(p, SAY_INFO, "On hold: %s/%s", list->held[i].rule->folder,
			list->held[i].name);
}

void tell_decision(const struct platform *p, const struct decision *d)
{
	char text[REASON_TEXT_BYTES];
	struct report_line l;
	size_t i;

	report_begin(&l, "verdict");
	report_string(&l, "verdict", verdict_text(d->verdict));
	report_array_begin(&l, "reasons");
	for (i = 0; i < d->reason_count; i++)
		report_array_string(&l, reason_name(d->reasons[i].id));
	report_array_end(&l);
	report_array_begin(&l, "text");
	for (i = 0; i < d->reason_count; i++) {
		reason_text(&d->reasons[i], text, sizeof(text));
		report_array_string(&l, text);
		tell(p, d->verdict == VERDICT_REFUSE ? SAY_WARNING : SAY_INFO,
			"%s", text);
	}
	report_array_end(&l);
	send(p, &l);
}

void tell_plan(
	const struct platform *p, const struct plan *plan, bool is_dry_run)
{
	const struct plan_step *s;
	struct report_line l;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		s = &plan->steps[i];
		report_begin(&l, "plan");
		report_string(
			&l, "step", s->kind == PLAN_HOLD ? "hold" : "restore");
		report_string(&l, "folder", s->folder);
		report_string(&l, "from", s->from);
		report_string(&l, "to", s->to);
		send(p, &l);
		if (is_dry_run)
			tell(p, SAY_RESULT, "Would %s %s/%s as %s.",
				s->kind == PLAN_HOLD ? "hold" : "restore",
				s->folder, s->from, s->to);
	}
}

static void tell_step(const struct platform *p, const struct plan_step *s)
{
	const char *folder = s->folder[0] ? s->folder : "the root folder";
	struct report_line l;

	report_begin(&l, s->is_skipped		? "kept"
			 : s->kind == PLAN_HOLD ? "held"
						: "restored");
	report_string(&l, "folder", s->folder);
	report_string(&l, "from", s->from);
	report_string(&l, "to", s->is_skipped ? s->from : s->to);
	send(p, &l);
	if (s->is_skipped)
		tell(p, SAY_WARNING,
			"%s stays on hold: a new file named %s has been "
			"delivered since.",
			s->from, s->to);
	else if (s->kind == PLAN_HOLD)
		tell(p, SAY_RESULT,
			"On hold: %s (in %s). To undo, rename %s "
			"back.",
			s->from, folder, s->to);
	else
		tell(p, SAY_RESULT, "Restored: %s (in %s).", s->to, folder);
}

void tell_applied(const struct platform *p, const struct plan *plan,
	const struct apply_result *r, const struct outcome *o)
{
	struct report_line l;
	size_t i;

	tell(p, SAY_TITLE, "What was done");
	for (i = 0; i < plan->count; i++)
		tell_step(p, &plan->steps[i]);
	if (r->is_marked)
		tell(p, SAY_INFO,
			"Windows' boot status was marked good, so that the "
			"next start is a normal one.");
	if (r->will_divert)
		tell(p, SAY_WARNING,
			"Windows will go through Automatic Repair once: its "
			"boot status file has a form that is not safe to "
			"change.");
	report_begin(&l, "commit");
	report_number(&l, "epochs", o->commit.epochs);
	report_number(&l, "runs", o->commit.runs);
	report_number(&l, "bytes", o->commit.bytes);
	report_bool(&l, "boot_status_marked", r->is_marked);
	report_bool(&l, "automatic_repair_expected", r->will_divert);
	send(p, &l);
}

static void report_counts(
	struct report_line *l, const char *prefix, const struct disk_counts *c)
{
	char key[48];

	(void)snprintf(key, sizeof(key), "%s_reads", prefix);
	report_number(l, key, c->reads);
	(void)snprintf(key, sizeof(key), "%s_read_bytes", prefix);
	report_number(l, key, c->read_bytes);
	(void)snprintf(key, sizeof(key), "%s_writes", prefix);
	report_number(l, key, c->writes);
	(void)snprintf(key, sizeof(key), "%s_written_bytes", prefix);
	report_number(l, key, c->written_bytes);
	(void)snprintf(key, sizeof(key), "%s_flushes", prefix);
	report_number(l, key, c->flushes);
}

void tell_result(const struct platform *p, const struct outcome *o)
{
	struct report_line l;

	report_begin(&l, "result");
	report_string(&l, "verdict", verdict_text(o->verdict));
	report_bool(&l, "applied", o->is_applied);
	report_number(&l, "files", o->files);
	if (o->err < 0)
		report_string(&l, "error", err_text(o->err));
	report_counts(&l, "observe", &o->observe);
	report_counts(&l, "apply", &o->apply);
	send(p, &l);
}
