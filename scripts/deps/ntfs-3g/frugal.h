/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libntfs-3g allocates what the volume says that it needs, gigabytes where a
 * length is damaged.  Included before the source of its allocator: whoever asks
 * for more than any sound volume needs is told that the volume is damaged.
 */
#ifndef NTFS_3G_FRUGAL_H
#define NTFS_3G_FRUGAL_H

#include <errno.h>
#include <stdlib.h>

/* The copies of the first MFT records fill a cluster, of 2 MiB at most. */
#define FRUGAL_MAX_BYTES (2u << 20)

static inline void *frugal_malloc(size_t size)
{
	if (size > FRUGAL_MAX_BYTES) {
		errno = EIO; /* not ENOMEM: that would be our own trouble */
		return NULL;
	}
	return malloc(size);
}

static inline void *frugal_calloc(size_t count, size_t size)
{
	if (size && count > FRUGAL_MAX_BYTES / size) {
		errno = EIO;
		return NULL;
	}
	return calloc(count, size);
}

#define malloc(size)	    frugal_malloc(size)
#define calloc(count, size) frugal_calloc(count, size)

#endif
