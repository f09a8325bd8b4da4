/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes in memory as a read-only disk: a small file that is read whole, for
 * readers that take a disk.
 */
#ifndef STORAGE_MEMORY_DISK_H
#define STORAGE_MEMORY_DISK_H

#include "storage/disk.h"

struct memory_disk {
	struct disk disk; /* first member; never writable; may be 0 bytes */
	const uint8_t *bytes;
};

/**
 * memory_disk_init - make @m the @len bytes at @bytes
 * @bytes: must stay as they are as long as @m is used; not owned
 * @name:  for messages
 *
 * Needs no closing, and cannot fail.
 */
void memory_disk_init(
	struct memory_disk *m, const void *bytes, size_t len, const char *name);

#endif
