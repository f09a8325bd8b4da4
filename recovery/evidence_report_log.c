/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A boot log as report members. */
#include "recovery/evidence_report.h"

#include <stdio.h>
#include <string.h>

#include "storage/filetime.h"
#include "storage/guid.h"

/* A report line has no room for more. */
#define LAST_EVENTS 6

/* The PC's clock has no zone: no "Z", and a separator of the caller's choice.
 */
static const char *local_time(
	uint64_t ticks, char separator, char buf[FILETIME_TEXT_BYTES])
{
	static const size_t between = sizeof("2024-07-19") - 1;
	char *zone;

	(void)filetime_text(ticks, buf);
	zone = strchr(buf, 'Z');
	if (zone) {
		*zone = '\0';
		buf[between] = separator;
	}
	return buf;
}

/* One event as a short array: its kind, then what there is to say of it. */
static void report_event(struct report_line *l, const struct boot_log_event *e)
{
	char guid[GUID_TEXT_BYTES];
	char time[FILETIME_TEXT_BYTES];

	report_array_begin(l, NULL);
	switch (e->kind) {
	case BOOT_LOG_INIT:
		report_array_string(l, "INIT");
		report_array_string(l, local_time(e->time, ' ', time));
		break;
	case BOOT_LOG_LAUNCH:
		report_array_string(l, "LAUNCH");
		report_array_string(l, guid_text(e->guid, guid));
		report_array_number(l, e->start_type);
		report_array_string(l, e->path);
		break;
	case BOOT_LOG_RETURN:
		report_array_string(l, "RETURN");
		report_array_string(l, guid_text(e->guid, guid));
		report_array_status(l, e->status);
		report_array_number(l, e->flags);
		break;
	case BOOT_LOG_LOAD_FAILED:
		report_array_string(l, "LOAD_FAILED");
		report_array_status(l, e->status);
		report_array_string(l, e->path);
		break;
	case BOOT_LOG_LAUNCH_OS:
		report_array_string(l, "LAUNCH_OS");
		report_array_number(l, e->boot_id);
		break;
	case BOOT_LOG_OTHER:
		report_array_string(l, "OTHER");
		report_array_number(l, e->event);
		break;
	}
	report_array_end(l);
}

static void report_ring(struct report_line *l, const struct boot_log *log)
{
	report_object_begin(l, "log");
	report_number(l, "version", log->version);
	report_number(l, "start", log->start);
	report_number(l, "size", log->size);
	report_number(l, "next", log->next);
	report_number(l, "first", log->first);
	report_number(l, "entries", log->entries);
	report_bool(l, "wrapped", log->is_wrapped);
	report_object_end(l);
}

static void report_loops(struct report_line *l, const struct boot_log *log)
{
	struct boot_log_place place = {0};
	struct boot_log_run run;

	report_array_begin(l, "loops");
	while (boot_log_next_loop(log, &place, &run)) {
		report_object_begin(l, NULL);
		evidence_report_boot_run(l, &run);
		report_object_end(l);
	}
	report_array_end(l);
}

/* A start that failed is told by the loader of the start after it. */
static bool is_failed_start(const struct boot_log_event *e)
{
	return e->kind == BOOT_LOG_INIT && e->has_status && !e->succeeded &&
	       e->attempts && e->boot_id;
}

static void report_failed(struct report_line *l, const struct boot_log *log)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;
	uint64_t load_failures = 0;

	report_array_begin(l, "failed_boot_ids_in_log");
	while (boot_log_next(log, &place, &e)) {
		if (is_failed_start(&e))
			report_array_number(l, e.boot_id);
		if (e.kind == BOOT_LOG_LOAD_FAILED)
			load_failures++;
	}
	report_array_end(l);
	report_number(l, "load_failures", load_failures);
}

static void report_returns(struct report_line *l, const struct boot_log *log)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;

	report_array_begin(l, "returns");
	while (boot_log_next(log, &place, &e))
		if (e.kind == BOOT_LOG_RETURN)
			report_event(l, &e);
	report_array_end(l);
}

static uint32_t count_known(const struct boot_log *log)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;
	uint32_t count = 0;

	while (boot_log_next(log, &place, &e))
		count += e.kind != BOOT_LOG_OTHER;
	return count;
}

static void report_last_events(
	struct report_line *l, const struct boot_log *log)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;
	uint32_t left = count_known(log);

	report_array_begin(l, "last_events");
	while (boot_log_next(log, &place, &e)) {
		if (e.kind == BOOT_LOG_OTHER)
			continue;
		if (left <= LAST_EVENTS)
			report_event(l, &e);
		left--;
	}
	report_array_end(l);
}

void evidence_report_boot_run(
	struct report_line *l, const struct boot_log_run *run)
{
	char time[FILETIME_TEXT_BYTES];
	uint32_t i;

	report_number(l, "count", run->launches);
	report_array_begin(l, "launches");
	for (i = 0; i < run->launches && i < BOOT_LOG_RUN_TIMES; i++)
		report_array_string(l, local_time(run->times[i], 'T', time));
	report_array_end(l);
	if (!run->was_diverted)
		return;
	report_status(l, "status", run->status);
	report_number(l, "flags", run->flags);
}

void evidence_report_boot_log(struct report_line *l, const struct boot_log *log)
{
	report_ring(l, log);
	report_loops(l, log);
	report_failed(l, log);
	report_last_events(l, log);
	report_returns(l, log);
}
