/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading all of what is asked for, with pread().
 */
#ifndef LINUX_READ_AT_H
#define LINUX_READ_AT_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "storage/err.h"

/** read_at - all of @len bytes; 0 or -ERR_IO, also behind the end */
static inline int read_at(int fd, uint64_t off, void *buf, size_t len)
{
	char *to = buf;
	ssize_t n;

	while (len) {
		n = pread(fd, to, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ERR_IO;
		to += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

#endif
