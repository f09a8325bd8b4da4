/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key node: 00 "nk"  02 u16 flags (20: compressed name)	04 u64 last
 *written 14 u32 subkeys  1C u32 their list	24 u32 values  28 u32 their list
 *	     48 u16 bytes of the name		4C name
 *
 * List of subkeys: 00 "lf", "lh" or "li"  02 u16 count	 04 entries: u32 key;
 * lf and lh: then u32 begin or hash of its name.  List of lists: 00 "ri", then
 * the same with lists in place of keys; one level of them.
 */
#include "recovery/hive.h"

#include <string.h>

#include "recovery/hive_cell.h"
#include "storage/ascii.h"
#include "storage/bytes.h"
#include "storage/err.h"

#define KEY_BYTES	  0x4C /* before the name */
#define KEY_IS_COMPRESSED 0x20

#define LIST_BYTES 4 /* before the entries */

#define HASH_FACTOR 37

/* --- Keys ------------------------------------------------------------------
 */

static int key_check(struct hive *h, uint32_t offset, struct hive_key *ret)
{
	struct hive_key k = {.cell = offset};
	uint8_t node[KEY_BYTES] = {0};
	struct hive_cell cell;
	int err = hive_cell_open(h, offset, &cell);

	if (err == 0)
		err = hive_cell_read(h, &cell, 0, node, sizeof(node));
	if (err < 0)
		return err;
	if (memcmp(node, "nk", 2) != 0)
		return -ERR_CORRUPT;
	k.written = le64_get(node + 0x04);
	k.subkey_count = le32_get(node + 0x14);
	k.subkey_list = le32_get(node + 0x1C);
	k.value_count = le32_get(node + 0x24);
	k.value_list = le32_get(node + 0x28);
	if (k.subkey_count > HIVE_MAX_SUBKEYS ||
		k.value_count > HIVE_MAX_VALUES)
		return -ERR_TOO_LARGE;
	err = hive_cell_name(h, &cell, KEY_BYTES, le16_get(node + 0x48),
		le16_get(node + 0x02) & KEY_IS_COMPRESSED, k.name);
	if (err == 0)
		*ret = k;
	return err;
}

int hive_open(struct hive *h, struct disk *d)
{
	struct hive opened = {.disk = d};
	uint8_t head[HIVE_HEAD_BYTES];
	struct hive_base base;
	int err;

	if (d->size_bytes < sizeof(head))
		return d->size_bytes ? -ERR_TRUNCATED : -ERR_NOT_FOUND;
	err = disk_read(d, 0, head, sizeof(head));
	if (err == 0)
		err = hive_base_check(head, &base);
	if (err < 0)
		return err;
	if (base.file != HIVE_FILE_PRIMARY)
		return -ERR_UNSUPPORTED;
	if (d->size_bytes - sizeof(head) <
		base.bins_bytes + (uint64_t)HIVE_BASE_BYTES - sizeof(head))
		return -ERR_TRUNCATED;
	opened.bins_bytes = base.bins_bytes;
	opened.minor = base.minor;
	opened.cells_left = HIVE_MAX_CELLS;
	opened.is_dirty = hive_base_is_dirty(&base);
	err = key_check(&opened, base.root, &opened.root);
	if (err == 0)
		*h = opened;
	return err;
}

/* --- Subkeys ---------------------------------------------------------------
 */

/* The list in the cell at @offset; *@ret_is_of_lists: "ri". */
static int list_check(struct hive *h, uint32_t offset, struct hive_list *ret,
	bool *ret_is_of_lists)
{
	struct hive_list l = {.entry_bytes = 4};
	uint8_t head[LIST_BYTES] = {0};
	struct hive_cell cell;
	int err = hive_cell_open(h, offset, &cell);

	if (err == 0)
		err = hive_cell_read(h, &cell, 0, head, sizeof(head));
	if (err < 0)
		return err;
	l.is_hashed = !memcmp(head, "lh", 2);
	if (l.is_hashed || !memcmp(head, "lf", 2))
		l.entry_bytes = 8;
	else if (memcmp(head, "li", 2) != 0 && memcmp(head, "ri", 2) != 0)
		return -ERR_CORRUPT;
	l.left = le16_get(head + 2);
	l.at = cell.at + LIST_BYTES;
	if (l.left > (cell.len - LIST_BYTES) / l.entry_bytes)
		return -ERR_CORRUPT;
	*ret = l;
	*ret_is_of_lists = head[0] == 'r';
	return 0;
}

static int list_next(struct hive *h, struct hive_list *l, uint8_t entry[8])
{
	int err = disk_read(h->disk, l->at, entry, l->entry_bytes);

	l->at += l->entry_bytes;
	l->left--;
	return err;
}

void hive_walk_begin(
	struct hive_walk *w, struct hive *h, const struct hive_key *k)
{
	bool is_of_lists = false;

	memset(w, 0, sizeof(*w));
	w->hive = h;
	w->left = k->subkey_count;
	if (!w->left)
		return;
	w->err = list_check(h, k->subkey_list, &w->subkeys, &is_of_lists);
	if (w->err < 0 || !is_of_lists)
		return;
	w->lists = w->subkeys;
	w->subkeys.left = 0;
	if (w->lists.left > HIVE_MAX_LEAVES)
		w->err = -ERR_TOO_LARGE;
}

/* Makes the next list of subkeys the current one. */
static int walk_turn(struct hive_walk *w)
{
	bool is_of_lists = false;
	uint8_t entry[8];
	int err;

	/* Fewer subkeys than the key says it has. */
	if (!w->lists.left)
		return -ERR_CORRUPT;
	err = list_next(w->hive, &w->lists, entry);
	if (err == 0)
		err = list_check(
			w->hive, le32_get(entry), &w->subkeys, &is_of_lists);
	return err == 0 && is_of_lists ? -ERR_CORRUPT : err;
}

int hive_walk_next(struct hive_walk *w, struct hive_key *ret)
{
	uint8_t entry[8];

	while (w->err == 0 && w->left) {
		if (!w->subkeys.left) {
			w->err = walk_turn(w);
			continue;
		}
		w->err = list_next(w->hive, &w->subkeys, entry);
		w->left--;
		if (w->err < 0 || (w->hash && w->subkeys.is_hashed &&
					  le32_get(entry + 4) != w->hash))
			continue;
		w->err = key_check(w->hive, le32_get(entry), ret);
		if (w->err == 0)
			return 1;
	}
	return w->err;
}

/* --- Paths -----------------------------------------------------------------
 */

/* 0 for what only a table of all capital letters could tell. */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 0;

	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c >= 0x80)
			return 0;
		if (c >= 'a' && c <= 'z')
			c = (unsigned char)(c - 'a' + 'A');
		hash = hash * HASH_FACTOR + c;
	}
	return hash;
}

static int find_subkey(struct hive *h, const struct hive_key *from,
	const char *name, struct hive_key *ret)
{
	struct hive_key subkey;
	struct hive_walk w;
	int err;

	hive_walk_begin(&w, h, from);
	w.hash = name_hash(name);
	while ((err = hive_walk_next(&w, &subkey)) > 0)
		if (ascii_same_text(subkey.name, name)) {
			*ret = subkey;
			return 0;
		}
	return err < 0 ? err : -ERR_NOT_FOUND;
}

int hive_find(struct hive *h, const struct hive_key *from, const char *path,
	struct hive_key *ret)
{
	struct hive_key key = *from;
	char name[HIVE_NAME_BYTES];

	while (*path) {
		const char *end = strchr(path, '\\');
		size_t len = end ? (size_t)(end - path) : strlen(path);
		int err;

		if (len >= sizeof(name))
			return -ERR_NOT_FOUND;
		memcpy(name, path, len);
		name[len] = '\0';
		err = find_subkey(h, &key, name, &key);
		if (err < 0)
			return err;
		path += len + (end != NULL);
	}
	*ret = key;
	return 0;
}
