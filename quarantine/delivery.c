/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/delivery.h"

#include "quarantine/content.h"
#include "quarantine/file_names.h"
#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

/* One name of a folder, as the directory listing gives it. */
struct entry {
	u64 ref;
	u8 len;
	ntfschar units[NTFS_MAX_NAME_LEN];
};

/* Names that concern the rule; collected first, looked at afterwards. */
struct collection {
	const struct rule *rule;
	struct content content;
	struct entry *entries;
	size_t count;
	size_t room;
	int err;
};

static int collect(struct collection *c, const ntfschar *name, u8 len, u64 ref)
{
	struct entry *grown;

	if (c->count == DELIVERY_MAX_FILES)
		return -ERR_TOO_LARGE;
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		grown = realloc(c->entries, c->room * sizeof(*grown));
		if (!grown)
			return -ERR_NO_MEMORY;
		c->entries = grown;
	}
	c->entries[c->count].ref = ref;
	c->entries[c->count].len = len;
	memcpy(c->entries[c->count].units, name, len * sizeof(ntfschar));
	c->count++;
	return 0;
}

/* Called by the library for each directory entry; non-zero stops it. */
static int visit(void *context, const ntfschar *name, const int len,
	const int name_type, const s64 pos, const MFT_REF ref,
	const unsigned type)
{
	struct collection *c = context;
	char *text = NULL;
	int is_one;

	(void)pos;
	if (name_type == FILE_NAME_DOS || type != NTFS_DT_REG || len <= 0 ||
		len > NTFS_MAX_NAME_LEN || MREF(ref) < FILE_first_user)
		return 0;
	if (ntfs_ucstombs(name, len, &text, 0) < 0) {
		/* Not valid UTF-16: nothing a rule could mean. */
		if (errno == ENOMEM)
			c->err = -ERR_NO_MEMORY;
		return c->err;
	}
	is_one = content_concerns(&c->content, text);
	if (is_one < 0)
		c->err = is_one;
	else if (is_one)
		c->err = collect(c, name, (u8)len, ref);
	free(text);
	return c->err;
}

/* What the index says about @e: its key. */
static int read_key(struct volume *v, ntfs_inode *dir, const struct entry *e,
	union file_name *ret_key)
{
	union file_name name;
	int found;

	memset(&name, 0, sizeof(name));
	name.attr.parent_directory = MK_LE_MREF(
		dir->mft_no, le16_to_cpu(dir->mrec->sequence_number));
	file_name_set(&name, e->units, e->len, FILE_NAME_POSIX);
	found = file_name_find(v, dir, e->ref, &name, ret_key);
	if (found < 0)
		return found == -ERR_EXISTS ? -ERR_CORRUPT : found;
	return found ? 0 : -ERR_CORRUPT;
}

static int add_file(struct delivery_list *list, const struct rule *rule,
	const struct entry *e, const union file_name *key)
{
	struct delivery *d = &list->deliveries[list->delivery_count];
	struct held_file *h = &list->held[list->held_count];
	uint64_t modified = le64_to_cpu((le64)key->attr.last_data_change_time);
	uint64_t changed = le64_to_cpu((le64)key->attr.last_mft_change_time);
	char *text = NULL;
	size_t size;

	if (ntfs_ucstombs(e->units, e->len, &text, 0) < 0)
		return -ERR_NO_MEMORY;
	size = strlen(text) + 1;
	if (size > DELIVERY_NAME_BYTES) {
		free(text);
		return -ERR_TOO_LARGE;
	}
	if (hold_parse_name(text, &h->hold_id)) {
		h->rule = rule;
		memcpy(h->name, text, size);
		list->held_count++;
	} else {
		d->rule = rule;
		d->mft_record = e->ref;
		d->delivered_at = modified > changed ? modified : changed;
		d->size_bytes = le64_to_cpu((le64)key->attr.data_size);
		memcpy(d->name, text, size);
		list->delivery_count++;
	}
	free(text);
	return 0;
}

/* Make room for @more files of either kind. */
static int grow(struct delivery_list *list, size_t more)
{
	struct delivery *d;
	struct held_file *h;

	if (more > DELIVERY_MAX_FILES - list->delivery_count ||
		more > DELIVERY_MAX_FILES - list->held_count)
		return -ERR_TOO_LARGE;
	d = realloc(
		list->deliveries, (list->delivery_count + more) * sizeof(*d));
	if (!d)
		return -ERR_NO_MEMORY;
	list->deliveries = d;
	h = realloc(list->held, (list->held_count + more) * sizeof(*h));
	if (!h)
		return -ERR_NO_MEMORY;
	list->held = h;
	return 0;
}

/* The library's own macro does this with a signed shift. */
static void ignore_case_again(struct volume *v)
{
	v->ntfs->state &= ~(1ul << NV_CaseSensitive);
}

static int list_folder(struct volume *v, ntfs_inode *dir, struct collection *c,
	struct delivery_list *list)
{
	union file_name key;
	s64 pos = 0;
	size_t i;
	int err;

	/* Without this the library hands out every name in lower case. */
	NVolSetCaseSensitive(v->ntfs);
	err = ntfs_readdir(dir, &pos, c, visit);
	if (err)
		err = c->err < 0 ? c->err : ntfs_device_err(&v->device, errno);
	ignore_case_again(v);
	if (err < 0 || !c->count)
		return err;
	err = grow(list, c->count);
	for (i = 0; err == 0 && i < c->count; i++) {
		err = read_key(v, dir, &c->entries[i], &key);
		if (err == 0)
			err = add_file(list, c->rule, &c->entries[i], &key);
	}
	return err;
}

static int read_rule(
	struct volume *v, const struct rule *rule, struct delivery_list *list)
{
	struct collection c = {.rule = rule};
	ntfs_inode *dir;
	int err;

	if (rule->unit != RULE_UNIT_FILE)
		return 0;
	err = ntfs_inode_open_path(v, rule->folder, &dir);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	if (dir->mrec->flags & MFT_RECORD_IS_DIRECTORY) {
		err = content_open(&c.content, v, rule);
		if (err == 0)
			err = list_folder(v, dir, &c, list);
		content_close(&c.content);
	}
	free(c.entries);
	return ntfs_inode_shut(v, dir, err);
}

static int older_first(const void *a, const void *b)
{
	const struct delivery *x = a;
	const struct delivery *y = b;

	if (x->delivered_at != y->delivered_at)
		return x->delivered_at < y->delivered_at ? -1 : 1;
	return strcmp(x->name, y->name);
}

int delivery_list_read(struct volume *v, const struct rule *rules,
	size_t rule_count, struct delivery_list *ret_list)
{
	size_t i;
	int err = 0;

	memset(ret_list, 0, sizeof(*ret_list));
	for (i = 0; err == 0 && i < rule_count; i++)
		err = read_rule(v, &rules[i], ret_list);
	if (err == 0 && ret_list->delivery_count)
		qsort(ret_list->deliveries, ret_list->delivery_count,
			sizeof(*ret_list->deliveries), older_first);
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
	ni = ntfs_inode_open(v->ntfs, MREF(d->mft_record));
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

int delivery_list_find_halves(struct volume *v, struct delivery_list *list)
{
	size_t i;
	int err;

	if (!list->delivery_count)
		return 0;
	err = grow(list, list->delivery_count);
	for (i = 0; err == 0 && i < list->delivery_count; i++)
		err = find_half(v, list, &list->deliveries[i]);
	return err;
}

void delivery_list_free(struct delivery_list *list)
{
	free(list->deliveries);
	free(list->held);
	memset(list, 0, sizeof(*list));
}
