/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/command.h"
#include "linux/whole_file.h"

static int say(const char *path, int err)
{
	fprintf(stderr, "loopbreaker: cannot write %s: %s.\n", path,
		err == EEXIST	? "it is there already; --force replaces it"
		: err == EINVAL ? "what is there is not a regular file"
				: command_open_text(err));
	return err == EEXIST ? EXIT_REFUSED : EXIT_IO;
}

int private_file_may_be(const char *path, bool may_replace)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : say(path, errno);
	if (!may_replace)
		return say(path, EEXIST);
	return S_ISREG(st.st_mode) ? 0 : say(path, EINVAL);
}

static int write_all(int fd, const void *bytes, size_t len)
{
	const char *from = bytes;
	ssize_t n;

	while (len) {
		n = write(fd, from, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		from += n;
		len -= (size_t)n;
	}
	return fsync(fd) < 0 ? errno : 0;
}

/* FAT learned to rename without replacing only lately. */
static int give_name(const char *fresh, const char *path, bool may_replace)
{
	struct stat st;

	if (!may_replace) {
		if (!renameat2(
			    AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE))
			return 0;
		if (errno != EINVAL && errno != ENOSYS)
			return errno;
		if (lstat(path, &st) == 0)
			return EEXIST;
	}
	return rename(fresh, path) < 0 ? errno : 0;
}

/* So that the name is on the medium, too. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int err = 0;
	int fd;

	if (!folder)
		return ENOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return errno;
	/* Not every file system can do that. */
	if (fsync(fd) < 0 && errno != EINVAL)
		err = errno;
	(void)close(fd);
	return err;
}

int private_file_write(
	const char *path, const void *bytes, size_t len, bool may_replace)
{
	char fresh[WHOLE_FILE_PATH_BYTES];
	int status = private_file_may_be(path, may_replace);
	int err;
	int fd;

	if (status)
		return status;
	if (whole_file_beside(path, ".XXXXXX", fresh) < 0)
		return EXIT_IO;
	fd = mkostemp(fresh, O_CLOEXEC); /* makes it with mode 0600 */
	if (fd < 0)
		return say(path, errno);
	err = write_all(fd, bytes, len);
	if (close(fd) < 0 && !err)
		err = errno;
	if (!err)
		err = give_name(fresh, path, may_replace);
	if (err) {
		(void)unlink(fresh); /* what is left of it */
		return say(path, err);
	}
	err = sync_folder(path);
	return err ? say(path, err) : 0;
}
