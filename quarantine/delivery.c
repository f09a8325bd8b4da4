/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/delivery.h"

#include "quarantine/delivery_parts.h"
#include "quarantine/generation.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

static bool is_generation(const struct rule *r)
{
	return r->unit == RULE_UNIT_GENERATION;
}

/* What is in a folder and not on hold; empty generations are no deliveries. */
static int add_delivery(struct reading *r, const struct folder_entry *e,
	const union file_name *key, const char *name)
{
	struct generation g = {.files = 1};
	struct delivery *d;
	int err;

	if (is_generation(r->rule)) {
		err = generation_read(r->v, e->ref, &r->content, &g);
		if (err < 0 || !g.files)
			return err;
	} else {
		g.newest = folder_list_time(key);
		g.size_bytes = le64_to_cpu((le64)key->attr.data_size);
	}
	d = &r->list->deliveries[r->list->delivery_count++];
	d->rule = r->rule;
	d->mft_record = e->ref;
	d->delivered_at = g.newest;
	d->size_bytes = g.size_bytes;
	d->source = DELIVERY_BY_INDEX;
	d->lsn = 0;
	d->half_id = 0;
	d->left = g.is_barred ? DELIVERY_LEFT_BARRED : DELIVERY_NOT_LEFT;
	memcpy(d->name, name, strlen(name) + 1); /* add_entry() has measured */
	return 0;
}

static int add_entry(struct reading *r, const struct folder_entry *e,
	const union file_name *key)
{
	struct held_file *h = &r->list->held[r->list->held_count];
	char *text = NULL;
	int err = 0;

	if (ntfs_ucstombs(e->units, e->len, &text, 0) < 0)
		return -ERR_NO_MEMORY;
	if (strlen(text) >= DELIVERY_NAME_BYTES) {
		err = -ERR_TOO_LARGE;
	} else if (hold_parse_name(text, &h->hold_id)) {
		h->rule = r->rule;
		memcpy(h->name, text, strlen(text) + 1);
		r->list->held_count++;
	} else {
		err = add_delivery(r, e, key, text);
	}
	free(text);
	return err;
}

static int grow_deliveries(struct delivery_list *list, size_t more)
{
	struct delivery *grown;

	if (more > DELIVERY_MAX_FILES - list->delivery_count)
		return -ERR_TOO_LARGE;
	grown = realloc(list->deliveries,
		(list->delivery_count + more) * sizeof(*grown));
	if (!grown)
		return -ERR_NO_MEMORY;
	list->deliveries = grown;
	return 0;
}

int delivery_grow_held(struct delivery_list *list, size_t more)
{
	struct held_file *grown;

	if (more > DELIVERY_MAX_FILES - list->held_count)
		return -ERR_TOO_LARGE;
	grown = realloc(list->held, (list->held_count + more) * sizeof(*grown));
	if (!grown)
		return -ERR_NO_MEMORY;
	list->held = grown;
	return 0;
}

static int list_folder(struct reading *r, ntfs_inode *dir)
{
	struct folder_wish wish = {
		.kinds = is_generation(r->rule) ? FOLDER_LIST_FOLDERS
						: FOLDER_LIST_FILES,
		.content = &r->content,
		.max = DELIVERY_MAX_FILES,
	};
	union file_name key;
	size_t i;
	int err;

	err = folder_list_read(r->v, dir, &wish, &r->names);
	if (err < 0 || !r->names.count)
		return err;
	err = grow_deliveries(r->list, r->names.count);
	if (err == 0)
		err = delivery_grow_held(r->list, r->names.count);
	for (i = 0; err == 0 && i < r->names.count; i++) {
		err = folder_list_key(r->v, dir, &r->names.entries[i], &key);
		if (err == 0)
			err = add_entry(r, &r->names.entries[i], &key);
	}
	return err;
}

static int read_rule(struct reading *r)
{
	ntfs_inode *dir;
	int err;

	err = ntfs_inode_open_path(r->v, r->rule->folder, &dir);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	if (dir->mrec->flags & MFT_RECORD_IS_DIRECTORY) {
		err = content_open(&r->content, r->v, r->rule);
		r->first = r->list->delivery_count;
		if (err == 0)
			err = list_folder(r, dir);
		if (err == 0 && r->rule->hold == RULE_HOLD_MOVE)
			err = delivery_list_moved(r);
		content_close(&r->content);
	}
	return ntfs_inode_shut(r->v, dir, err);
}

/* --- What is left alone --------------------------------------------------- */

static int older_first(const void *a, const void *b)
{
	const struct delivery *x = a;
	const struct delivery *y = b;

	if (x->delivered_at != y->delivered_at)
		return x->delivered_at < y->delivered_at ? -1 : 1;
	if (x->lsn != y->lsn)
		return x->lsn < y->lsn ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void sort(struct delivery_list *list)
{
	if (list->delivery_count)
		qsort(list->deliveries, list->delivery_count,
			sizeof(*list->deliveries), older_first);
}

/*
 * One generation of each rule has to remain.  A barred one does; otherwise it
 * is the oldest: a set may then have any of the others.  In a sorted list.
 */
static bool has_to_remain(const struct delivery_list *list, size_t which)
{
	const struct rule *rule = list->deliveries[which].rule;
	size_t i;

	for (i = 0; i < list->delivery_count; i++) {
		const struct delivery *d = &list->deliveries[i];

		if (d->rule == rule &&
			(d->left == DELIVERY_LEFT_BARRED || i < which))
			return false;
	}
	return true;
}

int delivery_list_join(struct delivery_list *list, struct delivery_list *left)
{
	size_t i;
	int err;

	if (!left->delivery_count)
		return 0;
	err = grow_deliveries(list, left->delivery_count);
	if (err < 0)
		return err;
	for (i = 0; i < left->delivery_count; i++)
		list->deliveries[list->delivery_count++] = left->deliveries[i];
	left->delivery_count = 0;
	return 0;
}

int delivery_list_part(struct delivery_list *list, struct delivery_list *left)
{
	size_t kept = 0;
	size_t i;
	int err = 0;

	sort(list);
	for (i = 0; i < list->delivery_count; i++) {
		struct delivery *d = &list->deliveries[i];

		if (!is_generation(d->rule) || d->left == DELIVERY_LEFT_BARRED)
			continue;
		d->left = has_to_remain(list, i) ? DELIVERY_LEFT_LAST
						 : DELIVERY_NOT_LEFT;
	}
	for (i = 0; err == 0 && i < list->delivery_count; i++) {
		const struct delivery *d = &list->deliveries[i];

		if (d->left == DELIVERY_NOT_LEFT) {
			list->deliveries[kept++] = *d;
			continue;
		}
		err = grow_deliveries(left, 1);
		if (err == 0)
			left->deliveries[left->delivery_count++] = *d;
	}
	if (err == 0)
		list->delivery_count = kept;
	return err;
}

/* --- The whole ------------------------------------------------------------ */

int delivery_list_read(struct volume *v, const struct rule *rules,
	size_t rule_count, struct delivery_list *ret_list,
	struct delivery_list *ret_left)
{
	struct reading r = {.v = v, .list = ret_list};
	struct delivery_list left = {0};
	size_t i;
	int err = 0;

	memset(ret_list, 0, sizeof(*ret_list));
	for (i = 0; err == 0 && i < rule_count; i++) {
		r.rule = &rules[i];
		err = read_rule(&r);
	}
	folder_list_free(&r.names);
	if (err == 0)
		err = delivery_list_part(ret_list, &left);
	if (ret_left)
		*ret_left = left;
	else
		delivery_list_free(&left);
	return err;
}

/* The name that the record of @d itself has; the caller frees it. */
static int read_record_name(
	struct volume *v, const struct delivery *d, char **ret_name)
{
	struct file_names names;
	ntfs_inode *dir = NULL;
	ntfs_inode *ni = NULL;
	int err;

	err = ntfs_inode_open_path(v, d->rule->folder, &dir);
	if (err < 0)
		return err;
	ni = ntfs_inode_open_whole(v, d->mft_record);
	err = ni ? file_names_read(v, ni, dir, &names)
		 : ntfs_device_err(&v->device, errno);
	if (err == 0 &&
		ntfs_ucstombs(file_name_units(&names.long_name),
			names.long_name.attr.file_name_length, ret_name, 0) < 0)
		err = ntfs_device_err(&v->device, errno);
	err = ntfs_inode_shut(v, ni, err);
	return ntfs_inode_shut(v, dir, err);
}

/*
 * A half has the name of its delivery, but for the addition: no rule has to be
 * asked again.
 */
static bool is_half(
	const struct delivery *d, const char *name, uint32_t *ret_id)
{
	size_t len = hold_parse_name(name, ret_id);

	return len && strlen(d->name) == len && !memcmp(name, d->name, len);
}

static int find_half(
	struct volume *v, struct delivery_list *list, const struct delivery *d)
{
	struct held_file *h = &list->held[list->held_count];
	char *name = NULL;
	int err;

	if (d->half_id) {
		h->rule = d->rule;
		h->hold_id = d->half_id;
		list->held_count++;
		return hold_moved_name(d->rule->folder, d->name, d->half_id,
			h->name, sizeof(h->name));
	}
	err = read_record_name(v, d, &name);
	/* More than one hard link: no hold has ever touched it. */
	if (err < 0)
		return err == -ERR_UNSUPPORTED ? 0 : err;
	if (strlen(name) < sizeof(h->name) && is_half(d, name, &h->hold_id)) {
		h->rule = d->rule;
		memcpy(h->name, name, strlen(name) + 1);
		list->held_count++;
	}
	free(name);
	return 0;
}

int delivery_list_find_halves(struct volume *v,
	const struct delivery_list *from, struct delivery_list *list)
{
	size_t i;
	int err;

	if (!from->delivery_count)
		return 0;
	err = delivery_grow_held(list, from->delivery_count);
	for (i = 0; err == 0 && i < from->delivery_count; i++)
		err = find_half(v, list, &from->deliveries[i]);
	return err;
}

void delivery_list_free(struct delivery_list *list)
{
	free(list->deliveries);
	free(list->held);
	memset(list, 0, sizeof(*list));
}
