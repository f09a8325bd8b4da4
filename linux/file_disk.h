/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image or a block device of Linux as struct disk.
 */
#ifndef LINUX_FILE_DISK_H
#define LINUX_FILE_DISK_H

#include <signal.h>

#include "storage/disk.h"

/*
 * From the first write on to file_disk_close(), signals that would end the
 * program wait: nobody who presses Ctrl-C wants half a change.
 */
struct file_disk {
	struct disk disk; /* first member */
	int fd;		  /* -1 when closed */
	bool is_writing;
	sigset_t signals; /* as before the first write */
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
