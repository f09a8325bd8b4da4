/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/observe_boot_config.h"
#include "storage/err.h"

/* A volume with the marker. */
struct match {
	struct disk *disk;
	struct found_volume volume;
	const struct unlock_volume *locked; /* what opens it, or NULL */
};

/* What the search keeps while it goes from disk to disk. */
struct search {
	const struct platform *platform;
	const char *marker;
	struct boot_config *config;
	struct unlock *unlock;
	struct found *found;   /* of the present disk */
	struct match *matches; /* the first of them, WINDOWS_MAX_VOLUMES */
	struct windows_place places[WINDOWS_MAX_VOLUMES]; /* of these */
	size_t chosen;
	struct disk *stack_disk; /* whose stack was kept */
	uint64_t *serials;	 /* of all NTFS volumes so far */
	size_t serial_count;
	char tables[WINDOWS_MAX_DISKS][FIND_UUID_BYTES]; /* disk GUIDs so far */
	size_t table_count;
	bool has_duplicate; /* two disks or volumes with the same identity */
	bool has_ambiguous;
	bool is_blind; /* another Windows may be where we could not look */
	int err;       /* first failure */
	size_t match_count;
};

#define SEARCH_MAX_SERIALS (4 * FIND_MAX_VOLUMES)

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
static int examine_ntfs(struct search *s, struct stack *k,
	const struct found_volume *f, const struct unlock_volume *locked)
{
	int err = stack_open_volume(k, f, locked);

	if (err == 0) {
		note_serial(s, k->volume.serial);
		err = volume_exists(&k->volume, s->marker);
	}
	stack_close_volume(k);
	return err;
}

static void note_match(struct search *s, struct disk *d,
	const struct found_volume *f, const struct unlock_volume *locked,
	struct windows *w)
{
	if (s->match_count < WINDOWS_MAX_VOLUMES) {
		s->matches[s->match_count] = (struct match){d, *f, locked};
		windows_place_of(s->found, f, &s->places[s->match_count]);
	} else {
		note_err(s, -ERR_TOO_LARGE);
	}
	s->match_count++;
	w->windows_volumes++;
}

static void note_redo(const struct search *s, struct disk *d,
	const struct found_volume *f, struct windows *w)
{
	if (f->kind == VOLUME_REDO && !w->redo_disk &&
		place_of(s->found, f, &w->redo_place) == 0)
		w->redo_disk = d;
}

static void examine_volume(struct search *s, struct stack *k, struct disk *d,
	const struct found_volume *f, const struct unlock_volume *locked,
	struct windows *w)
{
	int is_match;

	w->ntfs_volumes++;
	is_match = examine_ntfs(s, k, f, locked);
	if (is_match < 0) {
		note_err(s, is_match);
		w->unreadable_volumes++;
	} else if (is_match) {
		note_match(s, d, f, locked, w);
	}
}

static void name_volume(char name[FIND_LABEL_BYTES], const struct disk *d,
	const struct found_volume *f)
{
	if (f->part_number)
		snprintf(name, FIND_LABEL_BYTES, "%s, partition %u", d->name,
			f->part_number);
	else
		snprintf(name, FIND_LABEL_BYTES, "%s", d->name);
}

/*
 * What opens the BitLocker volume @f; NULL if it stays closed, as one does of
 * which nothing can be known.
 */
static const struct unlock_volume *unlocked(struct search *s, struct stack *k,
	struct disk *d, const struct found_volume *f)
{
	char name[FIND_LABEL_BYTES];

	if (!s->unlock)
		return NULL;
	name_volume(name, d, f);
	return unlock_note(s->unlock, d, &k->cache.disk, f, name);
}

/* Look at every volume of the stack's disk, @d. */
static void examine_volumes(
	struct search *s, struct stack *k, struct disk *d, struct windows *w)
{
	const struct unlock_volume *locked;
	const struct found_volume *f;
	size_t i;

	for (i = 0; i < s->found->count; i++) {
		f = &s->found->volumes[i];
		s->platform->ops->progress(s->platform->ctx);
		note_redo(s, d, f, w);
		locked = f->kind == VOLUME_BITLOCKER ? unlocked(s, k, d, f)
						     : NULL;
		if (f->kind == VOLUME_BITLOCKER && !locked)
			w->encrypted_volumes++;
		if (f->kind == VOLUME_DYNAMIC)
			w->dynamic_volumes++;
		if (f->kind == VOLUME_AMBIGUOUS)
			s->has_ambiguous = true;
		if (f->kind == VOLUME_NTFS || locked)
			examine_volume(s, k, d, f, locked, w);
	}
}

/* Close a stack that is not the one; its reads were part of the search. */
static void stack_drop(struct windows *w, struct stack *k)
{
	if (!k)
		return;
	disk_counts_add(&w->search, &k->meter.counts);
	stack_close(k);
}

/* Search one disk.  The first one with a match keeps its stack and cache. */
static void search_disk(struct search *s, struct disk *d, struct windows *w)
{
	size_t before = s->match_count;
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
		examine_volumes(s, k, d, w);
	}
	if (s->match_count > before && !w->stack) {
		w->stack = k;
		s->stack_disk = d;
		return;
	}
	stack_drop(w, k);
}

/* --- The judgement -------------------------------------------------------- */

static bool has_closed(const struct windows *w)
{
	return w->encrypted_volumes || w->dynamic_volumes;
}

/* Only where it decides something is the boot configuration read. */
static void ask_config(struct search *s, struct windows *w)
{
	size_t count = s->match_count;

	if (!s->config || !count || (count == 1 && !has_closed(w)))
		return;
	if (count > WINDOWS_MAX_VOLUMES)
		count = WINDOWS_MAX_VOLUMES;
	observe_boot_config(s->config, s->platform);
	w->choice = windows_choose(s->config, s->places, count, &s->chosen);
}

/* One was found: could there be another where nobody could look? */
static enum windows_found judge_match(
	const struct search *s, const struct windows *w)
{
	if (s->is_blind)
		return WINDOWS_UNREADABLE;
	if (w->choice == CHOICE_ELSEWHERE)
		return WINDOWS_ELSEWHERE;
	if (has_closed(w) && w->choice != CHOICE_DEFAULT)
		return WINDOWS_NOT_ALONE;
	return WINDOWS_ONE;
}

static enum windows_found judge(const struct search *s, const struct windows *w)
{
	/* The same disk twice shows two Windows: what is to be said is why. */
	if (s->has_duplicate && s->match_count)
		return WINDOWS_AMBIGUOUS;
	if (s->match_count > 1 && w->choice != CHOICE_DEFAULT)
		return WINDOWS_SEVERAL;
	if (s->has_ambiguous)
		return WINDOWS_TWO_FORMATS;
	if (s->match_count)
		return judge_match(s, w);
	if (s->is_blind)
		return WINDOWS_UNREADABLE;
	/* Before what nobody can open: a key may still show the one. */
	if (w->encrypted_volumes)
		return WINDOWS_ENCRYPTED;
	if (s->err)
		return WINDOWS_UNREADABLE;
	return w->dynamic_volumes ? WINDOWS_DYNAMIC : WINDOWS_NONE;
}

enum windows_found windows_check_default(
	struct windows *w, const struct boot_config *config)
{
	size_t index;

	if (w->choice == CHOICE_NOT_ASKED)
		w->choice = windows_choose(config, &w->place, 1, &index);
	return w->choice == CHOICE_ELSEWHERE ? WINDOWS_ELSEWHERE : WINDOWS_ONE;
}

/* Open the chosen volume, on the stack that was kept if that is its disk's. */
static int open_chosen(struct search *s, struct windows *w)
{
	const struct match *m = &s->matches[s->chosen];
	int err;

	if (m->disk != s->stack_disk) {
		stack_drop(w, w->stack);
		w->stack = NULL;
		err = stack_open(m->disk, &w->stack);
		if (err < 0)
			return err;
	}
	w->place = s->places[s->chosen];
	w->size_bytes = m->volume.size_bytes;
	w->is_encrypted = m->locked != NULL;
	name_volume(w->name, m->disk, &m->volume);
	return stack_open_volume(w->stack, &m->volume, m->locked);
}

static enum windows_found search_all(struct search *s, struct windows *w)
{
	const struct platform *p = s->platform;
	enum windows_found verdict;
	size_t i;
	int err;

	if (p->disk_count > WINDOWS_MAX_DISKS)
		note_err(s, -ERR_TOO_LARGE);
	for (i = 0; i < p->disk_count && i < WINDOWS_MAX_DISKS; i++)
		search_disk(s, p->disks[i], w);
	ask_config(s, w);
	verdict = judge(s, w);
	if (verdict != WINDOWS_ONE)
		return verdict;
	err = open_chosen(s, w);
	if (err < 0) {
		s->err = err;
		return WINDOWS_UNREADABLE;
	}
	return verdict;
}

enum windows_found windows_find(struct windows *w, const struct platform *p,
	const char *marker, struct boot_config *config, struct unlock *unlock)
{
	struct search s = {.platform = p,
		.marker = marker,
		.config = config,
		.unlock = unlock};
	enum windows_found verdict = WINDOWS_UNREADABLE;

	memset(w, 0, sizeof(*w));
	s.found = calloc(1, sizeof(*s.found));
	s.serials = calloc(SEARCH_MAX_SERIALS, sizeof(*s.serials));
	s.matches = calloc(WINDOWS_MAX_VOLUMES, sizeof(*s.matches));
	if (s.found && s.serials && s.matches)
		verdict = search_all(&s, w);
	else
		note_err(&s, -ERR_NO_MEMORY);
	w->err = verdict == WINDOWS_ONE ? 0 : s.err;
	if (verdict != WINDOWS_ONE) {
		stack_drop(w, w->stack);
		w->stack = NULL;
	}
	free(s.found);
	free(s.serials);
	free(s.matches);
	return verdict;
}

int windows_reopen(struct windows *w)
{
	struct volume *v = &w->stack->volume;
	bool lacked_memory = volume_lacked_memory(v);
	int err = volume_close(v);

	if (err == 0 && lacked_memory)
		err = -ERR_NO_MEMORY;
	if (err < 0)
		return err;
	return stack_reopen_volume(w->stack);
}

void windows_close(struct windows *w)
{
	stack_close(w->stack);
	w->stack = NULL;
}
