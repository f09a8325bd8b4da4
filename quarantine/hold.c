/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/hold.h"

#include "quarantine/delivery.h"
#include "quarantine/folder_index.h"
#include "quarantine/hold_away.h"
#include "quarantine/hold_parts.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"

int hold_units_of(struct volume *v, const char *name, struct units *ret)
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
	err = hold_units_of(v, original, &ret->original);
	return err < 0 ? err : hold_units_of(v, held, &ret->held);
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

int hold_look_up(
	struct volume *v, ntfs_inode *dir, const char *name, u64 *ret_ref)
{
	struct units u;
	u64 ref;
	int err;

	err = hold_units_of(v, name, &u);
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
	int err = hold_look_up(v, dir, name, &ref);

	if (err == -ERR_NOT_FOUND)
		return 0;
	return err < 0 ? err : -ERR_EXISTS;
}

/* Only what belongs to nobody but its folder. */
static int check_plain(const ntfs_inode *ni)
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
	err = hold_look_up(v, t->dir, name, &t->ref);
	if (err == -ERR_NOT_FOUND && other)
		err = hold_look_up(v, t->dir, other, &t->ref);
	if (err < 0)
		return err;
	t->ni = ntfs_inode_open_whole(v, t->ref);
	if (!t->ni)
		return ntfs_device_err(&v->device, errno);
	if (le16_to_cpu(t->ni->mrec->sequence_number) != MSEQNO(t->ref))
		return -ERR_CORRUPT;
	err = check_plain(t->ni);
	if (err < 0)
		return err;
	return file_names_read(v, t->ni, t->dir, &t->names);
}

/* --- Hold ----------------------------------------------------------------- */

enum hold_style hold_style_of(const struct rule *r)
{
	if (r->unit == RULE_UNIT_GENERATION)
		return HOLD_FOLDER;
	return r->hold == RULE_HOLD_MOVE ? HOLD_MOVED : HOLD_FILE;
}

int hold_check_holdable(const ntfs_inode *ni, enum hold_style style)
{
	bool is_folder = (ni->mrec->flags & MFT_RECORD_IS_DIRECTORY) != 0;
	int err = check_plain(ni);

	if (err == 0 && is_folder != (style == HOLD_FOLDER))
		err = -ERR_UNSUPPORTED;
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

static int rename_apply(struct volume *v, enum hold_style style,
	const char *folder, const char *name, uint32_t hold_id)
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
		err = hold_check_holdable(t.ni, style);
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

static int rename_undo(
	struct volume *v, const char *folder, const char *held_name)
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

/* --- Phases --------------------------------------------------------------- */

int hold_apply_phase(struct volume *v, enum hold_phase phase,
	enum hold_style style, const char *folder, const char *name,
	uint32_t hold_id)
{
	struct hold_away a;
	int err;

	if (style != HOLD_MOVED)
		return phase == HOLD_CHANGE
			       ? rename_apply(v, style, folder, name, hold_id)
			       : 0;
	err = hold_away_open(folder, hold_id, &a);
	if (err < 0)
		return err;
	if (phase == HOLD_MAKE)
		return hold_away_make(v, folder, &a);
	if (phase == HOLD_ENTER)
		return hold_away_enter(v, folder, a.path, name);
	if (phase == HOLD_CHANGE)
		return hold_away_leave(v, folder, a.path, name);
	return 0;
}

int hold_undo_phase(struct volume *v, enum hold_phase phase, const char *folder,
	const char *held_name)
{
	const char *name;
	struct hold_away a;
	uint32_t id;
	int err;

	if (!hold_is_moved(held_name))
		return phase == HOLD_CHANGE ? rename_undo(v, folder, held_name)
					    : 0;
	if (!hold_parse_any(held_name, &id, &name))
		return -ERR_UNSUPPORTED;
	err = hold_away_open(folder, id, &a);
	if (err < 0)
		return err;
	if (phase == HOLD_ENTER)
		return hold_away_enter(v, a.path, folder, name);
	if (phase == HOLD_CHANGE)
		return hold_away_leave(v, a.path, folder, name);
	return phase == HOLD_TIDY ? hold_away_remove(v, &a) : 0;
}

int hold_apply(struct volume *v, enum hold_style style, const char *folder,
	const char *name, uint32_t hold_id)
{
	enum hold_phase p;
	int err = 0;

	for (p = HOLD_MAKE; err == 0 && p < HOLD_PHASE_COUNT; p++)
		err = hold_apply_phase(v, p, style, folder, name, hold_id);
	return err;
}

int hold_undo(struct volume *v, const char *folder, const char *held_name)
{
	enum hold_phase p;
	int err = 0;

	for (p = HOLD_MAKE; err == 0 && p < HOLD_PHASE_COUNT; p++)
		err = hold_undo_phase(v, p, folder, held_name);
	return err;
}

/* --- Verify --------------------------------------------------------------- */

/* Where is @name, which may be that of a moved file, and what is it there? */
static int find_place(const char *folder, const char *name, struct hold_away *a,
	const char **ret_folder, const char **ret_name)
{
	uint32_t id;
	int err;

	*ret_folder = folder;
	*ret_name = name;
	if (!hold_is_moved(name))
		return 0;
	if (!hold_parse_any(name, &id, ret_name))
		return -ERR_UNSUPPORTED;
	err = hold_away_open(folder, id, a);
	*ret_folder = a->path;
	return err;
}

static int verify_present(
	struct volume *v, const char *folder, const char *name)
{
	struct units u = {NULL, 0};
	struct target t;
	int err;

	err = target_open(v, folder, name, NULL, &t);
	if (err == 0)
		err = hold_units_of(v, name, &u);
	if (err == 0 && !file_name_is(v, &t.names.long_name, u.text, u.len))
		err = -ERR_NOT_STORED;
	free(u.text);
	return target_close(v, &t, err);
}

/* A folder that is not there has no files. */
static int verify_absent(struct volume *v, const char *folder, const char *name)
{
	ntfs_inode *dir;
	int err = ntfs_inode_open_path(v, folder, &dir);

	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	err = check_absence(v, dir, name);
	return ntfs_inode_shut(v, dir, err);
}

int hold_verify(struct volume *v, const char *folder, const char *present,
	const char *absent)
{
	const char *where, *what;
	struct hold_away a;
	int err;

	err = find_place(folder, present, &a, &where, &what);
	if (err == 0)
		err = verify_present(v, where, what);
	if (err == 0)
		err = find_place(folder, absent, &a, &where, &what);
	if (err == 0)
		err = verify_absent(v, where, what);
	return err == -ERR_NOT_FOUND || err == -ERR_EXISTS ? -ERR_NOT_STORED
							   : err;
}
