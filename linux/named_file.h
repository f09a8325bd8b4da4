/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that were named on the command line.  The core passes over
 * what it does not accept, as it must on a PC where nobody is; whoever names a
 * file wants to hear of it.
 */
#ifndef LINUX_NAMED_FILE_H
#define LINUX_NAMED_FILE_H

#include "linux/signing.h"

/**
 * named_file_check_policy - may this policy be in force?
 * @path: FILE.sig is beside it
 *
 * Returns 0 or an exit status, with what is wrong and what to do said.
 */
int named_file_check_policy(const char *path, const struct signing_keys *keys);

/** named_file_check_order - the same of an incident order */
int named_file_check_order(const char *path, const struct signing_keys *keys);

/** named_file_check_bcd - can this boot configuration be read? */
int named_file_check_bcd(const char *path);

/** named_file_check_keys - can this file with keys be read? */
int named_file_check_keys(const char *path);

#endif
