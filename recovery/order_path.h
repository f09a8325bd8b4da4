/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path an operator gives: "C:\Windows\x.sys", "/Windows/x.sys", ... taken
 * apart into the folder and the name a rule needs.
 */
#ifndef RECOVERY_ORDER_PATH_H
#define RECOVERY_ORDER_PATH_H

#include <stdint.h>

#include "quarantine/rule.h"

#define ORDER_PATH_BYTES 1024

struct order_path {
	char folder[ORDER_PATH_BYTES]; /* of a moved file: its own */
	char name[ORDER_PATH_BYTES];
	char full[2 * ORDER_PATH_BYTES]; /* folder and name */
	char original[ORDER_PATH_BYTES]; /* @name without a hold suffix */
	bool is_held;			 /* @name has one, or its folder had */
	uint32_t hold_id;		 /* in it */
	struct rule rule; /* matches exactly that name; points into this */
};

/**
 * order_path_parse - take @path apart
 *
 * A drive letter and leading separators are dropped; '/' and '\\' are the
 * same.  Returns 0; -ERR_TOO_LARGE; -ERR_CORRUPT for an empty name, "." or
 * "..", a wildcard, or what is not UTF-8.
 */
int order_path_parse(const char *path, struct order_path *ret);

#endif
