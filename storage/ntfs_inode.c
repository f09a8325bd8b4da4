/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/ntfs_inode.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"

/* Of an entry in an attribute list, without the name. */
#define ENTRY_HEAD_BYTES offsetof(ATTR_LIST_ENTRY, name)

static bool is_extension_of(const ntfs_inode *ni, const ntfs_inode *extension)
{
	u16 sequence = le16_to_cpu(ni->mrec->sequence_number);

	return le64_to_cpu(extension->mrec->base_mft_record) ==
	       MK_MREF(ni->mft_no, sequence);
}

int ntfs_inode_check_records(ntfs_inode *ni)
{
	u32 at, left, length;

	for (at = 0; NInoAttrList(ni) && at < ni->attr_list_size;
		at += length) {
		const ATTR_LIST_ENTRY *e = (const void *)(ni->attr_list + at);
		ntfs_inode *extension;

		left = (u32)ni->attr_list_size - at;
		length = left < ENTRY_HEAD_BYTES ? 0 : le16_to_cpu(e->length);
		errno = EIO;
		if (length < ENTRY_HEAD_BYTES || length > left)
			return -1;
		if (MREF_LE(e->mft_reference) == ni->mft_no)
			continue;
		extension = ntfs_extent_inode_open(ni, e->mft_reference);
		if (!extension)
			return -1;
		errno = EIO;
		if (!is_extension_of(ni, extension))
			return -1;
	}
	return 0;
}

ntfs_inode *ntfs_inode_open_whole(struct volume *v, u64 ref)
{
	ntfs_inode *ni = ntfs_inode_open(v->ntfs, MREF(ref));

	if (!ni || ntfs_inode_check_records(ni) == 0)
		return ni;
	(void)ntfs_inode_close(ni); /* nothing in it was changed */
	errno = EIO;
	return NULL;
}

/* Open what @ref points to, if it is still the same file. */
static int open_reference(struct volume *v, u64 ref, ntfs_inode **ret_ni)
{
	ntfs_inode *ni = ntfs_inode_open_whole(v, ref);
	int err;

	if (!ni) {
		err = ntfs_device_err(&v->device, errno);
		return err == -ERR_NOT_FOUND ? -ERR_CORRUPT : err;
	}
	if (MSEQNO(ref) &&
		le16_to_cpu(ni->mrec->sequence_number) != MSEQNO(ref))
		return ntfs_inode_shut(v, ni, -ERR_CORRUPT);
	*ret_ni = ni;
	return 0;
}

/* Replace the directory *ni by its entry @name, @len bytes of UTF-8. */
static int step_into(
	struct volume *v, ntfs_inode **ni, const char *name, size_t len)
{
	char part[4 * NTFS_MAX_NAME_LEN + 1];
	ntfschar *unicode = NULL;
	ntfs_inode *next = NULL;
	int units;
	u64 ref;
	int err;

	if (len >= sizeof(part))
		return -ERR_NOT_FOUND;
	memcpy(part, name, len);
	part[len] = '\0';
	units = ntfs_mbstoucs(part, &unicode);
	if (units < 0)
		return ntfs_device_err(&v->device, errno);
	if (!units || units > NTFS_MAX_NAME_LEN) {
		free(unicode);
		return -ERR_NOT_FOUND;
	}
	/*
	 * Not ntfs_pathname_to_inode(): that one calls an index it cannot
	 * read "not found".
	 */
	errno = EIO;
	ref = ntfs_inode_lookup_by_name(*ni, unicode, units);
	err = ref == (u64)-1 ? ntfs_device_err(&v->device, errno) : 0;
	free(unicode);
	if (err < 0)
		return err;
	err = ntfs_inode_shut(v, *ni, 0);
	*ni = NULL;
	if (err < 0)
		return err;
	err = open_reference(v, ref, &next);
	if (err < 0)
		return err;
	*ni = next;
	return 0;
}

int ntfs_inode_open_path(
	struct volume *v, const char *path, ntfs_inode **ret_ni)
{
	ntfs_inode *ni = NULL;
	size_t len;
	int err;

	err = open_reference(v, FILE_root, &ni);
	if (err < 0)
		return err;
	for (;;) {
		while (*path == '/')
			path++;
		if (!*path)
			break;
		/* A file where a directory should be: nothing is below it. */
		if (!(ni->mrec->flags & MFT_RECORD_IS_DIRECTORY)) {
			err = -ERR_NOT_FOUND;
			break;
		}
		for (len = 0; path[len] && path[len] != '/'; len++)
			;
		err = step_into(v, &ni, path, len);
		if (err < 0)
			break;
		path += len;
	}
	if (err < 0)
		return ntfs_inode_shut(v, ni, err);
	*ret_ni = ni;
	return 0;
}

/* What could not be written back is given up: the overlay is not to be kept. */
static void forget_changes(ntfs_inode *ni)
{
	/* The library's own macros do this with signed shifts. */
	const unsigned long dirty = 1ul << NI_Dirty | 1ul << NI_AttrListDirty;
	int i;

	ni->state &= ~dirty;
	for (i = 0; i < ni->nr_extents; i++)
		ni->extent_nis[i]->state &= ~dirty;
}

int ntfs_inode_shut(struct volume *v, ntfs_inode *ni, int err)
{
	int close_err;

	if (!ni || !ntfs_inode_close(ni))
		return err;
	close_err = ntfs_device_err(&v->device, errno);
	/* An inode that the library cannot write back it does not free. */
	forget_changes(ni);
	(void)ntfs_inode_close(ni);
	return err < 0 ? err : close_err;
}
