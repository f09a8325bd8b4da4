/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carrying out a plan on the overlay, and proving there that it worked.
 * Nothing here reaches the disk; that is storage/commit.h.
 */
#ifndef RECOVERY_APPLY_H
#define RECOVERY_APPLY_H

#include "recovery/boot_status.h"
#include "recovery/plan.h"
#include "recovery/windows.h"

struct apply_result {
	uint32_t files;	  /* renamed */
	uint32_t skipped; /* left, because a new file of that name is there */
	bool is_marked;	  /* bootstat.dat was changed */
	bool will_divert; /* it should have been, but its format forbids it */
	int mark_err;	  /* why, if will_divert */
};

/**
 * apply_plan - rename, mark the boot status, and verify, all on the overlay
 * @w:		  open, on an overlay that holds at most a replay
 * @plan:	  is_skipped is filled in
 * @keep_dirty:	  leave VOLUME_IS_DIRTY set, so that Windows checks the volume
 * @mark_status:  the next start is to be a normal one (boot_status_mark_good)
 *
 * Goes through the epochs of storage/overlay.h, unmounting between them, and
 * at the end mounts once more and looks for every name.
 *
 * Returns 0; otherwise the overlay must be dropped.  The volume is closed in
 * either case.
 */
int apply_plan(struct windows *w, struct plan *plan, bool keep_dirty,
	bool mark_status, struct apply_result *ret_result);

#endif
