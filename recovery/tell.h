/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run says: one sentence for the person in front of the machine, one
 * line of JSON for whoever collects reports.  Same facts, same place.
 */
#ifndef RECOVERY_TELL_H
#define RECOVERY_TELL_H

#include "recovery/apply.h"
#include "recovery/observe.h"
#include "recovery/plan.h"
#include "recovery/platform.h"
#include "recovery/report.h"
#include "recovery/run.h"
#include "recovery/windows.h"

/* Room for a folder and two names. */
#define TELL_SENTENCE_BYTES 3072

/* ... and for a folder and one name. */
#define TELL_PATH_BYTES 1280

/*
 * Format one sentence and say it.  What a terminal would obey (names come from
 * the disk) is said as '?'.
 */
void tell(const struct platform *p, enum say_level level, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* "absent", "read" or "failed". */
const char *tell_source_text(enum source_state state);

/* Close @l and send it as one line of the report. */
void tell_send(const struct platform *p, struct report_line *l);

void tell_start(const struct platform *p, const struct order *order);
void tell_windows(const struct platform *p, const struct windows *w,
	enum windows_found found, const struct observation *o);
/* The boot configuration, if it was looked for, and signs of servicing. */
void tell_boot_config(const struct platform *p, const struct windows *w,
	const struct observation *o);
void tell_evidence(const struct platform *p, const struct observation *o);
/* Each source in full, if the last session did not end well. */
void tell_sources(const struct platform *p, const struct observation *o);
/* The dump, and the registry as far as it was read. */
void tell_crash(const struct platform *p, const struct observation *o);
void tell_health(const struct platform *p, const struct observation *o);
/* All of them, for a person who asks what would be done. */
void tell_deliveries(const struct platform *p, const struct observation *o);
/*
 * What was delivered since @window_hours before the crash: what of it is to be
 * held, and why the rest is left alone.  Only for the report.
 */
void tell_candidates(const struct platform *p, const struct observation *o,
	const struct decision *d, uint32_t window_hours);
void tell_decision(const struct platform *p, const struct decision *d);
/* What became of the last hold, if the record knows of one.  For programs. */
void tell_receipt(const struct platform *p, const struct evidence *e,
	const struct decision *d);
void tell_plan(
	const struct platform *p, const struct plan *plan, bool is_dry_run);
void tell_applied(const struct platform *p, const struct plan *plan,
	const struct apply_result *r, const struct outcome *o);
void tell_result(const struct platform *p, const struct outcome *o);

/* @is_there: the named file exists; @err: what plan_make_ordered_*() gave */
void tell_no_plan(const struct platform *p, const struct order *order,
	const char *volume, bool is_there, int err);
/* Without a store for the record only an order is followed. */
void tell_not_remembered(const struct platform *p);
void tell_nothing_to_do(const struct platform *p, const struct order *order,
	const char *volume);
void tell_not_applied(const struct platform *p, int err);

#endif
