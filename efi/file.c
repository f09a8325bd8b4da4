/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/file.h"

#include "efi/status.h"
#include "storage/err.h"

#define PIECE_BYTES 16384u

/* One more byte than fits shows that the file is too long. */
static int pieces_read(
	EFI_FILE_HANDLE file, uint8_t *buf, size_t cap, size_t *ret_len)
{
	uint8_t more;
	size_t len = 0;

	for (;;) {
		size_t left = cap - len;
		UINTN asked = left > PIECE_BYTES ? PIECE_BYTES : left;
		UINTN got = left ? asked : 1;
		EFI_STATUS status =
			file->Read(file, &got, left ? buf + len : &more);

		if (status != EFI_SUCCESS)
			return status_to_err(status);
		if (!got)
			break;
		if (!left)
			return -ERR_TOO_LARGE;
		if (got > asked)
			return -ERR_IO;
		len += got;
	}
	*ret_len = len;
	return 0;
}

static EFI_STATUS file_open(
	EFI_FILE_IO_INTERFACE *system, const CHAR16 *path, EFI_FILE_HANDLE *ret)
{
	EFI_FILE_HANDLE root = NULL;
	EFI_STATUS status = system->OpenVolume(system, &root);

	*ret = NULL;
	if (status != EFI_SUCCESS)
		return status;
	if (!root)
		return EFI_DEVICE_ERROR;
	status = root->Open(root, ret, (CHAR16 *)path, EFI_FILE_MODE_READ, 0);
	(void)root->Close(root);
	return status == EFI_SUCCESS && !*ret ? EFI_DEVICE_ERROR : status;
}

int file_read(const struct firmware *fw, EFI_HANDLE handle, const CHAR16 *path,
	void *buf, size_t cap, size_t *ret_len)
{
	EFI_FILE_HANDLE file;
	EFI_STATUS status;
	void *system;
	int err;

	err = firmware_protocol(
		fw, handle, &firmware_file_system_guid, &system);
	if (err < 0)
		return err;
	status = file_open(system, path, &file);
	if (status == EFI_MEDIA_CHANGED)
		status = file_open(system, path, &file);
	if (status != EFI_SUCCESS)
		return status_to_err(status);
	err = pieces_read(file, buf, cap, ret_len);
	(void)file->Close(file); /* was only read */
	return err;
}
