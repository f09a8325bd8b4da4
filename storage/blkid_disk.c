/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows how libblkid's descriptor and memory calls map onto struct disk. */
#include "storage/blkid_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

/* Any number that libblkid takes for an open descriptor. */
#define SESSION_FD 3

/* The only mutable static of storage/: see blkid_disk.h for the reason. */
static struct session {
	struct disk *disk; /* NULL: no session */
	uint64_t position;
	size_t budget_left;
	int err;
} session;

static void note_err(int err)
{
	if (!session.err)
		session.err = err;
}

int blkid_disk_open(struct disk *d)
{
	if (session.disk)
		return -ERR_INTERNAL;
	session = (struct session){
		.disk = d,
		.budget_left = BLKID_DISK_BUDGET_BYTES,
	};
	return SESSION_FD;
}

void blkid_disk_close(void)
{
	session.disk = NULL;
}

int blkid_disk_err(void)
{
	return session.err;
}

uint64_t blkid_disk_size(int fd)
{
	if (fd != SESSION_FD || !session.disk)
		return 0;
	return session.disk->size_bytes;
}

int64_t blkid_disk_seek(int fd, int64_t off, int whence)
{
	if (fd != SESSION_FD || !session.disk) {
		errno = EBADF;
		return -1;
	}
	if (whence != SEEK_SET || off < 0) {
		errno = EINVAL;
		return -1;
	}
	session.position = (uint64_t)off;
	return off;
}

int64_t blkid_disk_read(int fd, void *buf, size_t len)
{
	uint64_t size = blkid_disk_size(fd);
	int err;

	if (fd != SESSION_FD || !session.disk) {
		errno = EBADF;
		return -1;
	}
	if (session.position >= size)
		return 0;
	if (len > size - session.position)
		len = (size_t)(size - session.position);
	err = disk_read(session.disk, session.position, buf, len);
	if (err < 0) {
		note_err(err);
		errno = EIO;
		return -1;
	}
	session.position += len;
	return (int64_t)len;
}

/* Takes @size off the budget; false if it is spent. */
static bool may_allocate(size_t size)
{
	if (size > session.budget_left) {
		note_err(-ERR_TOO_LARGE);
		errno = ENOMEM;
		return false;
	}
	session.budget_left -= size;
	return true;
}

void *blkid_disk_calloc(size_t count, size_t size)
{
	void *p;

	/* An overflowing product is beyond the budget as well. */
	if (size && count > SIZE_MAX / size)
		count = SIZE_MAX / size;
	if (!may_allocate(count * size))
		return NULL;
	p = calloc(count, size);
	if (!p)
		note_err(-ERR_NO_MEMORY);
	return p;
}

void *blkid_disk_realloc(void *p, size_t size)
{
	void *grown;

	if (!may_allocate(size))
		return NULL;
	grown = realloc(p, size);
	if (!grown)
		note_err(-ERR_NO_MEMORY);
	return grown;
}

char *blkid_disk_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = blkid_disk_calloc(1, size);

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

int blkid_disk_vasprintf(char **ret_text, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return -1;
	text = blkid_disk_calloc(1, (size_t)len + 1);
	if (!text)
		return -1;
	vsnprintf(text, (size_t)len + 1, format, args);
	*ret_text = text;
	return len;
}
