/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening files: there are none, see unsupported.c. */
#ifndef LIBC_FCNTL_H
#define LIBC_FCNTL_H

#define O_RDONLY   0
#define O_WRONLY   1
#define O_RDWR	   2
#define O_CREAT	   0100
#define O_EXCL	   0200
#define O_NONBLOCK 04000
#define O_CLOEXEC  02000000

int open(const char *path, int flags, ...);

#endif
