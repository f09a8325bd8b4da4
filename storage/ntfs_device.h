/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one adapter between struct disk and libntfs-3g's device interface.
 */
#ifndef STORAGE_NTFS_DEVICE_H
#define STORAGE_NTFS_DEVICE_H

#include "storage/disk.h"
#include "storage/ntfs_lib.h"
#include "storage/volume.h"

/**
 * ntfs_device_on_disk - a libntfs-3g device on @d
 * @state: the device's own state; must stay in place until it is freed
 * @d:	   must outlive the device; not owned
 *
 * Returns NULL without memory.  Mounting hands the device to the volume, and
 * unmounting frees it; otherwise the caller gives it to ntfs_device_drop().
 */
struct ntfs_device *ntfs_device_on_disk(
	struct volume_device *state, struct disk *d);

/** ntfs_device_drop - free a device that no volume owns; accepts NULL */
void ntfs_device_drop(struct ntfs_device *dev);

/**
 * ntfs_device_err - why did libntfs-3g fail?
 * @saved_errno: errno right after the call
 *
 * libntfs-3g says EIO for a broken device, for broken metadata and often for
 * want of memory alike; the state remembers whether it was the disk, and its
 * log tells of memory.  Returns a negative -ERR_ code.
 */
int ntfs_device_err(const struct volume_device *state, int saved_errno);

/**
 * ntfs_device_lacked_memory - has an allocation failed since the last device
 * was made?
 *
 * libntfs-3g goes on after some of them as if nothing had been to be done.
 */
bool ntfs_device_lacked_memory(void);

#endif
