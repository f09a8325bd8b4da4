/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories: there are none, but util-linux's headers mention them. */
#ifndef LIBC_DIRENT_H
#define LIBC_DIRENT_H

typedef struct libc_directory DIR;

/* For an inline function of util-linux's fileutils.h that nobody calls. */
struct dirent {
	char d_name[256];
};

struct dirent *readdir(DIR *directory);

#endif
