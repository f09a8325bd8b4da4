/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that only their owner may read.
 */
#ifndef LINUX_PRIVATE_FILE_H
#define LINUX_PRIVATE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * private_file_may_be - may private_file_write() make this file?
 *
 * For asking before the work is done.  Returns 0 or an exit status, with what
 * is wrong said.
 */
int private_file_may_be(const char *path, bool may_replace);

/**
 * private_file_write - make @path a file of these bytes, with mode 0600
 * @may_replace: a file that is there is replaced, at once or not at all
 *
 * On the medium when this returns 0; else an exit status, with what is wrong
 * said, and @path is as it was.
 */
int private_file_write(
	const char *path, const void *bytes, size_t len, bool may_replace);

#endif
