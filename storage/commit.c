/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns the entries of an overlay into writes: first finds out which blocks
 * really change, then writes, flushes and reads back one epoch after another.
 */
#include "storage/commit.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

#define RUN_MAX_BYTES (1u << 20)

struct commit {
	const struct overlay *o;
	struct disk *target;
	void (*pet)(void *ctx);
	void *ctx;
	struct commit_counts *counts;
	const struct overlay_block **todo; /* in the order of the chain */
	size_t todo_count;
	bool *is_changed; /* one per entry of the overlay */
	unsigned char *buf;
};

/* Blocks of one epoch, adjacent and written one after the other. */
struct run {
	const struct overlay_block *const *blocks;
	size_t count;
	uint64_t off;
	size_t bytes;
};

static void pet_watchdog(const struct commit *c)
{
	if (c->pet)
		c->pet(c->ctx);
}

static struct run run_at(const struct commit *c, size_t first)
{
	const struct overlay_block *const *blocks = &c->todo[first];
	size_t block_bytes = c->o->disk.block_bytes;
	size_t limit = RUN_MAX_BYTES / block_bytes;
	size_t left = c->todo_count - first;
	struct run r = {
		.blocks = blocks,
		.count = 1,
		.off = blocks[0]->number * block_bytes,
	};

	while (r.count < left && r.count < limit &&
		blocks[r.count]->epoch == blocks[0]->epoch &&
		blocks[r.count]->number == blocks[r.count - 1]->number + 1)
		r.count++;
	r.bytes = (r.count - 1) * block_bytes +
		  overlay_block_bytes(c->o, blocks[r.count - 1]);
	return r;
}

/* Where block @i of a run is in the buffer. */
static unsigned char *run_data(const struct commit *c, size_t i)
{
	return c->buf + i * c->o->disk.block_bytes;
}

static void run_gather(const struct commit *c, const struct run *r)
{
	for (size_t i = 0; i < r->count; i++)
		memcpy(run_data(c, i), r->blocks[i]->data,
			overlay_block_bytes(c->o, r->blocks[i]));
}

static bool run_block_equals(
	const struct commit *c, const struct run *r, size_t i)
{
	return !memcmp(run_data(c, i), r->blocks[i]->data,
		overlay_block_bytes(c->o, r->blocks[i]));
}

/*
 * Reads what is at the place of a run into the buffer, which beforehand holds
 * something else in every byte: a device that says "read" and leaves the
 * buffer alone never looks like one that holds the right data.
 */
static int run_read(const struct commit *c, struct disk *d, const struct run *r)
{
	run_gather(c, r);
	for (size_t i = 0; i < r->bytes; i++)
		c->buf[i] ^= 0xff;
	pet_watchdog(c);
	return disk_read(d, r->off, c->buf, r->bytes);
}

static int run_write(const struct commit *c, const struct run *r)
{
	run_gather(c, r);
	pet_watchdog(c);
	c->counts->runs++;
	c->counts->bytes += r->bytes;
	return disk_write(c->target, r->off, c->buf, r->bytes);
}

static int run_verify(const struct commit *c, const struct run *r)
{
	int err = run_read(c, c->target, r);

	if (err < 0)
		return err;
	for (size_t i = 0; i < r->count; i++) {
		if (!run_block_equals(c, r, i))
			return -ERR_NOT_STORED;
	}
	return 0;
}

static size_t entry_of(const struct commit *c, const struct overlay_block *b)
{
	return (size_t)(b - c->o->blocks);
}

/* The next block in the chain; NULL after the last, the first after NULL. */
static const struct overlay_block *chain_next(
	const struct commit *c, const struct overlay_block *b)
{
	uint32_t entry = b ? b->next : c->o->first;

	return entry == OVERLAY_NONE ? NULL : &c->o->blocks[entry];
}

static bool epoch_changed(const struct commit *c, const struct overlay_block *b)
{
	const struct overlay_block *before = &c->o->blocks[b->before];

	return memcmp(b->data, before->data, overlay_block_bytes(c->o, b)) != 0;
}

/*
 * A block that an earlier epoch holds too is compared with that; the others
 * are left in c->todo to be compared with the disk below.
 */
static void compare_epochs(struct commit *c)
{
	const struct overlay_block *b = NULL;

	c->todo_count = 0;
	while ((b = chain_next(c, b))) {
		if (b->before == OVERLAY_NONE)
			c->todo[c->todo_count++] = b;
		else
			c->is_changed[entry_of(c, b)] = epoch_changed(c, b);
	}
}

static int compare_below(struct commit *c)
{
	for (size_t i = 0; i < c->todo_count;) {
		struct run r = run_at(c, i);
		int err = run_read(c, c->o->below, &r);

		if (err < 0)
			return err;
		for (size_t k = 0; k < r.count; k++)
			c->is_changed[entry_of(c, r.blocks[k])] =
				!run_block_equals(c, &r, k);
		i += r.count;
	}
	return 0;
}

/* Leaves in c->todo what has to be written, in order. */
static int plan(struct commit *c)
{
	const struct overlay_block *b = NULL;
	int err;

	compare_epochs(c);
	err = compare_below(c);
	if (err < 0)
		return err;
	c->todo_count = 0;
	while ((b = chain_next(c, b))) {
		if (c->is_changed[entry_of(c, b)])
			c->todo[c->todo_count++] = b;
	}
	return 0;
}

/* Writes the epoch that begins at @first; *@ret_end is where the next does. */
static int epoch_apply(struct commit *c, size_t first, size_t *ret_end)
{
	size_t end = first;
	size_t i;
	int err = 0;

	c->counts->epochs++;
	c->counts->last_epoch = c->todo[first]->epoch;
	while (end < c->todo_count &&
		c->todo[end]->epoch == c->todo[first]->epoch) {
		struct run r = run_at(c, end);

		err = run_write(c, &r);
		if (err < 0)
			return err;
		end += r.count;
	}
	pet_watchdog(c);
	err = disk_flush(c->target);
	if (err < 0)
		return err;
	for (i = first; i < end;) {
		struct run r = run_at(c, i);

		err = run_verify(c, &r);
		if (err < 0)
			return err;
		i += r.count;
	}
	*ret_end = end;
	return 0;
}

static int all_apply(struct commit *c)
{
	size_t first = 0;
	int err = plan(c);

	if (err < 0)
		return err;
	if (c->todo_count && !c->target->may_write)
		return -ERR_READ_ONLY;
	while (first < c->todo_count) {
		err = epoch_apply(c, first, &first);
		if (err < 0)
			return err;
	}
	return 0;
}

int commit_overlay(struct overlay *o, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts)
{
	struct commit c = {
		.o = o,
		.target = target,
		.pet = pet,
		.ctx = ctx,
		.counts = ret_counts,
	};
	int err = -ERR_NO_MEMORY;

	memset(ret_counts, 0, sizeof(*ret_counts));
	if (o->sticky_err)
		return o->sticky_err;
	if (overlay_is_empty(o))
		return 0;
	if (target->size_bytes != o->disk.size_bytes)
		return -ERR_INTERNAL;
	c.todo = malloc(o->block_count * sizeof(*c.todo));
	c.is_changed = calloc(o->block_count, sizeof(*c.is_changed));
	c.buf = malloc(RUN_MAX_BYTES);
	if (c.todo && c.is_changed && c.buf)
		err = all_apply(&c);
	free(c.todo);
	free(c.is_changed);
	free(c.buf);
	return err;
}
