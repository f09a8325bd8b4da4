/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form of a policy, property by property, from tables. */
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "recovery/policy_lint_parts.h"
#include "recovery/policy_text.h"
#include "recovery/tree.h"
#include "storage/err.h"

enum form {
	FORM_NUMBER,
	FORM_TEXT,
	FORM_TIME,
	FORM_FOLDER,
	FORM_PATTERNS,
	FORM_UNIT,
	FORM_HOLD,
	FORM_MODE
};

struct known {
	const char *name;
	enum form form;
	bool is_needed;
	uint32_t min; /* of a number */
	uint32_t max; /* of a number; of a list, entries; of a text, characters
		       */
};

static const struct known of_root[] = {
	{"compatible", FORM_TEXT, true, 0, POLICY_TEXT_CHARS},
	{"serial", FORM_NUMBER, true, POLICY_MIN_SERIAL, UINT32_MAX},
	{"expires", FORM_TIME, false, 0, 0},
	{"site", FORM_TEXT, false, 0, POLICY_NAME_CHARS},
	{NULL, FORM_TEXT, false, 0, 0},
};

static const struct known of_limits[] = {
	{"crashes", FORM_NUMBER, true, POLICY_MIN_CRASHES, POLICY_MAX_CRASHES},
	{"window-hours", FORM_NUMBER, true, POLICY_MIN_WINDOW_HOURS,
		POLICY_MAX_WINDOW_HOURS},
	{"max-files", FORM_NUMBER, true, POLICY_MIN_FILES, POLICY_MAX_FILES},
	{"max-rung", FORM_NUMBER, false, POLICY_MIN_RUNG, POLICY_MAX_RUNG},
	{"share-per-mille", FORM_NUMBER, false, 0, SHARE_ALL},
	{"network-seconds", FORM_NUMBER, false, POLICY_MIN_NETWORK_SECONDS,
		POLICY_MAX_NETWORK_SECONDS},
	{NULL, FORM_TEXT, false, 0, 0},
};

static const struct known of_modes[] = {
	{"installed", FORM_MODE, false, 0, 0},
	{"removable", FORM_MODE, false, 0, 0},
	{"network", FORM_MODE, false, 0, 0},
	{NULL, FORM_TEXT, false, 0, 0},
};

static const struct known of_rule[] = {
	{"vendor-name", FORM_TEXT, true, 0, POLICY_NAME_CHARS},
	{"folder", FORM_FOLDER, true, 0, 0},
	{"unit", FORM_UNIT, true, 0, 0},
	{"hold", FORM_HOLD, false, 0, 0},
	{"content", FORM_PATTERNS, true, 0, RULE_MAX_PATTERNS},
	{"never", FORM_PATTERNS, false, 0, RULE_MAX_PATTERNS},
	{"drivers", FORM_PATTERNS, false, 0, RULE_MAX_DRIVERS},
	{"source", FORM_TEXT, true, 0, POLICY_TEXT_CHARS},
	{NULL, FORM_TEXT, false, 0, 0},
};

static const struct known nothing[] = {{NULL, FORM_TEXT, false, 0, 0}};

/* --- Telling ------------------------------------------------------------- */

void policy_lint_find(struct linting *l, bool is_error, int node,
	const char *property, const char *format, ...)
{
	struct policy_finding f = {.is_error = is_error, .property = property};
	va_list args;

	if (fdt_get_path(l->fdt, node, f.path, sizeof(f.path)) < 0)
		strcpy(f.path, "?");
	va_start(args, format);
	(void)vsnprintf(f.text, sizeof(f.text), format, args);
	va_end(args);
	l->errors += is_error;
	l->tell(l->ctx, &f);
}

/* --- One property -------------------------------------------------------- */

static int read_unit(const void *fdt, int node, const char *name)
{
	const char *text;
	int err = tree_read_text(fdt, node, name, POLICY_NAME_CHARS, &text);

	if (err < 0)
		return err;
	return !strcmp(text, "file") || !strcmp(text, "generation-folder")
		       ? 0
		       : -ERR_UNSUPPORTED;
}

/* Only files are moved: policy_check() refuses the rest, too. */
static int read_hold(const void *fdt, int node, const char *name)
{
	const char *text, *unit;
	int err = tree_read_text(fdt, node, name, POLICY_NAME_CHARS, &text);

	if (err < 0)
		return err;
	if (!strcmp(text, "rename"))
		return 0;
	if (strcmp(text, "move") != 0)
		return -ERR_UNSUPPORTED;
	err = tree_read_text(fdt, node, "unit", POLICY_NAME_CHARS, &unit);
	return err < 0 || !strcmp(unit, "file") ? 0 : -ERR_UNSUPPORTED;
}

static int read_mode(const void *fdt, int node, const char *name)
{
	static const enum policy_mode modes[] = {POLICY_DETECT_ONLY, POLICY_ASK,
		POLICY_SIGNED_ORDER_ONLY, POLICY_ACT};
	const char *text;
	size_t i;
	int err = tree_read_text(fdt, node, name, POLICY_NAME_CHARS, &text);

	if (err < 0)
		return err;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(policy_mode_text(modes[i]), text))
			return 0;
	return -ERR_UNSUPPORTED;
}

static int read_known(const void *fdt, int node, const struct known *k)
{
	const char *list[RULE_MAX_DRIVERS];
	const char *text;
	uint64_t time;
	uint32_t number;
	size_t count;
	int err;

	switch (k->form) {
	case FORM_NUMBER:
		return tree_read_u32(
			fdt, node, k->name, k->min, k->max, &number);
	case FORM_TIME:
		return tree_read_time(fdt, node, k->name, &time);
	case FORM_FOLDER:
		err = tree_read_text(
			fdt, node, k->name, POLICY_FOLDER_CHARS, &text);
		if (err < 0)
			return err;
		return policy_text_is_folder(text) ? 0 : -ERR_CORRUPT;
	case FORM_PATTERNS:
		return tree_read_list(fdt, node, k->name,
			policy_text_is_pattern, k->max, list, &count);
	case FORM_UNIT:
		return read_unit(fdt, node, k->name);
	case FORM_HOLD:
		return read_hold(fdt, node, k->name);
	case FORM_MODE:
		return read_mode(fdt, node, k->name);
	case FORM_TEXT:
		break;
	}
	return tree_read_text(fdt, node, k->name, k->max, &text);
}

static const char *form_text(enum form form)
{
	switch (form) {
	case FORM_NUMBER:
		return "one number, <n>";
	case FORM_TIME:
		return "a time like \"2027-01-31T00:00:00Z\"";
	case FORM_FOLDER:
		return "a path from the root of the volume, \"Windows/x\", "
		       "without .. or characters that Windows does not allow";
	case FORM_PATTERNS:
		return "patterns for file names, each with at least one "
		       "character that is none of *?.";
	case FORM_UNIT:
		return "\"file\" or \"generation-folder\"";
	case FORM_HOLD:
		return "\"rename\", or with the unit \"file\" also \"move\"";
	case FORM_MODE:
		return "\"detect-only\", \"ask\", \"signed-order-only\" or "
		       "\"act\"";
	case FORM_TEXT:
		break;
	}
	return "one text of printable ASCII";
}

static void lint_known(struct linting *l, int node, const struct known *k)
{
	int err = read_known(l->fdt, node, k);
	char limit[40] = "";

	if (k->form == FORM_TEXT)
		(void)snprintf(limit, sizeof(limit), ", at most %lu characters",
			(unsigned long)k->max);
	if (err == -ERR_NOT_FOUND && !k->is_needed)
		return;
	if (err == -ERR_NOT_FOUND)
		policy_lint_find(l, true, node, k->name, "is missing");
	else if (err == -ERR_TOO_LARGE && k->form == FORM_NUMBER)
		policy_lint_find(l, true, node, k->name,
			"must be from %lu to %lu", (unsigned long)k->min,
			(unsigned long)k->max);
	else if (err == -ERR_TOO_LARGE)
		policy_lint_find(l, true, node, k->name,
			"has more than %lu entries", (unsigned long)k->max);
	else if (err < 0)
		policy_lint_find(l, true, node, k->name, "must be %s%s",
			form_text(k->form), limit);
}

static bool is_known(const struct known *list, const char *name)
{
	for (; list->name; list++)
		if (!strcmp(list->name, name))
			return true;
	return false;
}

static void lint_node(struct linting *l, int node, const struct known *list)
{
	const struct known *k;
	const char *name;
	int property;

	for (k = list; k->name; k++)
		lint_known(l, node, k);
	fdt_for_each_property_offset (property, l->fdt, node) {
		if (!fdt_getprop_by_offset(l->fdt, property, &name, NULL))
			continue;
		/* A name of its own for remarks: "x-ticket", "acme,owner". */
		if (!is_known(list, name) && strncmp(name, "x-", 2) != 0 &&
			!strchr(name, ','))
			policy_lint_find(l, false, node, name,
				"is not known and is ignored");
	}
}

/* --- Nodes --------------------------------------------------------------- */

static void lint_rules(struct linting *l, int vendors)
{
	int count = 0;
	int node, inner;

	lint_node(l, vendors, nothing);
	fdt_for_each_subnode (node, l->fdt, vendors) {
		lint_node(l, node, of_rule);
		fdt_for_each_subnode (inner, l->fdt, node) {
			policy_lint_find(l, false, inner, NULL,
				"is not known and is ignored");
		}
		count++;
	}
	if (count > POLICY_MAX_RULES)
		policy_lint_find(l, true, vendors, NULL,
			"has %d rules; at most %d are allowed", count,
			POLICY_MAX_RULES);
	if (!count)
		policy_lint_find(l, false, vendors, NULL,
			"has no rules: nothing is ever held");
}

static void lint_child(struct linting *l, const char *name, bool is_needed,
	void (*lint)(struct linting *, int))
{
	int node = fdt_subnode_offset(l->fdt, 0, name);

	if (node >= 0)
		lint(l, node);
	else if (is_needed)
		policy_lint_find(l, true, 0, NULL, "has no node \"%s\"", name);
}

static void lint_limits(struct linting *l, int node)
{
	lint_node(l, node, of_limits);
}

static void lint_modes(struct linting *l, int node)
{
	lint_node(l, node, of_modes);
}

static void lint_tree(struct linting *l)
{
	const char *name;
	int node;

	lint_node(l, 0, of_root);
	if (tree_check_compatible(l->fdt, POLICY_COMPATIBLE) ==
		-ERR_UNSUPPORTED)
		policy_lint_find(l, true, 0, "compatible", "must be \"%s\"",
			POLICY_COMPATIBLE);
	lint_child(l, "limits", true, lint_limits);
	lint_child(l, "modes", false, lint_modes);
	lint_child(l, "vendors", true, lint_rules);
	fdt_for_each_subnode (node, l->fdt, 0) {
		name = fdt_get_name(l->fdt, node, NULL);
		if (name && strcmp(name, "limits") != 0 &&
			strcmp(name, "modes") != 0 &&
			strcmp(name, "vendors") != 0)
			policy_lint_find(l, false, node, NULL,
				"is not known and is ignored");
	}
}

static void lint_whole(struct linting *l, const struct policy *p, uint64_t now)
{
	if (now && p->expires && p->expires < now)
		policy_lint_find(l, true, 0, "expires", "is in the past");
	policy_lint_rules(l, p);
}

int policy_lint(const void *blob, size_t len, uint64_t now,
	void (*tell)(void *ctx, const struct policy_finding *f), void *ctx)
{
	struct linting l = {.fdt = blob, .tell = tell, .ctx = ctx};
	struct policy p;
	int err;

	err = tree_check(blob, len, POLICY_MAX_BYTES);
	if (err < 0)
		return err;
	lint_tree(&l);
	err = policy_check(blob, len, &p);
	if (err == 0)
		lint_whole(&l, &p, now);
	else if (!l.errors) /* the tables above lag behind policy_check() */
		policy_lint_find(
			&l, true, 0, NULL, "is refused: %s", err_text(err));
	return l.errors;
}
