/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories of NTFS, entry by entry. */
#include "tests/support/ntfs_peek_parts.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"

bool peek_is_directory(const unsigned char *record, size_t len)
{
	struct peek_attribute *a = malloc(sizeof(*a));
	bool is_one = a &&
		      peek_find_attribute(record, len, TYPE_INDEX_ROOT, a) &&
		      a->is_resident && a->value_len >= 4 &&
		      le32_get(a->value) == TYPE_FILE_NAME;

	free(a);
	return is_one;
}

bool peek_is_whole_directory(const struct peek *v, const unsigned char *record)
{
	struct peek_attribute *a = malloc(sizeof(*a));
	struct peek_walk *w = malloc(sizeof(*w));
	unsigned char root[MAX_RECORD];
	bool is_whole =
		a && w &&
		peek_find_in_file(v, record, TYPE_INDEX_ROOT, a, root) &&
		peek_is_directory(root, v->record_bytes) &&
		peek_walk_begin(w, v, root);

	while (is_whole && peek_walk_next(w))
		;
	is_whole = is_whole && !w->is_broken;
	free(a);
	free(w);
	return is_whole;
}

static bool node_enter(
	struct peek_walk *w, unsigned char *block, size_t len, size_t head)
{
	struct peek_node *n = &w->stack[w->depth];
	size_t first = le32_get(block + head);
	size_t end = le32_get(block + head + 4);

	if (first > end || end > len - head) {
		free(block);
		return false;
	}
	n->block = block;
	n->pos = head + first;
	n->end = head + end;
	n->is_done = false;
	w->depth++;
	return true;
}

static bool block_enter(struct peek_walk *w, uint64_t vcn)
{
	const struct peek *v = w->v;
	uint64_t unit = v->index_bytes < v->cluster ? 512 : v->cluster;
	uint64_t place;
	unsigned char *block;

	if (!w->has_blocks || w->depth == MAX_DEPTH)
		return false;
	place = peek_place_of(v, &w->blocks, vcn * unit);
	block = malloc(v->index_bytes);
	if (!block || !place ||
		!peek_take_protected(v, place, v->index_bytes, "INDX", block) ||
		le64_get(block + 16) != vcn) {
		free(block);
		return false;
	}
	return node_enter(w, block, v->index_bytes, 24);
}

bool peek_walk_begin(
	struct peek_walk *w, const struct peek *v, const unsigned char *record)
{
	struct peek_attribute *root = malloc(sizeof(*root));
	unsigned char *copy = NULL;
	bool is_good;

	memset(w, 0, sizeof(*w));
	w->v = v;
	w->has_blocks = peek_find_in_file(v, record, TYPE_INDEX_ALLOCATION,
				&w->blocks, w->blocks_record) &&
			!w->blocks.is_resident;
	is_good = root &&
		  peek_find_attribute(
			  record, v->record_bytes, TYPE_INDEX_ROOT, root) &&
		  root->is_resident && root->value_len >= 32;
	if (is_good)
		copy = malloc(root->value_len);
	if (copy) {
		memcpy(copy, root->value, root->value_len);
		is_good = node_enter(w, copy, root->value_len, 16);
	}
	free(root);
	w->is_broken = !is_good;
	return is_good && copy;
}

const unsigned char *peek_walk_next(struct peek_walk *w)
{
	while (w->depth) {
		struct peek_node *n = &w->stack[w->depth - 1];
		const unsigned char *e = n->block + n->pos;
		size_t len;
		bool was_below = n->is_done;

		if (n->end - n->pos < 16)
			goto broken;
		len = le16_get(e + 8);
		if (len < 16 || len > n->end - n->pos)
			goto broken;
		n->is_done = false;
		if (!was_below && le16_get(e + 12) & ENTRY_CHILD) {
			/* First what is smaller; then this entry again. */
			n->is_done = true;
			if (len < 24 || !block_enter(w, le64_get(e + len - 8)))
				goto broken;
			continue;
		}
		if (le16_get(e + 12) & ENTRY_LAST) {
			free(n->block);
			w->depth--;
			continue;
		}
		n->pos += len;
		return e;
	}
	return NULL;
broken:
	w->is_broken = true;
	while (w->depth)
		free(w->stack[--w->depth].block);
	return NULL;
}
