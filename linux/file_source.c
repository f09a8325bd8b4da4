/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/file_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/command.h"
#include "linux/read_at.h"

static int read_file(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct file_source *f = ctx;

	return read_at(f->fd, off, buf, len);
}

static int look_at(struct file_source *f)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	f->source.size = (uint64_t)st.st_size;
	return 0;
}

int file_source_open(struct file_source *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	int err;

	f->source.read = read_file;
	f->source.ctx = f;
	f->source.name = slash ? slash + 1 : path;
	/* Without O_NONBLOCK a named pipe would be waited for. */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	err = f->fd < 0 ? errno : look_at(f);
	if (!err)
		return 0;
	fprintf(stderr, "loopbreaker: cannot read %s: %s.\n", path,
		command_read_text(err));
	return EXIT_IO;
}

void file_source_close(struct file_source *f)
{
	if (f->fd >= 0)
		(void)close(f->fd); /* was only read */
	f->fd = -1;
}
