/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/ntfs_device.h"

#include "storage/err.h"
#include "storage/ntfs_remark.h"

/*
 * libntfs-3g often says "damaged" where it found no memory, but it logs the
 * failed allocation.  Its log has no context, so neither has this.
 */
static bool had_no_memory;

void ntfs_remark_failure(void)
{
	if (errno == ENOMEM)
		had_no_memory = true;
}

/* libntfs-3g reads at most a run list's worth at once; be strict about it. */
#define MAX_TRANSFER_BYTES (64 << 20)

/* The library's own macros do this with signed shifts. */
static void set_state(struct ntfs_device *dev, ntfs_device_state_bits bit)
{
	dev->d_state |= 1ul << bit;
}

static void clear_state(struct ntfs_device *dev, ntfs_device_state_bits bit)
{
	dev->d_state &= ~(1ul << bit);
}

static struct volume_device *device_of(const struct ntfs_device *dev)
{
	return dev->d_private;
}

static int device_failed(struct volume_device *p, int err)
{
	if (!p->err)
		p->err = err;
	errno = EIO;
	return -1;
}

static int device_open(struct ntfs_device *dev, int flags)
{
	if (NDevOpen(dev)) {
		errno = EBUSY;
		return -1;
	}
	if ((flags & O_RDWR) == O_RDWR && !device_of(dev)->disk->may_write) {
		errno = EROFS;
		return -1;
	}
	if ((flags & O_RDWR) != O_RDWR)
		set_state(dev, ND_ReadOnly);
	set_state(dev, ND_Block);
	set_state(dev, ND_Open);
	return 0;
}

static int device_sync(struct ntfs_device *dev)
{
	int err;

	if (!NDevDirty(dev))
		return 0;
	err = disk_flush(device_of(dev)->disk);
	if (err < 0)
		return device_failed(device_of(dev), err);
	clear_state(dev, ND_Dirty);
	return 0;
}

static int device_close(struct ntfs_device *dev)
{
	int ret = device_sync(dev);

	clear_state(dev, ND_Open);
	return ret;
}

static s64 device_seek(struct ntfs_device *dev, s64 offset, int whence)
{
	struct volume_device *p = device_of(dev);
	s64 base = 0;

	if (whence == SEEK_CUR)
		base = (s64)p->position;
	else if (whence == SEEK_END)
		base = (s64)p->disk->size_bytes;
	if (offset < -base || offset > (s64)p->disk->size_bytes - base) {
		errno = EINVAL;
		return -1;
	}
	p->position = (uint64_t)(base + offset);
	return base + offset;
}

/* How much of [offset, offset + count) lies on the disk; -1 for nonsense. */
static s64 device_clip(struct volume_device *p, s64 count, s64 offset)
{
	if (offset < 0 || count < 0 || count > MAX_TRANSFER_BYTES) {
		errno = EINVAL;
		return -1;
	}
	if ((uint64_t)offset >= p->disk->size_bytes)
		return 0;
	if ((uint64_t)count > p->disk->size_bytes - (uint64_t)offset)
		count = (s64)(p->disk->size_bytes - (uint64_t)offset);
	return count;
}

static s64 device_pread(
	struct ntfs_device *dev, void *buf, s64 count, s64 offset)
{
	struct volume_device *p = device_of(dev);
	int err;

	count = device_clip(p, count, offset);
	if (count <= 0)
		return count;
	err = disk_read(p->disk, (uint64_t)offset, buf, (size_t)count);
	if (err < 0)
		return device_failed(p, err);
	return count;
}

static s64 device_pwrite(
	struct ntfs_device *dev, const void *buf, s64 count, s64 offset)
{
	struct volume_device *p = device_of(dev);
	int err;

	if (NDevReadOnly(dev)) {
		errno = EROFS;
		return -1;
	}
	if (device_clip(p, count, offset) != count) {
		errno = ENOSPC;
		return -1;
	}
	if (!count)
		return 0;
	set_state(dev, ND_Dirty);
	err = disk_write(p->disk, (uint64_t)offset, buf, (size_t)count);
	if (err < 0)
		return device_failed(p, err);
	return count;
}

static s64 device_read(struct ntfs_device *dev, void *buf, s64 count)
{
	struct volume_device *p = device_of(dev);
	s64 done = device_pread(dev, buf, count, (s64)p->position);

	if (done > 0)
		p->position += (uint64_t)done;
	return done;
}

static s64 device_write(struct ntfs_device *dev, const void *buf, s64 count)
{
	struct volume_device *p = device_of(dev);
	s64 done = device_pwrite(dev, buf, count, (s64)p->position);

	if (done > 0)
		p->position += (uint64_t)done;
	return done;
}

static int device_stat(struct ntfs_device *dev, struct stat *buf)
{
	memset(buf, 0, sizeof(*buf));
	buf->st_mode = S_IFBLK;
	buf->st_size = (off_t)device_of(dev)->disk->size_bytes;
	return 0;
}

static int device_ioctl(
	struct ntfs_device *dev, unsigned long request, void *argp)
{
	(void)dev;
	(void)request;
	(void)argp;
	errno = EOPNOTSUPP;
	return -1;
}

/* Not const: libntfs-3g's interface takes a pointer to non-const. */
static struct ntfs_device_operations device_ops = {
	.open = device_open,
	.close = device_close,
	.seek = device_seek,
	.read = device_read,
	.write = device_write,
	.pread = device_pread,
	.pwrite = device_pwrite,
	.sync = device_sync,
	.stat = device_stat,
	.ioctl = device_ioctl,
};

struct ntfs_device *ntfs_device_on_disk(
	struct volume_device *state, struct disk *d)
{
	state->disk = d;
	state->position = 0;
	state->err = 0;
	had_no_memory = false;
	return ntfs_device_alloc(d->name, 0, &device_ops, state);
}

void ntfs_device_drop(struct ntfs_device *dev)
{
	if (!dev)
		return;
	clear_state(dev, ND_Open);
	(void)ntfs_device_free(dev); /* can only fail on an open device */
}

bool ntfs_device_lacked_memory(void)
{
	return had_no_memory;
}

int ntfs_device_err(const struct volume_device *state, int saved_errno)
{
	if (state->err < 0)
		return state->err;
	if (had_no_memory)
		return -ERR_NO_MEMORY;
	switch (saved_errno) {
	case ENOMEM:
		return -ERR_NO_MEMORY;
	case ENOENT:
		return -ERR_NOT_FOUND;
	case EEXIST:
		return -ERR_EXISTS;
	case ENOSPC:
		return -ERR_NO_SPACE;
	case EROFS:
		return -ERR_READ_ONLY;
	case ENAMETOOLONG:
		return -ERR_TOO_LARGE;
	case EOPNOTSUPP:
		return -ERR_UNSUPPORTED;
	default:
		return -ERR_CORRUPT;
	}
}
