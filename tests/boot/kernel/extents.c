/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the file system where a file is (FIEMAP) and writes to the partition. */
#include "tests/boot/kernel/extents.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "storage/err.h"

#define MAX_EXTENTS 32
#define NOT_PLAIN                                                              \
	(FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC |                      \
		FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_DATA_ENCRYPTED |         \
		FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE)

static int find_extents(const char *path, size_t len, struct fiemap *map)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -ERR_NOT_FOUND;
	map->fm_length = len;
	map->fm_extent_count = MAX_EXTENTS;
	err = ioctl(fd, FS_IOC_FIEMAP, map) < 0 ? -ERR_IO : 0;
	(void)close(fd); /* nothing was written through it */
	return err;
}

/* Do the extents cover [0, len), one behind the other? */
static int check_extents(const struct fiemap *map, size_t len, uint32_t wrong)
{
	const struct fiemap_extent *e;
	uint64_t covered = 0;

	for (uint32_t i = 0; i < map->fm_mapped_extents; i++) {
		e = &map->fm_extents[i];
		if (e->fe_flags & wrong || e->fe_logical != covered ||
			!e->fe_physical)
			return -ERR_UNSUPPORTED;
		covered += e->fe_length;
	}
	return covered >= len ? 0 : -ERR_UNSUPPORTED;
}

static int write_extents(const struct fiemap *map, const char *device,
	const uint8_t *bytes, size_t len)
{
	const struct fiemap_extent *e;
	int fd = open(device, O_WRONLY | O_CLOEXEC);
	uint64_t piece;
	int err = 0;

	if (fd < 0)
		return -ERR_IO;
	for (uint32_t i = 0; i < map->fm_mapped_extents && !err; i++) {
		e = &map->fm_extents[i];
		if (e->fe_logical >= len)
			break;
		piece = len - e->fe_logical;
		if (piece > e->fe_length)
			piece = e->fe_length;
		if (pwrite(fd, bytes + e->fe_logical, piece,
			    (off_t)e->fe_physical) != (ssize_t)piece)
			err = -ERR_IO;
	}
	if (fsync(fd) < 0)
		err = -ERR_IO;
	if (close(fd) < 0)
		err = -ERR_IO;
	return err;
}

int extents_overwrite(const char *path, const char *device, const void *bytes,
	size_t len, bool unwritten)
{
	struct fiemap *map = calloc(
		1, sizeof(*map) + MAX_EXTENTS * sizeof(struct fiemap_extent));
	int err;

	if (!map)
		return -ERR_NO_MEMORY;
	err = find_extents(path, len, map);
	if (!err)
		err = check_extents(map, len,
			unwritten ? NOT_PLAIN
				  : NOT_PLAIN | FIEMAP_EXTENT_UNWRITTEN);
	if (!err)
		err = write_extents(map, device, bytes, len);
	free(map);
	return err;
}
