/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a policy out of a flattened device tree.  Properties that are not
 * known are ignored; what is known must have its exact form.
 */
#include "recovery/policy.h"

#include <libfdt.h>
#include <string.h>

#include "recovery/policy_text.h"
#include "recovery/tree.h"
#include "storage/err.h"

/* --- Limits and modes ---------------------------------------------------- */

static const char *const mode_names[] = {
	[POLICY_DETECT_ONLY] = "detect-only",
	[POLICY_ASK] = "ask",
	[POLICY_SIGNED_ORDER_ONLY] = "signed-order-only",
	[POLICY_ACT] = "act",
};

#define MODE_COUNT (sizeof(mode_names) / sizeof(mode_names[0]))

static const char *const origin_names[POLICY_ORIGIN_COUNT] = {
	[POLICY_ORIGIN_INSTALLED] = "installed",
	[POLICY_ORIGIN_REMOVABLE] = "removable",
	[POLICY_ORIGIN_NETWORK] = "network",
};

bool policy_may(enum policy_mode mode, enum policy_word word)
{
	return ((unsigned int)mode & (unsigned int)word) != 0;
}

const char *policy_mode_text(enum policy_mode mode)
{
	size_t i = (size_t)mode;

	return i < MODE_COUNT && mode_names[i] ? mode_names[i] : "unknown";
}

const char *policy_origin_text(enum policy_origin origin)
{
	return (size_t)origin < POLICY_ORIGIN_COUNT ? origin_names[origin]
						    : "unknown";
}

/* What is not there stays as it is. */
static int read_optional(const void *fdt, int node, const char *name,
	uint32_t least, uint32_t most, uint32_t *ret)
{
	int err = tree_read_u32(fdt, node, name, least, most, ret);

	return err == -ERR_NOT_FOUND ? 0 : err;
}

static int read_limits(const void *fdt, struct policy *p)
{
	int node;
	int err;

	node = fdt_subnode_offset(fdt, 0, "limits");
	if (node < 0)
		return -ERR_CORRUPT;
	err = tree_must(tree_read_u32(fdt, node, "crashes", POLICY_MIN_CRASHES,
		POLICY_MAX_CRASHES, &p->crashes));
	if (err < 0)
		return err;
	err = tree_must(tree_read_u32(fdt, node, "window-hours",
		POLICY_MIN_WINDOW_HOURS, POLICY_MAX_WINDOW_HOURS,
		&p->window_hours));
	if (err < 0)
		return err;
	err = tree_must(tree_read_u32(fdt, node, "max-files", POLICY_MIN_FILES,
		POLICY_MAX_FILES, &p->max_files));
	if (err < 0)
		return err;
	err = read_optional(fdt, node, "max-rung", POLICY_MIN_RUNG,
		POLICY_MAX_RUNG, &p->max_rung);
	if (err < 0)
		return err;
	err = read_optional(fdt, node, "network-seconds",
		POLICY_MIN_NETWORK_SECONDS, POLICY_MAX_NETWORK_SECONDS,
		&p->network_seconds);
	if (err < 0)
		return err;
	return read_optional(
		fdt, node, "share-per-mille", 0, SHARE_ALL, &p->share);
}

static int read_mode(
	const void *fdt, int node, const char *name, enum policy_mode *ret)
{
	const char *text;
	size_t i;
	int err;

	err = tree_read_text(fdt, node, name, POLICY_NAME_CHARS, &text);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	for (i = 0; i < MODE_COUNT; i++)
		if (mode_names[i] && !strcmp(mode_names[i], text)) {
			*ret = (enum policy_mode)i;
			return 0;
		}
	return -ERR_UNSUPPORTED;
}

static int read_modes(const void *fdt, struct policy *p)
{
	int node;
	int err;
	int i;

	node = fdt_subnode_offset(fdt, 0, "modes");
	if (node < 0)
		return node == -FDT_ERR_NOTFOUND ? 0 : -ERR_CORRUPT;
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++) {
		err = read_mode(fdt, node, origin_names[i], &p->mode[i]);
		if (err < 0)
			return err;
	}
	return 0;
}

/* --- Vendor rules -------------------------------------------------------- */

static int read_unit(const void *fdt, int node, enum rule_unit *ret)
{
	const char *text;
	int err;

	err = tree_must(
		tree_read_text(fdt, node, "unit", POLICY_NAME_CHARS, &text));
	if (err < 0)
		return err;
	if (strcmp(text, "file") == 0)
		*ret = RULE_UNIT_FILE;
	else if (strcmp(text, "generation-folder") == 0)
		*ret = RULE_UNIT_GENERATION;
	else
		return -ERR_UNSUPPORTED;
	return 0;
}

static int read_hold(const void *fdt, int node, struct rule *r)
{
	const char *text;
	int err;

	err = tree_read_text(fdt, node, "hold", POLICY_NAME_CHARS, &text);
	if (err < 0)
		return err == -ERR_NOT_FOUND ? 0 : err;
	if (strcmp(text, "rename") == 0)
		return 0;
	if (strcmp(text, "move") != 0 || r->unit != RULE_UNIT_FILE)
		return -ERR_UNSUPPORTED;
	r->hold = RULE_HOLD_MOVE;
	return 0;
}

/* A list of patterns that may be missing. */
static int read_patterns(const void *fdt, int node, const char *name,
	size_t max, const char **ret_patterns, size_t *ret_count)
{
	int err = tree_read_list(fdt, node, name, policy_text_is_pattern, max,
		ret_patterns, ret_count);

	return err == -ERR_NOT_FOUND ? 0 : err;
}

static int read_lists(const void *fdt, int node, struct rule *r)
{
	int err;

	err = read_patterns(fdt, node, "content", RULE_MAX_PATTERNS,
		r->patterns, &r->pattern_count);
	if (err < 0)
		return err;
	if (!r->pattern_count)
		return -ERR_CORRUPT;
	err = read_patterns(fdt, node, "never", RULE_MAX_PATTERNS, r->never,
		&r->never_count);
	if (err < 0)
		return err;
	return read_patterns(fdt, node, "drivers", RULE_MAX_DRIVERS, r->drivers,
		&r->driver_count);
}

static int read_rule(const void *fdt, int node, struct rule *r)
{
	const char *source;
	int err;

	err = tree_must(tree_read_text(
		fdt, node, "vendor-name", POLICY_NAME_CHARS, &r->vendor));
	if (err < 0)
		return err;
	err = tree_must(tree_read_text(
		fdt, node, "folder", POLICY_FOLDER_CHARS, &r->folder));
	if (err < 0)
		return err;
	if (!policy_text_is_folder(r->folder))
		return -ERR_CORRUPT;
	err = read_unit(fdt, node, &r->unit);
	if (err < 0)
		return err;
	err = read_hold(fdt, node, r);
	if (err < 0)
		return err;
	err = read_lists(fdt, node, r);
	if (err < 0)
		return err;
	/* Not used, but a rule without one is a rule from memory. */
	return tree_must(tree_read_text(
		fdt, node, "source", POLICY_TEXT_CHARS, &source));
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

/* --- The whole ----------------------------------------------------------- */

static int read_root(const void *fdt, struct policy *p)
{
	int err;

	err = tree_check_compatible(fdt, POLICY_COMPATIBLE);
	if (err < 0)
		return err;
	err = tree_must(tree_read_u32(
		fdt, 0, "serial", POLICY_MIN_SERIAL, UINT32_MAX, &p->serial));
	if (err < 0)
		return err;
	err = tree_read_time(fdt, 0, "expires", &p->expires);
	if (err < 0 && err != -ERR_NOT_FOUND)
		return err;
	err = tree_read_text(fdt, 0, "site", POLICY_NAME_CHARS, &p->site);
	return err == -ERR_NOT_FOUND ? 0 : err;
}

int policy_check(const void *blob, size_t len, struct policy *ret)
{
	struct policy p;
	size_t i;
	int err;

	memset(&p, 0, sizeof(p));
	p.max_rung = POLICY_DEFAULT_RUNG;
	p.share = SHARE_ALL;
	p.network_seconds = POLICY_DEFAULT_NETWORK_SECONDS;
	for (i = 0; i < POLICY_ORIGIN_COUNT; i++)
		p.mode[i] = POLICY_ACT;
	err = tree_check(blob, len, POLICY_MAX_BYTES);
	if (err < 0)
		return err;
	err = read_root(blob, &p);
	if (err < 0)
		return err;
	err = read_limits(blob, &p);
	if (err < 0)
		return err;
	err = read_modes(blob, &p);
	if (err < 0)
		return err;
	err = read_vendors(blob, &p);
	if (err < 0)
		return err;
	*ret = p;
	return 0;
}
