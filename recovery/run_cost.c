/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run costs in calls to the disks: all of it, and each source. */
#include "recovery/run_parts.h"
#include "recovery/tell.h"

struct disk_counts run_counts(const struct run *r)
{
	struct disk_counts counts = {0};

	if (r->windows.stack)
		counts = r->windows.stack->meter.counts;
	disk_counts_add(&counts, &r->windows.search);
	disk_counts_add(&counts, &r->searched);
	/* A file's medium is on the stack's disk. */
	disk_counts_add(&counts, &r->redo.stick);
	if (!r->redo.is_on_disk)
		disk_counts_add(&counts, &r->redo.place.meter.counts);
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
