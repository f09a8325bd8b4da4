/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recovery/platform.h, implemented with Linux.
 */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

#include <stdbool.h>

#include "linux/file_source.h"
#include "recovery/platform.h"

#define HOST_MAX_KEY_FILES 64

struct host {
	bool is_json;
	const char *policy; /* file, with its signature beside it; or NULL */
	const char *order;  /* incident order; the same */
	const char *bcd;    /* boot configuration, with its logs beside it; or
			       NULL */
	const char *key_files[HOST_MAX_KEY_FILES]; /* of encrypted volumes */
	size_t key_file_count;
	struct file_source key_file; /* the one that is open */
};

/* For a struct platform whose ctx is a struct host. */
extern const struct platform_ops host_ops;

#endif
