/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding partitions in sysfs; the modules were loaded one after the other, so
 * all disks are there. */
#include "tests/boot/kernel/partition.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "storage/err.h"

#define BLOCK_FOLDER "/sys/class/block"

static int is_partition(const struct dirent *entry)
{
	char path[sizeof(BLOCK_FOLDER) + sizeof(entry->d_name) + 16];

	(void)snprintf(path, sizeof(path), BLOCK_FOLDER "/%s/partition",
		entry->d_name);
	return access(path, F_OK) == 0;
}

/* 1 if this is it, 0 if not. */
static int try_mount(const char *device, const char *type, const char *options,
	const char *where, const char *witness)
{
	if (mount(device, where, type, MS_RDONLY, options) < 0)
		return 0; /* another file system, which is no error */
	if (access(witness, F_OK) == 0)
		return 1;
	return umount(where) < 0 ? -ERR_IO : 0;
}

int partition_mount(const char *type, const char *options, const char *where,
	const char *witness, char ret_device[PARTITION_PATH_BYTES])
{
	char device[PARTITION_PATH_BYTES];
	struct dirent **found = NULL;
	int count, result = 0;

	count = scandir(BLOCK_FOLDER, &found, is_partition, alphasort);
	if (count < 0)
		return errno == ENOMEM ? -ERR_NO_MEMORY : -ERR_IO;
	for (int i = 0; i < count; i++) {
		if (result == 0) {
			(void)snprintf(device, sizeof(device), "/dev/%s",
				found[i]->d_name);
			result = try_mount(
				device, type, options, where, witness);
		}
		free(found[i]);
	}
	free(found);
	if (result == 1)
		memcpy(ret_device, device, sizeof(device));
	return result == 1 ? 0 : result < 0 ? result : -ERR_NOT_FOUND;
}
