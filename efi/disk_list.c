/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the machine's block devices are disks for us.
 */
#include <string.h>

#include "efi/devpath.h"
#include "efi/disk.h"
#include "storage/err.h"

#define PAGE_BYTES 4096u
/* Room to place the buffer on the largest alignment we accept. */
#define BUFFER_PAGES ((EFI_DISK_PIECE_BYTES + EFI_DISK_MAX_ALIGN) / PAGE_BYTES)

/*
 * Were we started from a partition of the disk @handle?  True if the disk's
 * device path is the beginning of the path of our own device.
 */
static bool is_boot_disk(const struct firmware *fw, EFI_HANDLE handle)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	void *disk_path;
	void *own_path;
	size_t disk_len;
	size_t own_len;

	/* Quirk Q13: without a device handle we do not know, so "no". */
	if (!image ||
		firmware_protocol(fw, image->DeviceHandle,
			&firmware_device_path_guid, &own_path) < 0 ||
		firmware_protocol(
			fw, handle, &firmware_device_path_guid, &disk_path) < 0)
		return false;
	if (devpath_prefix_bytes(disk_path, DEVPATH_MAX_BYTES, &disk_len) < 0 ||
		devpath_prefix_bytes(own_path, DEVPATH_MAX_BYTES, &own_len) < 0)
		return false;
	return disk_len > 0 && disk_len <= own_len &&
	       !memcmp(disk_path, own_path, disk_len);
}

static void disk_list_add(
	struct efi_disk_list *list, EFI_HANDLE handle, uint8_t *bounce)
{
	struct efi_disk *d;
	void *interface;
	EFI_BLOCK_IO *io;

	if (firmware_protocol(
		    list->fw, handle, &firmware_block_io_guid, &interface) < 0)
		return;
	io = interface;
	if (!efi_disk_check(io))
		return;
	if (io->Media->RemovableMedia && !is_boot_disk(list->fw, handle))
		return;
	if (list->count == EFI_DISK_MAX) {
		list->is_full = true;
		return;
	}
	d = &list->disks[list->count];
	efi_disk_init(d, io, bounce, (unsigned int)list->count);
	d->watchdog = list->watchdog;
	list->pointers[list->count] = &d->disk;
	list->count++;
}

int efi_disk_list_open(struct efi_disk_list *list, const struct firmware *fw)
{
	struct firmware_handles handles;
	EFI_PHYSICAL_ADDRESS aligned;
	int err;

	list->fw = fw;
	list->count = 0;
	list->is_full = false;
	list->buffer = 0;
	if (fw->boot->AllocatePages(AllocateAnyPages, EfiLoaderData,
		    BUFFER_PAGES, &list->buffer) != EFI_SUCCESS) {
		list->buffer = 0;
		return -ERR_NO_MEMORY;
	}
	aligned = (list->buffer + EFI_DISK_MAX_ALIGN - 1) / EFI_DISK_MAX_ALIGN *
		  EFI_DISK_MAX_ALIGN;

	err = firmware_handles_get(fw, &firmware_block_io_guid, &handles);
	for (size_t i = 0; i < handles.count; i++)
		disk_list_add(list, handles.handles[i], (uint8_t *)aligned);
	firmware_handles_free(fw, &handles);
	return err;
}

void efi_disk_list_close(struct efi_disk_list *list)
{
	if (list->buffer)
		(void)list->fw->boot->FreePages(list->buffer, BUFFER_PAGES);
	list->buffer = 0;
	list->count = 0;
}
