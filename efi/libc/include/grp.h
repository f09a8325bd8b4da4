/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User groups: there are none, see unsupported.c. */
#ifndef LIBC_GRP_H
#define LIBC_GRP_H

#include "sys/types.h"

struct group {
	char *gr_name;
	gid_t gr_gid;
	char **gr_mem;
};

struct group *getgrgid(gid_t gid);
struct group *getgrnam(const char *name);

#endif
