/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/open_file.h"

#include <string.h>

#include "efi/status.h"
#include "storage/err.h"

#define PIECE_BYTES 65536u

/* For firmware that gives a byte at a time. */
#define MIN_PIECE_BYTES 512u

/* "The end of the file", in SetPosition(). */
#define AT_THE_END UINT64_MAX

static EFI_STATUS file_open(struct open_file *f)
{
	EFI_STATUS status = f->system->OpenVolume(f->system, &f->root);

	if (status != EFI_SUCCESS || !f->root)
		return status == EFI_SUCCESS ? EFI_DEVICE_ERROR : status;
	status = f->root->Open(
		f->root, &f->file, (CHAR16 *)f->path, EFI_FILE_MODE_READ, 0);
	if (status == EFI_SUCCESS && !f->file)
		return EFI_DEVICE_ERROR;
	return status;
}

/* Only a file has an end: of a folder the firmware says "unsupported". */
static EFI_STATUS size_get(struct open_file *f, uint64_t *ret)
{
	EFI_STATUS status = f->file->SetPosition(f->file, AT_THE_END);
	UINT64 size = 0;

	if (status == EFI_UNSUPPORTED)
		return EFI_NOT_FOUND;
	if (status == EFI_SUCCESS)
		status = f->file->GetPosition(f->file, &size);
	if (status == EFI_SUCCESS)
		*ret = size;
	return status;
}

static EFI_STATUS open_once(struct open_file *f, uint64_t *ret_size)
{
	EFI_STATUS status = file_open(f);

	if (status == EFI_SUCCESS)
		status = size_get(f, ret_size);
	if (status != EFI_SUCCESS)
		open_file_close(f);
	return status;
}

int open_file_open(struct open_file *f, const struct firmware *fw,
	EFI_HANDLE handle, const CHAR16 *path)
{
	EFI_STATUS status = EFI_MEDIA_CHANGED;
	void *system;

	memset(f, 0, sizeof(*f));
	if (firmware_protocol(fw, handle, &firmware_file_system_guid, &system) <
		0)
		return -ERR_NOT_FOUND;
	f->system = system;
	f->path = path;
	for (unsigned int i = 0; i < 2 && status == EFI_MEDIA_CHANGED; i++)
		status = open_once(f, &f->size);
	return status_to_err(status);
}

static EFI_STATUS pieces_read(
	struct open_file *f, uint64_t off, uint8_t *buf, size_t len)
{
	size_t pieces = len / MIN_PIECE_BYTES + 2;
	EFI_STATUS status = f->file->SetPosition(f->file, off);

	while (status == EFI_SUCCESS && len) {
		UINTN piece = len < PIECE_BYTES ? len : PIECE_BYTES;
		UINTN size = piece;

		status = f->file->Read(f->file, &size, buf);
		if (status != EFI_SUCCESS)
			return status;
		if (!size || size > piece || !pieces--)
			return EFI_DEVICE_ERROR;
		buf += size;
		len -= size;
	}
	return status;
}

static EFI_STATUS open_again(struct open_file *f)
{
	uint64_t size = 0;
	EFI_STATUS status;

	open_file_close(f);
	status = open_once(f, &size);
	if (status == EFI_SUCCESS && size != f->size)
		return EFI_DEVICE_ERROR; /* it is another file */
	return status;
}

int open_file_read(struct open_file *f, uint64_t off, void *buf, size_t len)
{
	EFI_STATUS status;

	if (!f->file || off > f->size || len > f->size - off)
		return -ERR_IO;
	status = pieces_read(f, off, buf, len);
	if (status == EFI_MEDIA_CHANGED) {
		status = open_again(f);
		if (status == EFI_SUCCESS)
			status = pieces_read(f, off, buf, len);
	}
	return status == EFI_SUCCESS ? 0 : -ERR_IO;
}

void open_file_close(struct open_file *f)
{
	if (f->file)
		(void)f->file->Close(f->file); /* was only read */
	if (f->root)
		(void)f->root->Close(f->root);
	f->file = NULL;
	f->root = NULL;
}
