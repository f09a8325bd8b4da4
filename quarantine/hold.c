/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/hold.h"

#include "quarantine/delivery.h"
#include "quarantine/folder_index.h"
#include "quarantine/hold_parts.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"

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

/* The two names of a hold. */
struct both {
	struct units original, held;
};

static int both_open(struct volume *v, const char *original, const char *held,
	struct both *ret)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	err = units_of(v, original, &ret->original);
	return err < 0 ? err : units_of(v, held, &ret->held);
}

static void both_close(struct both *b)
{
	free(b->original.text);
	free(b->held.text);
}

/* --- Finding the file ----------------------------------------------------- */

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

/* 0 if @name is not there, -ERR_EXISTS if it is, or why nobody knows. */
static int check_absence(struct volume *v, ntfs_inode *dir, const char *name)
{
	u64 ref;
	int err = look_up(v, dir, name, &ref);

	if (err == -ERR_NOT_FOUND)
		return 0;
	return err < 0 ? err : -ERR_EXISTS;
}

/* Only what belongs to nobody but its folder. */
static int check_holdable(const ntfs_inode *ni)
{
	if (ni->mft_no < FILE_first_user)
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
	err = folder_index_check(v, t->dir);
	if (err < 0)
		return err;
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

/* --- Hold ----------------------------------------------------------------- */

enum hold_style hold_style_of(const struct rule *r)
{
	return r->unit == RULE_UNIT_GENERATION ? HOLD_FOLDER : HOLD_FILE;
}

static int check_style(const ntfs_inode *ni, enum hold_style style)
{
	bool is_folder = (ni->mrec->flags & MFT_RECORD_IS_DIRECTORY) != 0;

	return is_folder == (style == HOLD_FOLDER) ? 0 : -ERR_UNSUPPORTED;
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
	memcpy(original->text, file_name_units(&t->names.long_name),
		original->len * sizeof(ntfschar));
	memcpy(held->text, file_name_units(&t->names.long_name),
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

int hold_apply(struct volume *v, enum hold_style style, const char *folder,
	const char *name, uint32_t hold_id)
{
	struct both both = {0};
	char held_name[DELIVERY_NAME_BYTES];
	struct target t;
	int err;

	if (hold_parse_name(name, NULL))
		return -ERR_UNSUPPORTED;
	err = hold_name(name, hold_id, held_name, sizeof(held_name));
	if (err < 0)
		return err;
	err = target_open(v, folder, name, held_name, &t);
	if (err == 0)
		err = check_style(t.ni, style);
	if (err == 0)
		err = both_open(v, name, held_name, &both);
	if (err == 0)
		err = hold_names(v, &t, &both.original, &both.held);
	both_close(&both);
	return target_close(v, &t, err);
}

/* --- Undo ----------------------------------------------------------------- */

static int undo_names(struct volume *v, struct target *t,
	struct units *original, struct units *held)
{
	FILE_NAME_TYPE_FLAGS space = t->names.long_name.attr.file_name_type;
	union file_name from = t->names.long_name;
	union file_name to = t->names.long_name;
	bool is_done = file_name_is(v, &from, original->text, original->len);
	int err;

	if (!is_done && !file_name_is(v, &from, held->text, held->len))
		return -ERR_CORRUPT;
	/* The held name begins with the vendor's own spelling. */
	memcpy(original->text, file_name_units(&t->names.long_name),
		original->len * sizeof(ntfschar));
	memcpy(held->text, file_name_units(&t->names.long_name),
		original->len * sizeof(ntfschar));
	err = hold_short_name_undo(v, t, original, is_done, &space);
	if (err < 0)
		return err;
	file_name_set(&from, held->text, held->len, space);
	file_name_set(&to, original->text, original->len, space);
	return file_name_replace(v, t->dir, t->ni, &from, &to);
}

int hold_undo(struct volume *v, const char *folder, const char *held_name)
{
	struct both both = {0};
	char name[DELIVERY_NAME_BYTES];
	size_t len = hold_parse_name(held_name, NULL);
	struct target t;
	int err;

	if (!len || len >= sizeof(name))
		return -ERR_UNSUPPORTED;
	memcpy(name, held_name, len);
	name[len] = '\0';
	err = target_open(v, folder, held_name, NULL, &t);
	if (err == 0)
		err = check_absence(v, t.dir, name);
	if (err == 0)
		err = both_open(v, name, held_name, &both);
	if (err == 0)
		err = undo_names(v, &t, &both.original, &both.held);
	both_close(&both);
	return target_close(v, &t, err);
}

/* --- Verify --------------------------------------------------------------- */

int hold_verify(struct volume *v, const char *folder, const char *present,
	const char *absent)
{
	struct units u = {NULL, 0};
	struct target t;
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
	err = check_absence(v, t.dir, absent);
	if (err == -ERR_EXISTS)
		err = -ERR_NOT_STORED;
out:
	free(u.text);
	return target_close(
		v, &t, err == -ERR_NOT_FOUND ? -ERR_NOT_STORED : err);
}
