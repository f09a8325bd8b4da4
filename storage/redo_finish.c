/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/redo_again.h"

#include <string.h>

#include "storage/err.h"

static bool is_torn_block(
	const struct redo_again *a, const struct overlay_block *b)
{
	uint64_t off = b->number * a->overlay.disk.block_bytes;
	uint64_t end = off + overlay_block_bytes(&a->overlay, b);

	for (; off < end; off += REDO_PIECE_BYTES)
		if (redo_place_of(a, off) == a->torn_at &&
			(a->torn_pieces & redo_piece_bit(a, off)))
			return true;
	return false;
}

/* So that there is never a second torn place, should the power fail again. */
static int mend_torn(struct redo_again *a)
{
	struct overlay *o = &a->overlay;
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < o->block_count; i++) {
		const struct overlay_block *b = &o->blocks[i];

		if (b->before == OVERLAY_NONE && is_torn_block(a, b))
			err = disk_write(o->below,
				b->number * o->disk.block_bytes, b->data,
				overlay_block_bytes(o, b));
	}
	return err < 0 ? err : disk_flush(o->below);
}

static int finish(struct redo_again *a, void (*pet)(void *ctx), void *ctx,
	struct commit_counts *counts)
{
	struct disk *target = a->overlay.below;
	enum redo_state state;
	int err = redo_again_compare(a);

	if (err < 0)
		return err;
	if (redo_again_state(a) != REDO_BEGUN)
		return -ERR_INTERNAL;
	if (pet)
		pet(ctx);
	if (a->is_torn)
		err = mend_torn(a);
	if (err == 0)
		err = redo_again_cut(a);
	if (err == 0)
		err = commit_overlay(&a->overlay, target, pet, ctx, counts);
	if (err == 0)
		err = redo_compare(a->redo, target, &state);
	if (err == 0 && state != REDO_DONE)
		err = -ERR_NOT_STORED;
	return err;
}

int redo_finish(const struct redo *r, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts)
{
	struct redo_again a;
	int err;

	memset(ret_counts, 0, sizeof(*ret_counts));
	err = redo_again_open(&a, r, target);
	if (err == 0)
		err = finish(&a, pet, ctx, ret_counts);
	overlay_close(&a.overlay);
	return err;
}
