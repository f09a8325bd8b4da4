/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/tree.h"

#include <libfdt.h>
#include <string.h>

#include "recovery/policy_text.h"
#include "storage/err.h"
#include "storage/filetime.h"

/* The only layout dtc has written since 2005. */
#define FDT_VERSION	17
#define FDT_HEADER_SIZE 40

/* --- The tree as a whole ------------------------------------------------- */

int tree_err(int fdt_err)
{
	switch (-fdt_err) {
	case FDT_ERR_TRUNCATED:
		return -ERR_TRUNCATED;
	case FDT_ERR_BADVERSION:
		return -ERR_UNSUPPORTED;
	case FDT_ERR_NOSPACE:
		return -ERR_TOO_LARGE;
	default:
		return -ERR_CORRUPT;
	}
}

/*
 * Two things before libfdt looks: it reads the whole header of any blob of 28
 * bytes, and it follows a null pointer for a root without '/' in the layout
 * before version 16.
 */
int tree_check(const void *blob, size_t len, size_t max)
{
	int err;

	if ((uintptr_t)blob % 8 != 0)
		return -ERR_INTERNAL;
	if (len > max)
		return -ERR_TOO_LARGE;
	if (len < FDT_HEADER_SIZE)
		return -ERR_TRUNCATED;
	if (fdt_magic(blob) != FDT_MAGIC)
		return -ERR_CORRUPT;
	if (fdt_version(blob) != FDT_VERSION)
		return -ERR_UNSUPPORTED;
	if (fdt_off_dt_struct(blob) % 4 != 0 ||
		fdt_off_mem_rsvmap(blob) % 8 != 0)
		return -ERR_CORRUPT;
	err = fdt_check_full(blob, len);
	return err < 0 ? tree_err(err) : 0;
}

/* --- Properties ---------------------------------------------------------- */

/* Numbers in a device tree are big-endian, and not always aligned. */
static uint32_t be32_get(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static int absent_or_corrupt(int len)
{
	return len == -FDT_ERR_NOTFOUND ? -ERR_NOT_FOUND : -ERR_CORRUPT;
}

int tree_read_u32(const void *fdt, int node, const char *name, uint32_t min,
	uint32_t max, uint32_t *ret)
{
	const void *bytes;
	uint32_t value;
	int len;

	bytes = fdt_getprop(fdt, node, name, &len);
	if (!bytes)
		return absent_or_corrupt(len);
	if (len != sizeof(value))
		return -ERR_CORRUPT;
	value = be32_get(bytes);
	if (value < min || value > max)
		return -ERR_TOO_LARGE;
	*ret = value;
	return 0;
}

/* A list of at most @max strings; all of it must be terminated. */
static int read_strings(const void *fdt, int node, const char *name, size_t max,
	const char **ret_strings, size_t *ret_count)
{
	const char *s;
	const char *end;
	size_t count = 0;
	int len;

	s = fdt_getprop(fdt, node, name, &len);
	if (!s)
		return absent_or_corrupt(len);
	if (len <= 0 || s[len - 1] != '\0')
		return -ERR_CORRUPT;
	for (end = s + len; s < end; s += strlen(s) + 1) {
		if (count == max)
			return -ERR_TOO_LARGE;
		ret_strings[count++] = s;
	}
	*ret_count = count;
	return 0;
}

int tree_read_text(const void *fdt, int node, const char *name, size_t max,
	const char **ret)
{
	const char *text = NULL;
	size_t count = 0;
	int err;

	err = read_strings(fdt, node, name, 1, &text, &count);
	if (err < 0)
		return err == -ERR_TOO_LARGE ? -ERR_CORRUPT : err;
	if (!policy_text_is_plain(text, max))
		return -ERR_CORRUPT;
	*ret = text;
	return 0;
}

int tree_read_time(const void *fdt, int node, const char *name, uint64_t *ret)
{
	const char *text;
	uint64_t time;
	int err;

	err = tree_read_text(fdt, node, name, POLICY_TEXT_CHARS, &text);
	if (err < 0)
		return err;
	time = filetime_parse(text);
	if (!time)
		return -ERR_CORRUPT;
	*ret = time;
	return 0;
}

int tree_read_list(const void *fdt, int node, const char *name,
	bool (*is_good)(const char *), size_t max, const char **ret_strings,
	size_t *ret_count)
{
	size_t count = 0;
	size_t i;
	int err;

	err = read_strings(fdt, node, name, max, ret_strings, &count);
	if (err < 0)
		return err;
	for (i = 0; i < count; i++)
		if (!is_good(ret_strings[i]))
			return -ERR_CORRUPT;
	*ret_count = count;
	return 0;
}

int tree_must(int err)
{
	return err == -ERR_NOT_FOUND ? -ERR_CORRUPT : err;
}

int tree_check_compatible(const void *fdt, const char *wanted)
{
	const char *text;
	int err;

	err = tree_read_text(fdt, 0, "compatible", POLICY_TEXT_CHARS, &text);
	if (err < 0)
		return tree_must(err);
	return strcmp(text, wanted) == 0 ? 0 : -ERR_UNSUPPORTED;
}
