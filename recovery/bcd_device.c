/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/bcd_device.h"

#include <stdio.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

enum offset {
	OFF_TYPE = 0x10, /* the size counts from here */
	OFF_SIZE = 0x18,
	OFF_BODY = 0x20,
	OFF_DISK_KIND = 0x30,
	OFF_STYLE = 0x34,
	OFF_DISK = 0x38,
	OFF_END = 0x48 /* of a partition */
};

#define TYPE_DISK      0
#define TYPE_PARTITION 6

#define DISK_IS_HARD	0
#define DISK_IS_MEMORY	3
#define DISK_IS_FILE	5
#define DISK_IS_VIRTUAL 6

#define STYLE_GPT 0
#define STYLE_MBR 1

static enum bcd_device_kind kind_of_disk(uint32_t disk)
{
	switch (disk) {
	case DISK_IS_MEMORY:
	case DISK_IS_FILE:
	case DISK_IS_VIRTUAL:
		return BCD_DEVICE_FILE;
	default:
		return BCD_DEVICE_OTHER;
	}
}

static void take_partition(const uint8_t *b, struct bcd_device *d)
{
	uint32_t disk = le32_get(b + OFF_DISK_KIND);

	d->kind = kind_of_disk(disk);
	if (disk != DISK_IS_HARD)
		return;
	switch (le32_get(b + OFF_STYLE)) {
	case STYLE_GPT:
		d->kind = BCD_DEVICE_GPT;
		(void)guid_text(b + OFF_BODY, d->partition);
		(void)guid_text(b + OFF_DISK, d->disk);
		break;
	case STYLE_MBR:
		d->kind = BCD_DEVICE_MBR;
		d->offset_bytes = le64_get(b + OFF_BODY);
		(void)snprintf(d->disk, sizeof(d->disk), "%08x",
			(unsigned int)le32_get(b + OFF_DISK));
		break;
	default:
		break;
	}
}

int bcd_device_check(const void *bytes, size_t len, struct bcd_device *ret)
{
	struct bcd_device d = {.kind = BCD_DEVICE_OTHER};
	const uint8_t *b = bytes;
	uint32_t size;

	if (len < OFF_BODY)
		return -ERR_TRUNCATED;
	size = le32_get(b + OFF_SIZE);
	if (size > len - OFF_TYPE)
		return -ERR_TRUNCATED;
	d.type = le32_get(b + OFF_TYPE);
	switch (d.type) {
	case TYPE_PARTITION:
		if (size < OFF_END - OFF_TYPE)
			return -ERR_TRUNCATED;
		take_partition(b, &d);
		break;
	case TYPE_DISK:
		if (size < OFF_BODY + 4 - OFF_TYPE)
			return -ERR_TRUNCATED;
		d.kind = kind_of_disk(le32_get(b + OFF_BODY));
		break;
	default:
		break;
	}
	*ret = d;
	return 0;
}
