/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of the firmware that stays open and is read in parts.
 */
#ifndef EFI_OPEN_FILE_H
#define EFI_OPEN_FILE_H

#include "efi/firmware.h"

struct open_file {
	EFI_FILE_IO_INTERFACE *system;
	const CHAR16 *path;
	EFI_FILE_HANDLE root;
	EFI_FILE_HANDLE file; /* NULL: not open */
	uint64_t size;
};

/**
 * open_file_open - open a file for reading
 * @handle: of the partition, whose file system is safe to open
 * @path:   from the root; must stay
 *
 * Once more after "media changed" (quirk Q31).  Returns 0, -ERR_NOT_FOUND, also
 * for a folder of that name, or what the firmware said; open_file_close() is
 * valid either way.
 */
int open_file_open(struct open_file *f, const struct firmware *fw,
	EFI_HANDLE handle, const CHAR16 *path);

/**
 * open_file_read - @len bytes from @off on, which are within the size
 *
 * In small pieces (quirk Q27).  After "media changed" the file is opened again,
 * once, if it still has its size.  Returns 0 or -ERR_IO.
 */
int open_file_read(struct open_file *f, uint64_t off, void *buf, size_t len);

void open_file_close(struct open_file *f);

#endif
