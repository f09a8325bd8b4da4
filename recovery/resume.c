/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/resume.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/redo_place.h"
#include "recovery/tell.h"
#include "recovery/tell_redo.h"
#include "storage/err.h"
#include "storage/redo_medium.h"

/* One interrupted commit. */
struct resume_work {
	const struct platform *p;
	struct disk_counts *counts;
	struct record record;
	struct redo_place place;
	struct meter meter;  /* calls to the volume's disk */
	struct slice volume; /* what the commit changes */
	uint8_t *bytes;
	struct redo redo;
};

/* What cannot be read is for the run itself to deal with. */
static bool is_interrupted(const struct platform *p, struct record *ret)
{
	unsigned char bytes[RECORD_BYTES + 1];
	size_t len;

	return p->ops->record_get(p->ctx, bytes, sizeof(bytes), &len) == 0 &&
	       record_check(bytes, len, ret) == 0 && ret->redo.part_count;
}

static int find_medium(struct resume_work *w)
{
	const struct record_redo *from = &w->record.redo;
	struct disk *disk;
	int err;

	err = redo_place_find_disk(w->p, &from->medium, w->counts, &disk);
	if (err == 0)
		err = redo_place_open(&w->place, disk, &from->medium,
			from->parts, from->part_count);
	return err;
}

static int find_volume(struct resume_work *w)
{
	const struct place *place = &w->redo.place;
	struct disk *disk;
	int err;

	err = redo_place_find_disk(w->p, place, w->counts, &disk);
	if (err < 0)
		return err;
	meter_init(&w->meter, disk);
	return slice_init(&w->volume, &w->meter.disk, place->start_bytes,
		place->size_bytes);
}

/* There is nothing to finish any more. */
static int forget(struct resume_work *w)
{
	struct record without = w->record;
	unsigned char bytes[RECORD_BYTES];
	int err;

	memset(&without.redo, 0, sizeof(without.redo));
	record_encode(&without, bytes);
	err = w->p->ops->record_put(w->p->ctx, bytes, sizeof(bytes));
	if (err == 0)
		w->record = without;
	else
		tell_redo_unforgotten(w->p, err);
	return err;
}

static int finish(struct resume_work *w)
{
	const struct platform *p = w->p;
	struct commit_counts counts;
	int err;

	p->ops->before_commit(p->ctx);
	err = redo_finish(
		&w->redo, &w->volume.disk, p->ops->progress, p->ctx, &counts);
	tell_redo_finished(p, w->volume.disk.name, err, &counts);
	return err;
}

/* What fails now may work at the next start, but not for ever. */
static int give_up(struct resume_work *w, int err)
{
	bool is_passing = err == -ERR_IO || err == -ERR_NO_MEMORY ||
			  err == -ERR_NOT_STORED;

	if (is_passing && w->record.redo.tries + 1 < RECORD_MAX_TRIES) {
		tell_redo_failed(w->p, err);
		w->record.redo.tries++; /* the hand-over stores it */
		return err;
	}
	tell_redo_lost(w->p, err);
	err = forget(w);
	return err < 0 ? err : RESUME_GO_ON;
}

static int carry_on(struct resume_work *w)
{
	enum redo_state state;
	int err;

	err = redo_compare(&w->redo, &w->volume.disk, &state);
	if (err < 0)
		return give_up(w, err);
	tell_redo_state(w->p, w->volume.disk.name, state);
	if (state == REDO_BEGUN)
		err = finish(w);
	if (err < 0)
		return give_up(w, err);
	/* If it stays, it is found done. */
	if (state != REDO_STRANGE)
		(void)redo_medium_empty(
			&w->place.medium.disk, w->record.redo.digest);
	err = forget(w);
	return err < 0 ? err : RESUME_GO_ON;
}

static int resume(struct resume_work *w)
{
	int err = find_medium(w);

	if (err < 0)
		return give_up(w, err);
	err = redo_medium_load(&w->place.medium.disk, w->record.redo.digest,
		&w->bytes, &w->redo);
	if (err == -ERR_NOT_FOUND) {
		/* Emptied, for the commit was complete. */
		err = forget(w);
		return err < 0 ? err : RESUME_GO_ON;
	}
	if (err == 0)
		err = find_volume(w);
	return err < 0 ? give_up(w, err) : carry_on(w);
}

int resume_interrupted(const struct platform *p, bool is_dry_run,
	struct disk_counts *counts, struct record *ret_record)
{
	struct resume_work *w = calloc(1, sizeof(*w));
	int result = RESUME_GO_ON;

	if (!w) {
		tell(p, SAY_ERROR, "There is not enough memory to look.");
		return -ERR_NO_MEMORY;
	}
	w->p = p;
	w->counts = counts;
	if (is_interrupted(p, &w->record)) {
		if (is_dry_run) {
			tell_redo_waits(p);
			result = RESUME_WAITS;
		} else {
			result = resume(w);
		}
		*ret_record = w->record;
		disk_counts_add(counts, &w->place.meter.counts);
		disk_counts_add(counts, &w->meter.counts);
	}
	free(w->bytes);
	free(w);
	return result;
}
