/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device element of a boot configuration: which partition, on which disk.
 *
 * Offsets, as read back from stores that Windows 10 wrote (GPT), and with the
 * names of ReactOS' boot environment (bl.h):
 *
 *	00 GUID of further options
 *	10 u32 device type: 6 a partition, 0 a disk or what stands for one
 *	14 u32 flags
 *	18 u32 size, from 10 on
 *	20 GPT: the partition's GUID.  MBR: u64, its first byte on the disk
 *	30 u32 what the disk is: 0 a hard disk, 3 memory, 5 a file, 6 virtual
 *	34 u32 how it is partitioned: 0 GPT, 1 MBR
 *	38 GPT: the disk's GUID.  MBR: u32, the disk's signature
 *
 * The MBR form is that of loaders which write such elements (ntloader,
 * grub4dos); no store of that form was at hand.
 */
#ifndef RECOVERY_BCD_DEVICE_H
#define RECOVERY_BCD_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "storage/guid.h"

/* Elements that name a file end in its path; longer ones are not read. */
#define BCD_DEVICE_MAX_BYTES 1024

enum bcd_device_kind {
	BCD_DEVICE_NONE, /* no such element */
	BCD_DEVICE_GPT,
	BCD_DEVICE_MBR,
	BCD_DEVICE_FILE, /* a RAM disk or virtual disk: out of a file */
	BCD_DEVICE_OTHER /* says nothing about a partition that we know of */
};

/* As the partition table has them, and libblkid writes them. */
struct bcd_device {
	enum bcd_device_kind kind;
	uint32_t type;			 /* as stored, unless there is none */
	char disk[GUID_TEXT_BYTES];	 /* GUID; MBR: eight digits */
	char partition[GUID_TEXT_BYTES]; /* GPT */
	uint64_t offset_bytes;		 /* MBR */
};

/**
 * bcd_device_check - parse the value of a device element
 * @bytes: @len bytes of hostile input
 *
 * Returns 0; -ERR_TRUNCATED if it ends before its own structure does.
 */
int bcd_device_check(const void *bytes, size_t len, struct bcd_device *ret);

#endif
