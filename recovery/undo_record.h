/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the record says after a person's undo.  It tells of one hold; an undo
 * may be about all files on hold, one of them, or files of another hold.
 */
#ifndef RECOVERY_UNDO_RECORD_H
#define RECOVERY_UNDO_RECORD_H

#include "recovery/plan.h"
#include "recovery/windows.h"

/**
 * undo_record - the record once @plan, an ordered undo, is on the disk
 * @w:	  its volume is closed, @plan carried out on the overlay
 * @next: as decide() made it; becomes the record to store
 *
 * HOLD_NONE if nothing of the record's hold is left.  If something is, it stays
 * as it was but for the rung: a hold that a person has changed is theirs, and
 * is never completed, judged or restored as a set of ours.
 *
 * Returns 0, or why what is still on hold could not be found out.
 */
int undo_record(struct windows *w, const struct plan *plan,
	const struct policy *policy, const struct evidence *e,
	struct record *next);

#endif
