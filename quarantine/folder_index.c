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

/* A node on the way from the root to where the walk is. */
struct level {
	INDEX_BLOCK *block;	  /* NULL: the root */
	const INDEX_ENTRY *entry; /* the next one */
	bool is_below;		  /* what is smaller than it comes first */
};

struct tree {
	struct volume *volume;
	ntfs_attr *blocks; /* $INDEX_ALLOCATION; NULL if there is none */
	u32 block_bytes;
	u32 block_count;
	u8 vcn_bits;
	bool *is_found; /* for each block: it has a parent */
	struct level levels[FOLDER_INDEX_MAX_DEPTH];
	u32 depth;
	bool has_last;
	ntfschar last[NTFS_MAX_NAME_LEN]; /* the name before */
	u8 last_length;
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

static u64 child_of(const INDEX_ENTRY *e)
{
	sle64 raw;

	memcpy(&raw, (const u8 *)e + le16_to_cpu(e->length) - sizeof(raw),
		sizeof(raw));
	return (u64)sle64_to_cpu(raw);
}

/* A child that two entries have, or one of its own ancestors, is damage. */
static int child_check(struct tree *t, const INDEX_ENTRY *e)
{
	u64 vcn = child_of(e);
	u64 block;

	if (vcn >= (u64)t->block_count * t->block_bytes >> t->vcn_bits ||
		(vcn << t->vcn_bits) % t->block_bytes)
		return -ERR_CORRUPT;
	block = (vcn << t->vcn_bits) / t->block_bytes;
	if (t->is_found[block])
		return -ERR_CORRUPT;
	t->is_found[block] = true;
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
		err = child_check(t, e);
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
	t->is_found = calloc(t->block_count + 1, sizeof(*t->is_found));
	return t->is_found ? 0 : -ERR_NO_MEMORY;
}

/* Begin the walk at a node whose entries were checked. */
static int level_enter(
	struct tree *t, INDEX_BLOCK *block, const INDEX_HEADER *h)
{
	if (t->depth == FOLDER_INDEX_MAX_DEPTH) {
		free(block);
		return -ERR_TOO_LARGE;
	}
	t->levels[t->depth++] = (struct level){
		.block = block,
		.entry = (const void *)((const u8 *)h +
					le32_to_cpu(h->entries_offset)),
	};
	return 0;
}

static int root_enter(struct tree *t, ntfs_inode *dir, const ATTR_RECORD *a)
{
	const u32 at = le16_to_cpu(a->value_offset);
	const u32 len = le32_to_cpu(a->value_length);
	const INDEX_ROOT *root;
	int err;

	if (a->non_resident || at > le32_to_cpu(a->length) ||
		len > le32_to_cpu(a->length) - at || len < sizeof(*root))
		return -ERR_CORRUPT;
	root = (const void *)((const u8 *)a + at);
	t->block_bytes = le32_to_cpu(root->index_block_size);
	if (t->block_bytes < NTFS_BLOCK_SIZE || t->block_bytes > 65536 ||
		t->block_bytes & (t->block_bytes - 1))
		return -ERR_CORRUPT;
	t->vcn_bits = t->volume->ntfs->cluster_size <= t->block_bytes
			      ? t->volume->ntfs->cluster_size_bits
			      : NTFS_BLOCK_SIZE_BITS;
	err = blocks_open(t, dir);
	if (err == 0)
		err = node_check(t, &root->index,
			len - (u32)offsetof(INDEX_ROOT, index));
	if (err == 0 && !fits_block(root, t->block_bytes))
		err = -ERR_CORRUPT;
	return err < 0 ? err : level_enter(t, NULL, &root->index);
}

static int block_check(struct tree *t, INDEX_BLOCK *b, u64 vcn)
{
	const u32 head = (u32)offsetof(INDEX_BLOCK, index);

	errno = EIO; /* for a block that is cut short */
	if (ntfs_attr_mst_pread(t->blocks, (s64)(vcn << t->vcn_bits), 1,
		    t->block_bytes, b) != 1)
		return ntfs_device_err(&t->volume->device, errno);
	if (!ntfs_is_indx_record(b->magic) ||
		(u64)sle64_to_cpu(b->index_block_vcn) != vcn ||
		le32_to_cpu(b->index.allocated_size) != t->block_bytes - head)
		return -ERR_CORRUPT;
	return node_check(t, &b->index, t->block_bytes - head);
}

static int block_enter(struct tree *t, u64 vcn)
{
	INDEX_BLOCK *b = malloc(t->block_bytes);
	int err;

	if (!b)
		return -ERR_NO_MEMORY;
	err = block_check(t, b, vcn);
	if (err < 0) {
		free(b);
		return err;
	}
	return level_enter(t, b, &b->index);
}

/* --- The walk --------------------------------------------------------------
 */

/* A name that is not behind the one before cannot be found by who looks. */
static int order_check(struct tree *t, const INDEX_ENTRY *e)
{
	const struct _ntfs_volume *ntfs = t->volume->ntfs;
	const FILE_NAME_ATTR *n = &e->key.file_name;
	ntfschar name[NTFS_MAX_NAME_LEN];
	const u8 length = n->file_name_length;

	memcpy(name, (const u8 *)n + sizeof(*n), length * sizeof(*name));
	if (t->has_last &&
		ntfs_names_full_collate(t->last, t->last_length, name, length,
			CASE_SENSITIVE, ntfs->upcase, ntfs->upcase_len) >= 0)
		return -ERR_CORRUPT;
	memcpy(t->last, name, length * sizeof(*name));
	t->last_length = length;
	t->has_last = true;
	return 0;
}

/* Each block has one parent, so it ends. */
static int walk(struct tree *t)
{
	int err = 0;

	while (err == 0 && t->depth) {
		struct level *l = &t->levels[t->depth - 1];
		const INDEX_ENTRY *e = l->entry;

		if ((e->ie_flags & INDEX_ENTRY_NODE) && !l->is_below) {
			l->is_below = true;
			err = block_enter(t, child_of(e));
		} else if (e->ie_flags & INDEX_ENTRY_END) {
			free(l->block);
			t->depth--;
		} else {
			err = order_check(t, e);
			l->entry = (const void *)((const u8 *)e +
						  le16_to_cpu(e->length));
			l->is_below = false;
		}
	}
	return err;
}

static int root_find(struct tree *t, ntfs_inode *dir, ntfs_attr_search_ctx *ctx)
{
	if (!ntfs_attr_lookup(AT_INDEX_ROOT, NTFS_INDEX_I30, 4, CASE_SENSITIVE,
		    0, NULL, 0, ctx))
		return root_enter(t, dir, ctx->attr);
	return errno == ENOENT ? -ERR_CORRUPT
			       : ntfs_device_err(&t->volume->device, errno);
}

int folder_index_check(struct volume *v, ntfs_inode *dir)
{
	struct tree t = {.volume = v};
	ntfs_attr_search_ctx *ctx;
	int err;

	ctx = ntfs_attr_get_search_ctx(dir, NULL);
	if (!ctx)
		return -ERR_NO_MEMORY;
	err = root_find(&t, dir, ctx);
	if (err == 0)
		err = walk(&t);
	while (t.depth)
		free(t.levels[--t.depth].block);
	if (t.blocks)
		ntfs_attr_close(t.blocks);
	free(t.is_found);
	ntfs_attr_put_search_ctx(ctx);
	return err;
}
