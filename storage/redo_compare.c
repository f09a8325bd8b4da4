/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far did a commit come that broke off? */
#include "storage/redo_again.h"

#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/redo_format.h"

#define NTFS_MAGIC_BYTES 4

/* --- The commit, rebuilt -------------------------------------------------- */

static int add_row(struct overlay *o, const struct redo_row *row)
{
	size_t before = o->block_count;
	int err = overlay_enter(o, row->epoch);

	if (err == 0)
		err = disk_write(&o->disk, row->number * o->disk.block_bytes,
			row->data, overlay_bytes_at(o, row->number));
	/* A block that an epoch has twice. */
	if (err == 0 && o->block_count != before + 1)
		err = -ERR_CORRUPT;
	return err;
}

static int add_rows(struct redo_again *a, enum overlay_epoch from)
{
	uint32_t i;
	int err = 0;

	for (i = 0; err == 0 && i < a->redo->row_count; i++) {
		struct redo_row row = redo_row_get(a->redo, i);

		if (row.epoch >= from)
			err = add_row(&a->overlay, &row);
	}
	return err;
}

/* All of it: entry i of the overlay is row i of the record. */
int redo_again_open(
	struct redo_again *a, const struct redo *r, struct disk *target)
{
	int err;

	memset(a, 0, sizeof(*a));
	a->redo = r;
	a->missing = EPOCH_COUNT;
	a->reached = EPOCH_REPLAY;
	a->torn_epoch = EPOCH_COUNT;
	a->is_old = true;
	a->is_final = true;
	if (target->size_bytes != r->place.size_bytes ||
		target->block_bytes != r->block_bytes)
		return -ERR_INTERNAL;
	err = overlay_open(&a->overlay, target, OVERLAY_MAX_BYTES);
	return err < 0 ? err : add_rows(a, EPOCH_REPLAY);
}

/*
 * Epochs that are whole are not gone through again: going back to an earlier
 * one would undo what VOLUME_IS_DIRTY, cleared by now, promises.
 */
int redo_again_cut(struct redo_again *a)
{
	struct disk *target = a->overlay.below;
	int err;

	overlay_close(&a->overlay);
	err = overlay_open(&a->overlay, target, OVERLAY_MAX_BYTES);
	return err < 0 ? err : add_rows(a, a->missing);
}

/* --- Comparing ------------------------------------------------------------ */

/* Structures of NTFS, and what it makes of those that it finds damaged. */
static bool is_ntfs_structure(const uint8_t *piece)
{
	static const char magics[][NTFS_MAGIC_BYTES + 1] = {
		"FILE", "INDX", "RSTR", "RCRD", "BAAD", "CHKD", "HOLE"};
	size_t i;

	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (!memcmp(piece, magics[i], NTFS_MAGIC_BYTES))
			return true;
	return false;
}

/* The place at @at of the block that begins with @first is torn. */
static void note_torn(
	struct redo_again *a, const struct overlay_block *first, size_t at)
{
	uint64_t off = first->number * a->overlay.disk.block_bytes + at;
	uint64_t place = redo_place_of(a, off);

	if (first->epoch < a->missing)
		a->missing = first->epoch;
	if (a->is_torn && a->torn_at != place)
		a->is_scattered = true;
	a->is_torn = true;
	a->torn_at = place;
	a->torn_pieces |= redo_piece_bit(a, off);
}

/* One piece of a block: what it was, is, and becomes. */
struct piece {
	const struct overlay_block *states[EPOCH_COUNT]; /* in order */
	size_t state_count;
	const uint8_t *bytes; /* on the disk */
	size_t at;
	size_t len;
	bool is_old;
	bool is_witness;
};

/* As the @i-th epoch that writes the block leaves it? */
static bool piece_is(const struct piece *p, size_t i)
{
	return !memcmp(p->bytes, p->states[i]->data + p->at, p->len);
}

static void piece_open(struct piece *p, const struct redo_again *a,
	const struct overlay_block *newest, const uint8_t *block, size_t at)
{
	const struct overlay_block *all = a->overlay.blocks;
	size_t len = overlay_block_bytes(&a->overlay, newest);
	const struct overlay_block *b = newest;
	struct redo_row row;
	size_t i;

	p->state_count = 1;
	for (; b->before != OVERLAY_NONE; b = &all[b->before])
		p->state_count++;
	row = redo_row_get(a->redo, (uint32_t)(b - all));
	for (i = p->state_count; i > 0; i--) {
		p->states[i - 1] = i == p->state_count
					   ? newest
					   : &all[p->states[i]->before];
	}
	p->is_witness = row.is_witness;
	p->bytes = block + at;
	p->at = at;
	p->len = len - at < REDO_PIECE_BYTES ? len - at : REDO_PIECE_BYTES;
	p->is_old = redo_piece_sum(block, len, at) ==
		    le32_get(row.sums + at / REDO_PIECE_BYTES * 4);
}

/*
 * What has to be written yet begins with the first epoch that makes something
 * else of the piece.  Where several leave it as it is now, the earliest counts:
 * VOLUME_IS_DIRTY that is not set may be to be set, or cleared already.
 */
static void note_known(struct redo_again *a, const struct piece *p)
{
	size_t i = 0;

	while (!p->is_old && !piece_is(p, i))
		i++; /* ends: the piece is known */
	if (!p->is_old && p->states[i]->epoch > a->reached)
		a->reached = p->states[i]->epoch;
	while (i < p->state_count && piece_is(p, i))
		i++;
	if (i < p->state_count && p->states[i]->epoch < a->missing)
		a->missing = p->states[i]->epoch;
}

/* Neither what was nor what any epoch makes of it: torn, or somebody's. */
static void note_unknown(struct redo_again *a, const struct piece *p)
{
	enum overlay_epoch epoch = p->states[0]->epoch;

	note_torn(a, p->states[0], p->at);
	if ((p->is_witness && a->is_torn_witness) ||
		(p->len >= NTFS_MAGIC_BYTES && is_ntfs_structure(p->bytes)))
		a->is_strange = true;
	a->is_torn_witness = a->is_torn_witness || p->is_witness;
	/* Several epochs may be written once more, after another cut. */
	if (p->state_count == 1 && epoch < a->torn_epoch)
		a->torn_epoch = epoch;
}

static bool is_known(const struct piece *p)
{
	size_t i;

	for (i = 0; i < p->state_count; i++)
		if (piece_is(p, i))
			return true;
	return p->is_old;
}

static void compare_piece(struct redo_again *a,
	const struct overlay_block *newest, const uint8_t *block, size_t at)
{
	struct piece p;

	piece_open(&p, a, newest, block, at);
	a->is_old = a->is_old && p.is_old;
	a->is_final = a->is_final && piece_is(&p, p.state_count - 1);
	if (is_known(&p))
		note_known(a, &p);
	else
		note_unknown(a, &p);
}

static const struct overlay_block *first_of(
	const struct redo_again *a, const struct overlay_block *newest)
{
	const struct overlay_block *b = newest;

	while (b->before != OVERLAY_NONE)
		b = &a->overlay.blocks[b->before];
	return b;
}

/* A block that cannot be read is torn. */
static int compare_block(
	struct redo_again *a, const struct overlay_block *newest)
{
	struct overlay *o = &a->overlay;
	size_t len = overlay_block_bytes(o, newest);
	uint64_t off = newest->number * o->disk.block_bytes;
	uint8_t block[DISK_MAX_BLOCK_BYTES];
	size_t at;
	int err;

	for (at = 0; at < len; at++)
		block[at] = (uint8_t)~newest->data[at];
	err = disk_read(o->below, off, block, len);
	if (err < 0 && err != -ERR_IO)
		return err;
	if (err < 0) {
		a->is_old = false;
		a->is_final = false;
		a->is_unreadable = true;
		for (at = 0; at < len; at += REDO_PIECE_BYTES)
			note_torn(a, first_of(a, newest), at);
		return 0;
	}
	for (at = 0; at < len; at += REDO_PIECE_BYTES)
		compare_piece(a, newest, block, at);
	return 0;
}

/* One that has changed says more than one that cannot be read. */
static int compare_witnesses(struct redo_again *a)
{
	struct overlay *o = &a->overlay;
	uint8_t block[DISK_MAX_BLOCK_BYTES];
	int first_err = 0;
	uint32_t i;
	int err;

	for (i = 0; i < a->redo->witness_count; i++) {
		struct redo_witness w = redo_witness_get(a->redo, i);
		size_t len = overlay_bytes_at(o, w.number);

		/* A reader that does nothing shows no witness of before. */
		memset(block, 0xA5, sizeof(block));
		err = disk_read(
			o->below, w.number * o->disk.block_bytes, block, len);
		if (err < 0)
			first_err = first_err ? first_err : err;
		else if (crc32_of(block, len) != w.sum)
			a->is_strange = true;
	}
	return first_err;
}

/*
 * What was flushed and read back is not torn: where an epoch was begun, those
 * before it are as we left them, or as somebody else did.
 */
static bool is_somebody_elses(const struct redo_again *a)
{
	return a->is_strange || a->torn_epoch < a->reached ||
	       (a->is_scattered && !a->is_unreadable);
}

int redo_again_compare(struct redo_again *a)
{
	struct overlay *o = &a->overlay;
	int witness_err = compare_witnesses(a);
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < o->block_count; i++) {
		const struct overlay_block *b = &o->blocks[i];

		if (overlay_find(o, b->number) == b)
			err = compare_block(a, b);
	}
	if (err < 0)
		return err;
	a->is_strange = is_somebody_elses(a);
	if (a->is_strange)
		return 0;
	if (witness_err < 0)
		return witness_err;
	return a->is_scattered ? -ERR_IO : 0;
}

enum redo_state redo_again_state(const struct redo_again *a)
{
	if (a->is_strange)
		return REDO_STRANGE;
	if (a->is_final)
		return REDO_DONE;
	return a->is_old ? REDO_UNBEGUN : REDO_BEGUN;
}

int redo_compare(
	const struct redo *r, struct disk *target, enum redo_state *ret_state)
{
	struct redo_again a;
	int err = redo_again_open(&a, r, target);

	if (err == 0)
		err = redo_again_compare(&a);
	if (err == 0)
		*ret_state = redo_again_state(&a);
	overlay_close(&a.overlay);
	return err;
}
