/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/hold.h"

#include "quarantine/delivery.h"
#include "quarantine/file_names.h"
#include "quarantine/short_name.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

/* A file and its folder, open; each inode exactly once. */
struct target {
	ntfs_inode *dir;
	ntfs_inode *ni;
	u64 ref; /* of the file: record and sequence number */
	struct file_names names;
};

/* A name in the characters NTFS compares. */
struct units {
	ntfschar *text;
	u8 len;
};

static int units_of(struct volume *v, const char *name, struct units *ret)
{
	ntfschar *text = NULL;
	int len = ntfs_mbstoucs(name, &text);

	if (len < 0)
		return ntfs_device_err(&v->device, errno);
	if (len == 0 || len > NTFS_MAX_NAME_LEN) {
		free(text);
		return -ERR_TOO_LARGE;
	}
	ret->text = text;
	ret->len = (u8)len;
	return 0;
}

/* --- Finding the file ------------------------------------------------------- */

static int target_close(struct volume *v, struct target *t, int err)
{
	err = ntfs_inode_shut(v, t->ni, err);
	return ntfs_inode_shut(v, t->dir, err);
}

static int look_up(
	struct volume *v, ntfs_inode *dir, const char *name, u64 *ret_ref)
{
	struct units u;
	u64 ref;
	int err;

	err = units_of(v, name, &u);
	if (err < 0)
		return err == -ERR_TOO_LARGE ? -ERR_NOT_FOUND : err;
	errno = EIO;
	ref = ntfs_inode_lookup_by_name(dir, u.text, u.len);
	err = ref == (u64)-1 ? ntfs_device_err(&v->device, errno) : 0;
	free(u.text);
	if (err == 0)
		*ret_ref = ref;
	return err;
}

/* Only plain files that belong to nobody but their folder. */
static int check_holdable(const ntfs_inode *ni)
{
	if (ni->mft_no < FILE_first_user)
		return -ERR_UNSUPPORTED;
	if (ni->mrec->flags & MFT_RECORD_IS_DIRECTORY)
		return -ERR_UNSUPPORTED;
	if (ni->flags & FILE_ATTR_REPARSE_POINT)
		return -ERR_UNSUPPORTED;
	return 0;
}

/* Open @name, or where that is not there @other (may be NULL). */
static int target_open(struct volume *v, const char *folder, const char *name,
	const char *other, struct target *t)
{
	int err;

	memset(t, 0, sizeof(*t));
	err = ntfs_inode_open_path(v, folder, &t->dir);
	if (err < 0)
		return err;
	if (!(t->dir->mrec->flags & MFT_RECORD_IS_DIRECTORY))
		return -ERR_NOT_FOUND;
	err = look_up(v, t->dir, name, &t->ref);
	if (err == -ERR_NOT_FOUND && other)
		err = look_up(v, t->dir, other, &t->ref);
	if (err < 0)
		return err;
	t->ni = ntfs_inode_open(v->ntfs, MREF(t->ref));
	if (!t->ni)
		return ntfs_device_err(&v->device, errno);
	if (le16_to_cpu(t->ni->mrec->sequence_number) != MSEQNO(t->ref))
		return -ERR_CORRUPT;
	err = check_holdable(t->ni);
	if (err < 0)
		return err;
	return file_names_read(v, t->ni, t->dir, &t->names);
}

static const ntfschar *long_units(const struct file_names *n)
{
	return (const ntfschar *)(const void *)(n->long_name.bytes +
		sizeof(FILE_NAME_ATTR));
}

static const ntfschar *short_units(const struct file_names *n)
{
	return (const ntfschar *)(const void *)(n->short_name.bytes +
		sizeof(FILE_NAME_ATTR));
}

/* --- Hold -------------------------------------------------------------------- */

static bool same_units(struct volume *v, const struct units *a,
	const struct short_name *b)
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
	return file_name_replace(
		v, t->dir, t->ni, &from, &t->names.short_name);
}

/*
 * The DOS name of the held file.  A name that was its own short name becomes a
 * long one with a short one beside it: the held name is too long to be both.
 */
static int hold_short_name(
	struct volume *v, struct target *t, const struct units *original)
{
	const union file_name *now = t->names.has_short ? &t->names.short_name
							: &t->names.long_name;
	const ntfschar *text = t->names.has_short ? short_units(&t->names)
						  : long_units(&t->names);
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

static int hold_names(struct volume *v, struct target *t,
	struct units *original, struct units *held)
{
	FILE_NAME_TYPE_FLAGS space = t->names.long_name.attr.file_name_type;
	union file_name from = t->names.long_name;
	union file_name to = t->names.long_name;
	int err = 0;

	/* The record may have the held name already; the index perhaps not. */
	if (!file_name_is(v, &from, held->text, held->len) &&
		!file_name_is(v, &from, original->text, original->len))
		return -ERR_CORRUPT;
	/* The vendor's own spelling. */
	memcpy(original->text, long_units(&t->names),
		original->len * sizeof(ntfschar));
	memcpy(held->text, long_units(&t->names),
		original->len * sizeof(ntfschar));
	if (t->names.has_short || space == FILE_NAME_WIN32_AND_DOS)
		err = hold_short_name(v, t, original);
	if (err < 0)
		return err;
	if (space == FILE_NAME_WIN32_AND_DOS)
		space = FILE_NAME_WIN32;
	file_name_set(&from, original->text, original->len, space);
	file_name_set(&to, held->text, held->len, space);
	return file_name_replace(v, t->dir, t->ni, &from, &to);
}

int hold_apply(struct volume *v, const char *folder, const char *name,
	uint32_t hold_id)
{
	struct units original = { NULL, 0 }, held = { NULL, 0 };
	char held_name[DELIVERY_NAME_BYTES];
	struct target t;
	int err;

	if (hold_parse_name(name, NULL))
		return -ERR_UNSUPPORTED;
	err = hold_name(name, hold_id, held_name, sizeof(held_name));
	if (err < 0)
		return err;
	err = target_open(v, folder, name, held_name, &t);
	if (err < 0)
		goto out;
	err = units_of(v, name, &original);
	if (err < 0)
		goto out;
	err = units_of(v, held_name, &held);
	if (err < 0)
		goto out;
	err = hold_names(v, &t, &original, &held);
out:
	free(original.text);
	free(held.text);
	return target_close(v, &t, err);
}

/* --- Undo -------------------------------------------------------------------- */

/* Give the short name back; *@space becomes the long name's namespace. */
static int undo_short_name(struct volume *v, struct target *t,
	const struct units *original, FILE_NAME_TYPE_FLAGS *space)
{
	struct short_name back;
	union file_name to;
	int err;

	err = short_name_original(original->text, original->len,
		short_units(&t->names),
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
	const union file_name *now = t->names.has_short ? &t->names.short_name
							: &t->names.long_name;
	const ntfschar *text = t->names.has_short ? short_units(&t->names)
						  : long_units(&t->names);
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

static int undo_names(struct volume *v, struct target *t,
	struct units *original, struct units *held)
{
	FILE_NAME_TYPE_FLAGS space = t->names.long_name.attr.file_name_type;
	union file_name from = t->names.long_name;
	union file_name to = t->names.long_name;
	bool is_done = file_name_is(v, &from, original->text, original->len);
	int err = 0;

	if (!is_done && !file_name_is(v, &from, held->text, held->len))
		return -ERR_CORRUPT;
	/* The held name begins with the vendor's own spelling. */
	memcpy(original->text, long_units(&t->names),
		original->len * sizeof(ntfschar));
	memcpy(held->text, long_units(&t->names),
		original->len * sizeof(ntfschar));
	if (is_done && (t->names.has_short || space == FILE_NAME_WIN32_AND_DOS))
		err = undo_short_entry(v, t, original);
	else if (t->names.has_short)
		err = undo_short_name(v, t, original, &space);
	if (err < 0)
		return err;
	file_name_set(&from, held->text, held->len, space);
	file_name_set(&to, original->text, original->len, space);
	return file_name_replace(v, t->dir, t->ni, &from, &to);
}

int hold_undo(struct volume *v, const char *folder, const char *held_name)
{
	struct units original = { NULL, 0 }, held = { NULL, 0 };
	char name[DELIVERY_NAME_BYTES];
	size_t len = hold_parse_name(held_name, NULL);
	struct target t;
	u64 ref;
	int err;

	if (!len || len >= sizeof(name))
		return -ERR_UNSUPPORTED;
	memcpy(name, held_name, len);
	name[len] = '\0';
	err = target_open(v, folder, held_name, NULL, &t);
	if (err < 0)
		goto out;
	err = look_up(v, t.dir, name, &ref);
	if (err != -ERR_NOT_FOUND) {
		if (err == 0)
			err = -ERR_EXISTS;
		goto out;
	}
	err = units_of(v, name, &original);
	if (err < 0)
		goto out;
	err = units_of(v, held_name, &held);
	if (err < 0)
		goto out;
	err = undo_names(v, &t, &original, &held);
out:
	free(original.text);
	free(held.text);
	return target_close(v, &t, err);
}

/* --- Verify ------------------------------------------------------------------ */

int hold_verify(struct volume *v, const char *folder, const char *present,
	const char *absent)
{
	struct units u = { NULL, 0 };
	struct target t;
	u64 ref;
	int err;

	err = target_open(v, folder, present, NULL, &t);
	if (err < 0)
		goto out;
	err = units_of(v, present, &u);
	if (err < 0)
		goto out;
	if (!file_name_is(v, &t.names.long_name, u.text, u.len)) {
		err = -ERR_NOT_STORED;
		goto out;
	}
	err = look_up(v, t.dir, absent, &ref);
	if (err == -ERR_NOT_FOUND)
		err = 0;
	else if (err == 0)
		err = -ERR_NOT_STORED;
out:
	free(u.text);
	return target_close(v, &t, err == -ERR_NOT_FOUND ? -ERR_NOT_STORED : err);
}
