/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular file as a source of keys (recovery/keys/key_source.h), read with
 * pread(): nothing of it stays in the buffers of a library.
 */
#ifndef LINUX_FILE_SOURCE_H
#define LINUX_FILE_SOURCE_H

#include "recovery/keys/key_source.h"

struct file_source {
	struct key_source source; /* its name is @path without folders */
	int fd;
};

/**
 * file_source_open - open @path, which stays as long as @f is used
 *
 * Returns 0 or an exit status, with what is wrong said; file_source_close() is
 * valid either way.
 */
int file_source_open(struct file_source *f, const char *path);

void file_source_close(struct file_source *f);

#endif
