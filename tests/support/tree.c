/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/tree.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES  40
#define RESERVE_BYTES 16

static void be32_put(uint8_t *b, uint32_t v)
{
	b[0] = (uint8_t)(v >> 24);
	b[1] = (uint8_t)(v >> 16);
	b[2] = (uint8_t)(v >> 8);
	b[3] = (uint8_t)v;
}

/* Padded with zeroes to four bytes, as every token is. */
static void body_add(struct tree *t, const void *bytes, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;

	if (padded > sizeof(t->body) - t->body_len)
		abort();
	memset(t->body + t->body_len, 0, padded);
	if (len)
		memcpy(t->body + t->body_len, bytes, len);
	t->body_len += padded;
}

static void body_add_u32(struct tree *t, uint32_t value)
{
	uint8_t b[4];

	be32_put(b, value);
	body_add(t, b, sizeof(b));
}

void tree_begin(struct tree *t)
{
	memset(t, 0, sizeof(*t));
	tree_node(t, "");
}

void tree_node(struct tree *t, const char *name)
{
	body_add_u32(t, 1);
	body_add(t, name, strlen(name) + 1);
}

void tree_end(struct tree *t)
{
	body_add_u32(t, 2);
}

void tree_bytes(struct tree *t, const char *name, const void *bytes, size_t len)
{
	if (t->omit && !strcmp(t->omit, name))
		return;
	if (strlen(name) >= sizeof(t->names) - t->names_len)
		abort();
	body_add_u32(t, 3);
	body_add_u32(t, (uint32_t)len);
	body_add_u32(t, (uint32_t)t->names_len);
	body_add(t, bytes, len);
	strcpy(t->names + t->names_len, name);
	t->names_len += strlen(name) + 1;
}

void tree_text(struct tree *t, const char *name, const char *text)
{
	tree_bytes(t, name, text, strlen(text) + 1);
}

void tree_number(struct tree *t, const char *name, uint32_t value)
{
	uint8_t b[4];

	be32_put(b, value);
	tree_bytes(t, name, b, sizeof(b));
}

void tree_finish(struct tree *t)
{
	const uint32_t body_at = HEADER_BYTES + RESERVE_BYTES;
	uint32_t names_at;
	uint32_t fields[10];
	size_t i;

	tree_end(t);
	body_add_u32(t, 9);
	names_at = body_at + (uint32_t)t->body_len;
	t->len = names_at + t->names_len;
	fields[0] = 0xD00DFEED;
	fields[1] = (uint32_t)t->len;
	fields[2] = body_at;
	fields[3] = names_at;
	fields[4] = HEADER_BYTES;
	fields[5] = 17;
	fields[6] = 16;
	fields[7] = 0;
	fields[8] = (uint32_t)t->names_len;
	fields[9] = (uint32_t)t->body_len;
	for (i = 0; i < 10; i++)
		be32_put(t->blob + 4 * i, fields[i]);
	memcpy(t->blob + body_at, t->body, t->body_len);
	memcpy(t->blob + names_at, t->names, t->names_len);
}
