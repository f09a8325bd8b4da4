/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/stack.h"

#include <stdlib.h>

#include "storage/err.h"

void stack_close(struct stack *k)
{
	if (!k)
		return;
	(void)volume_close(&k->volume); /* only the overlay could lose by it */
	overlay_close(&k->overlay);
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

int stack_open_volume(struct stack *k, const struct found_volume *f)
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
	return volume_open_mending(&k->volume, k->plain);
}

int stack_reopen_volume(struct stack *k)
{
	return volume_open(&k->volume, k->plain);
}

void stack_close_volume(struct stack *k)
{
	(void)volume_close(&k->volume);
	overlay_close(&k->overlay);
}
