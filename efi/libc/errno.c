/* SPDX-License-Identifier: GPL-2.0-or-later */
/* errno, and its numbers as text. */
#include "efi/libc/include/errno.h"
#include "efi/libc/include/string.h"

int errno;

static const struct {
	int number;
	const char *text;
} texts[] = {
	{EPERM, "operation not permitted"},
	{ENOENT, "no such file"},
	{EIO, "input/output error"},
	{ENOMEM, "out of memory"},
	{EBUSY, "busy"},
	{EEXIST, "file exists"},
	{EINVAL, "invalid argument"},
	{ENOSPC, "no space left"},
	{EROFS, "read-only"},
	{ENOSYS, "function not implemented"},
	{EOPNOTSUPP, "operation not supported"},
};

/* libntfs-3g: its log messages */
char *strerror(int number)
{
	static char unknown[] = "error";
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].number == number)
			return (char *)(unsigned long)texts[i].text;
	return unknown;
}
