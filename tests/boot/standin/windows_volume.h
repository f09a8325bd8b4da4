/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The volume that the stand-in runs from, and the one driver it has: which
 * content lies in the vendor's folder, is any of it bad, and new content
 * arriving.
 */
#ifndef TESTS_BOOT_STANDIN_WINDOWS_VOLUME_H
#define TESTS_BOOT_STANDIN_WINDOWS_VOLUME_H

#include "efi/disk.h"
#include "efi/firmware.h"
#include "storage/bitlocker/layer.h"
#include "storage/volume.h"
#include "tests/boot/standin/script.h"

#define WINDOWS_NAME_BYTES 256

struct windows_volume {
	const struct firmware *fw;
	EFI_PHYSICAL_ADDRESS buffer; /* the disk's bounce buffer */
	struct efi_disk disk;
	struct bitlocker_layer layer; /* above it, if that is locked */
	struct disk *plain;	      /* whichever NTFS is on */
	struct volume volume;
	bool is_open;
};

/**
 * windows_volume_open - mount the NTFS partition that has \Windows\System32
 * @s: for keep_writable, windows_partition and volume_key: what is not locked
 *     with that is no BitLocker volume of this Windows
 *
 * Returns 0, -ERR_NOT_FOUND, -ERR_NO_MEMORY, -ERR_UNSUPPORTED if this stand-in
 * cannot do what the script wants; windows_volume_close() is valid either way.
 */
int windows_volume_open(struct windows_volume *w, const struct firmware *fw,
	const struct script *s);

/** windows_volume_close - unmount; accepts a zeroed one; 0 or -ERR_IO */
int windows_volume_close(struct windows_volume *w);

/**
 * windows_volume_crash - leave it as a system that goes down now does
 *
 * Returns 0 or -ERR_IO.
 */
int windows_volume_crash(struct windows_volume *w);

/**
 * windows_volume_write_dump - write the first @len bytes of pagefile.sys
 *
 * Where its sectors are: the file system does not learn of it.  Returns 0;
 * -ERR_NOT_FOUND; -ERR_UNSUPPORTED; -ERR_IO.
 */
int windows_volume_write_dump(
	struct windows_volume *w, const void *bytes, size_t len);

/**
 * windows_volume_find_bad - does the driver crash on the content it finds?
 * @name: receives the name of the bad file
 *
 * See content.h
 * Returns 1 if so, 0 if not, -ERR_.
 */
int windows_volume_find_bad(
	struct windows_volume *w, char name[WINDOWS_NAME_BYTES]);

/**
 * windows_volume_deliver - new content arrives
 * @utc: FILETIME of its arrival
 */
int windows_volume_deliver(struct windows_volume *w,
	const struct script_delivery *d, uint64_t utc);

#endif
