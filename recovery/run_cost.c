/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run costs in calls to the disks: all of it, and each source. */
#include "recovery/run_parts.h"
#include "recovery/tell.h"

struct disk_counts run_counts(const struct run *r)
{
	struct disk_counts counts = {0};

	if (r->windows.stack)
		counts = r->windows.stack->meter.counts;
	counts.reads += r->windows.search.reads + r->searched.reads;
	counts.read_bytes +=
		r->windows.search.read_bytes + r->searched.read_bytes;
	return counts;
}

void run_tell_cost(struct run *r, const char *source)
{
	struct disk_counts now = run_counts(r);
	struct disk_counts cost = disk_counts_since(&now, &r->told);
	uint64_t elapsed = r->platform->ops->elapsed_get(r->platform->ctx);
	struct report_line l;

	report_begin(&l, "cost");
	report_string(&l, "source", source);
	report_number(&l, "reads", cost.reads);
	report_number(&l, "read_bytes", cost.read_bytes);
	if (elapsed)
		report_number(&l, "microseconds", elapsed - r->told_at);
	tell_send(r->platform, &l);
	r->told = now;
	r->told_at = elapsed;
}
