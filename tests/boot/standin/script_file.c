/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading \standin.txt from the partition we were started from. */
#include "tests/boot/standin/script.h"

#include "storage/err.h"

static int read_text(const struct firmware *fw, char *buf, UINTN *len)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);
	EFI_FILE_HANDLE root;
	EFI_FILE_HANDLE file;
	EFI_STATUS status;
	void *fs;

	if (!image || firmware_protocol(fw, image->DeviceHandle,
			      &firmware_file_system_guid, &fs) < 0)
		return -ERR_IO;
	if (((EFI_FILE_IO_INTERFACE *)fs)->OpenVolume(fs, &root) != EFI_SUCCESS)
		return -ERR_IO;
	status = root->Open(
		root, &file, (CHAR16 *)L"\\standin.txt", EFI_FILE_MODE_READ, 0);
	if (status == EFI_NOT_FOUND) {
		*len = 0;
		root->Close(root);
		return 0;
	}
	if (status == EFI_SUCCESS) {
		status = file->Read(file, len, buf);
		file->Close(file);
	}
	root->Close(root);
	return status == EFI_SUCCESS ? 0 : -ERR_IO;
}

int script_read(const struct firmware *fw, uint32_t session, struct script *ret)
{
	char text[SCRIPT_MAX_BYTES];
	UINTN len = sizeof(text) - 1;
	int err = read_text(fw, text, &len);

	if (err < 0)
		return err;
	text[len] = '\0';
	return script_parse(text, session, ret);
}
