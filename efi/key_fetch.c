/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/key_fetch.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

static int fetch(struct key_fetch *k, struct network *n)
{
	size_t len = 0;
	int err;

	k->bytes = malloc(KEY_FETCH_MAX_BYTES);
	if (!k->bytes)
		return -ERR_NO_MEMORY;
	err = network_get(
		n, KEY_FETCH_NAME, k->bytes, KEY_FETCH_MAX_BYTES, &len);
	key_memory_open(&k->memory, KEY_FETCH_NAME, k->bytes, len);
	return err;
}

int key_fetch_open(
	struct key_fetch *k, struct network *n, struct key_source *ret)
{
	if (!k->is_asked) {
		k->is_asked = true;
		k->err = fetch(k, n);
	}
	*ret = k->memory.source;
	ret->name = KEY_FETCH_NAME;
	return k->err;
}

void key_fetch_free(struct key_fetch *k)
{
	free(k->bytes);
	memset(k, 0, sizeof(*k));
}
