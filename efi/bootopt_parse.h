/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The format of Boot#### variables (EFI_LOAD_OPTION).  Anybody may have
 * written them, so they are hostile bytes until bootopt_check() has accepted
 * them.  Pure: no firmware needed.
 */
#ifndef EFI_BOOTOPT_PARSE_H
#define EFI_BOOTOPT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/devpath.h"

#define BOOTOPT_MAX_BYTES 4096
#define BOOTOPT_DESCRIPTION_BYTES                                              \
	64		       /* ASCII, cut off, with the closing NUL         \
				*/
#define BOOTOPT_PATH_UNITS 260 /* UTF-16, with the closing NUL */

#define BOOTOPT_ACTIVE	      0x00000001u
#define BOOTOPT_HIDDEN	      0x00000008u
#define BOOTOPT_CATEGORY_MASK 0x00001f00u /* 0: an ordinary boot option */

struct bootopt {
	uint32_t attributes;
	char description[BOOTOPT_DESCRIPTION_BYTES]; /* others than ASCII: '?'
						      */
	bool has_partition; /* the path leads through a GPT partition */
	uint8_t partition_guid[DEVPATH_GUID_BYTES];
	uint16_t path[BOOTOPT_PATH_UNITS]; /* "\EFI\...", empty if no file */
	size_t path_len;		   /* in units, without the NUL */
};

/**
 * bootopt_check - parse the value of a Boot#### variable
 *
 * Looks at the first device path of the option, up to its first end node.  The
 * path is that of all File Path nodes, joined.
 *
 * Returns 0; -ERR_TRUNCATED if a part reaches beyond its bytes; -ERR_CORRUPT
 * for an impossible length; -ERR_TOO_LARGE above BOOTOPT_MAX_BYTES,
 * BOOTOPT_PATH_UNITS or DEVPATH_MAX_NODES.  *@ret is written only on success.
 */
int bootopt_check(const void *bytes, size_t len, struct bootopt *ret);

/**
 * bootopt_path_check - join the File Path nodes of one device path
 * @ret_path: receives BOOTOPT_PATH_UNITS, NUL-terminated
 *
 * As bootopt_check(); a path without such nodes gives an empty one.
 */
int bootopt_path_check(const void *bytes, size_t len,
	uint16_t ret_path[BOOTOPT_PATH_UNITS], size_t *ret_len);

/** bootopt_path_is - is the option's path @path ("\EFI\..."), in any case? */
bool bootopt_path_is(const struct bootopt *o, const char *path);

/** bootopt_path_starts - does the option's path start with @prefix? */
bool bootopt_path_starts(const struct bootopt *o, const char *prefix);

/** bootopt_equal - do both start the same file of the same partition? */
bool bootopt_equal(const struct bootopt *a, const struct bootopt *b);

/**
 * bootopt_encode - build an active option for a file on a GPT partition
 * @partition: the HD() node, DEVPATH_HARD_DRIVE_BYTES long
 * @path:      ASCII, "\EFI\..."
 * @buf:       receives the option, at most @cap bytes
 *
 * Returns 0 with *@ret_len, or -ERR_TOO_LARGE if it does not fit.
 */
int bootopt_encode(const char *description, const uint8_t *partition,
	const char *path, void *buf, size_t cap, size_t *ret_len);

#endif
