/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes and descriptors: there are none, see unsupported.c. */
#ifndef LIBC_UNISTD_H
#define LIBC_UNISTD_H

#include <stddef.h>

#include "sys/types.h"

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

int close(int fd);
ssize_t read(int fd, void *buf, size_t len);
uid_t getuid(void);
gid_t getgid(void);
pid_t getpid(void);

/* Called by inline functions of util-linux's c.h that nobody calls. */
#define _SC_HOST_NAME_MAX 180
long sysconf(int name);
uid_t geteuid(void);
gid_t getegid(void);
int setuid(uid_t uid);
int setgid(gid_t gid);

#endif
