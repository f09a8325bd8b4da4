/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the libraries refer to and the firmware cannot do.  None of it is
 * reached on our paths; each fails the way its documentation says it may, so
 * that a caller we overlooked sees an error and not a made-up result.
 */
#include "efi/libc/include/errno.h"
#include "efi/libc/include/locale.h"
#include "efi/libc/include/stdio.h"
#include "efi/libc/include/time.h"

/* ntfsrecover: opens a copy of a log; ours is always a mounted volume's */
FILE *fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	errno = ENOENT;
	return NULL;
}

/* ntfsrecover, with what fopen() did not return */
int fclose(FILE *file)
{
	(void)file;
	errno = EBADF;
	return EOF;
}

size_t fread(void *buf, size_t size, size_t count, FILE *file)
{
	(void)buf;
	(void)size;
	(void)count;
	(void)file;
	errno = EBADF;
	return 0;
}

int fseek(FILE *file, long offset, int whence)
{
	(void)file;
	(void)offset;
	(void)whence;
	errno = EBADF;
	return -1;
}

long ftell(FILE *file)
{
	(void)file;
	errno = EBADF;
	return -1;
}

/* ntfsrecover: dates in its verbose output, which is never asked for */
struct tm *gmtime(const time_t *when)
{
	/* Not NULL: the caller does not look.  All zero is 1900-01-00. */
	static struct tm never;

	(void)when;
	return &never;
}

/*
 * libntfs-3g: ntfs_ucstombs() and ntfs_mbstoucs() ask for the locale unless
 * ntfs_set_char_encoding("utf8") was called, which storage/volume.c does.
 */
char *setlocale(int category, const char *locale)
{
	(void)category;
	(void)locale;
	return NULL;
}
