/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secrets that somebody hands in: typed without being shown, or the first line
 * of a file or of a descriptor.  Never on the command line, which everybody on
 * a machine can read.
 */
#ifndef LINUX_SECRET_INPUT_H
#define LINUX_SECRET_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_INPUT_BYTES 1024 /* with the closing NUL */

struct secret_input {
	const char *what;	 /* "PIN" */
	const char *file_option; /* "--pin-file", for whoever is told of it */
	const char *fd_option;	 /* "--pin-fd" */
	const char *file;	 /* what was said to these; or NULL */
	const char *fd;
	bool twice; /* typed again, so that it is what was meant */
};

/**
 * secret_input_read - get it
 * @ret: without an end of line, with a NUL behind; wipe it after use
 *
 * Returns 0 or an exit status, with what is wrong said and @ret wiped.
 */
int secret_input_read(const struct secret_input *s,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len);

#endif
