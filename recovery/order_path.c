/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/order_path.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/utf8.h"

static bool is_separator(char c)
{
	return c == '/' || c == '\\';
}

/* Append one part to @folder; false if it does not fit. */
static bool append_part(char *folder, const char *part, size_t len)
{
	size_t used = strlen(folder);

	if (len + 2 > ORDER_PATH_BYTES - used)
		return false;
	if (used)
		folder[used++] = '/';
	memcpy(folder + used, part, len);
	folder[used + len] = '\0';
	return true;
}

static int check_part(const char *part, size_t len)
{
	if ((len == 1 && part[0] == '.') ||
		(len == 2 && part[0] == '.' && part[1] == '.'))
		return -ERR_CORRUPT;
	if (memchr(part, '*', len) || memchr(part, '?', len))
		return -ERR_CORRUPT;
	return len < ORDER_PATH_BYTES ? 0 : -ERR_TOO_LARGE;
}

static int split(const char *path, struct order_path *p)
{
	size_t len;
	int err;

	for (;;) {
		while (is_separator(*path))
			path++;
		for (len = 0; path[len] && !is_separator(path[len]); len++)
			;
		if (!len)
			return p->name[0] ? 0 : -ERR_CORRUPT;
		err = check_part(path, len);
		if (err < 0)
			return err;
		/* What was the name so far is one more folder. */
		if (p->name[0] &&
			!append_part(p->folder, p->name, strlen(p->name)))
			return -ERR_TOO_LARGE;
		memcpy(p->name, path, len);
		p->name[len] = '\0';
		path += len;
	}
}

/*
 * Is it a file that was moved?  Then its own folder is the one beside that has
 * no addition.
 */
static void parse_moved(struct order_path *p)
{
	char *slash = strrchr(p->folder, '/');
	char *leaf = slash ? slash + 1 : p->folder;
	size_t len = hold_parse_name(leaf, &p->hold_id);

	if (!len)
		return;
	leaf[len] = '\0';
	p->is_held = true;
}

int order_path_parse(const char *path, struct order_path *ret)
{
	size_t len;
	int err;

	memset(ret, 0, sizeof(*ret));
	if (!utf8_is_valid(path))
		return -ERR_CORRUPT;
	if (path[0] && path[1] == ':')
		path += 2;
	err = split(path, ret);
	if (err < 0)
		return err;
	len = hold_parse_name(ret->name, &ret->hold_id);
	ret->is_held = len != 0;
	if (!len)
		len = strlen(ret->name);
	memcpy(ret->original, ret->name, len);
	ret->original[len] = '\0';
	(void)snprintf(
		ret->full, sizeof(ret->full), "%s/%s", ret->folder, ret->name);
	if (!ret->is_held)
		parse_moved(ret);
	ret->rule.vendor = "operator";
	ret->rule.folder = ret->folder;
	ret->rule.unit = RULE_UNIT_FILE;
	ret->rule.patterns[0] = ret->original;
	ret->rule.pattern_count = 1;
	return 0;
}
