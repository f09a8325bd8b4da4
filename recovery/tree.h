/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading hostile flattened device trees: policies, their overlays and incident
 * orders.  What is read must be there once, in its exact form.
 */
#ifndef RECOVERY_TREE_H
#define RECOVERY_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * tree_check - is @blob a tree that libfdt may walk?
 * @blob: @len hostile bytes, aligned to 8; what stands behind the tree is not
 *	  looked at
 * @max:  more bytes than this are refused
 *
 * Returns 0; -ERR_TRUNCATED, -ERR_CORRUPT, -ERR_UNSUPPORTED (not version 17),
 * -ERR_TOO_LARGE; -ERR_INTERNAL if misaligned.
 */
int tree_check(const void *blob, size_t len, size_t max);

/** tree_err - the error code for one of libfdt's */
int tree_err(int fdt_err);

/*
 * The readers below are for trees that tree_check() has accepted.  They return
 * 0; -ERR_NOT_FOUND if @node has no property @name; -ERR_CORRUPT if it has
 * another form; -ERR_TOO_LARGE beyond a limit.  Strings stay in the tree.
 */

/** tree_read_u32 - one number from @min to @max */
int tree_read_u32(const void *fdt, int node, const char *name, uint32_t min,
	uint32_t max, uint32_t *ret);

/** tree_read_text - one string of 1 to @max printable ASCII characters */
int tree_read_text(const void *fdt, int node, const char *name, size_t max,
	const char **ret);

/** tree_read_time - one time as filetime_parse() takes it, as FILETIME */
int tree_read_time(const void *fdt, int node, const char *name, uint64_t *ret);

/**
 * tree_read_list - 1 to @max strings
 * @is_good: what each of them must be
 */
int tree_read_list(const void *fdt, int node, const char *name,
	bool (*is_good)(const char *), size_t max, const char **ret_strings,
	size_t *ret_count);

/**
 * tree_must - the same @err, but for what has to be there
 *
 * -ERR_NOT_FOUND becomes -ERR_CORRUPT.
 */
int tree_must(int err);

/** tree_check_compatible - is the root's "compatible" exactly @wanted?
 *
 * Returns 0, -ERR_UNSUPPORTED if it is something else, -ERR_CORRUPT.
 */
int tree_check_compatible(const void *fdt, const char *wanted);

#endif
