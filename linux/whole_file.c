/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/whole_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/command.h"

static int say(const char *what, const char *path, int err)
{
	fprintf(stderr, "loopbreaker: cannot %s %s: %s.\n", what, path,
		err == -EFBIG ? "it is too large" : command_read_text(-err));
	return err;
}

static int read_open(FILE *f, size_t max, void **ret_bytes, size_t *ret_len)
{
	struct stat st;
	void *bytes;

	if (fstat(fileno(f), &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (st.st_size < 0 || (uint64_t)st.st_size > max)
		return -EFBIG;
	/* Exactly as long as the file: no read beyond goes unnoticed. */
	bytes = malloc(st.st_size ? (size_t)st.st_size : 1);
	if (!bytes)
		return -ENOMEM;
	if (fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		free(bytes);
		return -EIO;
	}
	*ret_bytes = bytes;
	*ret_len = (size_t)st.st_size;
	return 0;
}

int whole_file_read(
	const char *path, size_t max, void **ret_bytes, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	int err;

	if (!f)
		return say("read", path, -errno);
	err = read_open(f, max, ret_bytes, ret_len);
	(void)fclose(f); /* was only read */
	return err < 0 ? say("read", path, err) : 0;
}

static int write_open(FILE *f, const void *bytes, size_t len)
{
	if (fwrite(bytes, 1, len, f) != len || fflush(f) ||
		fsync(fileno(f)) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

int whole_file_beside(const char *path, const char *suffix,
	char ret_path[WHOLE_FILE_PATH_BYTES])
{
	int len =
		snprintf(ret_path, WHOLE_FILE_PATH_BYTES, "%s%s", path, suffix);

	if (len >= 0 && len < WHOLE_FILE_PATH_BYTES)
		return 0;
	fprintf(stderr, "loopbreaker: the name of %.40s... is too long.\n",
		path);
	return -ENAMETOOLONG;
}

/* To be renamed over: /dev/stdout and a device would be gone afterwards. */
static bool is_replaceable(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 || S_ISREG(st.st_mode);
}

static int write_beside(const char *beside, const void *bytes, size_t len)
{
	FILE *f = fopen(beside, "wb");
	int err;

	if (!f)
		return -errno;
	err = write_open(f, bytes, len);
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

int whole_file_write(const char *path, const void *bytes, size_t len)
{
	char beside[WHOLE_FILE_PATH_BYTES];
	int err = whole_file_beside(path, ".new", beside);

	if (err)
		return err;
	if (!is_replaceable(path))
		return say("write", path, -EINVAL);
	err = write_beside(beside, bytes, len);
	if (!err && rename(beside, path) < 0)
		err = -errno;
	if (err) {
		(void)unlink(beside); /* what is left of it */
		return say("write", path, err);
	}
	return 0;
}
