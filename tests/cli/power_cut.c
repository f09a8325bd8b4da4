/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Put before the C library (LD_PRELOAD): ends the process at its Nth write to
 * a disk image, as a power cut would.  CUT_AT=N; CUT_BYTES=how much of that
 * write still gets through.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define CUT_STATUS 77

typedef ssize_t write_at(int fd, const void *buf, size_t len, off_t off);

ssize_t pwrite64(int fd, const void *buf, size_t len, off_t off);

ssize_t pwrite64(int fd, const void *buf, size_t len, off_t off)
{
	static unsigned long count;
	write_at *next;

	*(void **)&next = dlsym(RTLD_NEXT, "pwrite64");
	if (++count == strtoul(getenv("CUT_AT"), NULL, 10)) {
		size_t some = strtoul(getenv("CUT_BYTES"), NULL, 10);

		if (some)
			(void)!next(fd, buf, some < len ? some : len, off);
		_exit(CUT_STATUS);
	}
	return next(fd, buf, len, off);
}
