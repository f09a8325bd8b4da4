/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/stack.h"

#include <stdlib.h>

#include "storage/err.h"

void stack_close(struct stack *k)
{
	if (!k)
		return;
	stack_close_volume(k);
	cache_close(&k->cache);
	free(k);
}

int stack_open(struct disk *d, struct stack **ret_stack)
{
	struct stack *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return -ERR_NO_MEMORY;
	meter_init(&k->meter, d);
	err = cache_open(&k->cache, &k->meter.disk);
	if (err < 0) {
		stack_close(k);
		return err;
	}
	*ret_stack = k;
	return 0;
}

static int decrypt(struct stack *k, const struct unlock_volume *locked)
{
	int err = bitlocker_layer_open(&k->bitlocker, &k->overlay.disk,
		&locked->metadata, &locked->fvek);

	if (err == 0)
		k->plain = &k->bitlocker.disk;
	return err;
}

int stack_open_volume(struct stack *k, const struct found_volume *f,
	const struct unlock_volume *locked)
{
	int err;

	err = slice_init(
		&k->direct, &k->meter.disk, f->start_bytes, f->size_bytes);
	if (err < 0)
		return err;
	err = slice_init(
		&k->cached, &k->cache.disk, f->start_bytes, f->size_bytes);
	if (err < 0)
		return err;
	err = overlay_open(&k->overlay, &k->cached.disk, OVERLAY_MAX_BYTES);
	if (err < 0)
		return err;
	k->plain = &k->overlay.disk;
	if (locked)
		err = decrypt(k, locked);
	if (err < 0)
		return err;
	return volume_open_mending(&k->volume, k->plain);
}

int stack_reopen_volume(struct stack *k)
{
	return volume_open(&k->volume, k->plain);
}

bool stack_is_in_place(const struct stack *k, const struct extent *range)
{
	return k->plain != &k->bitlocker.disk ||
	       bitlocker_layer_is_in_place(
		       &k->bitlocker, range->start_bytes, range->size_bytes);
}

void stack_close_volume(struct stack *k)
{
	/* Only the overlay could lose by it. */
	(void)volume_close(&k->volume);
	bitlocker_layer_close(&k->bitlocker);
	overlay_close(&k->overlay);
}
