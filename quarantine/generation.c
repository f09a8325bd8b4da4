/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folder by folder, from a list of those still to be looked into. */
#include "quarantine/generation.h"

#include "quarantine/folder_list.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

struct walk {
	struct volume *v;
	const struct content *content;
	struct folder_list list; /* of the folder that is being looked into */
	size_t left;		 /* entries that may still come */
	/* Folders found: those before @done have been looked into. */
	u64 *refs;
	unsigned char *depths;
	size_t found;
	size_t done;
	struct generation g;
};

static int add_folder(struct walk *w, u64 ref, unsigned int depth)
{
	if (depth > GENERATION_MAX_DEPTH)
		return -ERR_TOO_LARGE;
	w->refs[w->found] = ref;
	w->depths[w->found] = (unsigned char)depth;
	w->found++;
	return 0;
}

static int look_at_file(
	struct walk *w, ntfs_inode *dir, const struct folder_entry *e)
{
	union file_name key;
	uint64_t time;
	char *name = NULL;
	int err;

	err = folder_list_key(w->v, dir, e, &key);
	if (err < 0)
		return err;
	if (ntfs_ucstombs(e->units, e->len, &name, 0) < 0)
		return -ERR_NO_MEMORY; /* it was valid when it was listed */
	err = content_bars(w->content, name);
	free(name);
	if (err < 0)
		return err;
	w->g.is_barred = w->g.is_barred || err;
	time = folder_list_time(&key);
	if (time > w->g.newest)
		w->g.newest = time;
	w->g.size_bytes += le64_to_cpu((le64)key.attr.data_size);
	w->g.files++;
	return 0;
}

static int look_into(struct walk *w, ntfs_inode *dir, unsigned int depth)
{
	struct folder_wish all = {
		.kinds = FOLDER_LIST_FILES | FOLDER_LIST_FOLDERS,
		.max = w->left,
	};
	size_t i;
	int err;

	err = folder_list_read(w->v, dir, &all, &w->list);
	if (err < 0)
		return err;
	w->left -= w->list.count;
	for (i = 0; err == 0 && i < w->list.count; i++) {
		const struct folder_entry *e = &w->list.entries[i];

		err = e->is_folder ? add_folder(w, e->ref, depth + 1)
				   : look_at_file(w, dir, e);
	}
	return err;
}

/* A folder that leads back to one above ends with the depth. */
static int walk_folders(struct walk *w)
{
	ntfs_inode *dir;
	int err = 0;

	while (err == 0 && w->done < w->found) {
		u64 ref = w->refs[w->done];

		dir = ntfs_inode_open_whole(w->v, ref);
		if (!dir)
			return ntfs_device_err(&w->v->device, errno);
		if (le16_to_cpu(dir->mrec->sequence_number) != MSEQNO(ref) ||
			!(dir->mrec->flags & MFT_RECORD_IS_DIRECTORY))
			err = -ERR_CORRUPT;
		else
			err = look_into(w, dir, w->depths[w->done]);
		err = ntfs_inode_shut(w->v, dir, err);
		w->done++;
	}
	return err;
}

int generation_read(struct volume *v, uint64_t ref,
	const struct content *content, struct generation *ret)
{
	struct walk w = {
		.v = v,
		.content = content,
		.left = GENERATION_MAX_ENTRIES,
	};
	int err = -ERR_NO_MEMORY;

	w.refs = malloc((GENERATION_MAX_ENTRIES + 1) * sizeof(*w.refs));
	w.depths = malloc(GENERATION_MAX_ENTRIES + 1);
	if (w.refs && w.depths)
		err = add_folder(&w, ref, 1);
	if (err == 0)
		err = walk_folders(&w);
	if (err == 0)
		*ret = w.g;
	folder_list_free(&w.list);
	free(w.refs);
	free(w.depths);
	return err;
}
