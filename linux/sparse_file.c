/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/sparse_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOLE_BYTES 65536 /* less than that of nothing is written */

static int say(const struct sparse_file *f, int err)
{
	fprintf(stderr, "loopbreaker: cannot write %s: %s.\n", f->path,
		err == -EEXIST	 ? "it is already there; --force replaces it"
		: err == -ENOSPC ? "there is not enough space"
		: err == -EINVAL ? "it is not a regular file"
				 : strerror(-err));
	return err;
}

int sparse_file_open(struct sparse_file *f, const char *path, bool may_replace)
{
	struct stat st;
	int err;

	memset(f, 0, sizeof(*f));
	f->fd = -1;
	f->path = path;
	f->may_replace = may_replace;
	if (lstat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return say(f, -EINVAL);
		if (!may_replace)
			return say(f, -EEXIST);
	}
	err = whole_file_beside(path, ".new", f->beside);
	if (err < 0)
		return err;
	/* One of that name is left of a run that was killed. */
	if (lstat(f->beside, &st) == 0 && S_ISREG(st.st_mode))
		(void)unlink(f->beside);
	f->fd = open(f->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return f->fd < 0 ? say(f, -errno) : 0;
}

static int write_all(int fd, const char *from, size_t len, off_t at)
{
	while (len) {
		ssize_t n = pwrite(fd, from, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		from += n;
		len -= (size_t)n;
		at += n;
	}
	return 0;
}

static bool is_nothing(const char *bytes, size_t len)
{
	return bytes[0] == 0 && !memcmp(bytes, bytes + 1, len - 1);
}

int sparse_file_add(struct sparse_file *f, const void *bytes, size_t len)
{
	const char *from = bytes;
	int err = 0;

	while (len && err == 0) {
		size_t piece = len < HOLE_BYTES ? len : HOLE_BYTES;

		if (!is_nothing(from, piece))
			err = write_all(
				f->fd, from, piece, (off_t)f->size_bytes);
		f->size_bytes += piece;
		from += piece;
		len -= piece;
	}
	return err < 0 ? say(f, err) : 0;
}

/* Not over a file that has come up in the meantime. */
static int give_name(struct sparse_file *f)
{
	if (f->may_replace)
		return rename(f->beside, f->path) < 0 ? -errno : 0;
	if (renameat2(AT_FDCWD, f->beside, AT_FDCWD, f->path,
		    RENAME_NOREPLACE) == 0)
		return 0;
	/* Some file systems cannot. */
	if (errno == EINVAL && access(f->path, F_OK) < 0 && errno == ENOENT)
		return rename(f->beside, f->path) < 0 ? -errno : 0;
	return errno == EINVAL || errno == 0 ? -EEXIST : -errno;
}

int sparse_file_finish(struct sparse_file *f)
{
	int err = 0;

	if (ftruncate(f->fd, (off_t)f->size_bytes) < 0 || fsync(f->fd) < 0)
		err = -errno;
	if (close(f->fd) < 0 && err == 0)
		err = -errno;
	f->fd = -1;
	if (err == 0)
		err = give_name(f);
	if (err == 0)
		return 0;
	(void)unlink(f->beside);
	return say(f, err);
}

void sparse_file_close(struct sparse_file *f)
{
	if (f->fd < 0)
		return;
	(void)close(f->fd);
	(void)unlink(f->beside);
	f->fd = -1;
}
