/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/file.h"

#include "efi/status.h"
#include "storage/err.h"

#define PIECE_BYTES 65536u

/* For firmware that gives a byte at a time, or never comes to an end. */
#define MAX_PIECES 4096u

/* To its end; one byte beyond @cap shows that it is longer. */
static EFI_STATUS pieces_read(EFI_FILE_HANDLE file, uint8_t *buf, size_t cap,
	size_t *ret_len, bool *ret_is_longer)
{
	uint8_t beyond;
	size_t len = 0;

	*ret_is_longer = false;
	for (unsigned int i = 0; i < MAX_PIECES; i++) {
		size_t room = cap - len;
		UINTN piece = room < PIECE_BYTES ? room : PIECE_BYTES;
		UINTN size = room ? piece : 1;
		EFI_STATUS status =
			file->Read(file, &size, room ? buf + len : &beyond);

		if (status != EFI_SUCCESS)
			return status;
		if (!size) {
			*ret_len = len;
			return EFI_SUCCESS;
		}
		if (!room || size > piece) {
			*ret_is_longer = true;
			return EFI_SUCCESS;
		}
		len += size;
	}
	return EFI_DEVICE_ERROR;
}

static EFI_STATUS file_read_once(EFI_FILE_IO_INTERFACE *system,
	const CHAR16 *path, uint8_t *buf, size_t cap, size_t *ret_len,
	bool *ret_is_longer)
{
	EFI_FILE_HANDLE root = NULL;
	EFI_FILE_HANDLE file = NULL;
	EFI_STATUS status = system->OpenVolume(system, &root);

	if (status != EFI_SUCCESS || !root)
		return status == EFI_SUCCESS ? EFI_DEVICE_ERROR : status;
	status = root->Open(root, &file, (CHAR16 *)path, EFI_FILE_MODE_READ, 0);
	if (status == EFI_SUCCESS && !file)
		status = EFI_DEVICE_ERROR;
	if (status == EFI_SUCCESS) {
		status = pieces_read(file, buf, cap, ret_len, ret_is_longer);
		(void)file->Close(file); /* was only read */
	}
	(void)root->Close(root);
	return status;
}

int file_read(const struct firmware *fw, EFI_HANDLE handle, const CHAR16 *path,
	void *buf, size_t cap, size_t *ret_len)
{
	EFI_STATUS status = EFI_MEDIA_CHANGED;
	bool is_longer = false;
	size_t len = 0;
	void *system;

	if (firmware_protocol(fw, handle, &firmware_file_system_guid, &system) <
		0)
		return -ERR_NOT_FOUND;
	for (unsigned int i = 0; i < 2 && status == EFI_MEDIA_CHANGED; i++)
		status = file_read_once(
			system, path, buf, cap, &len, &is_longer);
	if (status != EFI_SUCCESS)
		return status_to_err(status);
	if (is_longer)
		return -ERR_TOO_LARGE;
	*ret_len = len;
	return 0;
}
