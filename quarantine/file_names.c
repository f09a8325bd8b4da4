/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/file_names.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"

static u64 reference_of(const ntfs_inode *ni)
{
	return MK_MREF(ni->mft_no, le16_to_cpu(ni->mrec->sequence_number));
}

u32 file_name_bytes(const union file_name *n)
{
	return (u32)(sizeof(FILE_NAME_ATTR) +
		     n->attr.file_name_length * sizeof(ntfschar));
}

void file_name_set(union file_name *n, const ntfschar *units, u8 len,
	FILE_NAME_TYPE_FLAGS space)
{
	n->attr.file_name_length = len;
	n->attr.file_name_type = space;
	memcpy(n->bytes + sizeof(FILE_NAME_ATTR), units,
		len * sizeof(ntfschar));
}

const ntfschar *file_name_units(const union file_name *n)
{
	return (const ntfschar *)(const void *)(n->bytes +
						sizeof(FILE_NAME_ATTR));
}

bool file_name_is(struct volume *v, const union file_name *n,
	const ntfschar *units, u8 len)
{
	return ntfs_names_are_equal(file_name_units(n),
		n->attr.file_name_length, units, len, IGNORE_CASE,
		v->ntfs->upcase, v->ntfs->upcase_len);
}

static bool same_name(const union file_name *a, const union file_name *b)
{
	return a->attr.file_name_length == b->attr.file_name_length &&
	       !memcmp(file_name_units(a), file_name_units(b),
		       a->attr.file_name_length * sizeof(ntfschar));
}

/* Copy a $FILE_NAME value of @len bytes, if it is one. */
static int take_name(const void *value, u32 len, union file_name *ret)
{
	if (len < sizeof(FILE_NAME_ATTR) || len > sizeof(ret->bytes))
		return -ERR_CORRUPT;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->bytes, value, len);
	if (!ret->attr.file_name_length || file_name_bytes(ret) > len ||
		ret->attr.file_name_type > FILE_NAME_WIN32_AND_DOS)
		return -ERR_CORRUPT;
	return 0;
}

/* --- The file's own record ------------------------------------------------ */

/* Next $FILE_NAME of @ctx: 1 and its copy, 0 at the end, or -ERR_. */
static int next_attribute(
	struct volume *v, ntfs_attr_search_ctx *ctx, union file_name *ret)
{
	int err;

	if (ntfs_attr_lookup(AT_FILE_NAME, AT_UNNAMED, 0, CASE_SENSITIVE, 0,
		    NULL, 0, ctx)) {
		if (errno == ENOENT)
			return 0;
		return ntfs_device_err(&v->device, errno);
	}
	if (ctx->attr->non_resident)
		return -ERR_CORRUPT;
	err = take_name(
		(const u8 *)ctx->attr + le16_to_cpu(ctx->attr->value_offset),
		le32_to_cpu(ctx->attr->value_length), ret);
	return err < 0 ? err : 1;
}

/*
 * Sort one name into @names.  Only one of each kind, all in @dir: so a third
 * one always fails.  1 or -ERR_.
 */
static int sort_name(struct file_names *names, bool *has_long,
	const union file_name *n, const ntfs_inode *dir)
{
	if (MREF(le64_to_cpu(n->attr.parent_directory)) != dir->mft_no)
		return -ERR_UNSUPPORTED;
	if (n->attr.file_name_type == FILE_NAME_DOS) {
		if (names->has_short)
			return -ERR_UNSUPPORTED;
		names->has_short = true;
		names->short_name = *n;
		return 1;
	}
	if (*has_long)
		return -ERR_UNSUPPORTED;
	*has_long = true;
	names->long_name = *n;
	return 1;
}

int file_names_read(struct volume *v, ntfs_inode *ni, ntfs_inode *dir,
	struct file_names *ret)
{
	ntfs_attr_search_ctx *ctx;
	struct file_names names;
	union file_name n;
	bool has_long = false;
	int more;

	memset(&names, 0, sizeof(names));
	ctx = ntfs_attr_get_search_ctx(ni, NULL);
	if (!ctx)
		return -ERR_NO_MEMORY;
	do {
		more = next_attribute(v, ctx, &n);
		if (more > 0)
			more = sort_name(&names, &has_long, &n, dir);
	} while (more > 0);
	ntfs_attr_put_search_ctx(ctx);
	if (more < 0)
		return more;
	if (!has_long)
		return -ERR_CORRUPT;
	*ret = names;
	return 0;
}

/*
 * Find the $FILE_NAME with the characters of @name: 1, 0 or -ERR_.  Only with 1
 * there is a context, at the attribute; the caller puts it back.
 */
static int find_attribute(struct volume *v, ntfs_inode *ni,
	const union file_name *name, ntfs_attr_search_ctx **ret_ctx)
{
	ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);
	union file_name n;
	int more;

	if (!ctx)
		return -ERR_NO_MEMORY;
	do {
		more = next_attribute(v, ctx, &n);
	} while (more > 0 && !same_name(&n, name));
	if (more > 0)
		*ret_ctx = ctx;
	else
		ntfs_attr_put_search_ctx(ctx);
	return more;
}

static int replace_attribute(struct volume *v, ntfs_inode *ni,
	const union file_name *from, const union file_name *to)
{
	ntfs_attr_search_ctx *ctx;
	int err = 0;
	int found;
	u8 *value;

	found = find_attribute(v, ni, from, &ctx);
	if (found == 0)
		found = find_attribute(v, ni, to, &ctx);
	if (found <= 0)
		return found < 0 ? found : -ERR_CORRUPT;
	/*
	 * In place, not removed and added: the attribute keeps its instance
	 * number and its times, and no extension record can come into being.
	 */
	if (ntfs_resident_attr_value_resize(
		    ctx->mrec, ctx->attr, file_name_bytes(to))) {
		err = -ERR_NO_SPACE;
		goto out;
	}
	value = (u8 *)ctx->attr + le16_to_cpu(ctx->attr->value_offset);
	memcpy(value + offsetof(FILE_NAME_ATTR, file_name_length),
		to->bytes + offsetof(FILE_NAME_ATTR, file_name_length),
		file_name_bytes(to) -
			offsetof(FILE_NAME_ATTR, file_name_length));
	ntfs_inode_mark_dirty(ctx->ntfs_ino);
out:
	ntfs_attr_put_search_ctx(ctx);
	return err;
}

/* --- The directory's index ------------------------------------------------ */

int file_name_find(struct volume *v, ntfs_inode *dir, u64 ref,
	const union file_name *name, union file_name *ret_key)
{
	ntfs_index_context *ctx;
	int err = 1;

	ctx = ntfs_index_ctx_get(dir, NTFS_INDEX_I30, 4);
	if (!ctx)
		return -ERR_NO_MEMORY;
	if (ntfs_index_lookup(name->bytes, (int)file_name_bytes(name), ctx)) {
		err = errno == ENOENT ? 0 : ntfs_device_err(&v->device, errno);
		goto out;
	}
	if (le64_to_cpu(ctx->entry->indexed_file) != ref) {
		err = -ERR_EXISTS;
		goto out;
	}
	err = take_name(ctx->data, ctx->data_len, ret_key);
	if (err == 0)
		err = 1;
out:
	ntfs_index_ctx_put(ctx);
	return err;
}

static int remove_entry(
	struct volume *v, ntfs_inode *dir, const union file_name *name)
{
	if (ntfs_index_remove(
		    dir, NULL, name->bytes, (int)file_name_bytes(name)))
		return ntfs_device_err(&v->device, errno);
	return 0;
}

static int add_entry(
	struct volume *v, ntfs_inode *dir, u64 ref, const union file_name *name)
{
	union file_name key = *name; /* the library takes it as non-const */

	if (ntfs_index_add_filename(dir, &key.attr, ref))
		return ntfs_device_err(&v->device, errno);
	return 0;
}

/*
 * Removing first keeps the index block from overflowing into a new one; both
 * names sort next to each other, so on the disk it is a single write.
 */
static int replace_entry(struct volume *v, ntfs_inode *dir, u64 ref,
	const union file_name *from, const union file_name *to)
{
	union file_name key, target;
	int has_from, has_to, err;

	has_to = file_name_find(v, dir, ref, to, &target);
	if (has_to < 0)
		return has_to;
	has_from = file_name_find(v, dir, ref, from, &key);
	if (has_from < 0)
		return has_from == -ERR_EXISTS ? -ERR_CORRUPT : has_from;
	if (has_from) {
		target = key;
		err = remove_entry(v, dir, from);
		if (err < 0)
			return err;
	} else {
		target = *to;
	}
	if (has_to)
		return 0;
	file_name_set(&target, file_name_units(to), to->attr.file_name_length,
		to->attr.file_name_type);
	return add_entry(v, dir, ref, &target);
}

/* --- Both together -------------------------------------------------------- */

int file_name_replace(struct volume *v, ntfs_inode *dir, ntfs_inode *ni,
	const union file_name *from, const union file_name *to)
{
	int err = replace_entry(v, dir, reference_of(ni), from, to);

	if (err < 0)
		return err;
	return replace_attribute(v, ni, from, to);
}

/* Room for one more attribute without an extension record? */
static bool has_room(const ntfs_inode *ni, u32 value_bytes)
{
	u32 used = le32_to_cpu(ni->mrec->bytes_in_use);
	u32 all = le32_to_cpu(ni->mrec->bytes_allocated);
	u32 need = (u32)offsetof(ATTR_RECORD, resident_end) +
		   ((value_bytes + 7u) & ~7u);

	return used <= all && need <= all - used;
}

static void change_link_count(ntfs_inode *ni, int by)
{
	int links = le16_to_cpu(ni->mrec->link_count) + by;

	ni->mrec->link_count = cpu_to_le16((u16)links);
	ntfs_inode_mark_dirty(ni);
}

static int add_attribute(
	struct volume *v, ntfs_inode *ni, const union file_name *name)
{
	ntfs_attr_search_ctx *ctx;
	int found = find_attribute(v, ni, name, &ctx);

	if (found < 0)
		return found;
	if (found) {
		ntfs_attr_put_search_ctx(ctx);
		return 0;
	}
	if (!has_room(ni, file_name_bytes(name)))
		return -ERR_NO_SPACE;
	if (ntfs_attr_add(ni, AT_FILE_NAME, AT_UNNAMED, 0, name->bytes,
		    file_name_bytes(name)))
		return ntfs_device_err(&v->device, errno);
	change_link_count(ni, 1);
	return 0;
}

int file_name_add(struct volume *v, ntfs_inode *dir, ntfs_inode *ni,
	const union file_name *name)
{
	union file_name key;
	int err;

	err = file_name_find(v, dir, reference_of(ni), name, &key);
	if (err == 0)
		err = add_entry(v, dir, reference_of(ni), name);
	if (err < 0)
		return err;
	return add_attribute(v, ni, name);
}

static int remove_attribute(
	struct volume *v, ntfs_inode *ni, const union file_name *name)
{
	ntfs_attr_search_ctx *ctx;
	int found = find_attribute(v, ni, name, &ctx);
	int err = 0;

	if (found <= 0)
		return found;
	if (ntfs_attr_record_rm(ctx))
		err = ntfs_device_err(&v->device, errno);
	else
		change_link_count(ni, -1);
	ntfs_attr_put_search_ctx(ctx);
	return err;
}

int file_name_remove(struct volume *v, ntfs_inode *dir, ntfs_inode *ni,
	const union file_name *name)
{
	union file_name key;
	int err;

	err = file_name_find(v, dir, reference_of(ni), name, &key);
	if (err > 0)
		err = remove_entry(v, dir, name);
	if (err < 0)
		return err == -ERR_EXISTS ? -ERR_CORRUPT : err;
	return remove_attribute(v, ni, name);
}
