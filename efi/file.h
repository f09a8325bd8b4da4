/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole small files from a file system of the firmware.
 */
#ifndef EFI_FILE_H
#define EFI_FILE_H

#include "efi/firmware.h"

/**
 * file_read - read all of a file
 * @handle: of the partition; the caller knows that its file system is safe to
 *	    open (efi/partition.h)
 * @path:   from the root, with backslashes
 * @cap:    at least 1
 *
 * Reads in small pieces (quirk Q27) and once more after "media changed"
 * (quirk Q31).  Returns 0 with *@ret_len; -ERR_NOT_FOUND; -ERR_TOO_LARGE if it
 * is longer than @cap; -ERR_IO.  @buf may be changed on failure.
 */
int file_read(const struct firmware *fw, EFI_HANDLE handle, const CHAR16 *path,
	void *buf, size_t cap, size_t *ret_len);

#endif
