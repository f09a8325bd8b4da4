/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files, read and written as a whole.
 */
#ifndef LINUX_WHOLE_FILE_H
#define LINUX_WHOLE_FILE_H

#include <stddef.h>

/**
 * whole_file_read - all bytes of @path
 * @max:       a larger file is refused
 * @ret_bytes: aligned for any purpose, never NULL after success; free() it
 *
 * Returns 0; a negative errno value, -EFBIG above @max.  What went wrong is
 * said.
 */
int whole_file_read(
	const char *path, size_t max, void **ret_bytes, size_t *ret_len);

/**
 * whole_file_write - make @path a file of these bytes
 *
 * A file that is there is replaced at once or not at all; anything else that is
 * there (a device, a link) stays: -EINVAL.  Returns 0 or a negative errno
 * value; what went wrong is said.
 */
int whole_file_write(const char *path, const void *bytes, size_t len);

#define WHOLE_FILE_PATH_BYTES 4096

/**
 * whole_file_beside - the name of the file that belongs to @path: "x.dtb.sig"
 *
 * Returns 0, or -ENAMETOOLONG after saying so.
 */
int whole_file_beside(const char *path, const char *suffix,
	char ret_path[WHOLE_FILE_PATH_BYTES]);

#endif
