/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Included by force before every libblkid source, in the firmware and on
 * Linux: takes libblkid's I/O and memory to storage/blkid_disk.c, so that the
 * sources stay as they are and the hosted tests run the very adapter the
 * firmware has.
 */
#ifndef UTIL_LINUX_REDIRECT_H
#define UTIL_LINUX_REDIRECT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc: vasprintf(), loff_t */
#endif

#include "config.h"

/* Everything that declares a name which becomes a macro below. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "storage/blkid_disk.h"

/*
 * A regular file, whatever it is: libblkid then asks neither ioctl nor sysfs
 * nor device-mapper about it.  The sector size is set by find.c.
 */
static inline int redirect_fstat(int fd, struct stat *ret_stat)
{
	memset(ret_stat, 0, sizeof(*ret_stat));
	ret_stat->st_mode = S_IFREG | S_IRUSR;
	ret_stat->st_size = (off_t)blkid_disk_size(fd);
	return 0;
}

#define fstat(fd, ret_stat)    redirect_fstat(fd, ret_stat)
#define lseek(fd, off, whence) ((off_t)blkid_disk_seek(fd, off, whence))
#define read(fd, buf, len)     ((ssize_t)blkid_disk_read(fd, buf, len))
#define write(fd, buf, len)    ((void)(buf), errno = EROFS, (ssize_t)-1)
#define ioctl(fd, ...)	       (errno = ENOTTY, -1)
#define fcntl(fd, ...)	       (errno = EBADF, -1)
#define open(path, ...)	       (errno = ENOENT, -1)
#define close(fd)	       0
#define fsync(fd)	       0

#define malloc(size)	     blkid_disk_calloc(1, size)
#define calloc(count, size)  blkid_disk_calloc(count, size)
#define realloc(p, size)     blkid_disk_realloc(p, size)
#define strdup(text)	     blkid_disk_strdup(text)
#define vasprintf(ret, f, a) blkid_disk_vasprintf(ret, f, a)

#include "absent.h"

/* The messages of LIBBLKID_DEBUG: 10 KiB of text that nothing can show. */
#include "debug.h"
#undef __UL_DBG
#undef __UL_DBG_CALL
#define __UL_DBG(library, prefix, mask, statement)                             \
	do {                                                                   \
	} while (0)
#define __UL_DBG_CALL(library, prefix, mask, statement)                        \
	do {                                                                   \
	} while (0)

#endif
