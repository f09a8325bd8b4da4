/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/volume_file.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"

/* libntfs-3g took the run list for whole, so a cluster that is not in it, or a
 * piece that it does not read, is damage, whatever errno says. */
static int damage(struct volume_file *f)
{
	int err = ntfs_device_err(&f->volume->device, errno);

	return err == -ERR_NOT_FOUND ? -ERR_CORRUPT : err;
}

static int check_run_count(const ntfs_attr *na)
{
	const runlist_element *rl = na->rl;
	size_t count = 0;

	for (; rl && rl->length; rl++)
		if (++count > VOLUME_FILE_MAX_RUNS)
			return -ERR_TOO_LARGE;
	return 0;
}

/* --- Reading -------------------------------------------------------------- */

static int read_normal(
	struct volume_file *f, uint64_t off, uint8_t *out, size_t len)
{
	while (len) {
		s64 done;

		errno = EIO; /* not set for what is only short */
		done = ntfs_attr_pread(f->attribute, (s64)off, (s64)len, out);
		if (done <= 0)
			return damage(f);
		off += (uint64_t)done;
		out += done;
		len -= (size_t)done;
	}
	return 0;
}

/* One run's part of the range; how much that was. */
static int read_piece(struct volume_file *f, uint64_t off, uint8_t *out,
	size_t len, size_t *ret_done)
{
	const ntfs_volume *ntfs = f->volume->ntfs;
	const runlist_element *rl;
	uint64_t start, rest;
	int err;

	rl = ntfs_attr_find_vcn(
		f->attribute, (VCN)(off >> ntfs->cluster_size_bits));
	if (!rl)
		return damage(f);
	err = check_run_count(f->attribute);
	if (err < 0)
		return err;
	start = off - ((uint64_t)rl->vcn << ntfs->cluster_size_bits);
	rest = ((uint64_t)rl->length << ntfs->cluster_size_bits) - start;
	if (len > rest)
		len = (size_t)rest;
	*ret_done = len;
	if (rl->lcn == (LCN)LCN_HOLE) {
		memset(out, 0, len);
		return 0;
	}
	if (rl->lcn >= ntfs->nr_clusters)
		return -ERR_CORRUPT;
	err = disk_read(f->volume->device.disk,
		((uint64_t)rl->lcn << ntfs->cluster_size_bits) + start, out,
		len);
	return err == -ERR_TRUNCATED ? -ERR_CORRUPT : err;
}

static int read_raw(
	struct volume_file *f, uint64_t off, uint8_t *out, size_t len)
{
	size_t done = 0;
	int err = 0;

	for (; err == 0 && len; off += done, out += done, len -= done)
		err = read_piece(f, off, out, len, &done);
	return err;
}

static int volume_file_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct volume_file *f = (struct volume_file *)d;
	int err;

	if (f->way == VOLUME_FILE_RAW && NAttrNonResident(f->attribute))
		return read_raw(f, off, buf, len);
	err = read_normal(f, off, buf, len);
	return err < 0 ? err : check_run_count(f->attribute);
}

static const struct disk_ops volume_file_ops = {
	.read = volume_file_read,
	.write = disk_write_never,
	.flush = disk_flush_nothing,
};

/* --- Opening -------------------------------------------------------------- */

/* Cuts @path at the colon of its last part; returns the stream's name. */
static const char *cut_stream(char *path)
{
	char *slash = strrchr(path, '/');
	char *colon = strchr(slash ? slash : path, ':');

	if (!colon)
		return "";
	*colon = '\0';
	return colon + 1;
}

static int open_attribute(struct volume_file *f, const char *stream)
{
	ntfschar *name = NULL;
	int units = 0;
	int err;

	if (*stream) {
		units = ntfs_mbstoucs(stream, &name);
		if (units < 0)
			return ntfs_device_err(&f->volume->device, errno);
	}
	errno = EIO;
	f->attribute = ntfs_attr_open(
		f->inode, AT_DATA, units ? name : AT_UNNAMED, (u32)units);
	/* Asked for the unnamed data, the library gives any where none is. */
	if (!f->attribute)
		err = ntfs_device_err(&f->volume->device, errno);
	else
		err = f->attribute->name_len == (u32)units ? 0 : -ERR_NOT_FOUND;
	free(name);
	return err;
}

static int check_attribute(const struct volume_file *f)
{
	const ntfs_attr *na = f->attribute;

	/* The unnamed data of such a file is not its content. */
	if (na->name_len == 0 && (f->inode->flags & FILE_ATTR_REPARSE_POINT))
		return -ERR_UNSUPPORTED;
	/* Not NAttrEncrypted(), which knows the unnamed data only. */
	if ((na->data_flags & ATTR_IS_ENCRYPTED) ||
		((na->data_flags & ATTR_COMPRESSION_MASK) &&
			f->way == VOLUME_FILE_RAW))
		return -ERR_UNSUPPORTED;
	return na->data_size < 0 ? -ERR_CORRUPT : 0;
}

static void set_disk(struct volume_file *f, const char *path)
{
	f->disk.ops = &volume_file_ops;
	f->disk.size_bytes = (uint64_t)f->attribute->data_size;
	f->disk.block_bytes = DISK_MIN_BLOCK_BYTES;
	f->disk.is_removable = f->volume->device.disk->is_removable;
	disk_set_name(&f->disk, path);
}

int volume_file_open(struct volume_file *f, struct volume *v, const char *path,
	enum volume_file_way way)
{
	char buf[VOLUME_FILE_PATH_BYTES];
	size_t len = strlen(path);
	const char *stream;
	int err;

	memset(f, 0, sizeof(*f));
	f->volume = v;
	f->way = way;
	if (len >= sizeof(buf))
		return -ERR_TOO_LARGE;
	memcpy(buf, path, len + 1);
	stream = cut_stream(buf);
	err = ntfs_inode_open_path(v, buf, &f->inode);
	if (err == 0)
		err = open_attribute(f, stream);
	if (err == 0)
		err = check_attribute(f);
	if (err < 0) {
		(void)volume_file_close(f); /* nothing was changed */
		return err;
	}
	set_disk(f, path);
	return 0;
}

int volume_file_close(struct volume_file *f)
{
	ntfs_inode *ni = f->inode;

	if (f->attribute)
		ntfs_attr_close(f->attribute);
	f->attribute = NULL;
	f->inode = NULL;
	f->disk.size_bytes = 0; /* whoever reads on gets -ERR_TRUNCATED */
	return ni ? ntfs_inode_shut(f->volume, ni, 0) : 0;
}
