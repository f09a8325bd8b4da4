/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A large new file, written from its start to its end, with holes where there
 * is nothing.  It gets its name only when all of it is there.
 */
#ifndef LINUX_SPARSE_FILE_H
#define LINUX_SPARSE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux/whole_file.h"

struct sparse_file {
	int fd; /* -1 when closed */
	const char *path;
	char beside[WHOLE_FILE_PATH_BYTES];
	uint64_t size_bytes;
	bool may_replace;
};

/**
 * sparse_file_open - begin a file that only its owner may read
 * @may_replace: a regular file of that name gives way at the end
 *
 * What is written goes to a file beside it.  Returns 0; a negative errno value
 * (-EEXIST), after saying so.
 */
int sparse_file_open(struct sparse_file *f, const char *path, bool may_replace);

/** sparse_file_add - the next bytes; 0 or a negative errno value, said */
int sparse_file_add(struct sparse_file *f, const void *bytes, size_t len);

/**
 * sparse_file_finish - on the medium, and under its name
 *
 * Returns 0 or a negative errno value, said.
 */
int sparse_file_finish(struct sparse_file *f);

/** sparse_file_close - delete what is not finished; accepts a closed one */
void sparse_file_close(struct sparse_file *f);

#endif
