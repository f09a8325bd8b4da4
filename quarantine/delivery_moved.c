/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/delivery_parts.h"

#include "quarantine/hold_away.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

/* Still, or again, in its own folder as well? */
static bool mark_half(struct reading *r, u64 ref, uint32_t hold_id)
{
	size_t i;

	for (i = r->first; i < r->list->delivery_count; i++) {
		struct delivery *d = &r->list->deliveries[i];

		if (d->mft_record == ref) {
			d->half_id = hold_id;
			return true;
		}
	}
	return false;
}

static int add_moved(
	struct reading *r, const struct folder_entry *e, uint32_t hold_id)
{
	struct held_file *h = &r->list->held[r->list->held_count];
	char *name = NULL;
	int err = 0;

	if (mark_half(r, e->ref, hold_id))
		return 0;
	if (ntfs_ucstombs(e->units, e->len, &name, 0) < 0)
		return -ERR_NO_MEMORY;
	/* On hold as well, by its name: whatever that is, it is not ours. */
	if (!hold_parse_name(name, NULL)) {
		h->rule = r->rule;
		h->hold_id = hold_id;
		err = hold_moved_name(r->rule->folder, name, hold_id, h->name,
			sizeof(h->name));
		if (err == 0)
			r->list->held_count++;
	}
	free(name);
	return err;
}

static int list_beside(struct reading *r, ntfs_inode *dir, uint32_t hold_id)
{
	struct folder_wish wish = {
		.kinds = FOLDER_LIST_FILES,
		.content = &r->content,
		.max = DELIVERY_MAX_FILES,
	};
	size_t i;
	int err;

	err = folder_list_read(r->v, dir, &wish, &r->names);
	if (err < 0 || !r->names.count)
		return err;
	err = delivery_grow_held(r->list, r->names.count);
	for (i = 0; err == 0 && i < r->names.count; i++)
		err = add_moved(r, &r->names.entries[i], hold_id);
	return err;
}

/* An entry that points to nothing is what a power cut has left of a hold. */
static int open_beside(struct reading *r, u64 ref, ntfs_inode **ret)
{
	ntfs_inode *ni = ntfs_inode_open_whole(r->v, ref);
	int err;

	*ret = NULL;
	if (!ni) {
		err = ntfs_device_err(&r->v->device, errno);
		return err == -ERR_IO || err == -ERR_NO_MEMORY ? err : 0;
	}
	if (le16_to_cpu(ni->mrec->sequence_number) == MSEQNO(ref) &&
		(ni->mrec->flags & MFT_RECORD_IS_DIRECTORY)) {
		*ret = ni;
		return 0;
	}
	return ntfs_inode_shut(r->v, ni, 0);
}

static int look_beside(struct reading *r, const struct folder_entry *e)
{
	ntfs_inode *dir = NULL;
	char *name = NULL;
	uint32_t hold_id;
	bool is_held;
	int err;

	if (ntfs_ucstombs(e->units, e->len, &name, 0) < 0)
		return -ERR_NO_MEMORY;
	is_held = hold_parse_name(name, &hold_id) != 0;
	free(name);
	if (!is_held)
		return 0; /* the rule's folder itself */
	err = open_beside(r, e->ref, &dir);
	if (err == 0 && dir)
		err = list_beside(r, dir, hold_id);
	return ntfs_inode_shut(r->v, dir, err);
}

/* The folders in @parent that are named as those of holds are. */
static int find_beside(struct reading *r, const char *parent, const char *leaf,
	struct folder_list *ret)
{
	struct rule named = {.patterns = {leaf}, .pattern_count = 1};
	struct content content;
	struct folder_wish wish = {
		.kinds = FOLDER_LIST_FOLDERS,
		.content = &content,
		.max = DELIVERY_MAX_FILES,
	};
	ntfs_inode *dir;
	int err;

	err = ntfs_inode_open_path(r->v, parent, &dir);
	if (err < 0)
		return err;
	err = content_open(&content, r->v, &named);
	if (err == 0)
		err = folder_list_read(r->v, dir, &wish, ret);
	content_close(&content);
	return ntfs_inode_shut(r->v, dir, err);
}

int delivery_list_moved(struct reading *r)
{
	const char *slash = strrchr(r->rule->folder, '/');
	const char *leaf = slash ? slash + 1 : r->rule->folder;
	struct folder_list beside = {0};
	struct hold_away a;
	size_t i;
	int err;

	if (!*leaf)
		return 0; /* the root has no beside */
	err = hold_away_open(r->rule->folder, 0, &a);
	if (err == 0)
		err = find_beside(r, a.parent, leaf, &beside);
	for (i = 0; err == 0 && i < beside.count; i++)
		err = look_beside(r, &beside.entries[i]);
	folder_list_free(&beside);
	return err;
}
