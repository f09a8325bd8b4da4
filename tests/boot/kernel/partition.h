/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The partitions of the running kernel's disks, and mounting them. */
#ifndef TESTS_BOOT_KERNEL_PARTITION_H
#define TESTS_BOOT_KERNEL_PARTITION_H

#include <stdbool.h>

#define PARTITION_PATH_BYTES 272 /* "/dev/" and a name */

/**
 * partition_mount - mount the first partition that is of the right kind
 * @type: "vfat" or "ntfs3"
 * @options: for the file system, NULL: none
 * @where: an existing directory
 * @witness: a path below @where that has to exist on it
 * @ret_device: receives the path of its device
 *
 * Mounted read-only.  Partitions are tried in the order of their names.
 * Returns 0; -ERR_NOT_FOUND; -ERR_NO_MEMORY; -ERR_IO.
 */
int partition_mount(const char *type, const char *options, const char *where,
	const char *witness, char ret_device[PARTITION_PATH_BYTES]);

#endif
