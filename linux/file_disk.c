/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/file_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/read_at.h"
#include "storage/err.h"

static int file_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	struct file_disk *f = (struct file_disk *)d;

	return read_at(f->fd, off, buf, len);
}

static void begin_writing(struct file_disk *f)
{
	sigset_t ending;

	if (f->is_writing)
		return;
	sigemptyset(&ending);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGQUIT);
	sigaddset(&ending, SIGPIPE);
	sigaddset(&ending, SIGTERM);
	/* Fails only for a wrong first argument. */
	(void)sigprocmask(SIG_BLOCK, &ending, &f->signals);
	f->is_writing = true;
}

static int file_write(struct disk *d, uint64_t off, const void *buf, size_t len)
{
	struct file_disk *f = (struct file_disk *)d;
	const char *from = buf;
	ssize_t n;

	begin_writing(f);
	while (len) {
		n = pwrite(f->fd, from, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ERR_IO;
		from += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int file_flush(struct disk *d)
{
	return fdatasync(((struct file_disk *)d)->fd) ? -ERR_IO : 0;
}

static const struct disk_ops file_ops = {
	.read = file_read,
	.write = file_write,
	.flush = file_flush,
};

/* Size and block size of what is open; -errno for what is no disk. */
static int measure(struct file_disk *f)
{
	struct stat st;
	uint64_t bytes;
	int block;

	if (fstat(f->fd, &st))
		return -errno;
	f->disk.block_bytes = DISK_MIN_BLOCK_BYTES;
	if (S_ISREG(st.st_mode)) {
		f->disk.size_bytes = (uint64_t)st.st_size;
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	if (ioctl(f->fd, BLKGETSIZE64, &bytes) ||
		ioctl(f->fd, BLKSSZGET, &block))
		return -errno;
	if (block < DISK_MIN_BLOCK_BYTES || block > DISK_MAX_BLOCK_BYTES)
		return -EINVAL;
	f->disk.size_bytes = bytes;
	f->disk.block_bytes = (uint32_t)block;
	return 0;
}

/*
 * Both kinds of locks that keep others off an image: flock() is what this
 * program and many tools take, the other one is QEMU's.
 */
static int lock(int fd)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	if (fcntl(fd, F_OFD_SETLK, &all))
		return errno == EACCES ? -EAGAIN : -errno;
	return 0;
}

int file_disk_open(struct file_disk *f, const char *path, bool writable)
{
	/*
	 * O_EXCL without O_CREAT: fails on a block device that is mounted.
	 * O_NONBLOCK: a pipe is refused instead of waited for.
	 */
	int flags = (writable ? O_RDWR | O_EXCL : O_RDONLY) | O_NONBLOCK;
	const char *name = strrchr(path, '/');
	int err;

	memset(f, 0, sizeof(*f));
	f->fd = open(path, flags | O_CLOEXEC);
	if (f->fd < 0)
		return -errno;
	f->disk.ops = &file_ops;
	f->disk.may_write = writable;
	disk_set_name(&f->disk, name && name[1] ? name + 1 : path);
	err = measure(f);
	if (err == 0 && writable)
		err = lock(f->fd);
	return err;
}

int file_disk_close(struct file_disk *f)
{
	int err = 0;

	if (f->fd >= 0 && close(f->fd))
		err = -errno;
	f->fd = -1;
	if (f->is_writing)
		(void)sigprocmask(SIG_SETMASK, &f->signals, NULL);
	f->is_writing = false;
	return err;
}
