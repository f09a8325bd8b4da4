/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing into a file past its file system: straight to the sectors that hold
 * its data, as winload does with bootstat.dat before there is an NTFS driver.
 */
#ifndef TESTS_BOOT_KERNEL_EXTENTS_H
#define TESTS_BOOT_KERNEL_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * extents_overwrite - replace the first @len bytes of a file, on the disk
 * @path: on a mounted volume
 * @device: the partition it is on
 * @unwritten: also where the file system promises zeros
 *
 * What the file system keeps of the file in memory does not change.  Returns
 * 0; -ERR_NOT_FOUND; -ERR_UNSUPPORTED if some of it is not plainly on disk;
 * -ERR_NO_MEMORY; -ERR_IO.
 */
int extents_overwrite(const char *path, const char *device, const void *bytes,
	size_t len, bool unwritten);

#endif
