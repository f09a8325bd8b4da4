/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/tell_redo.h"

#include "recovery/tell.h"
#include "storage/err.h"

static void report(const struct platform *p, const char *state, int err)
{
	struct report_line l;

	report_begin(&l, "redo");
	report_string(&l, "state", state);
	if (err < 0)
		report_string(&l, "error", err_text(err));
	tell_send(p, &l);
}

void tell_redo_none(const struct platform *p, int err)
{
	tell(p, SAY_WARNING,
		"No redo record can be kept (%s): should this change break "
		"off, Windows may have to check the volume.",
		err_text(err));
	report(p, "none", err);
}

void tell_redo_stored(
	const struct platform *p, const char *medium, size_t bytes)
{
	struct report_line l;

	report_begin(&l, "redo");
	report_string(&l, "state", "stored");
	report_string(&l, "medium", medium);
	report_number(&l, "bytes", bytes);
	tell_send(p, &l);
}

void tell_redo_refused(const struct platform *p, const char *volume, int err)
{
	tell(p, SAY_ERROR,
		"The disk of %s did not take the redo record (%s), so nothing "
		"on it is changed. Have the disk checked.",
		volume, err_text(err));
	report(p, "refused", err);
}

void tell_redo_lost(const struct platform *p, int err)
{
	tell(p, SAY_WARNING,
		"An earlier change was interrupted, and its redo record cannot "
		"be used: %s. Windows may have to check the volume.",
		err == -ERR_NOT_FOUND ? "the disk with it, or the one to be "
					"changed, is not there"
		: err == -ERR_EXISTS  ? "another change was recorded since"
				      : err_text(err));
	report(p, "lost", err);
}

void tell_redo_failed(const struct platform *p, int err)
{
	tell(p, SAY_ERROR,
		"An earlier change was interrupted, and could not be finished "
		"now (%s). Nothing else is done; the next start of Loopbreaker "
		"tries again.",
		err_text(err));
	report(p, "failed", err);
}

void tell_redo_unforgotten(const struct platform *p, int err)
{
	tell(p, SAY_ERROR,
		"The firmware did not store that an interrupted change is over "
		"(%s); nothing else is done.",
		err_text(err));
	report(p, "failed", err);
}

void tell_redo_waits(const struct platform *p)
{
	tell(p, SAY_WARNING,
		"An earlier change was interrupted. It has to be finished "
		"before anything else is done; start Loopbreaker again, and "
		"not as a dry run.");
	report(p, "waits", 0);
}

static const char *state_name(enum redo_state state)
{
	switch (state) {
	case REDO_UNBEGUN:
		return "unbegun";
	case REDO_BEGUN:
		return "begun";
	case REDO_DONE:
		return "done";
	case REDO_STRANGE:
		return "strange";
	}
	return "unknown";
}

void tell_redo_state(
	const struct platform *p, const char *disk, enum redo_state state)
{
	switch (state) {
	case REDO_UNBEGUN:
		tell(p, SAY_INFO,
			"A change of %s was interrupted before it began.",
			disk);
		break;
	case REDO_BEGUN:
		tell(p, SAY_INFO,
			"A change of %s was interrupted. It is finished first.",
			disk);
		break;
	case REDO_DONE:
		tell(p, SAY_INFO,
			"A change of %s was interrupted when it was complete.",
			disk);
		break;
	case REDO_STRANGE:
		tell(p, SAY_WARNING,
			"A change of %s was interrupted, and something else "
			"has written to the volume since. It is left as it is; "
			"Windows may have to check it.",
			disk);
		break;
	}
	report(p, state_name(state), 0);
}

void tell_redo_finished(const struct platform *p, const char *disk, int err,
	const struct commit_counts *counts)
{
	struct report_line l;

	if (err < 0) {
		tell(p, SAY_ERROR,
			"The change of %s broke off once more (%s). Windows "
			"may have to check the volume.",
			disk, err_text(err));
		report(p, "broken-off", err);
		return;
	}
	tell(p, SAY_RESULT, "The interrupted change of %s is complete now.",
		disk);
	report_begin(&l, "redo");
	report_string(&l, "state", "finished");
	report_number(&l, "writes", counts->runs);
	report_number(&l, "written_bytes", counts->bytes);
	tell_send(p, &l);
}
