/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partitions as the firmware sees them: is one there, and which of them
 * holds a given file.  Reads only.
 */
#ifndef EFI_PARTITION_H
#define EFI_PARTITION_H

#include "efi/devpath.h"
#include "efi/firmware.h"

/**
 * partition_find - the handle of the GPT partition @guid that has @protocol
 *
 * Returns 0, -ERR_NOT_FOUND, or -ERR_NO_MEMORY.
 */
int partition_find(const struct firmware *fw, const EFI_GUID *protocol,
	const uint8_t *guid, EFI_HANDLE *ret_handle);

/**
 * partition_is_fat - may its file system be opened?
 *
 * 1 if its boot sector says FAT, 0 if not, or why that is not known: -ERR_IO,
 * -ERR_NO_MEMORY.
 */
int partition_is_fat(const struct firmware *fw, EFI_HANDLE handle);

/* A partition that holds the file asked for. */
struct partition_file {
	EFI_HANDLE handle;
	uint8_t node[DEVPATH_HARD_DRIVE_BYTES]; /* its HD() node */
};

/**
 * partition_find_file - the first FAT partition that has @path
 * @is_wanted: which partitions to look at, by their device paths; NULL: all
 * @ctx:       for @is_wanted
 *
 * Only partitions of GPT disks that are not removable are looked at.
 *
 * Returns 0; -ERR_NOT_FOUND if all could be looked at and none has it; -ERR_IO
 * or what the firmware said if one could not and no other has it; or
 * -ERR_NO_MEMORY.
 */
int partition_find_file(const struct firmware *fw, const CHAR16 *path,
	bool (*is_wanted)(const void *ctx, const void *device_path),
	const void *ctx, struct partition_file *ret);

#endif
