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

#define TELL_SENTENCE_BYTES 1024

/* Format one sentence and say it. */
void tell(const struct platform *p, enum say_level level, const char *format,
	...) __attribute__((format(printf, 3, 4)));

void tell_start(const struct platform *p, const struct order *order);
void tell_windows(const struct platform *p, const struct windows *w,
	enum windows_found found, const struct observation *o);
void tell_evidence(const struct platform *p, const struct observation *o);
void tell_deliveries(
	const struct platform *p, const struct delivery_list *list);
void tell_decision(const struct platform *p, const struct decision *d);
void tell_plan(const struct platform *p, const struct plan *plan,
	bool is_dry_run);
void tell_applied(const struct platform *p, const struct plan *plan,
	const struct apply_result *r, const struct outcome *o);
void tell_result(const struct platform *p, const struct outcome *o);

#endif
