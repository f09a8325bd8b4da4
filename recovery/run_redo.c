/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The redo record of the commit of this run: where it can be kept, and when it
 * is there.  What an earlier run left: recovery/resume.h.
 */
#include "recovery/run_parts.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/boot_status.h"
#include "recovery/tell_redo.h"
#include "storage/err.h"
#include "storage/redo_medium.h"
#include "storage/volume_extents.h"

#define BOOT_SECTOR_BYTES 512
#define JOURNAL_PATH	  "$LogFile"
#define RESTART_BYTES	  8192 /* both restart pages */

/* --- Witnesses ------------------------------------------------------------ */

/* Where a file lies on the disk: of a BitLocker volume, too. */
static int file_extents(struct run *r, const char *path, uint64_t bytes,
	struct extent parts[EXTENTS_MAX], size_t *ret_count)
{
	struct stack *k = r->windows.stack;
	size_t i;
	int err =
		volume_file_extents(&k->volume, path, bytes, parts, ret_count);

	for (i = 0; err == 0 && i < *ret_count; i++)
		if (!stack_is_in_place(k, &parts[i]))
			err = -ERR_CORRUPT;
	return err;
}

static int add_file(struct run *r, const char *path, uint64_t bytes)
{
	struct run_redo *redo = &r->redo;
	struct extent parts[EXTENTS_MAX];
	size_t count = 0;
	int err = file_extents(r, path, bytes, parts, &count);

	if (err < 0)
		return err;
	memcpy(redo->witnesses + redo->witness_count, parts,
		count * sizeof(*parts));
	redo->witness_count += count;
	return 0;
}

/*
 * Whoever mounts the volume changes the restart pages of its journal; whoever
 * starts Windows changes the boot status; whoever formats it, the boot sector.
 *
 * A boot status in a third state is no reason to leave a change half-done, if
 * all the rest is ours: the boot manager writes it before anybody has mounted
 * the volume.
 */
static int find_witnesses(struct run *r)
{
	struct run_redo *redo = &r->redo;
	int err;

	redo->witnesses[0] = (struct extent){0, BOOT_SECTOR_BYTES};
	redo->witness_count = 1;
	err = add_file(r, JOURNAL_PATH, RESTART_BYTES);
	if (err < 0)
		return err;
	redo->whole_count = redo->witness_count;
	err = add_file(r, BOOT_STATUS_PATH, BOOT_STATUS_AREA_BYTES);
	return err == -ERR_NOT_FOUND || err == -ERR_UNSUPPORTED ? 0 : err;
}

/* --- The medium ----------------------------------------------------------- */

/* A partition table that contradicts itself. */
static bool overlaps_volume(const struct run *r)
{
	const struct place *a = &r->windows.redo_place;
	const struct place *b = &r->redo.volume;

	if (strcmp(a->table, b->table) != 0)
		return false;
	return a->start_bytes < b->start_bytes
		       ? a->size_bytes > b->start_bytes - a->start_bytes
		       : b->size_bytes > a->start_bytes - b->start_bytes;
}

/* The partition of a stick, as far as a record may reach. */
static int open_partition(struct run *r)
{
	const struct windows *w = &r->windows;
	struct extent all;
	int err;

	if (!w->redo_disk)
		return -ERR_NOT_FOUND;
	if (!w->redo_disk->may_write)
		return -ERR_READ_ONLY;
	if (overlaps_volume(r))
		return -ERR_CORRUPT;
	all = (struct extent){0, w->redo_place.size_bytes};
	all.size_bytes -= all.size_bytes % w->redo_disk->block_bytes;
	err = redo_place_open(
		&r->redo.place, w->redo_disk, &w->redo_place, &all, 1);
	if (err < 0)
		return err;
	err = redo_medium_is_prepared(&r->redo.place.medium.disk);
	return err > 0 ? 0 : err < 0 ? err : -ERR_UNSUPPORTED;
}

/* Does the file begin with the magic, in its own terms if not in the disk's? */
static int is_file_prepared(struct run *r)
{
	struct volume_file f;
	int close_err;
	int is_prepared = redo_medium_is_prepared(&r->redo.place.medium.disk);

	if (is_prepared)
		return is_prepared;
	is_prepared = volume_file_open(
		&f, &r->windows.stack->volume, REDO_FILE, VOLUME_FILE_NORMAL);
	if (is_prepared < 0)
		return is_prepared;
	is_prepared = redo_medium_is_prepared(&f.disk);
	close_err = volume_file_close(&f);
	return close_err < 0 ? close_err : is_prepared;
}

static void cut_to_blocks(struct extent *parts, size_t *count, uint32_t bytes)
{
	struct extent *last = &parts[*count - 1];

	last->size_bytes -= last->size_bytes % bytes;
	if (!last->size_bytes)
		(*count)--;
}

static int open_file(struct run *r)
{
	struct stack *k = r->windows.stack;
	struct extent parts[EXTENTS_MAX];
	size_t count;
	int err;

	err = file_extents(r, REDO_FILE, REDO_MAX_BYTES, parts, &count);
	if (err < 0)
		return err;
	cut_to_blocks(parts, &count, k->direct.disk.block_bytes);
	disk_counts_add(&r->redo.stick, &r->redo.place.meter.counts);
	r->redo.is_on_disk = true;
	err = redo_place_open(
		&r->redo.place, k->direct.below, &r->redo.volume, parts, count);
	if (err < 0)
		return err;
	err = is_file_prepared(r);
	return err > 0 ? 0 : err < 0 ? err : -ERR_UNSUPPORTED;
}

static int volume_place(const struct windows *w, struct place *ret)
{
	if (!w->place.disk[0])
		return -ERR_UNSUPPORTED;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->table, w->place.disk, sizeof(ret->table));
	ret->start_bytes = w->place.start_bytes;
	ret->size_bytes = w->size_bytes;
	return 0;
}

void run_redo_find(struct run *r)
{
	struct run_redo *redo = &r->redo;
	int err;

	memset(redo, 0, sizeof(*redo));
	memset(&r->decision.next_record.redo, 0,
		sizeof(r->decision.next_record.redo));
	/* Nobody would remember that there is something to finish. */
	if (r->seen.lacks_store)
		return;
	err = volume_place(&r->windows, &redo->volume);
	if (err == 0)
		err = open_partition(r);
	if (err < 0 && redo->volume.table[0]) {
		int file_err = open_file(r);

		/* What is wrong with a stick is worth saying. */
		if (file_err != -ERR_NOT_FOUND || err == -ERR_NOT_FOUND)
			err = file_err;
	}
	if (err == 0)
		err = find_witnesses(r);
	redo->is_possible = err == 0;
	if (err < 0 && err != -ERR_NOT_FOUND)
		tell_redo_none(r->platform, err);
}

/* --- Storing -------------------------------------------------------------- */

/* A file whose clusters are about to change is damaged, or not what it says. */
static bool is_apart(const struct run *r)
{
	const struct overlay *o = &r->windows.stack->overlay;
	size_t i;

	if (!r->redo.is_on_disk)
		return true;
	for (i = 0; i < o->block_count; i++)
		if (extents_touch(&r->redo.place.medium,
			    o->blocks[i].number * o->disk.block_bytes,
			    o->disk.block_bytes))
			return false;
	for (i = 0; i < r->redo.witness_count; i++)
		if (extents_touch(&r->redo.place.medium,
			    r->redo.witnesses[i].start_bytes,
			    r->redo.witnesses[i].size_bytes))
			return false;
	return true;
}

static void remember(struct run *r, const struct redo *record)
{
	const struct redo_place *m = &r->redo.place;
	struct record_redo *to = &r->decision.next_record.redo;

	memset(to, 0, sizeof(*to));
	memcpy(to->digest, record->digest, DIGEST_BYTES);
	to->medium = m->partition;
	to->part_count = m->medium.count;
	memcpy(to->parts, m->medium.parts, sizeof(to->parts));
}

static int store(struct run *r)
{
	struct run_redo *redo = &r->redo;
	const struct redo_change change = {
		.overlay = &r->windows.stack->overlay,
		.place = &redo->volume,
		.witnesses = redo->witnesses,
		.witness_count = redo->witness_count,
		.whole_count = redo->whole_count,
		.is_encrypted = r->windows.is_encrypted,
	};
	struct redo record;
	uint8_t *bytes;
	int err;

	err = is_apart(r) ? 0 : -ERR_CORRUPT;
	if (err == 0)
		err = redo_encode(&change, &bytes, &record);
	if (err < 0)
		return err;
	r->platform->ops->progress(r->platform->ctx);
	err = redo_medium_store(&redo->place.medium.disk, &record);
	if (err == 0)
		remember(r, &record);
	if (err == 0)
		tell_redo_stored(
			r->platform, redo->place.slice.disk.name, record.len);
	free(bytes);
	return err;
}

/* Did the disk itself fail? */
static bool is_failure(int err)
{
	return err == -ERR_IO || err == -ERR_NOT_STORED;
}

int run_redo_store(struct run *r)
{
	int err;

	if (!r->redo.is_possible)
		return 0;
	err = store(r);
	if (err == 0)
		return 0;
	r->redo.is_possible = false;
	if (r->redo.is_on_disk && is_failure(err)) {
		tell_redo_refused(r->platform, r->windows.name, err);
		return err;
	}
	tell_redo_none(r->platform, err);
	return 0;
}

void run_redo_drop(struct run *r)
{
	if (!r->redo.is_possible)
		return;
	/* If it stays: all of it is found done, or somebody has been there. */
	(void)redo_medium_empty(&r->redo.place.medium.disk,
		r->decision.next_record.redo.digest);
	memset(&r->outcome->record.redo, 0, sizeof(r->outcome->record.redo));
}
