/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/apply.h"

#include <string.h>

#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/journal.h"

/*
 * An undo that was cut short left the original name in the index and the held
 * one in the record: to complete the hold first is the way that converges.
 */
static int undo_renamed(struct volume *v, const struct plan_step *s)
{
	uint32_t hold_id = 0;
	int err;

	err = hold_undo(v, s->folder, s->from);
	if (err != -ERR_NOT_FOUND)
		return err;
	(void)hold_parse_name(s->from, &hold_id); /* as hold_undo() did */
	err = hold_apply(v, s->style, s->folder, s->to, hold_id);
	return err < 0 ? err : hold_undo(v, s->folder, s->from);
}

static int change_one(struct volume *v, const struct plan *plan,
	const struct plan_step *s, enum hold_phase phase)
{
	if (s->kind == PLAN_HOLD)
		return hold_apply_phase(
			v, phase, s->style, s->folder, s->from, plan->hold_id);
	if (s->style == HOLD_MOVED)
		return hold_undo_phase(v, phase, s->folder, s->from);
	return phase == HOLD_CHANGE ? undo_renamed(v, s) : 0;
}

static int change_all(struct stack *k, struct plan *plan, enum hold_phase phase,
	enum overlay_epoch epoch, struct apply_result *r)
{
	int err = overlay_enter(&k->overlay, epoch);
	struct plan_step *s;
	size_t i;

	for (i = 0; err == 0 && i < plan->count; i++) {
		s = &plan->steps[i];
		if (s->is_skipped)
			continue;
		err = change_one(&k->volume, plan, s, phase);
		if (err == -ERR_EXISTS && s->kind == PLAN_UNDO) {
			s->is_skipped = true;
			r->skipped++;
			err = 0;
		} else if (err == 0 && phase == HOLD_CHANGE) {
			r->files++;
		}
	}
	return err;
}

static bool moves_any(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->steps[i].style == HOLD_MOVED)
			return true;
	return false;
}

/*
 * Renames alone are one epoch, and what libntfs-3g still holds of them is
 * written to it when the volume is closed.  Moves are in order: each phase is
 * whole before the next begins.
 */
static int change_in_phases(
	struct stack *k, struct plan *plan, struct apply_result *r)
{
	static const enum overlay_epoch epochs[HOLD_PHASE_COUNT] = {
		[HOLD_MAKE] = EPOCH_HOLD_MAKE,
		[HOLD_ENTER] = EPOCH_HOLD_ENTER,
		[HOLD_CHANGE] = EPOCH_HOLD,
		[HOLD_TIDY] = EPOCH_HOLD_TIDY,
	};
	bool moves = moves_any(plan);
	enum hold_phase p;
	int err = 0;

	for (p = HOLD_MAKE; err == 0 && p < HOLD_PHASE_COUNT; p++) {
		if (!moves && p != HOLD_CHANGE)
			continue;
		err = change_all(k, plan, p, epochs[p], r);
		if (err == 0 && moves)
			err = volume_sync(&k->volume);
	}
	return err;
}

static int verify_all(struct volume *v, const struct plan *plan)
{
	const struct plan_step *s;
	size_t i;
	int err;

	for (i = 0; i < plan->count; i++) {
		s = &plan->steps[i];
		if (s->is_skipped)
			continue;
		err = hold_verify(v, s->folder, s->to, s->from);
		if (err < 0)
			return err;
	}
	return 0;
}

/* The status area as it is now. */
static int read_status(struct volume *v, unsigned char *area, size_t *ret_len)
{
	uint64_t size;

	return volume_read_file(v, BOOT_STATUS_PATH, area,
		BOOT_STATUS_AREA_BYTES, ret_len, &size);
}

/*
 * Mark the boot status in place.  A file that must not be written is no
 * failure: Windows then goes through Automatic Repair once.
 */
static int mark_boot_status(struct volume *v, struct apply_result *r)
{
	unsigned char area[BOOT_STATUS_AREA_BYTES];
	size_t len;
	int err;

	err = read_status(v, area, &len);
	if (err == 0)
		err = boot_status_mark_good(area, len);
	if (err == 0)
		err = volume_overwrite_file(v, BOOT_STATUS_PATH, 0, area, len);
	if (err == -ERR_UNSUPPORTED || err == -ERR_TRUNCATED ||
		err == -ERR_NOT_FOUND) {
		r->will_divert = true;
		r->mark_err = err;
		return 0;
	}
	r->is_marked = err == 0;
	return err;
}

static int verify_status(struct volume *v)
{
	unsigned char area[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	size_t len;
	int err;

	err = read_status(v, area, &len);
	if (err == 0)
		err = boot_status_check(area, len, &s);
	if (err < 0)
		return err;
	return boot_status_would_divert(&s) ? -ERR_NOT_STORED : 0;
}

/* Epochs DIRTY_FLAG and HOLD, with those around it.  The volume stays open. */
static int change_names(
	struct windows *w, struct plan *plan, struct apply_result *r)
{
	struct stack *k = w->stack;
	int err;

	err = overlay_enter(&k->overlay, EPOCH_DIRTY_FLAG);
	if (err == 0)
		err = volume_set_dirty(&k->volume, true);
	if (err == 0)
		err = change_in_phases(k, plan, r);
	return err;
}

/* Epochs BOOT_STATUS and FLAG_CLEAR, on the volume mounted anew. */
static int finish(struct windows *w, const struct plan *plan, bool keep_dirty,
	bool mark_status, struct apply_result *r)
{
	struct stack *k = w->stack;
	int err;

	err = verify_all(&k->volume, plan);
	if (err == 0)
		err = overlay_enter(&k->overlay, EPOCH_BOOT_STATUS);
	if (err == 0 && mark_status)
		err = mark_boot_status(&k->volume, r);
	if (err == 0)
		err = overlay_enter(&k->overlay, EPOCH_FLAG_CLEAR);
	if (err == 0 && !keep_dirty)
		err = volume_set_dirty(&k->volume, false);
	return err;
}

/* The state the disk will have: mountable, journal closed, names right. */
static int verify_end(struct windows *w, const struct plan *plan,
	const struct apply_result *r)
{
	enum journal_state state;
	int err;

	err = journal_classify(&w->stack->volume, &state);
	if (err < 0)
		return err;
	if (state != JOURNAL_CLEAN && state != JOURNAL_DIRTY_FLAG)
		return -ERR_NOT_STORED;
	err = verify_all(&w->stack->volume, plan);
	if (err == 0 && r->is_marked)
		err = verify_status(&w->stack->volume);
	return err;
}

int apply_plan(struct windows *w, struct plan *plan, bool keep_dirty,
	bool mark_status, struct apply_result *ret_result)
{
	struct apply_result r;
	int close_err;
	int err;

	memset(&r, 0, sizeof(r));
	err = change_names(w, plan, &r);
	if (err == 0)
		err = windows_reopen(w);
	if (err == 0)
		err = finish(w, plan, keep_dirty, mark_status, &r);
	if (err == 0)
		err = windows_reopen(w);
	if (err == 0)
		err = verify_end(w, plan, &r);
	close_err = volume_close(&w->stack->volume);
	if (err == 0)
		err = close_err;
	if (err == 0)
		*ret_result = r;
	return err;
}
