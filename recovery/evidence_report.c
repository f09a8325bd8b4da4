/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small kinds of evidence as report members; logs: evidence_report_log.c. */
#include "recovery/evidence_report.h"

#include "storage/filetime.h"

static void add_time(struct report_line *l, const char *key, uint64_t ticks)
{
	char text[FILETIME_TEXT_BYTES];

	report_string(l, key, filetime_text(ticks, text));
}

static void report_button(struct report_line *l, const struct boot_status *s)
{
	report_object_begin(l, "power_button");
	report_number(l, "presses", s->pressed_count);
	if (s->pressed_count) {
		report_number(l, "last_press_boot_id", s->pressed_boot_id);
		add_time(l, "last_press_time", s->pressed_at);
	}
	report_object_end(l);
}

void evidence_report_boot_status(
	struct report_line *l, const struct boot_status *s)
{
	report_number(l, "version_size", s->area_size);
	report_number(l, "last_boot_succeeded", s->succeeded);
	report_number(l, "last_boot_shutdown", s->shut_down);
	report_number(l, "sum_mod256", s->sum);
	report_bool(l, "trustworthy", s->is_trustworthy);
	if (s->has_heartbeat)
		add_time(l, "last_reference_time", s->heartbeat);
	if (s->has_attempts) {
		report_number(l, "boot_attempt_count", s->attempts);
		report_number(l, "last_boot_checkpoint", s->checkpoint);
		report_number(l, "checksum", s->checksum);
		if (s->is_trustworthy && !s->succeeded)
			report_number(l, "crash_loop_attempts", s->attempts);
		report_bool(l, "would_divert", boot_status_would_divert(s));
	}
	if (s->has_boot_ids) {
		report_number(l, "last_boot_id", s->last_boot_id);
		report_number(l, "last_successful_shutdown_boot_id",
			s->last_clean_boot_id);
		report_number(l, "last_reported_abnormal_shutdown_boot_id",
			s->last_abnormal_boot_id);
	}
	if (s->has_button)
		report_button(l, s);
}

void evidence_report_bugcheck(struct report_line *l, const struct bugcheck *b)
{
	if (!b->is_present)
		return;
	report_hex(l, "bugcheck", b->code);
	report_hex(l, "parameter1", b->parameter1);
	report_number(l, "progress", b->progress);
}

void evidence_report_note(struct report_line *l, const struct health_note *n)
{
	report_number(l, "boot_id", n->boot_id);
	add_time(l, "noted_at", n->noted_at);
	evidence_report_bugcheck(l, &n->bugcheck);
}

static const char *hold_state_text(enum hold_state state)
{
	switch (state) {
	case HOLD_NONE:
		return "none";
	case HOLD_ACTIVE:
		return "active";
	case HOLD_HELPED:
		return "helped";
	case HOLD_EXHAUSTED:
		return "exhausted";
	}
	return "unknown";
}

void evidence_report_record(struct report_line *l, const struct record *r)
{
	report_number(l, "handover_boot_id", r->handover_boot_id);
	report_number(l, "handover_passes", r->handover_passes);
	report_number(l, "policy_serial", r->policy_serial);
	report_number(l, "policy_previous_serial", r->policy_previous_serial);
	report_number(l, "incident_serial", r->incident_serial);
	report_number(l, "uncounted_boot_id", r->uncounted_boot_id);
	report_string(l, "hold_state", hold_state_text(r->hold_state));
	/* The last one given out, even if its hold was undone since. */
	report_number(l, "hold_id", r->hold_id);
	if (r->hold_state == HOLD_NONE)
		return;
	report_number(l, "rung", r->rung);
	report_bool(l, "by_person", r->is_by_person);
	report_number(l, "hold_boot_id", r->hold_boot_id);
	add_time(l, "hold_time", r->hold_time);
	report_hex(l, "volume_serial", r->volume_serial);
	evidence_report_bugcheck(l, &r->hold_bugcheck);
}
