/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three attributes that make a record a folder: all resident. */
#include "quarantine/new_folder.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

static int add_attribute(struct volume *v, ntfs_inode *ni, ATTR_TYPES type,
	const void *value, u32 len)
{
	bool is_index = type == AT_INDEX_ROOT;

	if (ntfs_resident_attr_record_add(ni, type,
		    is_index ? NTFS_INDEX_I30 : AT_UNNAMED, is_index ? 4 : 0,
		    value, len, const_cpu_to_le16(0)) < 0)
		return ntfs_device_err(&v->device, errno);
	return 0;
}

/* The library writes its own copy of these fields when the inode is closed. */
static int add_information(struct volume *v, ntfs_inode *ni, le32 security)
{
	STANDARD_INFORMATION si;

	memset(&si, 0, sizeof(si));
	si.creation_time = ni->creation_time;
	si.last_data_change_time = ni->last_data_change_time;
	si.last_mft_change_time = ni->last_mft_change_time;
	si.last_access_time = ni->last_access_time;
	si.security_id = security;
	ni->security_id = security;
	ni->owner_id = const_cpu_to_le32(0);
	ni->quota_charged = const_cpu_to_le64(0);
	ni->usn = const_cpu_to_le64(0);
	ni->state |= 1ul << NI_v3_Extensions;
	return add_attribute(
		v, ni, AT_STANDARD_INFORMATION, &si, (u32)sizeof(si));
}

static void fill_name(
	union file_name *name, const ntfs_inode *ni, const ntfs_inode *parent)
{
	FILE_NAME_ATTR *n = &name->attr;

	n->parent_directory = MK_LE_MREF(
		parent->mft_no, le16_to_cpu(parent->mrec->sequence_number));
	n->creation_time = ni->creation_time;
	n->last_data_change_time = ni->last_data_change_time;
	n->last_mft_change_time = ni->last_mft_change_time;
	n->last_access_time = ni->last_access_time;
	n->file_attributes = FILE_ATTR_I30_INDEX_PRESENT;
}

static int add_index(struct volume *v, ntfs_inode *ni)
{
	u32 entries = (u32)(sizeof(INDEX_HEADER) + sizeof(INDEX_ENTRY_HEADER));
	u32 block = v->ntfs->indx_record_size;
	struct {
		INDEX_ROOT root;
		INDEX_ENTRY_HEADER end;
	} index;

	memset(&index, 0, sizeof(index));
	index.root.type = AT_FILE_NAME;
	index.root.collation_rule = COLLATION_FILE_NAME;
	index.root.index_block_size = cpu_to_le32(block);
	index.root.clusters_per_index_block =
		(s8)(v->ntfs->cluster_size <= block
				? block >> v->ntfs->cluster_size_bits
				: block >> NTFS_BLOCK_SIZE_BITS);
	index.root.index.entries_offset = cpu_to_le32(sizeof(INDEX_HEADER));
	index.root.index.index_length = cpu_to_le32(entries);
	index.root.index.allocated_size = cpu_to_le32(entries);
	index.end.length = cpu_to_le16(sizeof(INDEX_ENTRY_HEADER));
	index.end.flags = INDEX_ENTRY_END;
	return add_attribute(v, ni, AT_INDEX_ROOT, &index, (u32)sizeof(index));
}

int new_folder_make(struct volume *v, ntfs_inode *parent, union file_name *name,
	le32 security)
{
	ntfs_inode *ni = ntfs_mft_record_alloc(v->ntfs, NULL);
	int err;

	if (!ni)
		return ntfs_device_err(&v->device, errno);
	fill_name(name, ni, parent);
	err = add_information(v, ni, security);
	if (err == 0)
		err = add_attribute(v, ni, AT_FILE_NAME, name->bytes,
			file_name_bytes(name));
	if (err == 0)
		err = add_index(v, ni);
	if (err == 0 &&
		ntfs_index_add_filename(parent, &name->attr,
			MK_MREF(ni->mft_no,
				le16_to_cpu(ni->mrec->sequence_number))))
		err = ntfs_device_err(&v->device, errno);
	ni->mrec->flags |= MFT_RECORD_IS_DIRECTORY;
	ni->mrec->link_count = const_cpu_to_le16(1);
	ntfs_inode_mark_dirty(ni);
	return ntfs_inode_shut(v, ni, err);
}

/* What an index that had grown has of the volume. */
static int free_clusters(struct volume *v, ntfs_inode *ni)
{
	ntfs_attr *na =
		ntfs_attr_open(ni, AT_INDEX_ALLOCATION, NTFS_INDEX_I30, 4);
	int err = 0;

	if (!na)
		return errno == ENOENT ? 0 : ntfs_device_err(&v->device, errno);
	if (ntfs_attr_rm(na))
		err = ntfs_device_err(&v->device, errno);
	ntfs_attr_close(na);
	return err;
}

int new_folder_remove(struct volume *v, ntfs_inode *parent, ntfs_inode *ni,
	u64 ref, const union file_name *name)
{
	union file_name key;
	int err;

	if (ntfs_check_empty_dir(ni)) {
		err = errno == ENOTEMPTY ? 0
					 : ntfs_device_err(&v->device, errno);
		return ntfs_inode_shut(v, ni, err);
	}
	err = file_name_find(v, parent, ref, name, &key);
	if (err == 0)
		err = -ERR_CORRUPT;
	if (err > 0 && ntfs_index_remove(parent, NULL, key.bytes,
			       (int)file_name_bytes(&key)))
		err = ntfs_device_err(&v->device, errno);
	if (err > 0)
		err = free_clusters(v, ni);
	if (err < 0)
		return ntfs_inode_shut(v, ni, err);
	/* Closes it, if it works. */
	if (ntfs_mft_record_free(v->ntfs, ni))
		return ntfs_inode_shut(
			v, ni, ntfs_device_err(&v->device, errno));
	return 0;
}
