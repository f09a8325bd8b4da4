/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/redo.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"
#include "storage/redo_format.h"

/* --- Sizes ---------------------------------------------------------------- */

static uint32_t row_bytes(uint32_t block_bytes)
{
	return ROW_SUMS + block_bytes / REDO_PIECE_BYTES * 4;
}

static size_t rows_at(const struct redo *r)
{
	return REDO_HEADER_BYTES + (size_t)r->witness_count * WITNESS_BYTES;
}

static size_t blocks_at(const struct redo *r)
{
	return rows_at(r) + (size_t)r->row_count * row_bytes(r->block_bytes);
}

static size_t digest_at(const struct redo *r)
{
	return blocks_at(r) + (size_t)r->row_count * r->block_bytes;
}

/* Every record below these counts has a length that fits. */
static bool counts_are_sane(const struct redo *r)
{
	return r->witness_count <= REDO_MAX_WITNESSES && r->row_count &&
	       r->row_count <= REDO_MAX_BYTES / r->block_bytes;
}

/* --- Reading -------------------------------------------------------------- */

struct redo_row redo_row_get(const struct redo *r, uint32_t i)
{
	const uint8_t *b =
		r->bytes + rows_at(r) + (size_t)i * row_bytes(r->block_bytes);

	return (struct redo_row){
		.number = le64_get(b + ROW_NUMBER),
		.epoch = (enum overlay_epoch)le32_get(b + ROW_EPOCH),
		.is_witness = le32_get(b + ROW_FLAGS) & ROW_IS_WITNESS,
		.sums = b + ROW_SUMS,
		.data = r->bytes + blocks_at(r) + (size_t)i * r->block_bytes,
	};
}

struct redo_witness redo_witness_get(const struct redo *r, uint32_t i)
{
	const uint8_t *b =
		r->bytes + REDO_HEADER_BYTES + (size_t)i * WITNESS_BYTES;

	return (struct redo_witness){
		.number = le64_get(b + WITNESS_NUMBER),
		.sum = le32_get(b + WITNESS_SUM),
	};
}

static bool is_block_size(uint32_t bytes)
{
	return bytes >= DISK_MIN_BLOCK_BYTES && bytes <= DISK_MAX_BLOCK_BYTES &&
	       (bytes & (bytes - 1)) == 0;
}

/* Does the block begin within the volume? */
static bool is_inside(const struct redo *r, uint64_t number)
{
	return r->place.size_bytes &&
	       number <= (r->place.size_bytes - 1) / r->block_bytes;
}

static int check_rows(const struct redo *r)
{
	enum overlay_epoch epoch = EPOCH_REPLAY;
	uint32_t i;

	for (i = 0; i < r->row_count; i++) {
		struct redo_row row = redo_row_get(r, i);

		if (row.epoch < epoch || row.epoch >= EPOCH_COUNT ||
			!is_inside(r, row.number))
			return -ERR_CORRUPT;
		epoch = row.epoch;
	}
	for (i = 0; i < r->witness_count; i++)
		if (!is_inside(r, redo_witness_get(r, i).number))
			return -ERR_CORRUPT;
	return 0;
}

static int check_digest(struct redo *r)
{
	const uint8_t *stored = r->bytes + digest_at(r);
	int err = digest_make(r->bytes, digest_at(r), r->digest);

	if (err < 0)
		return err;
	return memcmp(r->digest, stored, DIGEST_BYTES) ? -ERR_CORRUPT : 0;
}

int redo_check(const void *bytes, size_t len, struct redo *ret)
{
	struct redo r = {.bytes = bytes};
	const uint8_t *b = bytes;
	int err;

	if (len < REDO_HEADER_BYTES)
		return -ERR_TRUNCATED;
	if (memcmp(b, REDO_MAGIC, REDO_MAGIC_BYTES) != 0 ||
		!le32_get(b + HEADER_LENGTH))
		return -ERR_NOT_FOUND;
	r.len = le32_get(b + HEADER_LENGTH);
	if (r.len > REDO_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (r.len > len)
		return -ERR_TRUNCATED;
	r.block_bytes = le32_get(b + HEADER_BLOCK_BYTES);
	r.row_count = le32_get(b + HEADER_ROWS);
	r.witness_count = le32_get(b + HEADER_WITNESSES);
	if (!is_block_size(r.block_bytes) || !counts_are_sane(&r))
		return -ERR_CORRUPT;
	if (r.len < DIGEST_BYTES || digest_at(&r) != r.len - DIGEST_BYTES)
		return -ERR_CORRUPT;
	err = place_check(b + HEADER_PLACE, &r.place);
	if (err == 0)
		err = check_rows(&r);
	if (err == 0)
		err = check_digest(&r);
	if (err == 0)
		*ret = r;
	return err;
}

/* --- Writing -------------------------------------------------------------- */

/* Witnesses that the commit leaves alone; their blocks are not written. */
struct witnesses {
	uint64_t numbers[REDO_MAX_WITNESSES];
	uint32_t count;
};

static bool is_listed(const struct witnesses *w, uint64_t number)
{
	uint32_t i;

	for (i = 0; i < w->count; i++)
		if (w->numbers[i] == number)
			return true;
	return false;
}

static int list_witnesses(const struct overlay *o, const struct extent *ranges,
	size_t count, struct witnesses *ret)
{
	uint32_t block_bytes = o->disk.block_bytes;
	uint64_t number, last;

	for (size_t i = 0; i < count; i++) {
		const struct extent *e = &ranges[i];

		if (!e->size_bytes || e->start_bytes >= o->disk.size_bytes ||
			e->size_bytes > o->disk.size_bytes - e->start_bytes)
			return -ERR_TRUNCATED;
		number = e->start_bytes / block_bytes;
		last = (e->start_bytes + e->size_bytes - 1) / block_bytes;
		for (; number <= last; number++) {
			if (overlay_find(o, number) || is_listed(ret, number))
				continue;
			if (ret->count == REDO_MAX_WITNESSES)
				return -ERR_TOO_LARGE;
			ret->numbers[ret->count++] = number;
		}
	}
	return 0;
}

static int put_witnesses(
	struct overlay *o, const struct witnesses *w, uint8_t *out)
{
	uint8_t block[DISK_MAX_BLOCK_BYTES];
	uint32_t i;
	int err;

	for (i = 0; i < w->count; i++, out += WITNESS_BYTES) {
		size_t len = overlay_bytes_at(o, w->numbers[i]);

		err = disk_read(o->below, w->numbers[i] * o->disk.block_bytes,
			block, len);
		if (err < 0)
			return err;
		le64_put(out + WITNESS_NUMBER, w->numbers[i]);
		le32_put(out + WITNESS_SUM, crc32_of(block, len));
	}
	return 0;
}

/* What block @b replaces: the state of an earlier epoch, or the disk's. */
static int read_before(
	struct overlay *o, const struct overlay_block *b, uint8_t *block)
{
	if (b->before != OVERLAY_NONE) {
		memcpy(block, o->blocks[b->before].data, o->disk.block_bytes);
		return 0;
	}
	return disk_read(o->below, b->number * o->disk.block_bytes, block,
		overlay_bytes_at(o, b->number));
}

static void put_sums(const uint8_t *block, size_t len, uint8_t *out)
{
	for (size_t at = 0; at < len; at += REDO_PIECE_BYTES, out += 4)
		le32_put(out, redo_piece_sum(block, len, at));
}

static bool is_written_whole(const struct redo_change *c, uint64_t number)
{
	uint32_t block_bytes = c->overlay->disk.block_bytes;
	size_t i;

	for (i = 0; i < c->whole_count; i++) {
		const struct extent *e = &c->witnesses[i];

		if (number >= e->start_bytes / block_bytes &&
			number <= (e->start_bytes + e->size_bytes - 1) /
					  block_bytes)
			return true;
	}
	return false;
}

static int put_rows(const struct redo_change *c, uint8_t *row, uint8_t *data)
{
	struct overlay *o = c->overlay;
	uint8_t block[DISK_MAX_BLOCK_BYTES];
	uint32_t entry;
	int err;

	for (entry = o->first; entry != OVERLAY_NONE;) {
		const struct overlay_block *b = &o->blocks[entry];
		size_t len = overlay_block_bytes(o, b);

		err = read_before(o, b, block);
		if (err < 0)
			return err;
		le64_put(row + ROW_NUMBER, b->number);
		le32_put(row + ROW_EPOCH, (uint32_t)b->epoch);
		if (c->is_encrypted && is_written_whole(c, b->number))
			le32_put(row + ROW_FLAGS, ROW_IS_WITNESS);
		put_sums(block, len, row + ROW_SUMS);
		memcpy(data, b->data, len);
		row += row_bytes(o->disk.block_bytes);
		data += o->disk.block_bytes;
		entry = b->next;
	}
	return 0;
}

static void put_header(const struct redo *r, uint8_t *out)
{
	memcpy(out, REDO_MAGIC, REDO_MAGIC_BYTES);
	le32_put(out + HEADER_LENGTH, (uint32_t)r->len);
	le32_put(out + HEADER_BLOCK_BYTES, r->block_bytes);
	place_encode(&r->place, out + HEADER_PLACE);
	le32_put(out + HEADER_ROWS, r->row_count);
	le32_put(out + HEADER_WITNESSES, r->witness_count);
}

static int put_all(const struct redo_change *c, const struct witnesses *w,
	struct redo *r, uint8_t *out)
{
	int err;

	put_header(r, out);
	err = put_witnesses(c->overlay, w, out + REDO_HEADER_BYTES);
	if (err == 0)
		err = put_rows(c, out + rows_at(r), out + blocks_at(r));
	if (err == 0)
		err = digest_make(out, digest_at(r), r->digest);
	if (err == 0)
		memcpy(out + digest_at(r), r->digest, DIGEST_BYTES);
	return err;
}

int redo_encode(
	const struct redo_change *change, uint8_t **ret_bytes, struct redo *ret)
{
	const struct overlay *o = change->overlay;
	struct witnesses w = {.count = 0};
	struct redo r = {
		.place = *change->place,
		.block_bytes = o->disk.block_bytes,
		.row_count = (uint32_t)o->block_count,
	};
	uint8_t *bytes;
	int err =
		list_witnesses(o, change->witnesses, change->witness_count, &w);

	if (err < 0)
		return err;
	r.witness_count = w.count;
	if (!counts_are_sane(&r) ||
		digest_at(&r) > REDO_MAX_BYTES - DIGEST_BYTES)
		return -ERR_TOO_LARGE;
	r.len = digest_at(&r) + DIGEST_BYTES;
	bytes = calloc(1, redo_medium_bytes(r.len));
	if (!bytes)
		return -ERR_NO_MEMORY;
	r.bytes = bytes;
	err = put_all(change, &w, &r, bytes);
	if (err < 0) {
		free(bytes);
		return err;
	}
	*ret_bytes = bytes;
	*ret = r;
	return 0;
}
