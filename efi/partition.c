/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Partition handles, told apart by the HD() node of their device paths.
 */
#include <string.h>

#include "efi/partition.h"
#include "efi/status.h"
#include "storage/err.h"

/* Where FAT says that it is FAT: FAT12 and FAT16, FAT32. */
#define FAT16_LABEL_AT 54
#define FAT32_LABEL_AT 82

#define PAGE_BYTES 4096u

static int partition_node(
	const struct firmware *fw, EFI_HANDLE handle, const uint8_t **ret_node)
{
	void *path;

	if (firmware_protocol(fw, handle, &firmware_device_path_guid, &path) <
		0)
		return -ERR_NOT_FOUND;
	return devpath_find_partition(path, DEVPATH_MAX_BYTES, ret_node);
}

int partition_find(const struct firmware *fw, const EFI_GUID *protocol,
	const uint8_t *guid, EFI_HANDLE *ret_handle)
{
	struct firmware_handles list;
	int err = firmware_handles_get(fw, protocol, &list);

	if (err < 0)
		return err;
	err = -ERR_NOT_FOUND;
	for (size_t i = 0; i < list.count; i++) {
		const uint8_t *node;

		if (partition_node(fw, list.handles[i], &node) < 0 ||
			memcmp(devpath_partition_guid(node), guid,
				DEVPATH_GUID_BYTES) != 0)
			continue;
		*ret_handle = list.handles[i];
		err = 0;
		break;
	}
	firmware_handles_free(fw, &list);
	return err;
}

/* Quirk Q31: a medium that nobody touched "has changed"; once is forgiven. */
static EFI_STATUS boot_sector_read(EFI_BLOCK_IO *io, uint8_t *sector)
{
	EFI_STATUS status = EFI_MEDIA_CHANGED;

	for (unsigned int i = 0; i < 2 && status == EFI_MEDIA_CHANGED; i++)
		status = io->ReadBlocks(io, io->Media->MediaId, 0,
			io->Media->BlockSize, sector);
	return status;
}

/*
 * 1 if it is, 0 if not, or -ERR_IO.  Reads the boot sector into a page of its
 * own: IoAlign (quirk Q26).
 */
static int is_fat(EFI_BLOCK_IO *io, uint8_t *sector)
{
	memset(sector, 0, PAGE_BYTES);
	if (!io->Media || !io->Media->MediaPresent ||
		io->Media->BlockSize < 512 ||
		io->Media->BlockSize > PAGE_BYTES ||
		io->Media->IoAlign > PAGE_BYTES)
		return 0;
	if (boot_sector_read(io, sector) != EFI_SUCCESS)
		return -ERR_IO;
	return !memcmp(sector + FAT16_LABEL_AT, "FAT", 3) ||
	       !memcmp(sector + FAT32_LABEL_AT, "FAT", 3);
}

/*
 * Quirks Q33 and Q34: firmware NTFS drivers stall and return wrong data.  Only
 * a partition whose boot sector says FAT is ever opened as a file system.
 */
int partition_is_fat(const struct firmware *fw, EFI_HANDLE handle)
{
	EFI_PHYSICAL_ADDRESS page = 0;
	void *io;
	int is;

	if (firmware_protocol(fw, handle, &firmware_block_io_guid, &io) < 0)
		return 0;
	if (fw->boot->AllocatePages(
		    AllocateAnyPages, EfiLoaderData, 1, &page) != EFI_SUCCESS)
		return -ERR_NO_MEMORY;
	is = is_fat(io, (uint8_t *)page);
	(void)fw->boot->FreePages(page, 1); /* nothing to do about it */
	return is;
}

/* A stick may carry a rescue Windows; it is not the one of this PC. */
static bool is_removable(const struct firmware *fw, EFI_HANDLE handle)
{
	const EFI_BLOCK_IO *io;
	void *interface;

	if (firmware_protocol(fw, handle, &firmware_block_io_guid, &interface) <
		0)
		return false;
	io = interface;
	return io->Media && io->Media->RemovableMedia;
}

static EFI_STATUS file_look(EFI_FILE_IO_INTERFACE *system, const CHAR16 *path)
{
	EFI_FILE_HANDLE root = NULL;
	EFI_FILE_HANDLE file = NULL;
	EFI_STATUS status = system->OpenVolume(system, &root);

	if (status != EFI_SUCCESS || !root)
		return status;
	status = root->Open(root, &file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0);
	if (status == EFI_SUCCESS && file)
		(void)file->Close(file); /* was only read */
	(void)root->Close(root);
	return status;
}

/* Quirk Q31: after "media changed" the volume has to be opened again. */
static int file_opens(EFI_FILE_IO_INTERFACE *system, const CHAR16 *path)
{
	EFI_STATUS status = file_look(system, path);

	if (status == EFI_MEDIA_CHANGED)
		status = file_look(system, path);
	return status_to_err(status);
}

/* 0 if @handle is a partition with the file, -ERR_NOT_FOUND if it is not. */
static int look_at(
	const struct firmware *fw, EFI_HANDLE handle, const CHAR16 *path)
{
	void *system;
	int may = is_removable(fw, handle) ? 0 : partition_is_fat(fw, handle);

	if (may < 0)
		return may;
	if (!may || firmware_protocol(fw, handle, &firmware_file_system_guid,
			    &system) < 0)
		return -ERR_NOT_FOUND;
	return file_opens(system, path);
}

int partition_find_file(const struct firmware *fw, const CHAR16 *path,
	bool (*is_wanted)(const void *ctx, const void *device_path),
	const void *ctx, struct partition_file *ret)
{
	struct firmware_handles list;
	int err = firmware_handles_get(fw, &firmware_file_system_guid, &list);
	int first_err = -ERR_NOT_FOUND;

	if (err < 0)
		return err;
	err = -ERR_NOT_FOUND;
	for (size_t i = 0; i < list.count && err < 0; i++) {
		EFI_HANDLE handle = list.handles[i];
		const uint8_t *node;
		void *device_path;

		if (partition_node(fw, handle, &node) < 0 ||
			firmware_protocol(fw, handle,
				&firmware_device_path_guid, &device_path) < 0 ||
			(is_wanted && !is_wanted(ctx, device_path)))
			continue;
		err = look_at(fw, handle, path);
		if (err < 0 && first_err == -ERR_NOT_FOUND)
			first_err = err;
		if (err < 0)
			continue;
		ret->handle = handle;
		memcpy(ret->node, node, sizeof(ret->node));
	}
	firmware_handles_free(fw, &list);
	return err < 0 ? first_err : 0;
}
