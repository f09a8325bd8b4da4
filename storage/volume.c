/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/volume.h"

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/mft_mirror.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

#define BOOT_SECTOR_SECTOR_BYTES_OFFSET 0x0B
#define BOOT_SECTOR_SECTORS_OFFSET	0x28
#define BOOT_SECTOR_SERIAL_OFFSET	0x48

static int read_boot_sector(struct volume *v, struct disk *d)
{
	unsigned char sector[DISK_MIN_BLOCK_BYTES];
	uint64_t sectors, sector_bytes;
	int err = disk_read(d, 0, sector, sizeof(sector));

	if (err == -ERR_TRUNCATED)
		return -ERR_CORRUPT;
	if (err < 0)
		return err;
	/*
	 * What ends before its volume does is a bad copy, or one disk of
	 * several.  The copy of the boot sector lies beyond the volume.
	 */
	sectors = le64_get(sector + BOOT_SECTOR_SECTORS_OFFSET);
	sector_bytes = le16_get(sector + BOOT_SECTOR_SECTOR_BYTES_OFFSET);
	if (sector_bytes && sectors > d->size_bytes / sector_bytes)
		return -ERR_CORRUPT;
	v->serial = le64_get(sector + BOOT_SECTOR_SERIAL_OFFSET);
	return 0;
}

/* Of the files that the library opens itself, and may write. */
static int check_own_records(struct volume *v)
{
	ntfs_inode *const own[] = {
		v->ntfs->mft_ni, v->ntfs->vol_ni, v->ntfs->lcnbmp_ni};
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(own) / sizeof(own[0]) && err == 0; i++)
		if (own[i] && ntfs_inode_check_records(own[i]))
			err = ntfs_device_err(&v->device, errno);
	if (err < 0)
		(void)volume_close(v); /* nothing was written yet */
	return err;
}

static int mount(struct volume *v, struct disk *d)
{
	struct ntfs_device *dev = ntfs_device_on_disk(&v->device, d);
	int err;

	if (!dev)
		return -ERR_NO_MEMORY;
	/*
	 * FORENSIC: look at neither the journal nor the hibernation file
	 * (journal_classify() does, and says more), and change nothing on the
	 * way; an ordinary mount may rewrite the root directory.
	 */
	v->ntfs = ntfs_device_mount(dev, NTFS_MNT_FORENSIC);
	if (v->ntfs)
		return check_own_records(v);
	err = ntfs_device_err(&v->device, errno);
	ntfs_device_drop(dev);
	return err == -ERR_NO_MEMORY || v->device.err ? err : -ERR_CORRUPT;
}

int volume_open(struct volume *v, struct disk *d)
{
	int err;

	memset(v, 0, sizeof(*v));
	err = read_boot_sector(v, d);
	if (err < 0)
		return err;
	if (ntfs_set_char_encoding("utf8"))
		return -ERR_INTERNAL;
	err = mount(v, d);
	if (err < 0)
		return err;
	v->was_dirty = (v->ntfs->flags & VOLUME_IS_DIRTY) != 0;
	/* Otherwise "WINDOWS" would hide from who looks for "Windows". */
	if (ntfs_set_ignore_case(v->ntfs)) {
		(void)volume_close(v); /* nothing was written yet */
		return -ERR_NO_MEMORY;
	}
	return 0;
}

int volume_open_mending(struct volume *v, struct disk *d)
{
	int mended;
	int err = volume_open(v, d);

	if (err != -ERR_CORRUPT)
		return err;
	mended = mft_mirror_mend(d);
	if (mended == -ERR_IO || mended == -ERR_NO_MEMORY)
		return mended;
	if (mended <= 0)
		return -ERR_CORRUPT; /* in some other way */
	err = volume_open(v, d);
	if (err == 0)
		v->mended_records = (uint32_t)mended;
	return err;
}

int volume_close(struct volume *v)
{
	struct _ntfs_volume *ntfs = v->ntfs;

	if (!ntfs)
		return 0;
	v->ntfs = NULL;
	if (ntfs_umount(ntfs, FALSE))
		return ntfs_device_err(&v->device, EIO);
	return 0;
}

bool volume_lacked_memory(const struct volume *v)
{
	return v->ntfs && ntfs_device_lacked_memory();
}

int volume_exists(struct volume *v, const char *path)
{
	ntfs_inode *ni;
	int err = ntfs_inode_open_path(v, path, &ni);

	if (err == -ERR_NOT_FOUND)
		return 0;
	if (err < 0)
		return err;
	return ntfs_inode_shut(v, ni, 1);
}

/* A file's unnamed data, open. */
struct data {
	ntfs_inode *ni;
	ntfs_attr *na;
};

static int data_close(struct volume *v, struct data *d, int err)
{
	if (d->na)
		ntfs_attr_close(d->na);
	return ntfs_inode_shut(v, d->ni, err);
}

/* Nothing is open after a failure. */
static int data_open(struct volume *v, const char *path, struct data *ret)
{
	int err;

	ret->na = NULL;
	err = ntfs_inode_open_path(v, path, &ret->ni);
	if (err < 0)
		return err;
	ret->na = ntfs_attr_open(ret->ni, AT_DATA, AT_UNNAMED, 0);
	if (!ret->na)
		return data_close(v, ret, ntfs_device_err(&v->device, errno));
	return 0;
}

int volume_modified_at(struct volume *v, const char *path, uint64_t *ret)
{
	ntfs_inode *ni;
	int err = ntfs_inode_open_path(v, path, &ni);

	if (err < 0)
		return err;
	*ret = le64_to_cpu((le64)ni->last_data_change_time);
	return ntfs_inode_shut(v, ni, 0);
}

int volume_read_file(struct volume *v, const char *path, void *buf, size_t cap,
	size_t *ret_len, uint64_t *ret_size)
{
	struct data d;
	s64 done;
	int err;

	err = data_open(v, path, &d);
	if (err < 0)
		return err;
	done = ntfs_attr_pread(d.na, 0, (s64)cap, buf);
	if (done < 0) {
		err = ntfs_device_err(&v->device, errno);
	} else {
		*ret_len = (size_t)done;
		*ret_size = (uint64_t)d.na->data_size;
	}
	return data_close(v, &d, err);
}

static int visit_data(struct volume *v, ntfs_attr *na,
	int (*visit)(void *ctx, const void *bytes, size_t len), void *ctx)
{
	uint8_t *piece = malloc(VOLUME_VISIT_BYTES);
	s64 at = 0;
	s64 done;
	int err = piece ? 0 : -ERR_NO_MEMORY;

	while (!err && at < na->data_size) {
		done = ntfs_attr_pread(na, at, VOLUME_VISIT_BYTES, piece);
		if (done < 0)
			err = ntfs_device_err(&v->device, errno);
		else if (done == 0)
			err = -ERR_CORRUPT; /* less than it claims to have */
		else
			err = visit(ctx, piece, (size_t)done);
		at += done;
	}
	free(piece);
	return err;
}

int volume_visit_file(struct volume *v, const char *path, uint64_t max,
	int (*visit)(void *ctx, const void *bytes, size_t len), void *ctx)
{
	struct data d;
	int err;

	err = data_open(v, path, &d);
	if (err < 0)
		return err;
	if (NAttrEncrypted(d.na))
		err = -ERR_UNSUPPORTED;
	else if (d.na->data_size < 0 || (uint64_t)d.na->data_size > max)
		err = -ERR_TOO_LARGE;
	else
		err = visit_data(v, d.na, visit, ctx);
	return data_close(v, &d, err);
}

/* May the bytes [off, off + len) be replaced without touching metadata? */
static int check_overwrite(ntfs_attr *na, uint64_t off, size_t len)
{
	if (!NAttrNonResident(na) || NAttrSparse(na) || NAttrCompressed(na) ||
		NAttrEncrypted(na))
		return -ERR_UNSUPPORTED;
	if (na->initialized_size < 0 || off > (uint64_t)na->initialized_size ||
		len > (uint64_t)na->initialized_size - off)
		return -ERR_TRUNCATED;
	return 0;
}

int volume_check_overwrite(
	struct volume *v, const char *path, uint64_t off, size_t len)
{
	struct data d;
	int err;

	err = data_open(v, path, &d);
	if (err < 0)
		return err;
	return data_close(v, &d, check_overwrite(d.na, off, len));
}

int volume_overwrite_file(struct volume *v, const char *path, uint64_t off,
	const void *buf, size_t len)
{
	struct data d;
	int err;

	err = data_open(v, path, &d);
	if (err < 0)
		return err;
	err = check_overwrite(d.na, off, len);
	if (err == 0 &&
		ntfs_attr_pwrite(d.na, (s64)off, (s64)len, buf) != (s64)len)
		err = ntfs_device_err(&v->device, EIO);
	return data_close(v, &d, err);
}

static le16 with_dirty(unsigned int flags, bool dirty)
{
	return (le16)(dirty ? flags | VOLUME_IS_DIRTY
			    : flags & ~(unsigned int)VOLUME_IS_DIRTY);
}

/*
 * Not ntfs_volume_write_flags(): that drops every flag the library does not
 * know, and Windows 10 has such flags.  The mount has checked the attribute.
 */
static int write_dirty(struct _ntfs_volume *ntfs, bool dirty)
{
	ntfs_attr_search_ctx *ctx;
	VOLUME_INFORMATION *info;
	int result = -1;

	ctx = ntfs_attr_get_search_ctx(ntfs->vol_ni, NULL);
	if (!ctx)
		return -1;
	if (ntfs_attr_lookup(
		    AT_VOLUME_INFORMATION, AT_UNNAMED, 0, 0, 0, NULL, 0, ctx))
		goto out;
	info = (void *)((u8 *)ctx->attr + le16_to_cpu(ctx->attr->value_offset));
	info->flags = with_dirty(info->flags, dirty);
	ntfs->flags = with_dirty(ntfs->flags, dirty);
	ntfs_inode_mark_dirty(ntfs->vol_ni);
	result = ntfs_inode_sync(ntfs->vol_ni);
out:
	ntfs_attr_put_search_ctx(ctx);
	return result;
}

int volume_set_dirty(struct volume *v, bool dirty)
{
	if (((v->ntfs->flags & VOLUME_IS_DIRTY) != 0) == dirty)
		return 0;
	errno = EIO;
	if (write_dirty(v->ntfs, dirty))
		return ntfs_device_err(&v->device, errno);
	return volume_sync(v);
}

int volume_sync(struct volume *v)
{
	if (ntfs_device_sync(v->ntfs->dev))
		return ntfs_device_err(&v->device, errno);
	return 0;
}
