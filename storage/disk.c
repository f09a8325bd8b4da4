/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks that every disk call passes before a layer sees it. */
#include "storage/disk.h"

#include "storage/err.h"

static bool range_lies_within(const struct disk *d, uint64_t off, size_t len)
{
	return off <= d->size_bytes && len <= d->size_bytes - off;
}

int disk_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	if (!range_lies_within(d, off, len))
		return -ERR_TRUNCATED;
	if (!len)
		return 0;
	return d->ops->read(d, off, buf, len);
}

int disk_write(struct disk *d, uint64_t off, const void *buf, size_t len)
{
	if (!d->may_write)
		return -ERR_READ_ONLY;
	if (!range_lies_within(d, off, len))
		return -ERR_TRUNCATED;
	if (!len)
		return 0;
	return d->ops->write(d, off, buf, len);
}

int disk_flush(struct disk *d)
{
	return d->ops->flush(d);
}

int disk_write_never(struct disk *d, uint64_t off, const void *buf, size_t len)
{
	(void)d;
	(void)off;
	(void)buf;
	(void)len;
	return -ERR_READ_ONLY;
}

int disk_flush_nothing(struct disk *d)
{
	(void)d;
	return 0;
}

void disk_set_name(struct disk *d, const char *name)
{
	size_t i;

	for (i = 0; i < DISK_NAME_BYTES - 1 && name[i]; i++)
		d->name[i] = name[i];
	d->name[i] = '\0';
}
