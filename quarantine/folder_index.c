/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Index root: 08 u32 bytes of a block	10 header.  Index block: 00 "INDX"
 * 10 u64 its VCN  18 header.  Header: 00 u32 first entry  04 u32 end of the
 * entries	08 u32 end of the room	0C u8 flags (1: has children); all from
 * the header on.  Entry: 08 u16 length  0A u16 bytes of the key  0C u16 flags
 * (1: has a child, 2: last)  10 key; the child's VCN at the end.
 */
#include "quarantine/folder_index.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"

#define ENTRY_ALIGN 8

enum block_state { BLOCK_UNSEEN, BLOCK_FOUND, BLOCK_CHECKED };

struct tree {
	struct volume *volume;
	ntfs_attr *blocks; /* $INDEX_ALLOCATION; NULL if there is none */
	u32 block_bytes;
	u32 block_count;
	u8 vcn_bits;
	u8 *states; /* enum block_state of each block */
};

/* --- Entries ---------------------------------------------------------------
 */

/* Do key and name end before the entry does?  @room is for both. */
static bool key_check(const INDEX_ENTRY *e, u32 room)
{
	const FILE_NAME_ATTR *n = &e->key.file_name;

	return le16_to_cpu(e->key_length) <= room && room >= sizeof(*n) &&
	       n->file_name_length * sizeof(ntfschar) <= room - sizeof(*n);
}

/* A child that two entries have, or one of its own ancestors, is damage. */
static int child_check(struct tree *t, const INDEX_ENTRY *e, u32 length)
{
	u64 vcn, block;
	sle64 raw;

	memcpy(&raw, (const u8 *)e + length - sizeof(raw), sizeof(raw));
	vcn = (u64)sle64_to_cpu(raw);
	if (vcn >= (u64)t->block_count * t->block_bytes >> t->vcn_bits ||
		(vcn << t->vcn_bits) % t->block_bytes)
		return -ERR_CORRUPT;
	block = (vcn << t->vcn_bits) / t->block_bytes;
	if (t->states[block] != BLOCK_UNSEEN)
		return -ERR_CORRUPT;
	t->states[block] = BLOCK_FOUND;
	return 0;
}

/* One entry with @left bytes to the end of them all; its length, or -ERR_. */
static int entry_check(
	struct tree *t, const INDEX_ENTRY *e, u32 left, bool has_children)
{
	const u32 child = has_children ? sizeof(VCN) : 0;
	u32 length;
	int err = 0;

	if (left < sizeof(INDEX_ENTRY_HEADER))
		return -ERR_CORRUPT;
	length = le16_to_cpu(e->length);
	if (length < sizeof(INDEX_ENTRY_HEADER) + child || length > left ||
		length % ENTRY_ALIGN)
		return -ERR_CORRUPT;
	if (!(e->ie_flags & INDEX_ENTRY_NODE) == has_children)
		return -ERR_CORRUPT;
	if (!(e->ie_flags & INDEX_ENTRY_END) &&
		!key_check(e, length - child - (u32)sizeof(INDEX_ENTRY_HEADER)))
		return -ERR_CORRUPT;
	if (has_children)
		err = child_check(t, e, length);
	return err < 0 ? err : (int)length;
}

/* All entries of a node whose header has @room bytes from its beginning on. */
static int node_check(struct tree *t, const INDEX_HEADER *h, u32 room)
{
	u32 at, end;
	bool is_last = false;

	at = le32_to_cpu(h->entries_offset);
	end = le32_to_cpu(h->index_length);
	if (at < sizeof(*h) || at % ENTRY_ALIGN || at > end ||
		end > le32_to_cpu(h->allocated_size) ||
		le32_to_cpu(h->allocated_size) > room)
		return -ERR_CORRUPT;
	while (!is_last) {
		const INDEX_ENTRY *e = (const void *)((const u8 *)h + at);
		int length =
			entry_check(t, e, end - at, h->ih_flags & NODE_MASK);

		if (length < 0)
			return length;
		is_last = e->ie_flags & INDEX_ENTRY_END;
		at += (u32)length;
	}
	return at == end ? 0 : -ERR_CORRUPT;
}

/* --- Nodes -----------------------------------------------------------------
 */

/* What libntfs-3g moves from the root into a new block has to fit there. */
static bool fits_block(const INDEX_ROOT *root, u32 block_bytes)
{
	u32 entries = le32_to_cpu(root->index.index_length) -
		      le32_to_cpu(root->index.entries_offset);
	u32 usa = (u32)sizeof(le16) * (block_bytes / NTFS_BLOCK_SIZE + 1);
	u32 head = (u32)sizeof(INDEX_BLOCK) + usa + ENTRY_ALIGN - 1;

	return entries <= block_bytes - head;
}

static int blocks_open(struct tree *t, ntfs_inode *dir)
{
	s64 count;

	t->blocks = ntfs_attr_open(dir, AT_INDEX_ALLOCATION, NTFS_INDEX_I30, 4);
	if (!t->blocks)
		return errno == ENOENT
			       ? 0
			       : ntfs_device_err(&t->volume->device, errno);
	count = t->blocks->data_size / t->block_bytes;
	if ((u64)count > FOLDER_INDEX_MAX_BLOCKS)
		return -ERR_TOO_LARGE;
	t->block_count = (u32)count;
	t->states = calloc(t->block_count + 1, 1);
	return t->states ? 0 : -ERR_NO_MEMORY;
}

static int root_check(struct tree *t, ntfs_inode *dir)
{
	const INDEX_ROOT *root;
	const ATTR_RECORD *a;
	ntfs_attr_search_ctx *ctx;
	u32 at, len;
	int err;

	ctx = ntfs_attr_get_search_ctx(dir, NULL);
	if (!ctx)
		return -ERR_NO_MEMORY;
	err = -ERR_CORRUPT;
	if (ntfs_attr_lookup(AT_INDEX_ROOT, NTFS_INDEX_I30, 4, CASE_SENSITIVE,
		    0, NULL, 0, ctx)) {
		if (errno != ENOENT)
			err = ntfs_device_err(&t->volume->device, errno);
		goto out;
	}
	a = ctx->attr;
	at = le16_to_cpu(a->value_offset);
	len = le32_to_cpu(a->value_length);
	if (a->non_resident || at > le32_to_cpu(a->length) ||
		len > le32_to_cpu(a->length) - at || len < sizeof(*root))
		goto out;
	root = (const void *)((const u8 *)a + at);
	t->block_bytes = le32_to_cpu(root->index_block_size);
	if (t->block_bytes < NTFS_BLOCK_SIZE || t->block_bytes > 65536 ||
		t->block_bytes & (t->block_bytes - 1))
		goto out;
	t->vcn_bits = t->volume->ntfs->cluster_size <= t->block_bytes
			      ? t->volume->ntfs->cluster_size_bits
			      : NTFS_BLOCK_SIZE_BITS;
	err = blocks_open(t, dir);
	if (err == 0)
		err = node_check(t, &root->index,
			len - (u32)offsetof(INDEX_ROOT, index));
	if (err == 0 && !fits_block(root, t->block_bytes))
		err = -ERR_CORRUPT;
out:
	ntfs_attr_put_search_ctx(ctx);
	return err;
}

static int block_check(struct tree *t, INDEX_BLOCK *b, u32 number)
{
	const s64 at = (s64)number * t->block_bytes;
	const u32 head = (u32)offsetof(INDEX_BLOCK, index);

	errno = EIO; /* for a block that is cut short */
	if (ntfs_attr_mst_pread(t->blocks, at, 1, t->block_bytes, b) != 1)
		return ntfs_device_err(&t->volume->device, errno);
	if (!ntfs_is_indx_record(b->magic) ||
		sle64_to_cpu(b->index_block_vcn) != at >> t->vcn_bits ||
		le32_to_cpu(b->index.allocated_size) != t->block_bytes - head)
		return -ERR_CORRUPT;
	t->states[number] = BLOCK_CHECKED;
	return node_check(t, &b->index, t->block_bytes - head);
}

/* From block to block, as they are found; each has one parent, so it ends. */
static int blocks_check(struct tree *t)
{
	INDEX_BLOCK *b = malloc(t->block_bytes);
	bool is_done = false;
	int err = 0;

	if (!b)
		return -ERR_NO_MEMORY;
	while (!is_done && err == 0) {
		is_done = true;
		for (u32 i = 0; i < t->block_count && err == 0; i++)
			if (t->states[i] == BLOCK_FOUND) {
				is_done = false;
				err = block_check(t, b, i);
			}
	}
	free(b);
	return err;
}

int folder_index_check(struct volume *v, ntfs_inode *dir)
{
	struct tree t = {.volume = v};
	int err;

	err = root_check(&t, dir);
	if (err == 0 && t.block_count)
		err = blocks_check(&t);
	if (t.blocks)
		ntfs_attr_close(t.blocks);
	free(t.states);
	return err;
}
