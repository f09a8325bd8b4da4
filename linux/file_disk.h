/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image or a block device of Linux as struct disk.
 */
#ifndef LINUX_FILE_DISK_H
#define LINUX_FILE_DISK_H

#include "storage/disk.h"

struct file_disk {
	struct disk disk; /* first member */
	int fd;		  /* -1 when closed */
};

/**
 * file_disk_open - open @path
 * @writable: also for writing.  An image is then locked, so that one of a
 *	      running QEMU is refused, and a block device opened exclusively,
 *	      so that a mounted one is.
 *
 * Returns 0; otherwise a negative errno value.  file_disk_close() is valid
 * either way.
 */
int file_disk_open(struct file_disk *f, const char *path, bool writable);

/** file_disk_close - 0, or a negative errno value if closing failed */
int file_disk_close(struct file_disk *f);

#endif
