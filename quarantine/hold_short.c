/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The short name of a held file: both halves, index and record. */
#include "quarantine/hold_parts.h"
#include "quarantine/short_name.h"
#include "storage/err.h"

/* The name that the short name of a hold stems from. */
static const union file_name *short_or_only(const struct target *t)
{
	return t->names.has_short ? &t->names.short_name : &t->names.long_name;
}

static bool same_units(
	struct volume *v, const struct units *a, const struct short_name *b)
{
	return ntfs_names_are_equal(a->text, a->len, b->units, b->len,
		IGNORE_CASE, v->ntfs->upcase, v->ntfs->upcase_len);
}

/* The record has its held short name already; the index perhaps not. */
static int hold_short_entry(struct volume *v, struct target *t,
	const struct units *original, const struct short_name *back)
{
	union file_name from = t->names.short_name, key;
	int found;

	found = file_name_find(v, t->dir, t->ref, &from, &key);
	if (found)
		return found < 0 ? found : 0;
	if (same_units(v, original, back))
		return file_name_add(v, t->dir, t->ni, &t->names.short_name);
	file_name_set(&from, back->units, back->len, FILE_NAME_DOS);
	return file_name_replace(v, t->dir, t->ni, &from, &t->names.short_name);
}

int hold_short_name(
	struct volume *v, struct target *t, const struct units *original)
{
	const union file_name *now = short_or_only(t);
	const ntfschar *text = file_name_units(now);
	struct short_name name;
	union file_name to = *now;
	unsigned int i;
	int err = 0;

	if (t->names.has_short &&
		short_name_original(original->text, original->len, text,
			now->attr.file_name_length, &name) == 0)
		return hold_short_entry(v, t, original, &name);
	for (i = 0; i < SHORT_NAME_VARIANTS; i++) {
		err = short_name_held(original->text, original->len, text,
			now->attr.file_name_length, i, &name);
		if (err < 0)
			return err;
		file_name_set(&to, name.units, name.len, FILE_NAME_DOS);
		if (t->names.has_short)
			err = file_name_replace(v, t->dir, t->ni, now, &to);
		else
			err = file_name_add(v, t->dir, t->ni, &to);
		if (err != -ERR_EXISTS)
			break;
	}
	return err;
}

/* Give the short name back; *@space becomes the long name's namespace. */
static int undo_short_name(struct volume *v, struct target *t,
	const struct units *original, FILE_NAME_TYPE_FLAGS *space)
{
	struct short_name back;
	union file_name to;
	int err;

	err = short_name_original(original->text, original->len,
		file_name_units(&t->names.short_name),
		t->names.short_name.attr.file_name_length, &back);
	/* Not our doing, for example Windows gave it a new one: leave it. */
	if (err < 0)
		return 0;
	if (same_units(v, original, &back)) {
		*space = FILE_NAME_WIN32_AND_DOS;
		return file_name_remove(v, t->dir, t->ni, &t->names.short_name);
	}
	to = t->names.short_name;
	file_name_set(&to, back.units, back.len, FILE_NAME_DOS);
	err = file_name_replace(v, t->dir, t->ni, &t->names.short_name, &to);
	/*
	 * Windows gives the short name of a held file to the next delivery.
	 * One name is enough to find the file by; it keeps the other.
	 */
	return err == -ERR_EXISTS ? 0 : err;
}

/*
 * The record has its own short name again, or is its own short name; the index
 * may still have that of the hold.
 */
static int undo_short_entry(
	struct volume *v, struct target *t, const struct units *original)
{
	const union file_name *now = short_or_only(t);
	const ntfschar *text = file_name_units(now);
	union file_name from = *now, key;
	struct short_name name;
	unsigned int i;
	int found;

	for (i = 0; i < SHORT_NAME_VARIANTS; i++) {
		if (short_name_held(original->text, original->len, text,
			    now->attr.file_name_length, i, &name) < 0)
			return 0; /* no hold has changed this one */
		file_name_set(&from, name.units, name.len, FILE_NAME_DOS);
		found = file_name_find(v, t->dir, t->ref, &from, &key);
		if (found == 0 || found == -ERR_EXISTS)
			continue;
		if (found < 0)
			return found;
		if (t->names.has_short)
			return file_name_replace(v, t->dir, t->ni, &from, now);
		return file_name_remove(v, t->dir, t->ni, &from);
	}
	return 0;
}

int hold_short_name_undo(struct volume *v, struct target *t,
	const struct units *original, bool is_done, FILE_NAME_TYPE_FLAGS *space)
{
	if (is_done &&
		(t->names.has_short || *space == FILE_NAME_WIN32_AND_DOS))
		return undo_short_entry(v, t, original);
	return t->names.has_short ? undo_short_name(v, t, original, space) : 0;
}
