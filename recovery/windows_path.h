/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths as Windows writes them into its registry, and where that is on the
 * volume that Windows is on.
 */
#ifndef RECOVERY_WINDOWS_PATH_H
#define RECOVERY_WINDOWS_PATH_H

#include <stddef.h>

/** windows_path_file - the last part: "csagent.sys" */
const char *windows_path_file(const char *path);

/**
 * windows_path_on_volume - "Windows/System32/drivers/x.sys"
 * @path:  "\??\C:\pagefile.sys 16 4096", "?:\pagefile.sys",
 *	   "%SystemRoot%\MEMORY.DMP", "\SystemRoot\System32\drivers\x.sys",
 *	   "C:\Windows\x"; without any of these in front it counts from the
 *	   folder of Windows
 * @drive: the letter of Windows' own volume; 0: not known, then any is
 *
 * What comes behind the extension after a blank, as sizes do, is left out.
 *
 * Returns 0; -ERR_NOT_FOUND if it lies on another volume or names no file;
 * -ERR_TOO_LARGE if @cap is not enough.
 */
int windows_path_on_volume(const char *path, char drive, char *ret, size_t cap);

#endif
