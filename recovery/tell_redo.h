/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for redo records (storage/redo.h).
 */
#ifndef RECOVERY_TELL_REDO_H
#define RECOVERY_TELL_REDO_H

#include "recovery/platform.h"
#include "storage/commit.h"
#include "storage/redo_finish.h"

/** tell_redo_none - there is a medium, but it cannot be used */
void tell_redo_none(const struct platform *p, int err);

/** tell_redo_stored - @bytes of it lie on the disk @medium */
void tell_redo_stored(
	const struct platform *p, const char *medium, size_t bytes);

/** tell_redo_refused - the disk to be changed did not take it */
void tell_redo_refused(const struct platform *p, const char *volume, int err);

/** tell_redo_lost - a change broke off, and its record cannot be read */
void tell_redo_lost(const struct platform *p, int err);

/** tell_redo_failed - ... now: the next start tries again */
void tell_redo_failed(const struct platform *p, int err);

/** tell_redo_unforgotten - it is over, but that could not be stored */
void tell_redo_unforgotten(const struct platform *p, int err);

/** tell_redo_waits - a change broke off, and nothing may be written */
void tell_redo_waits(const struct platform *p);

/** tell_redo_state - a change broke off: how far did it come? */
void tell_redo_state(
	const struct platform *p, const char *disk, enum redo_state state);

/** tell_redo_finished - ... and was finished, or why not */
void tell_redo_finished(const struct platform *p, const char *disk, int err,
	const struct commit_counts *counts);

#endif
