/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/extents.h"

#include <string.h>

#include "storage/err.h"

/* Where @off lies below, and how much of @len follows there in one piece. */
static uint64_t part_at(
	const struct extents *x, uint64_t off, size_t len, size_t *ret_len)
{
	const struct extent *e = x->parts;
	uint64_t left;

	while (off >= e->size_bytes) {
		off -= e->size_bytes;
		e++;
	}
	left = e->size_bytes - off;
	*ret_len = left < len ? (size_t)left : len;
	return e->start_bytes + off;
}

static int extents_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct extents *x = (struct extents *)d;
	unsigned char *out = buf;
	size_t piece;
	int err = 0;

	for (; err == 0 && len; off += piece, out += piece, len -= piece) {
		uint64_t place = part_at(x, off, len, &piece);

		err = disk_read(x->below, place, out, piece);
	}
	return err;
}

static int extents_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct extents *x = (struct extents *)d;
	const unsigned char *in = buf;
	size_t piece;
	int err = 0;

	for (; err == 0 && len; off += piece, in += piece, len -= piece) {
		uint64_t place = part_at(x, off, len, &piece);

		err = disk_write(x->below, place, in, piece);
	}
	return err;
}

static int extents_flush(struct disk *d)
{
	struct extents *x = (struct extents *)d;

	return disk_flush(x->below);
}

static const struct disk_ops extents_ops = {
	.read = extents_read,
	.write = extents_write,
	.flush = extents_flush,
};

static bool touches(const struct extent *e, uint64_t off, uint64_t len)
{
	if (off < e->start_bytes)
		return len > e->start_bytes - off;
	return off - e->start_bytes < e->size_bytes && len;
}

bool extents_touch(const struct extents *x, uint64_t off, uint64_t len)
{
	size_t i;

	for (i = 0; i < x->count; i++)
		if (touches(&x->parts[i], off, len))
			return true;
	return false;
}

/* Adds one part, after those before it. */
static int part_add(struct extents *x, const struct extent *e)
{
	uint32_t block_bytes = x->below->block_bytes;

	if (!e->size_bytes || e->size_bytes % block_bytes ||
		e->start_bytes % block_bytes)
		return -ERR_CORRUPT;
	if (e->start_bytes > x->below->size_bytes ||
		e->size_bytes > x->below->size_bytes - e->start_bytes)
		return -ERR_TRUNCATED;
	if (extents_touch(x, e->start_bytes, e->size_bytes))
		return -ERR_CORRUPT;
	x->parts[x->count++] = *e;
	x->disk.size_bytes += e->size_bytes;
	return 0;
}

int extents_init(struct extents *x, struct disk *below,
	const struct extent *parts, size_t count)
{
	size_t i;
	int err = 0;

	memset(x, 0, sizeof(*x));
	if (!count)
		return -ERR_CORRUPT;
	if (count > EXTENTS_MAX)
		return -ERR_TOO_LARGE;
	x->disk = *below;
	x->disk.ops = &extents_ops;
	x->disk.size_bytes = 0;
	x->below = below;
	for (i = 0; err == 0 && i < count; i++)
		err = part_add(x, &parts[i]);
	return err;
}
