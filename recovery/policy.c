/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a policy out of a flattened device tree.  Properties that are not
 * known are ignored; what is known must be there, once, in its exact form.
 */
#include "recovery/policy.h"

#include <libfdt.h>
#include <string.h>

#include "recovery/policy_text.h"
#include "storage/err.h"

/* The only layout dtc has written since 2005. */
#define FDT_VERSION	17
#define FDT_HEADER_SIZE 40

#define MIN_WINDOW_HOURS 1
#define MIN_FILES	 1

/* --- The tree as a whole ------------------------------------------------- */

static int err_of_fdt(int fdt_err)
{
	switch (-fdt_err) {
	case FDT_ERR_TRUNCATED:
		return -ERR_TRUNCATED;
	case FDT_ERR_BADVERSION:
		return -ERR_UNSUPPORTED;
	default:
		return -ERR_CORRUPT;
	}
}

/*
 * Two things before libfdt looks: it reads the whole header of any blob of 28
 * bytes, and it follows a null pointer for a root without '/' in the layout
 * before version 16.
 */
static int tree_check(const void *blob, size_t len)
{
	int err;

	if ((uintptr_t)blob % 8 != 0)
		return -ERR_INTERNAL;
	if (len > POLICY_MAX_BYTES)
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
	return err < 0 ? err_of_fdt(err) : 0;
}

/* --- Properties ---------------------------------------------------------- */

/* Numbers in a device tree are big-endian, and not always aligned. */
static uint32_t be32_get(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static int read_u32(const void *fdt, int node, const char *name, uint32_t min,
	uint32_t max, uint32_t *ret)
{
	const void *bytes;
	uint32_t value;
	int len;

	bytes = fdt_getprop(fdt, node, name, &len);
	if (!bytes || len != sizeof(value))
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
	if (!s && len == -FDT_ERR_NOTFOUND)
		return -ERR_NOT_FOUND;
	if (!s || len <= 0 || s[len - 1] != '\0')
		return -ERR_CORRUPT;
	for (end = s + len; s < end; s += strlen(s) + 1) {
		if (count == max)
			return -ERR_TOO_LARGE;
		ret_strings[count++] = s;
	}
	*ret_count = count;
	return 0;
}

/* Exactly one string, of printable ASCII. */
static int read_text(const void *fdt, int node, const char *name, size_t max,
	const char **ret)
{
	const char *text = NULL;
	size_t count = 0;
	int err;

	err = read_strings(fdt, node, name, 1, &text, &count);
	if (err < 0)
		return -ERR_CORRUPT;
	if (!policy_text_is_plain(text, max))
		return -ERR_CORRUPT;
	*ret = text;
	return 0;
}

static int read_patterns(const void *fdt, int node, const char *name,
	const char **ret_patterns, size_t *ret_count)
{
	size_t count = 0;
	size_t i;
	int err;

	err = read_strings(
		fdt, node, name, RULE_MAX_PATTERNS, ret_patterns, &count);
	if (err < 0)
		return err;
	for (i = 0; i < count; i++)
		if (!policy_text_is_pattern(ret_patterns[i]))
			return -ERR_CORRUPT;
	*ret_count = count;
	return 0;
}

/* --- Nodes --------------------------------------------------------------- */

static int check_compatible(const void *fdt)
{
	const char *text;
	int err;

	err = read_text(fdt, 0, "compatible", POLICY_TEXT_CHARS, &text);
	if (err < 0)
		return err;
	return strcmp(text, POLICY_COMPATIBLE) == 0 ? 0 : -ERR_UNSUPPORTED;
}

static int read_limits(const void *fdt, struct policy *p)
{
	int node;
	int err;

	node = fdt_subnode_offset(fdt, 0, "limits");
	if (node < 0)
		return -ERR_CORRUPT;
	err = read_u32(fdt, node, "crashes", POLICY_MIN_CRASHES,
		POLICY_MAX_CRASHES, &p->crashes);
	if (err < 0)
		return err;
	err = read_u32(fdt, node, "window-hours", MIN_WINDOW_HOURS,
		POLICY_MAX_WINDOW_HOURS, &p->window_hours);
	if (err < 0)
		return err;
	return read_u32(fdt, node, "max-files", MIN_FILES, POLICY_MAX_FILES,
		&p->max_files);
}

static int read_unit(const void *fdt, int node, enum rule_unit *ret)
{
	const char *text;
	int err;

	err = read_text(fdt, node, "unit", POLICY_NAME_CHARS, &text);
	if (err < 0)
		return err;
	if (strcmp(text, "file") != 0)
		return -ERR_UNSUPPORTED;
	*ret = RULE_UNIT_FILE;
	return 0;
}

static int read_rule(const void *fdt, int node, struct rule *r)
{
	const char *source;
	int err;

	err = read_text(
		fdt, node, "vendor-name", POLICY_NAME_CHARS, &r->vendor);
	if (err < 0)
		return err;
	err = read_text(fdt, node, "folder", POLICY_FOLDER_CHARS, &r->folder);
	if (err < 0)
		return err;
	if (!policy_text_is_folder(r->folder))
		return -ERR_CORRUPT;
	err = read_unit(fdt, node, &r->unit);
	if (err < 0)
		return err;
	err = read_patterns(
		fdt, node, "content", r->patterns, &r->pattern_count);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? -ERR_CORRUPT : err;
	err = read_patterns(fdt, node, "never", r->never, &r->never_count);
	if (err < 0 && err != -ERR_NOT_FOUND)
		return err;
	/* Not used, but a rule without one is a rule from memory. */
	return read_text(fdt, node, "source", POLICY_TEXT_CHARS, &source);
}

static int read_vendors(const void *fdt, struct policy *p)
{
	int vendors;
	int node;
	int err;

	vendors = fdt_subnode_offset(fdt, 0, "vendors");
	if (vendors < 0)
		return -ERR_CORRUPT;
	fdt_for_each_subnode (node, fdt, vendors) {
		if (p->rule_count == POLICY_MAX_RULES)
			return -ERR_TOO_LARGE;
		err = read_rule(fdt, node, &p->rules[p->rule_count]);
		if (err < 0)
			return err;
		p->rule_count++;
	}
	return node == -FDT_ERR_NOTFOUND ? 0 : -ERR_CORRUPT;
}

int policy_check(const void *blob, size_t len, struct policy *ret)
{
	struct policy p;
	int err;

	memset(&p, 0, sizeof(p));
	err = tree_check(blob, len);
	if (err < 0)
		return err;
	err = check_compatible(blob);
	if (err < 0)
		return err;
	err = read_u32(blob, 0, "serial", 0, UINT32_MAX, &p.serial);
	if (err < 0)
		return err;
	err = read_limits(blob, &p);
	if (err < 0)
		return err;
	err = read_vendors(blob, &p);
	if (err < 0)
		return err;
	*ret = p;
	return 0;
}
