/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names in a folder of a file system of the firmware.
 */
#ifndef EFI_FOLDER_H
#define EFI_FOLDER_H

#include "efi/firmware.h"

/* Quirk Q28: some listings never end. */
#define FOLDER_MAX_ENTRIES 256

struct folder_sink {
	/* A file, not a folder.  False: that is enough. */
	bool (*add)(void *ctx, const CHAR16 *name);
	void *ctx;
};

/**
 * folder_list - hand in the names of the files in a folder
 * @handle: of the partition, whose file system is safe to open
 * @path:   from the root, with a backslash at its end
 *
 * Also hidden and system files.  Not more than FOLDER_MAX_ENTRIES entries are
 * looked at; a listing that breaks off ends there.  Reads once more after
 * "media changed" (quirk Q31).  Returns 0, -ERR_NOT_FOUND or -ERR_IO.
 */
int folder_list(const struct firmware *fw, EFI_HANDLE handle,
	const CHAR16 *path, const struct folder_sink *sink);

#endif
