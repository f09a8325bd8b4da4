/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of a registry key, wherever their data lie: within the value, in
 * a cell, or spread over many ("big data").
 */
#ifndef RECOVERY_HIVE_VALUE_H
#define RECOVERY_HIVE_VALUE_H

#include <stddef.h>

#include "recovery/hive.h"

#define HIVE_TEXT_UNITS 1024 /* UTF-16; longer strings are not read */

enum hive_type {
	HIVE_SZ = 1,
	HIVE_EXPAND_SZ = 2,
	HIVE_BINARY = 3,
	HIVE_DWORD = 4,
	HIVE_MULTI_SZ = 7,
	HIVE_QWORD = 11
};

struct hive_value {
	uint32_t type; /* enum hive_type, or any other */
	uint32_t size; /* of its data, in bytes */
	bool is_inline;
	uint32_t data;		    /* a cell, or the bytes themselves */
	char name[HIVE_NAME_BYTES]; /* "" is the default value's */
};

/**
 * hive_value_at - value number @i of @k, in no order that matters
 * @i: less than @k->value_count
 *
 * Returns 0; -ERR_CORRUPT, also for a name longer than a key's may be;
 * -ERR_IO and the like.
 */
int hive_value_at(struct hive *h, const struct hive_key *k, uint32_t i,
	struct hive_value *ret);

/**
 * hive_value_find - the value called @name; "" is the default value
 *
 * Returns 0; -ERR_NOT_FOUND; as hive_value_at(), if that may have been it.
 */
int hive_value_find(struct hive *h, const struct hive_key *k, const char *name,
	struct hive_value *ret);

/**
 * hive_value_read - @len bytes of a value's data from @off on
 *
 * Returns 0; -ERR_TRUNCATED if it does not have so many; -ERR_CORRUPT;
 * -ERR_IO and the like.
 */
int hive_value_read(struct hive *h, const struct hive_value *v, uint32_t off,
	void *buf, uint32_t len);

/*
 * The same by name: hive_value_find() and read it.  Each returns what these do,
 * and -ERR_UNSUPPORTED if the value is of another type or size.
 */
int hive_get_u32(struct hive *h, const struct hive_key *k, const char *name,
	uint32_t *ret);
int hive_get_u64(struct hive *h, const struct hive_key *k, const char *name,
	uint64_t *ret);

/* Binary data, of any type; -ERR_TOO_LARGE if there are more than @cap bytes.
 */
int hive_get_bytes(struct hive *h, const struct hive_key *k, const char *name,
	void *buf, size_t cap, size_t *ret_len);

/**
 * hive_get_text - a string, or several, as UTF-8
 * @cap: at least 2
 *
 * Variables such as %SystemRoot% stay as they are.  In @ret each string ends in
 * a NUL, and the last one in two, so that both can be read alike:
 *
 *	for (s = ret; *s; s += strlen(s) + 1)
 *
 * A string that is not of several ends at its first NUL.
 *
 * Returns 0; -ERR_TOO_LARGE if @cap, or HIVE_TEXT_UNITS, is not enough: half a
 * path names another file; otherwise as above.
 */
int hive_get_text(struct hive *h, const struct hive_key *k, const char *name,
	char *ret, size_t cap);

#endif
