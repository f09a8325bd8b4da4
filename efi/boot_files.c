/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/boot_files.h"

#include <string.h>

#include "efi/file.h"
#include "efi/partition.h"
#include "storage/err.h"

#define FOLDER u"\\EFI\\Microsoft\\Boot\\"

static const CHAR16 *const paths[BOOT_FILE_COUNT] = {
	[BOOT_FILE_LOG] = FOLDER u"BOOTSTAT.DAT",
	[BOOT_FILE_BCD] = FOLDER u"BCD",
	[BOOT_FILE_BCD_LOG] = FOLDER u"BCD.LOG",
	[BOOT_FILE_BCD_LOG1] = FOLDER u"BCD.LOG1",
	[BOOT_FILE_BCD_LOG2] = FOLDER u"BCD.LOG2",
};

/* 1 if it is the partition @guid, 0 if another, -1 if it is none. */
static int is_partition(const void *device_path, const uint8_t *guid)
{
	const uint8_t *node;

	if (devpath_find_partition(device_path, DEVPATH_MAX_BYTES, &node) < 0)
		return -1;
	return !memcmp(devpath_partition_guid(node), guid, DEVPATH_GUID_BYTES);
}

static bool is_same(const void *guid, const void *device_path)
{
	return is_partition(device_path, guid) == 1;
}

static bool is_other(const void *guid, const void *device_path)
{
	return is_partition(device_path, guid) == 0;
}

/* The one partition with @path.  A look that failed may have missed another. */
static int find_only(const struct firmware *fw, const CHAR16 *path,
	struct partition_file *ret)
{
	struct partition_file second;
	int err = partition_find_file(fw, path, NULL, NULL, ret);

	if (err < 0)
		return err;
	err = partition_find_file(
		fw, path, is_other, devpath_partition_guid(ret->node), &second);
	if (err == -ERR_NOT_FOUND)
		return 0;
	return err < 0 ? err : -ERR_AMBIGUOUS;
}

int boot_files_get(const struct firmware *fw, const struct boot_target *target,
	enum platform_boot_file which, void *buf, size_t cap, size_t *ret_len)
{
	const CHAR16 *path = paths[which];
	struct partition_file found;
	int err;

	if (target && target->is_present &&
		bootopt_path_is(&target->option, BOOTOPT_WINDOWS_PATH))
		err = partition_find_file(fw, path, is_same,
			target->option.partition_guid, &found);
	else
		err = find_only(fw, path, &found);
	if (err < 0)
		return err;
	return file_read(fw, found.handle, path, buf, cap, ret_len);
}
