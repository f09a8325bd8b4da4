/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recovery/platform.h, implemented with Linux.
 */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

#include <stdbool.h>

#include "recovery/platform.h"

struct host {
	bool is_json;
	const char *policy; /* file, with its signature beside it; or NULL */
	const char *order;  /* incident order; the same */
	const char *bcd;    /* boot configuration, with its logs beside it; or
			       NULL */
};

/* For a struct platform whose ctx is a struct host. */
extern const struct platform_ops host_ops;

#endif
