/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which logs apply to a hive, and reading it through them. */
#include "recovery/hive_replay.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

/* Where a hive without a valid base block says when it was written. */
#define FIRST_BIN_WRITTEN (HIVE_BASE_BYTES + 0x14)

/* --- Reading ---------------------------------------------------------------
 */

/*
 * Who has the bytes at @at?  The newest extent that covers it; *@len becomes
 * shorter where a newer one begins before its end.
 */
static const struct hive_extent *extent_at(
	const struct hive_extents *e, uint64_t at, size_t *len)
{
	size_t i;

	for (i = e->count; i-- > 0;) {
		const struct hive_extent *x = &e->list[i];

		if (at >= x->at && at - x->at < x->len) {
			if (*len > x->len - (at - x->at))
				*len = (size_t)(x->len - (at - x->at));
			return x;
		}
		if (x->at > at && *len > x->at - at)
			*len = (size_t)(x->at - at);
	}
	return NULL;
}

static int read_bins(
	struct hive_replay *r, uint64_t at, uint8_t *buf, size_t len)
{
	while (len) {
		size_t part = len;
		const struct hive_extent *x = extent_at(&r->extents, at, &part);
		int err;

		if (x)
			err = disk_read(r->logs[x->log],
				x->log_at + (at - x->at), buf, part);
		else
			err = disk_read(
				r->primary, HIVE_BASE_BYTES + at, buf, part);
		if (err < 0)
			return err;
		at += part;
		buf += part;
		len -= part;
	}
	return 0;
}

static int replay_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct hive_replay *r = (struct hive_replay *)d;
	uint8_t *out = buf;

	/* The base block: its head is ours, the rest nobody needs. */
	while (len && off < HIVE_BASE_BYTES) {
		*out++ = off < HIVE_HEAD_BYTES ? r->head[off] : 0;
		off++;
		len--;
	}
	return read_bins(r, off - HIVE_BASE_BYTES, out, len);
}

static const struct disk_ops replay_ops = {
	.read = replay_read,
	.write = disk_write_never,
	.flush = disk_flush_nothing,
};

/* --- Which logs ------------------------------------------------------------
 */

struct choice {
	struct hive_base base; /* the hive's own, if it is valid */
	bool has_base;
	uint64_t written;
	struct hive_log logs[HIVE_LOGS]; /* those that can be used */
	size_t count;
};

/* Numbers go round: half of them are before the other half. */
static bool is_before(uint32_t a, uint32_t b)
{
	return a != b && b - a <= INT32_MAX;
}

/*
 * For Windows a log that is broken is none.  One that cannot be read, or that
 * Windows may understand and we do not, is another matter.
 */
static int choose_logs(struct hive_replay *r, struct choice *c)
{
	uint32_t i;

	for (i = 0; i < HIVE_LOGS; i++) {
		int err = hive_log_open(&c->logs[c->count], r->logs[i], i);

		if (err < 0 && err != -ERR_NOT_FOUND && err != -ERR_CORRUPT)
			return err;
		r->log_errs[i] = err;
		if (err == 0)
			c->count++;
	}
	/* Of two formats, the new one. */
	if (c->count == 2 && c->logs[0].is_old != c->logs[1].is_old) {
		if (c->logs[0].is_old)
			c->logs[0] = c->logs[1];
		c->count = 1;
	}
	return 0;
}

static int take_log(struct hive_replay *r, struct choice *c,
	const struct hive_log *l, struct hive_log_sum *sum)
{
	int err = hive_log_collect(l, &r->extents, sum);

	if (err < 0 || !sum->entries)
		return err;
	r->entries += sum->entries;
	r->state = HIVE_REPLAYED;
	c->base.root = l->base.root;
	c->base.minor = l->base.minor;
	c->base.bins_bytes = sum->bins_bytes;
	c->base.sequence = sum->next_sequence;
	return 0;
}

static int take_new(struct hive_replay *r, struct choice *c)
{
	struct hive_log_sum sum = {.entries = 0};
	const struct hive_log *first = &c->logs[0];
	const struct hive_log *second = c->count > 1 ? &c->logs[1] : NULL;
	int err;

	if (second && is_before(second->base.sequence, first->base.sequence)) {
		first = &c->logs[1];
		second = &c->logs[0];
	}
	/*
	 * What the first one says is in the hive already; or there is no base
	 * block to begin with but the newest log's.
	 */
	if (!c->has_base ||
		is_before(first->base.sequence, c->base.sequence_done)) {
		if (second)
			first = second;
		second = NULL;
	}
	if (c->has_base &&
		is_before(first->base.sequence, c->base.sequence_done))
		return 0;
	err = take_log(r, c, first, &sum);
	if (err == 0 && second && sum.entries &&
		second->base.sequence == sum.next_sequence)
		err = take_log(r, c, second, &sum);
	return err;
}

static int take_old(struct hive_replay *r, struct choice *c)
{
	struct hive_log_sum sum = {.entries = 0};
	const struct hive_log *newest = &c->logs[0];

	if (c->count > 1 && c->logs[1].base.written > newest->base.written)
		newest = &c->logs[1];
	if (newest->base.written < c->written)
		return 0;
	return take_log(r, c, newest, &sum);
}

/* --- Opening ---------------------------------------------------------------
 */

static int read_base(struct hive_replay *r, struct choice *c)
{
	uint8_t written[8] = {0};
	int err;

	if (r->primary->size_bytes < HIVE_BASE_BYTES)
		return r->primary->size_bytes ? -ERR_TRUNCATED : -ERR_NOT_FOUND;
	err = disk_read(r->primary, 0, r->head, sizeof(r->head));
	if (err < 0)
		return err;
	err = hive_base_check(r->head, &c->base);
	c->has_base = err == 0;
	c->written = c->base.written;
	if (c->has_base && c->base.file != HIVE_FILE_PRIMARY)
		return -ERR_UNSUPPORTED;
	if (err != -ERR_NOT_FOUND && err != -ERR_CORRUPT)
		return err;
	err = disk_read(
		r->primary, FIRST_BIN_WRITTEN, written, sizeof(written));
	c->written = le64_get(written);
	return err == -ERR_TRUNCATED ? 0 : err;
}

/* What the disk shows of the base block: a hive that was written whole. */
static void put_head(struct hive_replay *r, const struct hive_base *b)
{
	memcpy(r->head, "regf", 4);
	le32_put(r->head + 0x04, b->sequence);
	le32_put(r->head + 0x08, b->sequence);
	le32_put(r->head + 0x14, 1);
	le32_put(r->head + 0x18, b->minor);
	le32_put(r->head + 0x1C, HIVE_FILE_PRIMARY);
	le32_put(r->head + 0x20, 1);
	le32_put(r->head + 0x24, b->root);
	le32_put(r->head + 0x28, b->bins_bytes);
	le32_put(r->head + 0x1FC, hive_base_checksum(r->head));
}

static int replay(struct hive_replay *r, struct choice *c)
{
	int err = choose_logs(r, c);

	if (err < 0)
		return err;
	if (c->count)
		err = c->logs[0].is_old ? take_old(r, c) : take_new(r, c);
	if (err < 0)
		return err;
	if (r->state != HIVE_REPLAYED)
		return c->has_base ? 0 : hive_base_check(r->head, &c->base);
	put_head(r, &c->base);
	r->disk.size_bytes = HIVE_BASE_BYTES + (uint64_t)c->base.bins_bytes;
	return 0;
}

int hive_replay_open(struct hive_replay *r, struct disk *primary,
	struct disk *log1, struct disk *log2)
{
	struct choice c = {.count = 0};
	int err;

	memset(r, 0, sizeof(*r));
	r->disk = *primary;
	r->disk.ops = &replay_ops;
	r->disk.may_write = false;
	r->primary = primary;
	r->logs[0] = log1;
	r->logs[1] = log2;
	err = read_base(r, &c);
	if (err < 0)
		return err;
	if (c.has_base && !hive_base_is_dirty(&c.base))
		return 0;
	r->state = HIVE_STALE;
	return replay(r, &c);
}

void hive_replay_close(struct hive_replay *r)
{
	hive_extents_free(&r->extents);
	memset(r, 0, sizeof(*r));
}
