/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/observe.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"
#include "storage/filetime.h"

/* Room to see that something is longer than it should be. */
#define VARIABLE_ROOM (BUGCHECK_MAX_BYTES + 1)

static void note_err(struct observation *o, int err)
{
	if (err < 0 && !o->err)
		o->err = err;
}

/* A machine without such a store is one where nothing was stored. */
static bool is_absence(int err)
{
	return err == -ERR_NOT_FOUND || err == -ERR_UNSUPPORTED;
}

/* Read one variable: absent counts as length 0. */
static int read_variable(const struct platform *p, enum platform_variable which,
	unsigned char *buf, struct bugcheck_bytes *ret)
{
	size_t len = 0;
	int err = p->ops->variable_get(p->ctx, which, buf, VARIABLE_ROOM, &len);

	if (err < 0 && !is_absence(err))
		return err;
	ret->bytes = buf;
	ret->len = err < 0 ? 0 : len;
	return 0;
}

static void observe_bugcheck(struct observation *o, const struct platform *p)
{
	unsigned char code[VARIABLE_ROOM];
	unsigned char parameter1[VARIABLE_ROOM];
	unsigned char progress[VARIABLE_ROOM];
	struct bugcheck_bytes c, p1, pr;
	struct evidence *e = &o->evidence;
	int err;

	err = read_variable(p, VARIABLE_BUGCHECK_CODE, code, &c);
	if (err == 0)
		err = read_variable(
			p, VARIABLE_BUGCHECK_PARAMETER1, parameter1, &p1);
	if (err == 0)
		err = read_variable(
			p, VARIABLE_BUGCHECK_PROGRESS, progress, &pr);
	if (err == 0)
		err = bugcheck_check(c, p1, pr, &e->bugcheck);
	if (err < 0)
		e->bugcheck_state = SOURCE_FAILED;
	else
		e->bugcheck_state =
			e->bugcheck.is_present ? SOURCE_READ : SOURCE_ABSENT;
	note_err(o, err);
}

static void observe_note(struct observation *o, const struct platform *p)
{
	unsigned char buf[VARIABLE_ROOM];
	struct bugcheck_bytes bytes;
	struct evidence *e = &o->evidence;
	int err;

	err = read_variable(p, VARIABLE_HEALTH_NOTE, buf, &bytes);
	if (err == 0)
		err = note_check(bytes.bytes, bytes.len, &e->note);
	if (err < 0)
		e->note_state = SOURCE_FAILED;
	else
		e->note_state =
			e->note.is_present ? SOURCE_READ : SOURCE_ABSENT;
	note_err(o, err);
}

static void observe_record(struct observation *o, const struct platform *p)
{
	unsigned char buf[RECORD_BYTES + 1];
	struct evidence *e = &o->evidence;
	size_t len = 0;
	int err;

	err = p->ops->record_get(p->ctx, buf, sizeof(buf), &len);
	o->lacks_store = err == -ERR_UNSUPPORTED;
	if (is_absence(err)) {
		e->record_state = SOURCE_ABSENT;
		return;
	}
	if (err == 0)
		err = record_check(buf, len, &e->record);
	e->record_state = err < 0 ? SOURCE_FAILED : SOURCE_READ;
	note_err(o, err);
}

void observe_machine(struct observation *o, const struct platform *p)
{
	memset(o, 0, sizeof(*o));
	observe_bugcheck(o, p);
	observe_note(o, p);
	observe_record(o, p);
}

/* Redo the journal on the overlay; the volume must be sound afterwards. */
static int replay(struct observation *o, struct windows *w)
{
	struct stack *k = w->stack;
	enum journal_state state;
	int err;

	err = volume_close(&k->volume);
	if (err == 0)
		err = journal_replay(&k->overlay, k->plain, &o->replay);
	if (err == 0)
		err = stack_reopen_volume(k);
	if (err == 0)
		err = journal_classify(&k->volume, &state);
	if (err == 0 && state != JOURNAL_CLEAN && state != JOURNAL_DIRTY_FLAG)
		err = -ERR_CORRUPT;
	return err;
}

static void observe_journal(struct observation *o, struct windows *w)
{
	struct evidence *e = &o->evidence;
	int err;

	o->was_dirty = w->stack->volume.was_dirty;
	o->mended_records = w->stack->volume.mended_records;
	e->was_mended = o->mended_records != 0;
	e->volume_serial = w->stack->volume.serial;
	err = journal_classify(&w->stack->volume, &e->journal);
	o->journal_found = e->journal;
	if (err == 0 && (e->journal == JOURNAL_REPLAYABLE_1_1 ||
				e->journal == JOURNAL_REPLAYABLE_2_0)) {
		err = replay(o, w);
		e->was_replayed = err == 0;
	}
	o->is_dirty = w->stack->volume.was_dirty;
	if (err < 0)
		e->journal = JOURNAL_UNREADABLE;
	o->journal_err = err;
	note_err(o, err);
}

/*
 * What a mark will not change, for example a compressed file, must not be taken
 * for a mark that is still lacking: that would be found anew at every pass.
 */
static int see_if_markable(struct volume *v, size_t len, bool *ret_markable)
{
	int err = volume_check_overwrite(v, BOOT_STATUS_PATH, 0, len);

	if (err == -ERR_UNSUPPORTED || err == -ERR_TRUNCATED) {
		*ret_markable = false;
		return 0;
	}
	return err;
}

static void observe_boot_status(struct observation *o, struct volume *v)
{
	unsigned char area[BOOT_STATUS_AREA_BYTES];
	struct evidence *e = &o->evidence;
	uint64_t size;
	size_t len;
	int err;

	err = volume_read_file(
		v, BOOT_STATUS_PATH, area, sizeof(area), &len, &size);
	if (err == -ERR_NOT_FOUND) {
		e->boot_status_state = SOURCE_ABSENT;
		return;
	}
	if (err == 0)
		err = boot_status_check(area, len, &e->boot_status);
	if (err == 0 && e->boot_status.is_markable)
		err = see_if_markable(v, len, &e->boot_status.is_markable);
	e->boot_status_state = err < 0 ? SOURCE_FAILED : SOURCE_READ;
	note_err(o, err);
}

static void observe_deliveries(struct observation *o, struct volume *v,
	const struct rule *rules, size_t rule_count)
{
	int err = delivery_list_read(
		v, rules, rule_count, &o->deliveries, &o->left);

	o->evidence.deliveries_state = err < 0 ? SOURCE_FAILED : SOURCE_READ;
	o->evidence.deliveries = err < 0 ? NULL : &o->deliveries;
	note_err(o, err);
}

void observe_volume(struct observation *o, struct windows *w,
	const struct rule *rules, size_t rule_count)
{
	observe_journal(o, w);
	/* Even if we must not touch it: the hand-over wants the boot id. */
	if (w->stack->volume.ntfs)
		observe_boot_status(o, &w->stack->volume);
	if (o->evidence.journal == JOURNAL_HIBERNATED ||
		o->evidence.journal == JOURNAL_UNREADABLE)
		return;
	observe_deliveries(o, &w->stack->volume, rules, rule_count);
}

void observe_halves(struct observation *o, struct windows *w)
{
	int err;

	if (o->evidence.deliveries_state != SOURCE_READ)
		return;
	err = delivery_list_find_halves(
		&w->stack->volume, &o->deliveries, &o->deliveries);
	if (err == 0)
		err = delivery_list_find_halves(
			&w->stack->volume, &o->left, &o->deliveries);
	if (err < 0) {
		o->evidence.deliveries_state = SOURCE_FAILED;
		o->evidence.deliveries = NULL;
	}
	note_err(o, err);
}

/* With nothing to count from, the whole end of the journal. */
static uint64_t dates_since(const struct evidence *e, uint32_t window_hours)
{
	uint64_t window = window_hours * FILETIME_TICKS_PER_HOUR;

	if (e->boot_status_state != SOURCE_READ ||
		!e->boot_status.has_heartbeat ||
		e->boot_status.heartbeat < window)
		return 0;
	return e->boot_status.heartbeat - window;
}

void observe_dates(
	struct observation *o, struct windows *w, uint32_t window_hours)
{
	int err;

	if (o->evidence.deliveries_state != SOURCE_READ)
		return;
	err = delivery_list_date(&w->stack->volume,
		dates_since(&o->evidence, window_hours), &o->deliveries,
		&o->left, &o->dating);
	if (err < 0) {
		o->evidence.deliveries_state = SOURCE_FAILED;
		o->evidence.deliveries = NULL;
	}
	note_err(o, err);
}

void observe_free(struct observation *o)
{
	free(o->log_bytes);
	delivery_list_free(&o->deliveries);
	delivery_list_free(&o->left);
}
