/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one disk interface: what firmware, Linux and the tests provide, and what
 * every layer above stacks onto (slice, cache, meter, overlay).
 */
#ifndef STORAGE_DISK_H
#define STORAGE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_NAME_BYTES	     64 /* with the closing NUL */
#define DISK_MIN_BLOCK_BYTES 512
#define DISK_MAX_BLOCK_BYTES 4096

struct disk;

/*
 * Implemented by each layer.  Called only through disk_read() and friends,
 * which have already checked the range; any offset and length may come.
 * Each returns 0 or -ERR_IO (-ERR_READ_ONLY for a refused write).  After a
 * failed read the buffer's content is unspecified; after a failed write any
 * part of the range may hold old or new bytes.
 */
struct disk_ops {
	int (*read)(struct disk *d, uint64_t off, void *buf, size_t len);
	int (*write)(struct disk *d, uint64_t off, const void *buf, size_t len);
	int (*flush)(struct disk *d);
};

/* One whole disk, one partition, or a layer on top of either. */
struct disk {
	const struct disk_ops *ops;
	uint64_t size_bytes;  /* may be 0: an empty reader or file */
	uint32_t block_bytes; /* power of two, 512..4096 */
	bool is_removable;
	bool may_write;		    /* decided once, by the front */
	char name[DISK_NAME_BYTES]; /* for messages: "disk 0", "image.raw" */
};

/**
 * disk_read - read @len bytes at @off; any alignment
 *
 * Returns 0; -ERR_TRUNCATED if the range does not lie within the disk (nothing
 * was read); -ERR_IO if the device failed.
 */
int disk_read(struct disk *d, uint64_t off, void *buf, size_t len);

/**
 * disk_write - write @len bytes at @off; any alignment
 *
 * Not durable before disk_flush().  Returns 0; -ERR_READ_ONLY if the disk may
 * not be written; -ERR_TRUNCATED if out of range; -ERR_IO.
 */
int disk_write(struct disk *d, uint64_t off, const void *buf, size_t len);

/** disk_flush - make all earlier writes durable; 0 or -ERR_IO */
int disk_flush(struct disk *d);

/*
 * For the operations of a layer that never writes, whoever sets may_write: they
 * refuse, and have nothing to make durable.
 */
int disk_write_never(struct disk *d, uint64_t off, const void *buf, size_t len);
int disk_flush_nothing(struct disk *d);

/**
 * disk_set_name - set @d->name, cutting off what does not fit
 */
void disk_set_name(struct disk *d, const char *name);

#endif
