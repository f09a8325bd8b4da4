/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: observe, decide, apply, report.  The same on every front.
 */
#ifndef RECOVERY_RUN_H
#define RECOVERY_RUN_H

#include "recovery/decide.h"
#include "recovery/platform.h"
#include "storage/commit.h"
#include "storage/meter.h"

enum order_kind {
	ORDER_NONE,	 /* decide from the evidence */
	ORDER_HOLD_PATH, /* hold exactly this file */
	ORDER_UNDO	 /* undo every hold, or that of one file */
};

/* What a person asked for. */
struct order {
	enum order_kind kind;
	const char
		*path;	 /* "Windows/x.sys", '/' or '\\'; ORDER_UNDO: or NULL */
	bool is_dry_run; /* everything but the commit */
};

struct outcome {
	enum verdict verdict;
	int err;   /* 0, or the error that ended the run early */
	int cause; /* 0, or the first observation that failed */
	enum windows_found windows;
	bool is_record_lost; /* files are on hold, and no record knows of it */
	bool is_applied;     /* the disk was changed, completely and verified */
	uint32_t files;	     /* held or restored */
	uint32_t boot_id;    /* newest Windows boot id; 0 = unknown, or the
				next start will have none: Automatic Repair */
	struct record record; /* as now stored; hand-over mark as found */
	struct commit_counts commit;
	struct disk_counts resume;  /* device calls to finish what an earlier
				       run began */
	struct disk_counts observe; /* device calls up to the verdict */
	struct disk_counts apply;   /* ... to commit and read back */
};

/**
 * recovery_run - one run over all disks of @p
 * @order:  never NULL
 * @policy: checked
 * @ret:    its record beforehand: as the caller has read it, or zeros.  It
 *	    stays as it is where the run does not come to read it
 *
 * Never fails as a whole: whatever breaks is said, reported, and ends in an
 * outcome with VERDICT_REFUSE and err set; nothing is written then unless
 * is_applied or outcome.commit say so.
 */
void recovery_run(const struct platform *p, const struct order *order,
	const struct policy *policy, struct outcome *ret);

#endif
