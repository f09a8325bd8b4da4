/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The volume that the stand-in runs from, and its one driver. */
#include "tests/boot/standin/windows_volume.h"

#include <stdio.h>

#include "efi/devpath.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/boot/standin/content.h"

#define PAGE_BYTES	 4096u
#define BUFFER_PAGES	 ((EFI_DISK_PIECE_BYTES + EFI_DISK_MAX_ALIGN) / PAGE_BYTES)
#define MAX_LISTED	 16
#define PAGE_FILE	 "pagefile.sys"
#define NAMESPACE_DOS	 2
#define PARTITION_NUMBER 4 /* in an HD() node */
#define OEM_OFFSET	 3
#define MIN_BLOCK_BYTES	 512u

/* The device path of a handle without its last node, the partition's. */
static bool disk_path(const struct firmware *fw, EFI_HANDLE handle,
	const uint8_t **ret_path, size_t *ret_len)
{
	void *path;

	if (firmware_protocol(fw, handle, &firmware_device_path_guid, &path) <
			0 ||
		devpath_prefix_bytes(path, DEVPATH_MAX_BYTES, ret_len) < 0 ||
		*ret_len < DEVPATH_HARD_DRIVE_BYTES)
		return false;
	*ret_path = path;
	*ret_len -= DEVPATH_HARD_DRIVE_BYTES;
	return true;
}

/* Windows is on the disk that its boot manager was started from. */
static bool is_own_disk(const struct firmware *fw, EFI_HANDLE handle)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	const uint8_t *own, *other;
	size_t own_len, other_len;

	return image && disk_path(fw, image->DeviceHandle, &own, &own_len) &&
	       disk_path(fw, handle, &other, &other_len) &&
	       own_len == other_len && !memcmp(own, other, own_len);
}

/* Is it number @number of its disk?  0: any. */
static bool is_partition(
	const struct firmware *fw, EFI_HANDLE handle, uint32_t number)
{
	const uint8_t *path;
	size_t len;

	return !number ||
	       (disk_path(fw, handle, &path, &len) &&
		       le32_get(path + len + PARTITION_NUMBER) == number);
}

/* What is read and written: the disk, or what the key makes of it. */
static int open_plain(
	struct windows_volume *w, const struct bitlocker_fvek *key)
{
	struct bitlocker_metadata m;
	int err;

	w->plain = &w->disk.disk;
	if (!key->len)
		return 0;
	err = bitlocker_metadata_read(&w->disk.disk, &m);
	if (err < 0)
		return err;
	if (m.no_read == BITLOCKER_ACCEPTED)
		err = bitlocker_layer_open(&w->layer, &w->disk.disk, &m, key);
	if (m.no_read == BITLOCKER_ACCEPTED && err == 0)
		w->plain = &w->layer.disk;
	bitlocker_metadata_close(&m);
	return err;
}

/* Is this partition NTFS, and does it hold a Windows? */
static bool try_partition(struct windows_volume *w, EFI_BLOCK_IO *io,
	const struct bitlocker_fvek *key)
{
	EFI_PHYSICAL_ADDRESS aligned = (w->buffer + EFI_DISK_MAX_ALIGN - 1) /
				       EFI_DISK_MAX_ALIGN * EFI_DISK_MAX_ALIGN;
	char sector[MIN_BLOCK_BYTES];

	if (!io->Media->LogicalPartition || !io->Media->MediaPresent ||
		io->Media->BlockSize < MIN_BLOCK_BYTES)
		return false;
	efi_disk_init(&w->disk, io, (uint8_t *)aligned, 0);
	if (open_plain(w, key) == 0 &&
		disk_read(w->plain, 0, sector, sizeof(sector)) == 0 &&
		!memcmp(sector + OEM_OFFSET, "NTFS    ", 8)) {
		/* Windows mends $MFTMirr itself. */
		if (volume_open_mending(&w->volume, w->plain) == 0 &&
			volume_exists(&w->volume, "Windows/System32") == 1)
			return true;
		(void)volume_close(&w->volume); /* nothing was changed */
	}
	bitlocker_layer_close(&w->layer);
	return false;
}

int windows_volume_open(struct windows_volume *w, const struct firmware *fw,
	const struct script *s)
{
	struct firmware_handles list;
	void *io;
	int err;

	memset(w, 0, sizeof(*w));
	w->fw = fw;
	if (s->keep_writable)
		return -ERR_UNSUPPORTED;
	if (fw->boot->AllocatePages(AllocateAnyPages, EfiLoaderData,
		    BUFFER_PAGES, &w->buffer) != EFI_SUCCESS) {
		w->buffer = 0;
		return -ERR_NO_MEMORY;
	}
	err = firmware_handles_get(fw, &firmware_block_io_guid, &list);
	for (size_t i = 0; i < list.count && !w->is_open; i++) {
		if (is_own_disk(fw, list.handles[i]) &&
			is_partition(
				fw, list.handles[i], s->windows_partition) &&
			firmware_protocol(fw, list.handles[i],
				&firmware_block_io_guid, &io) == 0)
			w->is_open = try_partition(w, io, &s->volume_key);
	}
	firmware_handles_free(fw, &list);
	if (err < 0)
		return err;
	return w->is_open ? 0 : -ERR_NOT_FOUND;
}

int windows_volume_close(struct windows_volume *w)
{
	int err = 0;

	if (w->is_open) {
		err = volume_close(&w->volume);
		if (disk_flush(w->plain) < 0)
			err = -ERR_IO;
		bitlocker_layer_close(&w->layer);
	}
	if (w->buffer)
		(void)w->fw->boot->FreePages(w->buffer, BUFFER_PAGES);
	w->is_open = false;
	w->buffer = 0;
	return err;
}

int windows_volume_crash(struct windows_volume *w)
{
	/* What a crash leaves half-done is put there by the scenario. */
	return windows_volume_close(w);
}

/* The pieces of [0, @len), each in its clusters. */
static int write_clusters(struct windows_volume *w, ntfs_attr *na,
	const uint8_t *bytes, size_t len)
{
	const u32 cluster = w->volume.ntfs->cluster_size;
	const runlist_element *rl;
	int err = 0;

	for (size_t at = 0; !err && at < len; at += cluster) {
		rl = ntfs_attr_find_vcn(na, (VCN)(at / cluster));
		if (!rl || rl->lcn < 0)
			return -ERR_UNSUPPORTED;
		err = disk_write(w->plain,
			(uint64_t)(rl->lcn + (VCN)(at / cluster) - rl->vcn) *
				cluster,
			bytes + at, len - at < cluster ? len - at : cluster);
	}
	return err;
}

int windows_volume_write_dump(
	struct windows_volume *w, const void *bytes, size_t len)
{
	ntfs_inode *file;
	ntfs_attr *na;
	int err;

	err = ntfs_inode_open_path(&w->volume, PAGE_FILE, &file);
	if (err < 0)
		return err;
	na = ntfs_attr_open(file, AT_DATA, AT_UNNAMED, 0);
	if (!na || !NAttrNonResident(na))
		err = -ERR_UNSUPPORTED;
	else
		err = write_clusters(w, na, bytes, len);
	if (na)
		ntfs_attr_close(na);
	return ntfs_inode_shut(&w->volume, file, err);
}

/* Content, and the generation folders that more of it lies in. */
struct listing {
	char names[MAX_LISTED][WINDOWS_NAME_BYTES];
	size_t count;
	char folders[MAX_LISTED][WINDOWS_NAME_BYTES];
	size_t folder_count;
	const char *inside; /* of a folder: "{GUID}/"; otherwise "" */
	bool is_full;
};

/* Put @inside and @name into @list. */
static void list_name(struct listing *l, char list[][WINDOWS_NAME_BYTES],
	size_t *count, const char *name)
{
	l->is_full = l->is_full || *count == MAX_LISTED;
	if (!l->is_full)
		(void)snprintf(list[(*count)++], WINDOWS_NAME_BYTES, "%s%s",
			l->inside, name);
}

/* Called by libntfs-3g for each entry of the folder. */
static int list_entry(void *context, const ntfschar *name, const int len,
	const int name_space, const s64 position, const MFT_REF reference,
	const unsigned int type)
{
	struct listing *l = context;
	char *text = NULL;

	(void)position;
	(void)reference;
	if (name_space == NAMESPACE_DOS || len <= 0 ||
		ntfs_ucstombs(name, len, &text, 0) < 0)
		return 0;
	if (strlen(l->inside) + strlen(text) + 2 > WINDOWS_NAME_BYTES)
		l->is_full = true;
	else if (type == NTFS_DT_REG && content_has_name(text))
		list_name(l, l->names, &l->count, text);
	else if (type == NTFS_DT_DIR && content_is_generation(text))
		list_name(l, l->folders, &l->folder_count, text);
	free(text);
	return 0;
}

/* What is in one folder: the driver's, or a generation in it. */
static int list_folder(
	struct windows_volume *w, struct listing *l, const char *path)
{
	ntfs_volume *ntfs = w->volume.ntfs;
	ntfs_inode *folder;
	s64 position = 0;
	int err;

	err = ntfs_inode_open_path(&w->volume, path, &folder);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	/* Otherwise every name comes in lower case. */
	NVolSetCaseSensitive(ntfs);
	if (ntfs_readdir(folder, &position, l, list_entry))
		err = -ERR_IO;
	ntfs->state &= ~(1ul << NV_CaseSensitive);
	if (l->is_full)
		err = -ERR_TOO_LARGE;
	return ntfs_inode_shut(&w->volume, folder, err);
}

static int list_content(struct windows_volume *w, struct listing *l)
{
	char path[sizeof(CONTENT_FOLDER) + WINDOWS_NAME_BYTES];
	char inside[WINDOWS_NAME_BYTES + 1];
	size_t folders;
	int err;

	l->inside = "";
	err = list_folder(w, l, CONTENT_FOLDER);
	folders = l->folder_count;
	for (size_t i = 0; i < folders && err == 0; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", CONTENT_FOLDER,
			l->folders[i]);
		(void)snprintf(inside, sizeof(inside), "%s/", l->folders[i]);
		l->inside = inside;
		err = list_folder(w, l, path);
	}
	return err;
}

/* 1 if the content @name is bad, 0 if not, -ERR_ */
static int check_content(struct windows_volume *w, const char *name)
{
	char path[sizeof(CONTENT_FOLDER) + WINDOWS_NAME_BYTES];
	char start[CONTENT_MARK_BYTES];
	uint64_t size;
	size_t len;
	int err;

	(void)snprintf(path, sizeof(path), "%s/%s", CONTENT_FOLDER, name);
	err = volume_read_file(
		&w->volume, path, start, sizeof(start), &len, &size);
	if (err < 0)
		return err;
	return content_is_bad(start, len);
}

int windows_volume_find_bad(
	struct windows_volume *w, char name[WINDOWS_NAME_BYTES])
{
	struct listing *l = calloc(1, sizeof(*l));
	int result;

	if (!l)
		return -ERR_NO_MEMORY;
	result = list_content(w, l);
	for (size_t i = 0; i < l->count && result == 0; i++) {
		memcpy(name, l->names[i], WINDOWS_NAME_BYTES);
		result = check_content(w, name);
	}
	free(l);
	return result;
}

static int write_content(ntfs_inode *file, const char *content)
{
	ntfs_attr *na = ntfs_attr_open(file, AT_DATA, AT_UNNAMED, 0);
	char *bytes = malloc(CONTENT_BYTES);
	int err = -ERR_IO;

	if (na && bytes) {
		content_fill(bytes, content);
		if (ntfs_attr_pwrite(na, 0, CONTENT_BYTES, bytes) ==
			CONTENT_BYTES)
			err = 0;
	}
	free(bytes);
	if (na)
		ntfs_attr_close(na);
	return err;
}

static void set_times(ntfs_inode *file, uint64_t utc)
{
	file->creation_time = cpu_to_le64(utc);
	file->last_data_change_time = cpu_to_le64(utc);
	file->last_mft_change_time = cpu_to_le64(utc);
	file->last_access_time = cpu_to_le64(utc);
	ntfs_inode_mark_dirty(file);
	NInoFileNameSetDirty(file);
}

int windows_volume_deliver(
	struct windows_volume *w, const struct script_delivery *d, uint64_t utc)
{
	ntfs_inode *folder;
	ntfs_inode *file = NULL;
	ntfschar *name = NULL;
	int len;
	int err;

	err = ntfs_inode_open_path(&w->volume, CONTENT_FOLDER, &folder);
	if (err < 0)
		return err;
	err = -ERR_IO;
	len = ntfs_mbstoucs(d->name, &name);
	if (len > 0)
		file = ntfs_create(
			folder, const_cpu_to_le32(0), name, (u8)len, S_IFREG);
	if (file) {
		err = write_content(file, d->content);
		set_times(file, utc);
		/* The folder is open: its index is changed through it. */
		if (ntfs_inode_close_in_dir(file, folder))
			err = -ERR_IO;
	}
	free(name);
	return ntfs_inode_shut(&w->volume, folder, err);
}
