/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stand-in's volume, on Linux' ntfs3 driver.  Mounted read-only, so that a
 * panic leaves it as it was, but while content is being delivered: then it is
 * mounted for writing and unmounted again.  With keep_writable it is mounted
 * for writing all the time, dirty or not, and panics leave it so.
 */
#include "tests/boot/standin/windows_volume.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/err.h"
#include "tests/boot/kernel/extents.h"
#include "tests/boot/kernel/partition.h"
#include "tests/boot/standin/content.h"
#include "tests/boot/standin/session_clock.h"

#define VOLUME	   "/volume"
#define DRIVER	   "ntfs3"
#define PATH_BYTES (sizeof(VOLUME "/") + 512)
#define LATE_FILE  "/Windows/late.log"
#define LATE_BYTES 20000
#define UNIX_EPOCH (11644473600ull * SECONDS) /* as FILETIME */

/* One process, one volume. */
static char device[PARTITION_PATH_BYTES];
static bool is_kept_writable;

static int mount_again(unsigned long flags, const char *options)
{
	if (umount(VOLUME) < 0 ||
		mount(device, VOLUME, DRIVER, flags, options) < 0)
		return -ERR_IO;
	return 0;
}

int windows_volume_open(struct windows_volume *w, const struct firmware *fw,
	const struct script *s)
{
	int err;

	memset(w, 0, sizeof(*w));
	w->fw = fw;
	is_kept_writable = s->keep_writable;
	if (s->windows_partition)
		return -ERR_UNSUPPORTED;
	if (mkdir(VOLUME, 0755) < 0)
		return -ERR_IO;
	err = partition_mount(
		DRIVER, NULL, VOLUME, VOLUME "/Windows/System32", device);
	if (!err && s->keep_writable)
		err = mount_again(0, "force");
	w->is_open = !err;
	return err;
}

int windows_volume_close(struct windows_volume *w)
{
	int err = 0;

	if (w->is_open && umount(VOLUME) < 0)
		err = -ERR_IO;
	w->is_open = false;
	return err;
}

/* Something that is still being written: not all of it gets to the disk. */
static int write_late(void)
{
	char bytes[LATE_BYTES];
	int fd = open(VOLUME LATE_FILE,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	ssize_t put;

	if (fd < 0)
		return -ERR_IO;
	memset(bytes, 'L', sizeof(bytes));
	put = write(fd, bytes, sizeof(bytes));
	return put == (ssize_t)sizeof(bytes) ? 0 : -ERR_IO; /* left open */
}

int windows_volume_crash(struct windows_volume *w)
{
	(void)w; /* stays mounted: the kernel panics next */
	return is_kept_writable ? write_late() : 0;
}

static void path_of(const char *name, char path[PATH_BYTES])
{
	(void)snprintf(path, PATH_BYTES, VOLUME "/%s", name);
}

/* 1 if the content is bad, 0 if not, -ERR_ */
static int check_content(const char *name)
{
	char start[CONTENT_MARK_BYTES];
	char path[PATH_BYTES];
	ssize_t len;
	int fd;

	(void)snprintf(
		path, sizeof(path), VOLUME "/" CONTENT_FOLDER "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ERR_IO;
	len = read(fd, start, sizeof(start));
	(void)close(fd); /* only read */
	return len < 0 ? -ERR_IO : content_is_bad(start, (size_t)len);
}

static int is_content(const struct dirent *entry)
{
	return content_has_name(entry->d_name);
}

int windows_volume_find_bad(
	struct windows_volume *w, char name[WINDOWS_NAME_BYTES])
{
	struct dirent **found = NULL;
	int result = 0;
	int count;

	(void)w;
	count = scandir(
		VOLUME "/" CONTENT_FOLDER, &found, is_content, alphasort);
	if (count < 0)
		return -ERR_IO;
	for (int i = 0; i < count; i++) {
		if (result == 0) {
			(void)snprintf(name, WINDOWS_NAME_BYTES, "%s",
				found[i]->d_name);
			result = check_content(name);
		}
		free(found[i]);
	}
	free(found);
	return result;
}

static int write_content(const struct script_delivery *d)
{
	char bytes[CONTENT_BYTES];
	char path[PATH_BYTES];
	ssize_t put;
	int fd;

	(void)snprintf(
		path, sizeof(path), VOLUME "/" CONTENT_FOLDER "/%s", d->name);
	content_fill(bytes, d->content);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -ERR_IO;
	put = write(fd, bytes, sizeof(bytes));
	if (fsync(fd) < 0)
		put = -1;
	if (close(fd) < 0)
		put = -1;
	return put == (ssize_t)sizeof(bytes) ? 0 : -ERR_IO;
}

/* ntfs3 takes the four times of a file from the kernel's clock. */
static int set_clock(uint64_t utc)
{
	const struct timespec now = {
		.tv_sec = (time_t)((utc - UNIX_EPOCH) / SECONDS)};

	return clock_settime(CLOCK_REALTIME, &now) < 0 ? -ERR_IO : 0;
}

int windows_volume_deliver(
	struct windows_volume *w, const struct script_delivery *d, uint64_t utc)
{
	int err = set_clock(utc);

	(void)w;
	if (!err && !is_kept_writable)
		err = mount_again(0, NULL);
	if (!err)
		err = write_content(d);
	sync();
	if (!err && !is_kept_writable)
		err = mount_again(MS_RDONLY, NULL);
	return err;
}

int volume_read_file(struct volume *v, const char *name, void *buf, size_t cap,
	size_t *ret_len, uint64_t *ret_size)
{
	char path[PATH_BYTES];
	struct stat facts;
	ssize_t len = -1;
	int fd;

	(void)v;
	path_of(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ERR_NOT_FOUND;
	if (fstat(fd, &facts) == 0)
		len = read(fd, buf, cap);
	(void)close(fd); /* only read */
	if (len < 0)
		return -ERR_IO;
	*ret_len = (size_t)len;
	*ret_size = (uint64_t)facts.st_size;
	return 0;
}

int volume_overwrite_file(struct volume *v, const char *name, uint64_t off,
	const void *buf, size_t len)
{
	char path[PATH_BYTES];

	(void)v;
	if (off)
		return -ERR_UNSUPPORTED;
	path_of(name, path);
	return extents_overwrite(path, device, buf, len, false);
}

int windows_volume_write_dump(
	struct windows_volume *w, const void *bytes, size_t len)
{
	(void)w;
	return extents_overwrite(
		VOLUME "/pagefile.sys", device, bytes, len, true);
}
