/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed data is read, never written: storage/volume.h refuses it, and
 * nothing else that changes here can be compressed.  So the compressor, 5 KiB,
 * is left out.  Included before libntfs-3g's attrib.c, whose callers get the
 * error of a file system that cannot do it.
 */
#ifndef NTFS_3G_NO_COMPRESSED_WRITES_H
#define NTFS_3G_NO_COMPRESSED_WRITES_H

#include <errno.h>

#include "compress.h"

static inline int refuse_compressed_write(void)
{
	errno = EOPNOTSUPP;
	return -1;
}

#define ntfs_compressed_pwrite(...) refuse_compressed_write()
#define ntfs_compressed_close(...)  refuse_compressed_write()

#endif
