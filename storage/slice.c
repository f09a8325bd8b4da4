/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shifts the offsets of a partition to those of its disk. */
#include "storage/slice.h"

#include "storage/err.h"

static int slice_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct slice *s = (struct slice *)d;

	return disk_read(s->below, s->start_bytes + off, buf, len);
}

static int slice_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct slice *s = (struct slice *)d;

	return disk_write(s->below, s->start_bytes + off, buf, len);
}

static int slice_flush(struct disk *d)
{
	struct slice *s = (struct slice *)d;

	return disk_flush(s->below);
}

static const struct disk_ops slice_ops = {
	.read = slice_read,
	.write = slice_write,
	.flush = slice_flush,
};

int slice_init(struct slice *s, struct disk *below, uint64_t start_bytes,
	uint64_t size_bytes)
{
	if (start_bytes > below->size_bytes ||
		size_bytes > below->size_bytes - start_bytes)
		return -ERR_TRUNCATED;
	s->disk = *below;
	s->disk.ops = &slice_ops;
	s->disk.size_bytes = size_bytes;
	s->below = below;
	s->start_bytes = start_bytes;
	return 0;
}
