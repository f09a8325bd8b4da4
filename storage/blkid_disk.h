/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one adapter between libblkid and struct disk.  libblkid wants a file
 * descriptor; scripts/deps/util-linux/redirect.h, included by force before
 * each of its sources, takes what it does with one (and its allocations) to
 * the functions below.  Used by storage/find.c only.
 *
 * A descriptor carries no context, so the adapter keeps one *session* in a
 * static variable: one disk, one probe at a time, not re-entrant.
 */
#ifndef STORAGE_BLKID_DISK_H
#define STORAGE_BLKID_DISK_H

#include <stdarg.h>

#include "storage/disk.h"

/*
 * What libblkid may allocate in one session.  It trusts sizes from the disk: a
 * boot sector can ask for MFT records of 1 GiB, a GPT for 4 GiB of entries, a
 * chain of logical partitions for one buffer each.  An honest volume needs
 * about 20 KiB, the largest honest table below 100.
 */
#define BLKID_DISK_BUDGET_BYTES (4u << 20)

/**
 * blkid_disk_open - begin a session on @d
 *
 * Returns the descriptor to hand to libblkid, or -ERR_INTERNAL if a session
 * is already open.
 */
int blkid_disk_open(struct disk *d);

/** blkid_disk_close - end the session, if any; its memory is libblkid's */
void blkid_disk_close(void);

/**
 * blkid_disk_err - what went wrong behind libblkid's back in this session
 *
 * libblkid drops many failures: a label it found no memory for is no label.
 * Returns 0 or the first of -ERR_IO, -ERR_NO_MEMORY (the allocator failed) and
 * -ERR_TOO_LARGE (the budget is spent).
 */
int blkid_disk_err(void);

/*
 * For libblkid, through redirect.h; as their namesakes.  A read that ends
 * beyond the disk is short, one that the disk fails gives -1 with EIO.
 */
uint64_t blkid_disk_size(int fd);
int64_t blkid_disk_seek(int fd, int64_t off, int whence);
int64_t blkid_disk_read(int fd, void *buf, size_t len);
void *blkid_disk_calloc(size_t count, size_t size);
void *blkid_disk_realloc(void *p, size_t size);
char *blkid_disk_strdup(const char *text);
int blkid_disk_vasprintf(char **ret_text, const char *format, va_list args)
	__attribute__((format(__printf__, 2, 0)));

#endif
