/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/memory_disk.h"

#include <string.h>

static int memory_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	const struct memory_disk *m = (const struct memory_disk *)d;

	if (len)
		memcpy(buf, m->bytes + off, len);
	return 0;
}

static const struct disk_ops memory_ops = {
	.read = memory_read,
	.write = disk_write_never,
	.flush = disk_flush_nothing,
};

void memory_disk_init(
	struct memory_disk *m, const void *bytes, size_t len, const char *name)
{
	memset(m, 0, sizeof(*m));
	m->disk.ops = &memory_ops;
	m->disk.size_bytes = len;
	m->disk.block_bytes = DISK_MIN_BLOCK_BYTES;
	m->bytes = bytes;
	disk_set_name(&m->disk, name);
}
