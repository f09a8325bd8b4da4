/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps written blocks in memory: one entry per block and epoch, found by a
 * hash of the block number and chained in the order of their last write.
 */
#include "storage/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

#define FIRST_INDEX_SLOTS 256 /* a power of two, as all later sizes */
#define FIRST_BLOCK_ROOM  64

/* The slot that holds @number, or the free one where it belongs. */
static size_t index_slot(const struct overlay *o, uint64_t number)
{
	size_t mask = o->index_slots - 1;
	size_t slot = (size_t)((number * 0x9e3779b97f4a7c15u) >> 32) & mask;

	/* Ends: at least half of the slots are free. */
	while (o->index[slot] != OVERLAY_NONE &&
		o->blocks[o->index[slot]].number != number)
		slot = (slot + 1) & mask;
	return slot;
}

static struct overlay_block *newest_entry(
	const struct overlay *o, uint64_t number)
{
	uint32_t entry = o->index[index_slot(o, number)];

	return entry == OVERLAY_NONE ? NULL : &o->blocks[entry];
}

static uint32_t *index_alloc(size_t slots)
{
	uint32_t *index = malloc(slots * sizeof(*index));

	if (index)
		memset(index, 0xff, slots * sizeof(*index)); /* OVERLAY_NONE */
	return index;
}

static int index_grow(struct overlay *o)
{
	uint32_t *index;

	if (o->block_count < o->index_slots / 2)
		return 0;
	index = index_alloc(o->index_slots * 2);
	if (!index)
		return -ERR_NO_MEMORY;
	free(o->index);
	o->index = index;
	o->index_slots *= 2;
	/* In order of creation, so that the newest entry of a block stays. */
	for (uint32_t i = 0; i < o->block_count; i++)
		o->index[index_slot(o, o->blocks[i].number)] = i;
	return 0;
}

static int blocks_grow(struct overlay *o)
{
	struct overlay_block *blocks;
	size_t room = o->block_room ? o->block_room * 2 : FIRST_BLOCK_ROOM;

	if (o->block_count < o->block_room)
		return 0;
	blocks = realloc(o->blocks, room * sizeof(*blocks));
	if (!blocks)
		return -ERR_NO_MEMORY;
	o->blocks = blocks;
	o->block_room = room;
	return 0;
}

static void chain_append(struct overlay *o, uint32_t entry)
{
	o->blocks[entry].previous = o->last;
	o->blocks[entry].next = OVERLAY_NONE;
	if (o->last == OVERLAY_NONE)
		o->first = entry;
	else
		o->blocks[o->last].next = entry;
	o->last = entry;
}

static void chain_remove(struct overlay *o, uint32_t entry)
{
	const struct overlay_block *b = &o->blocks[entry];

	if (b->previous == OVERLAY_NONE)
		o->first = b->next;
	else
		o->blocks[b->previous].next = b->next;
	if (b->next == OVERLAY_NONE)
		o->last = b->previous;
	else
		o->blocks[b->next].previous = b->previous;
}

/* The part of [off, off + len) that lies in the block @off is in. */
static size_t piece_bytes(const struct overlay *o, uint64_t off, size_t len)
{
	size_t piece =
		o->disk.block_bytes - (size_t)(off % o->disk.block_bytes);

	return piece < len ? piece : len;
}

/* Fills @data with the block as it is now. */
static int block_load(struct overlay *o, uint64_t number, unsigned char *data)
{
	const struct overlay_block *b = newest_entry(o, number);
	uint64_t off = number * o->disk.block_bytes;
	uint64_t left = o->disk.size_bytes - off;

	if (b) {
		memcpy(data, b->data, o->disk.block_bytes);
		return 0;
	}
	if (left > o->disk.block_bytes)
		left = o->disk.block_bytes;
	return disk_read(o->below, off, data, (size_t)left);
}

/* Adds an entry with its old content; appends it to the chain. */
static int entry_add(struct overlay *o, uint64_t number, bool needs_content)
{
	uint32_t block_bytes = o->disk.block_bytes;
	uint32_t entry = (uint32_t)o->block_count;
	struct overlay_block *b;
	unsigned char *data;
	size_t slot;
	int err;

	if (o->block_count >= o->max_bytes / block_bytes ||
		o->block_count >= OVERLAY_NONE)
		return -ERR_TOO_LARGE;
	if (index_grow(o) < 0 || blocks_grow(o) < 0)
		return -ERR_NO_MEMORY;
	data = calloc(1, block_bytes);
	if (!data)
		return -ERR_NO_MEMORY;
	err = needs_content ? block_load(o, number, data) : 0;
	if (err < 0) {
		free(data);
		return err;
	}
	slot = index_slot(o, number);
	b = &o->blocks[entry];
	b->number = number;
	b->data = data;
	b->epoch = o->epoch;
	b->before = o->index[slot];
	o->index[slot] = entry;
	o->block_count++;
	chain_append(o, entry);
	return 0;
}

/* Changes a piece of one block. */
static int piece_write(
	struct overlay *o, uint64_t off, const void *buf, size_t len)
{
	uint64_t number = off / o->disk.block_bytes;
	size_t skip = (size_t)(off % o->disk.block_bytes);
	struct overlay_block *b = newest_entry(o, number);
	int err;

	if (b && b->epoch == o->epoch) {
		uint32_t entry = (uint32_t)(b - o->blocks);

		chain_remove(o, entry);
		chain_append(o, entry);
	} else {
		err = entry_add(o, number, len < o->disk.block_bytes);
		if (err < 0)
			return err;
		b = &o->blocks[o->last];
	}
	memcpy(b->data + skip, buf, len);
	return 0;
}

static int overlay_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct overlay *o = (struct overlay *)d;
	const unsigned char *in = buf;

	while (!o->sticky_err && len) {
		size_t piece = piece_bytes(o, off, len);

		o->sticky_err = piece_write(o, off, in, piece);
		off += piece;
		in += piece;
		len -= piece;
	}
	return o->sticky_err;
}

/*
 * One call to the disk below, from the first to the last block that was not
 * written, even where written blocks lie between: calls cost, bytes do not.
 */
static int read_below(
	struct overlay *o, uint64_t off, unsigned char *buf, size_t len)
{
	while (len && newest_entry(o, off / o->disk.block_bytes)) {
		size_t piece = piece_bytes(o, off, len);

		off += piece;
		buf += piece;
		len -= piece;
	}
	while (len && newest_entry(o, (off + len - 1) / o->disk.block_bytes)) {
		size_t piece = (size_t)((off + len - 1) % o->disk.block_bytes);

		len -= piece + 1 < len ? piece + 1 : len;
	}
	return disk_read(o->below, off, buf, len);
}

static int overlay_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct overlay *o = (struct overlay *)d;
	unsigned char *out = buf;
	int err;

	err = read_below(o, off, out, len);
	if (err < 0)
		return err;
	while (o->block_count && len) {
		size_t piece = piece_bytes(o, off, len);
		const struct overlay_block *b =
			newest_entry(o, off / o->disk.block_bytes);

		if (b)
			memcpy(out, b->data + off % o->disk.block_bytes, piece);
		off += piece;
		out += piece;
		len -= piece;
	}
	return 0;
}

static int overlay_flush(struct disk *d)
{
	(void)d; /* nothing of it goes below before storage/commit.c */
	return 0;
}

static const struct disk_ops overlay_ops = {
	.read = overlay_read,
	.write = overlay_write,
	.flush = overlay_flush,
};

int overlay_open(struct overlay *o, struct disk *below, size_t max_bytes)
{
	memset(o, 0, sizeof(*o));
	o->disk = *below;
	o->disk.ops = &overlay_ops;
	o->disk.may_write = true;
	o->below = below;
	o->max_bytes = max_bytes;
	o->first = OVERLAY_NONE;
	o->last = OVERLAY_NONE;
	o->index = index_alloc(FIRST_INDEX_SLOTS);
	if (!o->index)
		return -ERR_NO_MEMORY;
	o->index_slots = FIRST_INDEX_SLOTS;
	return 0;
}

int overlay_enter(struct overlay *o, enum overlay_epoch epoch)
{
	if (epoch < o->epoch || epoch >= EPOCH_COUNT)
		return -ERR_INTERNAL;
	o->epoch = epoch;
	return 0;
}

bool overlay_is_empty(const struct overlay *o)
{
	return !o->block_count && !o->sticky_err;
}

size_t overlay_bytes_at(const struct overlay *o, uint64_t number)
{
	uint64_t left = o->disk.size_bytes - number * o->disk.block_bytes;

	return left < o->disk.block_bytes ? (size_t)left : o->disk.block_bytes;
}

size_t overlay_block_bytes(
	const struct overlay *o, const struct overlay_block *b)
{
	return overlay_bytes_at(o, b->number);
}

const struct overlay_block *overlay_find(
	const struct overlay *o, uint64_t number)
{
	return newest_entry(o, number);
}

void overlay_close(struct overlay *o)
{
	for (size_t i = 0; i < o->block_count; i++)
		free(o->blocks[i].data);
	free(o->blocks);
	free(o->index);
	memset(o, 0, sizeof(*o));
}
