/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_source.h"

#include <string.h>

#include "storage/err.h"

int key_source_read(
	const struct key_source *s, uint64_t off, void *buf, size_t len)
{
	if (off > s->size || len > s->size - off)
		return -ERR_TRUNCATED;
	return len ? s->read(s->ctx, off, buf, len) : 0;
}

static int read_memory(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct key_memory *m = ctx;

	memcpy(buf, m->bytes + off, len);
	return 0;
}

void key_memory_open(
	struct key_memory *m, const char *name, const void *bytes, size_t len)
{
	m->bytes = bytes;
	m->source.read = read_memory;
	m->source.ctx = m;
	m->source.size = len;
	m->source.name = name;
}
