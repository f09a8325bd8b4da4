/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the most recently read parts of a disk in memory. */
#include "storage/cache.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

struct cache_line {
	uint64_t number;  /* of the line: offset / CACHE_LINE_BYTES */
	uint64_t used_at; /* the cache's clock; 0 = holds nothing */
	bool is_broken;	  /* not readable as a whole: ask the device */
};

static unsigned char *line_data(struct cache *c, const struct cache_line *line)
{
	return c->data + (size_t)(line - c->lines) * CACHE_LINE_BYTES;
}

/* The line of that number, or else the one to replace. */
static struct cache_line *line_pick(struct cache *c, uint64_t number)
{
	struct cache_line *oldest = &c->lines[0];

	for (size_t i = 0; i < CACHE_LINES; i++) {
		struct cache_line *line = &c->lines[i];

		if (line->used_at && line->number == number)
			return line;
		if (line->used_at < oldest->used_at)
			oldest = line;
	}
	return oldest;
}

/*
 * A bad sector must not take its neighbours with it: a line that cannot be
 * read as a whole is remembered as broken, so that it is tried only once.
 */
static struct cache_line *line_get(struct cache *c, uint64_t number)
{
	struct cache_line *line = line_pick(c, number);
	uint64_t off = number * CACHE_LINE_BYTES;
	uint64_t len = c->disk.size_bytes - off;

	if (!line->used_at || line->number != number) {
		if (len > CACHE_LINE_BYTES)
			len = CACHE_LINE_BYTES;
		line->number = number;
		line->is_broken = disk_read(c->below, off, line_data(c, line),
					  (size_t)len) < 0;
	}
	line->used_at = ++c->clock;
	return line;
}

static int cache_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct cache *c = (struct cache *)d;
	unsigned char *out = buf;

	if (len > 2 * CACHE_LINE_BYTES)
		return disk_read(c->below, off, buf, len);
	while (len) {
		struct cache_line *line = line_get(c, off / CACHE_LINE_BYTES);
		size_t skip = (size_t)(off % CACHE_LINE_BYTES);
		size_t piece = CACHE_LINE_BYTES - skip;
		int err = 0;

		if (piece > len)
			piece = len;
		if (line->is_broken)
			err = disk_read(c->below, off, out, piece);
		else
			memcpy(out, line_data(c, line) + skip, piece);
		if (err < 0)
			return err;
		off += piece;
		out += piece;
		len -= piece;
	}
	return 0;
}

static void lines_forget(struct cache *c, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < CACHE_LINES; i++) {
		struct cache_line *line = &c->lines[i];

		if (line->number >= first && line->number <= last)
			line->used_at = 0;
	}
}

static int cache_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct cache *c = (struct cache *)d;

	lines_forget(
		c, off / CACHE_LINE_BYTES, (off + len - 1) / CACHE_LINE_BYTES);
	return disk_write(c->below, off, buf, len);
}

static int cache_flush(struct disk *d)
{
	struct cache *c = (struct cache *)d;

	return disk_flush(c->below);
}

static const struct disk_ops cache_ops = {
	.read = cache_read,
	.write = cache_write,
	.flush = cache_flush,
};

int cache_open(struct cache *c, struct disk *below)
{
	memset(c, 0, sizeof(*c));
	c->disk = *below;
	c->disk.ops = &cache_ops;
	c->below = below;
	c->lines = calloc(CACHE_LINES, sizeof(*c->lines));
	c->data = malloc((size_t)CACHE_LINES * CACHE_LINE_BYTES);
	if (!c->lines || !c->data)
		return -ERR_NO_MEMORY;
	return 0;
}

void cache_drop(struct cache *c)
{
	lines_forget(c, 0, UINT64_MAX);
}

void cache_close(struct cache *c)
{
	free(c->lines);
	free(c->data);
	memset(c, 0, sizeof(*c));
}
