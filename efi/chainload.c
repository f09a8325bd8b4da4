/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LoadImage and StartImage.
 */
#include <string.h>

#include "efi/chainload.h"
#include "efi/partition.h"
#include "efi/status.h"
#include "storage/bytes.h"
#include "storage/err.h"

/* Room for the partition's path, the file and the end. */
struct full_path {
	_Alignas(8) uint8_t bytes[DEVPATH_MAX_BYTES + DEVPATH_NODE_HEADER +
				  2 * BOOTOPT_PATH_UNITS + DEVPATH_END_BYTES];
};

/* The device path of @option's file: the partition's own, then the file. */
static int full_path_build(const struct firmware *fw, EFI_HANDLE partition,
	const struct bootopt *option, struct full_path *ret)
{
	size_t file_len = DEVPATH_NODE_HEADER + 2 * (option->path_len + 1);
	uint8_t *at = ret->bytes;
	void *prefix;
	size_t prefix_len;
	int err;

	err = firmware_protocol(
		fw, partition, &firmware_device_path_guid, &prefix);
	if (err < 0)
		return err;
	err = devpath_prefix_bytes(prefix, DEVPATH_MAX_BYTES, &prefix_len);
	if (err < 0)
		return err;
	memcpy(at, prefix, prefix_len);
	at += prefix_len;
	at = devpath_put_header(at, DEVPATH_MEDIA, DEVPATH_FILE, file_len);
	for (size_t i = 0; i <= option->path_len; i++) {
		le16_put(at, option->path[i]);
		at += 2;
	}
	devpath_put_end(at);
	return 0;
}

int chainload_load(const struct firmware *fw, const struct bootopt *option,
	struct chainload *ret, EFI_STATUS *ret_status)
{
	struct full_path path;
	EFI_HANDLE partition;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;
	int err;

	*ret_status = EFI_NOT_FOUND;
	if (!option->has_partition)
		return -ERR_NOT_FOUND;
	err = partition_find(fw, &firmware_file_system_guid,
		option->partition_guid, &partition);
	if (err < 0)
		return err;
	err = full_path_build(fw, partition, option, &path);
	if (err < 0)
		return err;
	status = fw->boot->LoadImage(FALSE, fw->image,
		(EFI_DEVICE_PATH *)path.bytes, NULL, 0, &image);
	*ret_status = status;
	if (status != EFI_SUCCESS) {
		/* After a security violation it is loaded all the same. */
		if (image)
			(void)fw->boot->UnloadImage(image);
		return status_to_err(status);
	}
	ret->image = image;
	return 0;
}

EFI_STATUS chainload_start(const struct firmware *fw, struct chainload *c)
{
	EFI_STATUS status = fw->boot->StartImage(c->image, NULL, NULL);

	c->image = NULL;
	return status;
}
