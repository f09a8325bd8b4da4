/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/folder_list.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"

/* One listing, as the library's callback sees it. */
struct listing {
	const struct folder_wish *wish;
	struct folder_list *list;
	int err;
};

static int add_entry(struct listing *l, const ntfschar *name, u8 len, u64 ref,
	bool is_folder)
{
	struct folder_list *list = l->list;
	struct folder_entry *grown;
	struct folder_entry *e;

	if (list->count == l->wish->max)
		return -ERR_TOO_LARGE;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;

		grown = realloc(list->entries, room * sizeof(*grown));
		if (!grown)
			return -ERR_NO_MEMORY;
		list->entries = grown;
		list->room = room;
	}
	e = &list->entries[list->count++];
	e->ref = ref;
	e->is_folder = is_folder;
	e->len = len;
	memcpy(e->units, name, len * sizeof(ntfschar));
	return 0;
}

/* 1 or 0: does the wish want this name?  Or -ERR_NO_MEMORY. */
static int is_wanted(const struct folder_wish *w, const ntfschar *name, int len)
{
	char *text = NULL;
	int is_one = 1;

	if (ntfs_ucstombs(name, len, &text, 0) < 0)
		/* Otherwise not valid UTF-16: nothing a rule could mean. */
		return errno == ENOMEM ? -ERR_NO_MEMORY : 0;
	if (!strcmp(text, ".") || !strcmp(text, ".."))
		is_one = 0;
	else if (w->content)
		is_one = content_concerns(w->content, text);
	free(text);
	return is_one;
}

/* Called by the library for each directory entry; non-zero stops it. */
static int visit(void *context, const ntfschar *name, const int len,
	const int name_type, const s64 pos, const MFT_REF ref,
	const unsigned type)
{
	struct listing *l = context;
	unsigned int kind = type == NTFS_DT_REG	  ? FOLDER_LIST_FILES
			    : type == NTFS_DT_DIR ? FOLDER_LIST_FOLDERS
						  : 0;
	int is_one;

	(void)pos;
	if (name_type == FILE_NAME_DOS || !(kind & l->wish->kinds) ||
		len <= 0 || len > NTFS_MAX_NAME_LEN ||
		MREF(ref) < FILE_first_user)
		return 0;
	is_one = is_wanted(l->wish, name, len);
	if (is_one < 0)
		l->err = is_one;
	else if (is_one)
		l->err = add_entry(
			l, name, (u8)len, ref, kind == FOLDER_LIST_FOLDERS);
	return l->err;
}

/* The library's own macro does this with a signed shift. */
static void ignore_case_again(struct volume *v)
{
	v->ntfs->state &= ~(1ul << NV_CaseSensitive);
}

int folder_list_read(struct volume *v, ntfs_inode *dir,
	const struct folder_wish *wish, struct folder_list *list)
{
	struct listing l = {.wish = wish, .list = list};
	s64 pos = 0;
	int err;

	list->count = 0;
	/* Without this the library hands out every name in lower case. */
	NVolSetCaseSensitive(v->ntfs);
	err = ntfs_readdir(dir, &pos, &l, visit);
	if (err)
		err = l.err < 0 ? l.err : ntfs_device_err(&v->device, errno);
	ignore_case_again(v);
	return err;
}

int folder_list_key(struct volume *v, ntfs_inode *dir,
	const struct folder_entry *e, union file_name *ret_key)
{
	union file_name name;
	int found;

	memset(&name, 0, sizeof(name));
	name.attr.parent_directory = MK_LE_MREF(
		dir->mft_no, le16_to_cpu(dir->mrec->sequence_number));
	file_name_set(&name, e->units, e->len, FILE_NAME_POSIX);
	found = file_name_find(v, dir, e->ref, &name, ret_key);
	if (found < 0)
		return found == -ERR_EXISTS ? -ERR_CORRUPT : found;
	return found ? 0 : -ERR_CORRUPT;
}

uint64_t folder_list_time(const union file_name *key)
{
	uint64_t modified = le64_to_cpu((le64)key->attr.last_data_change_time);
	uint64_t changed = le64_to_cpu((le64)key->attr.last_mft_change_time);

	return modified > changed ? modified : changed;
}

void folder_list_free(struct folder_list *list)
{
	free(list->entries);
	memset(list, 0, sizeof(*list));
}
