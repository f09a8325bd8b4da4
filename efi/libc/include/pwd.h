/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User accounts: there are none, see unsupported.c. */
#ifndef LIBC_PWD_H
#define LIBC_PWD_H

#include "sys/types.h"

struct passwd {
	char *pw_name;
	uid_t pw_uid;
	gid_t pw_gid;
};

struct passwd *getpwnam(const char *name);
struct passwd *getpwuid(uid_t uid);

#endif
