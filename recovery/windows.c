/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

/* What the search keeps while it goes from disk to disk. */
struct search {
	const struct platform *platform;
	const char *marker;
	struct found *found; /* of the present disk */
	uint64_t *serials;   /* of all NTFS volumes so far */
	size_t serial_count;
	char tables[WINDOWS_MAX_DISKS][FIND_UUID_BYTES]; /* disk GUIDs so far */
	size_t table_count;
	bool has_duplicate; /* two disks or volumes with the same identity */
	bool has_ambiguous;
	bool is_blind; /* another Windows may be where we could not look */
	int err;       /* first failure */
	unsigned int matches;
};

#define SEARCH_MAX_SERIALS (4 * FIND_MAX_VOLUMES)

/* --- One disk's stack ----------------------------------------------------- */

static void stack_close(struct stack *k)
{
	if (!k)
		return;
	(void)volume_close(&k->volume); /* only the overlay could lose by it */
	overlay_close(&k->overlay);
	cache_close(&k->cache);
	free(k);
}

static int stack_open(struct disk *d, struct stack **ret_stack)
{
	struct stack *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return -ERR_NO_MEMORY;
	meter_init(&k->meter, d);
	err = cache_open(&k->cache, &k->meter.disk);
	if (err < 0) {
		stack_close(k);
		return err;
	}
	*ret_stack = k;
	return 0;
}

/* Open the NTFS volume @f of the stack's disk on a fresh overlay. */
static int stack_open_volume(struct stack *k, const struct found_volume *f)
{
	int err;

	err = slice_init(
		&k->direct, &k->meter.disk, f->start_bytes, f->size_bytes);
	if (err < 0)
		return err;
	err = slice_init(
		&k->cached, &k->cache.disk, f->start_bytes, f->size_bytes);
	if (err < 0)
		return err;
	err = overlay_open(&k->overlay, &k->cached.disk, OVERLAY_MAX_BYTES);
	if (err < 0)
		return err;
	return volume_open_mending(&k->volume, &k->overlay.disk);
}

/* After looking only: what a mended mirror left on the overlay may be lost. */
static void stack_close_volume(struct stack *k)
{
	(void)volume_close(&k->volume);
	overlay_close(&k->overlay);
}

/* --- The search ----------------------------------------------------------- */

/* A damaged volume was looked at; Windows does not start from it. */
static void note_err(struct search *s, int err)
{
	if (!s->err)
		s->err = err;
	if (err != -ERR_CORRUPT)
		s->is_blind = true;
}

static void note_serial(struct search *s, uint64_t serial)
{
	size_t i;

	for (i = 0; i < s->serial_count; i++)
		if (s->serials[i] == serial)
			s->has_duplicate = true;
	if (s->serial_count == SEARCH_MAX_SERIALS)
		note_err(s, -ERR_TOO_LARGE); /* duplicates could hide */
	else
		s->serials[s->serial_count++] = serial;
}

static void note_table(struct search *s, const char *uuid)
{
	size_t i;

	if (!uuid[0])
		return;
	for (i = 0; i < s->table_count; i++)
		if (!strcmp(s->tables[i], uuid))
			s->has_duplicate = true;
	memcpy(s->tables[s->table_count++], uuid, FIND_UUID_BYTES);
}

/* Is the NTFS volume @f the one looked for?  1, 0 or -ERR_. */
static int examine_ntfs(
	struct search *s, struct stack *k, const struct found_volume *f)
{
	int err = stack_open_volume(k, f);

	if (err == 0) {
		note_serial(s, k->volume.serial);
		err = volume_exists(&k->volume, s->marker);
	}
	stack_close_volume(k);
	return err;
}

/* Look at every volume of the stack's disk; *@ret_match: the last match. */
static void examine_volumes(struct search *s, struct stack *k,
	struct windows *w, struct found_volume *ret_match)
{
	const struct found_volume *f;
	size_t i;
	int is_match;

	for (i = 0; i < s->found->count; i++) {
		f = &s->found->volumes[i];
		s->platform->ops->progress(s->platform->ctx);
		if (f->kind == VOLUME_BITLOCKER)
			w->encrypted_volumes++;
		if (f->kind == VOLUME_DYNAMIC)
			w->dynamic_volumes++;
		if (f->kind == VOLUME_AMBIGUOUS)
			s->has_ambiguous = true;
		if (f->kind != VOLUME_NTFS)
			continue;
		w->ntfs_volumes++;
		is_match = examine_ntfs(s, k, f);
		if (is_match < 0) {
			note_err(s, is_match);
			w->unreadable_volumes++;
		} else if (is_match) {
			s->matches++;
			*ret_match = *f;
		}
	}
}

/* Close a stack that is not the one; its reads were part of the search. */
static void stack_drop(struct windows *w, struct stack *k)
{
	if (!k)
		return;
	w->search.reads += k->meter.counts.reads;
	w->search.read_bytes += k->meter.counts.read_bytes;
	stack_close(k);
}

static void name_volume(
	struct windows *w, const struct disk *d, const struct found_volume *f)
{
	if (f->part_number)
		snprintf(w->name, sizeof(w->name), "%s, partition %u", d->name,
			f->part_number);
	else
		snprintf(w->name, sizeof(w->name), "%s", d->name);
}

/* Search one disk.  The first one with a match keeps its stack and cache. */
static void search_disk(struct search *s, struct disk *d, struct windows *w,
	struct found_volume *ret_match)
{
	unsigned int before = s->matches;
	struct stack *k = NULL;
	int err;

	err = stack_open(d, &k);
	if (err < 0) {
		note_err(s, err);
		return;
	}
	err = find_volumes(&k->cache.disk, s->found);
	if (err == -ERR_AMBIGUOUS)
		s->has_ambiguous = true;
	else if (err < 0)
		note_err(s, err);
	else {
		note_table(s, s->found->table_uuid);
		examine_volumes(s, k, w, ret_match);
	}
	if (s->matches > before && !w->stack) {
		w->stack = k;
		name_volume(w, d, ret_match);
		return;
	}
	stack_drop(w, k);
}

/* One was found: could there be another where nobody could look? */
static enum windows_found judge_match(
	const struct search *s, const struct windows *w)
{
	if (s->is_blind)
		return WINDOWS_UNREADABLE;
	if (w->encrypted_volumes || w->dynamic_volumes)
		return WINDOWS_NOT_ALONE;
	return WINDOWS_ONE;
}

static enum windows_found judge(const struct search *s, const struct windows *w)
{
	/* The same disk twice shows two Windows: what is to be said is why. */
	if (s->has_duplicate && s->matches)
		return WINDOWS_AMBIGUOUS;
	if (s->matches > 1)
		return WINDOWS_SEVERAL;
	if (s->has_ambiguous)
		return WINDOWS_AMBIGUOUS;
	if (s->matches)
		return judge_match(s, w);
	if (s->err)
		return WINDOWS_UNREADABLE;
	if (w->dynamic_volumes)
		return WINDOWS_DYNAMIC;
	if (w->encrypted_volumes)
		return WINDOWS_ENCRYPTED;
	return WINDOWS_NONE;
}

enum windows_found windows_find(
	struct windows *w, const struct platform *p, const char *marker)
{
	struct search s = {.platform = p, .marker = marker};
	struct found_volume match;
	enum windows_found verdict = WINDOWS_UNREADABLE;
	size_t i;
	int err;

	memset(w, 0, sizeof(*w));
	memset(&match, 0, sizeof(match));
	s.found = calloc(1, sizeof(*s.found));
	s.serials = calloc(SEARCH_MAX_SERIALS, sizeof(*s.serials));
	if (!s.found || !s.serials) {
		note_err(&s, -ERR_NO_MEMORY);
		goto out;
	}
	if (p->disk_count > WINDOWS_MAX_DISKS)
		note_err(&s, -ERR_TOO_LARGE);
	for (i = 0; i < p->disk_count && i < WINDOWS_MAX_DISKS; i++)
		search_disk(&s, p->disks[i], w, &match);
	verdict = judge(&s, w);
	if (verdict == WINDOWS_ONE) {
		err = stack_open_volume(w->stack, &match);
		if (err < 0) {
			s.err = err;
			verdict = WINDOWS_UNREADABLE;
		}
	}
out:
	w->err = verdict == WINDOWS_ONE ? 0 : s.err;
	if (verdict != WINDOWS_ONE) {
		stack_drop(w, w->stack);
		w->stack = NULL;
	}
	free(s.found);
	free(s.serials);
	return verdict;
}

int windows_reopen(struct windows *w)
{
	int err = volume_close(&w->stack->volume);

	if (err < 0)
		return err;
	return volume_open(&w->stack->volume, &w->stack->overlay.disk);
}

void windows_close(struct windows *w)
{
	stack_close(w->stack);
	w->stack = NULL;
}
