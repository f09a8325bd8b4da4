/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "storage/err.h"
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

void tell_send(const struct platform *p, struct report_line *l)
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
	tell_send(p, &l);
	for (i = 0; i < p->disk_count; i++) {
		report_begin(&l, "disk");
		report_string(&l, "name", p->disks[i]->name);
		report_number(&l, "bytes", p->disks[i]->size_bytes);
		report_number(&l, "block_bytes", p->disks[i]->block_bytes);
		tell_send(p, &l);
	}
}

void tell_decision(const struct platform *p, const struct decision *d)
{
	char text[REASON_TEXT_BYTES];
	struct report_line l;
	size_t i;

	report_begin(&l, "verdict");
	report_string(&l, "verdict", verdict_text(d->verdict));
	report_string(&l, "consent", consent_text(d->consent));
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
	tell_send(p, &l);
}

static bool has_helped(const struct record *r, const struct decision *d)
{
	size_t i;

	for (i = 0; i < d->reason_count; i++)
		if (d->reasons[i].id == REASON_HOLD_HELPED)
			return true;
	return r->hold_state == HOLD_HELPED;
}

void tell_receipt(const struct platform *p, const struct evidence *e,
	const struct decision *d)
{
	const struct record *r = &e->record;
	uint32_t last = e->boot_status.last_boot_id;
	struct report_line l;

	if (e->record_state != SOURCE_READ || r->hold_state == HOLD_NONE ||
		r->volume_serial != e->volume_serial)
		return;
	report_begin(&l, "receipt");
	report_status(&l, "hold", r->hold_id);
	report_bool(&l, "healthy", has_helped(r, d));
	report_bool(&l, "restored", r->hold_state == HOLD_EXHAUSTED);
	report_number(&l, "sessions",
		last > r->hold_boot_id ? last - r->hold_boot_id : 0);
	tell_send(p, &l);
}

static void tell_planned(const struct platform *p, const struct plan_step *s)
{
	char from[TELL_PATH_BYTES], to[TELL_PATH_BYTES];

	hold_path(s->folder, s->from, from, sizeof(from));
	hold_path(s->folder, s->to, to, sizeof(to));
	tell(p, SAY_RESULT, "Would %s %s as %s.",
		s->kind == PLAN_HOLD ? "hold" : "restore", from,
		s->style == HOLD_MOVED ? to : s->to);
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
		tell_send(p, &l);
		if (is_dry_run)
			tell_planned(p, s);
	}
}

/* Also how a person undoes it, from Windows. */
static void tell_held(const struct platform *p, const struct plan_step *s)
{
	char path[TELL_PATH_BYTES];

	if (s->style == HOLD_MOVED) {
		hold_path(s->folder, s->to, path, sizeof(path));
		tell(p, SAY_RESULT,
			"On hold: %s (of %s), moved to %s. To undo, move it "
			"back.",
			s->from, s->folder, path);
		return;
	}
	tell(p, SAY_RESULT, "On hold: %s (in %s). To undo, rename %s back.",
		s->from, s->folder[0] ? s->folder : "the root folder", s->to);
}

static void tell_kept(const struct platform *p, const struct plan_step *s)
{
	char path[TELL_PATH_BYTES];

	hold_path(s->folder, s->from, path, sizeof(path));
	tell(p, SAY_WARNING,
		"%s stays on hold: a new file named %s has been delivered "
		"since.",
		path, s->to);
}

static void tell_step(const struct platform *p, const struct plan_step *s)
{
	struct report_line l;

	report_begin(&l, s->is_skipped		? "kept"
			 : s->kind == PLAN_HOLD ? "held"
						: "restored");
	report_string(&l, "folder", s->folder);
	report_string(&l, "from", s->from);
	report_string(&l, "to", s->is_skipped ? s->from : s->to);
	tell_send(p, &l);
	if (s->is_skipped)
		tell_kept(p, s);
	else if (s->kind == PLAN_HOLD)
		tell_held(p, s);
	else
		tell(p, SAY_RESULT, "Restored: %s (in %s).", s->to,
			s->folder[0] ? s->folder : "the root folder");
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
	tell_send(p, &l);
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
	tell_send(p, &l);
}
