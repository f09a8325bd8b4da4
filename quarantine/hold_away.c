/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/hold_away.h"

#include <stdio.h>

#include "quarantine/folder_index.h"
#include "quarantine/hold.h"
#include "quarantine/hold_parts.h"
#include "quarantine/new_folder.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"

/* --- The two folders ------------------------------------------------------ */

int hold_away_open(const char *folder, uint32_t hold_id, struct hold_away *ret)
{
	const char *slash = strrchr(folder, '/');
	const char *leaf = slash ? slash + 1 : folder;
	size_t parent_len = slash ? (size_t)(slash - folder) : 0;
	int err;

	if (!*leaf)
		return -ERR_UNSUPPORTED;
	if (strlen(folder) + HOLD_SUFFIX_CHARS >= sizeof(ret->path))
		return -ERR_TOO_LARGE;
	err = hold_name(leaf, hold_id, ret->name, sizeof(ret->name));
	if (err < 0)
		return err;
	memcpy(ret->parent, folder, parent_len);
	ret->parent[parent_len] = '\0';
	memcpy(ret->path, folder, parent_len + (slash != NULL));
	memcpy(ret->path + parent_len + (slash != NULL), ret->name,
		strlen(ret->name) + 1);
	return 0;
}

/* One whose index may be changed. */
static ntfs_inode *open_folder(struct volume *v, const char *path, int *err)
{
	ntfs_inode *ni = NULL;

	*err = ntfs_inode_open_path(v, path, &ni);
	if (*err < 0)
		return NULL;
	*err = ni->mrec->flags & MFT_RECORD_IS_DIRECTORY
		       ? folder_index_check(v, ni)
		       : -ERR_NOT_FOUND;
	if (*err == 0)
		return ni;
	*err = ntfs_inode_shut(v, ni, *err);
	return NULL;
}

/*
 * libntfs-3g takes the names out of a record that would have less left, and
 * into a block of their own.
 */
#define ROOT_RESERVE_BYTES 120

/* Does @name fit into the index of @dir where it belongs? */
static int check_room(
	struct volume *v, ntfs_inode *dir, const union file_name *n)
{
	u32 entry =
		(u32)((sizeof(INDEX_ENTRY_HEADER) + file_name_bytes(n) + 7) &
			~7u);
	ntfs_index_context *ctx = ntfs_index_ctx_get(dir, NTFS_INDEX_I30, 4);
	u32 used, room;
	int err = -ERR_EXISTS;

	if (!ctx)
		return -ERR_NO_MEMORY;
	if (ntfs_index_lookup(n->bytes, (int)file_name_bytes(n), ctx)) {
		err = errno == ENOENT ? 0 : ntfs_device_err(&v->device, errno);
		if (err == 0 && ctx->is_in_root) {
			used = le32_to_cpu(dir->mrec->bytes_in_use) +
			       ROOT_RESERVE_BYTES;
			room = le32_to_cpu(dir->mrec->bytes_allocated);
		} else if (err == 0) {
			used = le32_to_cpu(ctx->ib->index.index_length);
			room = le32_to_cpu(ctx->ib->index.allocated_size);
		}
		/* Both were checked: no more than a record or a block has. */
		if (err == 0 && used + entry > room)
			err = -ERR_NO_SPACE;
	}
	ntfs_index_ctx_put(ctx);
	return err;
}

/* The entry that leads nowhere is taken out of @dir. */
static int drop_entry(
	struct volume *v, ntfs_inode *dir, u64 ref, const struct units *name)
{
	union file_name n, key;
	int found;

	memset(&n, 0, sizeof(n));
	file_name_set(&n, name->text, name->len, FILE_NAME_POSIX);
	found = file_name_find(v, dir, ref, &n, &key);
	if (found <= 0)
		return found < 0 ? found : -ERR_CORRUPT;
	if (ntfs_index_remove(dir, NULL, key.bytes, (int)file_name_bytes(&key)))
		return ntfs_device_err(&v->device, errno);
	return 0;
}

/* 1: @ref is a folder; 0: nothing is there any more, or not yet; or -ERR_ */
static int is_folder(struct volume *v, u64 ref)
{
	ntfs_inode *ni = ntfs_inode_open_whole(v, ref);
	int err;

	if (!ni) {
		err = ntfs_device_err(&v->device, errno);
		return err == -ERR_IO || err == -ERR_NO_MEMORY ? err : 0;
	}
	err = 1;
	if (le16_to_cpu(ni->mrec->sequence_number) != MSEQNO(ref))
		err = 0;
	else if (!(ni->mrec->flags & MFT_RECORD_IS_DIRECTORY))
		err = -ERR_EXISTS;
	return ntfs_inode_shut(v, ni, err);
}

static int create_folder(struct volume *v, ntfs_inode *parent,
	const struct units *name, le32 security)
{
	union file_name n;
	int err;

	memset(&n, 0, sizeof(n));
	file_name_set(&n, name->text, name->len, FILE_NAME_POSIX);
	err = check_room(v, parent, &n);
	return err < 0 ? err : new_folder_make(v, parent, &n, security);
}

int hold_away_make(
	struct volume *v, const char *folder, const struct hold_away *a)
{
	struct units name = {NULL, 0};
	ntfs_inode *ni;
	le32 security;
	u64 ref;
	int err;

	ni = open_folder(v, folder, &err);
	if (err < 0)
		return err;
	security = ni->security_id;
	err = hold_units_of(v, a->name, &name);
	err = ntfs_inode_shut(v, ni, err);
	if (err < 0) {
		free(name.text);
		return err;
	}
	ni = open_folder(v, a->parent, &err);
	if (err == 0)
		err = hold_look_up(v, ni, a->name, &ref);
	if (err == 0) {
		err = is_folder(v, ref);
		if (err > 0)
			goto out;
		if (err == 0)
			err = drop_entry(v, ni, ref, &name);
	}
	if (err == 0 || err == -ERR_NOT_FOUND)
		err = create_folder(v, ni, &name, security);
out:
	free(name.text);
	return ntfs_inode_shut(v, ni, err < 0 ? err : 0);
}

int hold_away_remove(struct volume *v, const struct hold_away *a)
{
	struct units name = {NULL, 0};
	union file_name n;
	ntfs_inode *parent, *ni;
	u64 ref;
	int err;

	ni = open_folder(v, a->path, &err);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	ref = MK_MREF(ni->mft_no, le16_to_cpu(ni->mrec->sequence_number));
	parent = open_folder(v, a->parent, &err);
	if (err == 0)
		err = hold_units_of(v, a->name, &name);
	if (err < 0) {
		err = ntfs_inode_shut(v, ni, err);
		return ntfs_inode_shut(v, parent, err);
	}
	memset(&n, 0, sizeof(n));
	file_name_set(&n, name.text, name.len, FILE_NAME_POSIX);
	free(name.text);
	err = new_folder_remove(v, parent, ni, ref, &n);
	return ntfs_inode_shut(v, parent, err);
}

/* --- A file on its way ---------------------------------------------------- */

struct way {
	ntfs_inode *from, *to, *ni;
	u64 ref;
	struct file_names names;
	bool is_in_from, is_in_to;
};

static int way_close(struct volume *v, struct way *w, int err)
{
	err = ntfs_inode_shut(v, w->ni, err);
	err = ntfs_inode_shut(v, w->to, err);
	return ntfs_inode_shut(v, w->from, err);
}

/* Is @name in @dir?  If so, which file is it? */
static int find_in(struct volume *v, ntfs_inode *dir, const char *name,
	u64 *ret_ref, bool *ret_is)
{
	int err = hold_look_up(v, dir, name, ret_ref);

	*ret_is = err == 0;
	return err == -ERR_NOT_FOUND ? 0 : err;
}

static int way_open(struct volume *v, const char *from, const char *to,
	const char *name, struct way *w)
{
	u64 other = 0;
	int err;

	memset(w, 0, sizeof(*w));
	w->from = open_folder(v, from, &err);
	if (err == 0)
		w->to = open_folder(v, to, &err);
	if (err == 0)
		err = find_in(v, w->from, name, &w->ref, &w->is_in_from);
	if (err == 0)
		err = find_in(v, w->to, name, &other, &w->is_in_to);
	if (err < 0)
		return err;
	if (!w->is_in_from && !w->is_in_to)
		return -ERR_NOT_FOUND;
	if (w->is_in_from && w->is_in_to && other != w->ref)
		return -ERR_EXISTS;
	if (!w->is_in_from)
		w->ref = other;
	w->ni = ntfs_inode_open_whole(v, w->ref);
	if (!w->ni)
		return ntfs_device_err(&v->device, errno);
	if (le16_to_cpu(w->ni->mrec->sequence_number) != MSEQNO(w->ref))
		return -ERR_CORRUPT;
	err = hold_check_holdable(w->ni, HOLD_MOVED);
	if (err < 0)
		return err;
	err = file_names_read(v, w->ni, w->from, &w->names);
	if (err == -ERR_UNSUPPORTED)
		err = file_names_read(v, w->ni, w->to, &w->names);
	return err;
}

/* 0 if nobody else in @w->to has the name. */
static int check_free(
	struct volume *v, const struct way *w, const union file_name *name)
{
	union file_name there;
	int found = file_name_find(v, w->to, w->ref, name, &there);

	return found < 0 ? found : 0;
}

static le64 reference_to(const ntfs_inode *dir)
{
	return MK_LE_MREF(dir->mft_no, le16_to_cpu(dir->mrec->sequence_number));
}

/* The key in @from's index, or what the record says, becomes one of @to's. */
static int enter_name(
	struct volume *v, const struct way *w, const union file_name *name)
{
	union file_name key = *name;
	union file_name there;
	int found;

	found = file_name_find(v, w->to, w->ref, name, &there);
	if (found)
		return found < 0 ? found : 0;
	found = file_name_find(v, w->from, w->ref, name, &there);
	if (found < 0)
		return found;
	if (found)
		key = there;
	key.attr.parent_directory = reference_to(w->to);
	if (ntfs_index_add_filename(w->to, &key.attr, w->ref))
		return ntfs_device_err(&v->device, errno);
	return 0;
}

static int leave_name(
	struct volume *v, const struct way *w, const union file_name *name)
{
	union file_name key;
	int found = file_name_find(v, w->from, w->ref, name, &key);

	/* By now that may be somebody else's. */
	if (found <= 0)
		return found == -ERR_EXISTS ? 0 : found;
	if (ntfs_index_remove(
		    w->from, NULL, key.bytes, (int)file_name_bytes(&key)))
		return ntfs_device_err(&v->device, errno);
	return 0;
}

int hold_away_enter(
	struct volume *v, const char *from, const char *to, const char *name)
{
	struct way w;
	int err = way_open(v, from, to, name, &w);

	/* All or nothing: who is told of a name that is taken may go on. */
	if (err == 0)
		err = check_free(v, &w, &w.names.long_name);
	if (err == 0 && w.names.has_short)
		err = check_free(v, &w, &w.names.short_name);
	if (err == 0)
		err = enter_name(v, &w, &w.names.long_name);
	if (err == 0 && w.names.has_short)
		err = enter_name(v, &w, &w.names.short_name);
	return way_close(v, &w, err);
}

/* In place: neither the length nor the instance of an attribute changes. */
static int change_parents(struct volume *v, struct way *w)
{
	ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(w->ni, NULL);
	le64 parent = reference_to(w->to);
	int err = 0;

	if (!ctx)
		return -ERR_NO_MEMORY;
	while (!ntfs_attr_lookup(
		AT_FILE_NAME, AT_UNNAMED, 0, CASE_SENSITIVE, 0, NULL, 0, ctx)) {
		u8 *value =
			(u8 *)ctx->attr + le16_to_cpu(ctx->attr->value_offset);

		/* file_names_read() has seen all of them. */
		memcpy(value + offsetof(FILE_NAME_ATTR, parent_directory),
			&parent, sizeof(parent));
		ntfs_inode_mark_dirty(ctx->ntfs_ino);
	}
	if (errno != ENOENT)
		err = ntfs_device_err(&v->device, errno);
	ntfs_attr_put_search_ctx(ctx);
	return err;
}

int hold_away_leave(
	struct volume *v, const char *from, const char *to, const char *name)
{
	struct way w;
	int err = way_open(v, from, to, name, &w);

	if (err == 0 && !w.is_in_to)
		err = -ERR_NOT_FOUND;
	if (err == 0)
		err = change_parents(v, &w);
	if (err == 0)
		err = leave_name(v, &w, &w.names.long_name);
	if (err == 0 && w.names.has_short)
		err = leave_name(v, &w, &w.names.short_name);
	return way_close(v, &w, err);
}
