/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/folder.h"

#include <string.h>

#include "efi/bootopt_parse.h"
#include "efi/status.h"
#include "storage/err.h"

/* EFI_FILE_INFO before its FileName. */
#define INFO_NAME_AT __builtin_offsetof(EFI_FILE_INFO, FileName)

/* The longest name that FAT has, and its end. */
#define MAX_NAME_UNITS 256

union entry {
	EFI_FILE_INFO info;
	uint8_t bytes[INFO_NAME_AT + MAX_NAME_UNITS * sizeof(CHAR16)];
};

/* Without its last backslash; the root has only that. */
static EFI_STATUS folder_open(
	EFI_FILE_HANDLE root, const CHAR16 *path, EFI_FILE_HANDLE *ret)
{
	CHAR16 name[BOOTOPT_PATH_UNITS];
	size_t len = 0;

	while (len < BOOTOPT_PATH_UNITS - 1 && path[len]) {
		name[len] = path[len];
		len++;
	}
	name[len ? len - 1 : 0] = 0;
	return root->Open(root, ret, name, EFI_FILE_MODE_READ, 0);
}

/* False where the firmware's answer is no entry with a whole name. */
static bool entry_check(union entry *e, UINTN size)
{
	if (size < INFO_NAME_AT + sizeof(CHAR16) || size > sizeof(*e))
		return false;
	for (size_t i = 0; i < (size - INFO_NAME_AT) / sizeof(CHAR16); i++)
		if (!e->info.FileName[i])
			return true;
	return false;
}

/*
 * Quirk Q28: a buffer that is said to be too small never becomes large enough,
 * so there is one size for all, and the count is bounded.
 */
static EFI_STATUS entries_read(
	EFI_FILE_HANDLE folder, const struct folder_sink *sink)
{
	union entry entry;

	for (unsigned int i = 0; i < FOLDER_MAX_ENTRIES; i++) {
		UINTN size = sizeof(entry);
		EFI_STATUS status;

		memset(&entry, 0, sizeof(entry));
		status = folder->Read(folder, &size, &entry);
		if (status != EFI_SUCCESS)
			return status;
		if (!size)
			break;
		if (!entry_check(&entry, size))
			return EFI_VOLUME_CORRUPTED;
		if (!(entry.info.Attribute & EFI_FILE_DIRECTORY) &&
			!sink->add(sink->ctx, entry.info.FileName))
			break;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS list_once(EFI_FILE_IO_INTERFACE *system, const CHAR16 *path,
	const struct folder_sink *sink)
{
	EFI_FILE_HANDLE folder = NULL;
	EFI_FILE_HANDLE root = NULL;
	EFI_STATUS status = system->OpenVolume(system, &root);

	if (status != EFI_SUCCESS || !root)
		return status == EFI_SUCCESS ? EFI_DEVICE_ERROR : status;
	if (path[0] == '\\' && !path[1]) {
		status = entries_read(root, sink);
	} else {
		status = folder_open(root, path, &folder);
		if (status == EFI_SUCCESS && folder) {
			status = entries_read(folder, sink);
			(void)folder->Close(folder); /* was only read */
		}
	}
	(void)root->Close(root);
	return status;
}

int folder_list(const struct firmware *fw, EFI_HANDLE handle,
	const CHAR16 *path, const struct folder_sink *sink)
{
	EFI_STATUS status = EFI_MEDIA_CHANGED;
	void *system;

	if (firmware_protocol(fw, handle, &firmware_file_system_guid, &system) <
		0)
		return -ERR_NOT_FOUND;
	for (unsigned int i = 0; i < 2 && status == EFI_MEDIA_CHANGED; i++)
		status = list_once(system, path, sink);
	return status_to_err(status);
}
