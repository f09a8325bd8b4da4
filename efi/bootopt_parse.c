/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_LOAD_OPTION: attributes (u32), length of the paths (u16), description
 * (UTF-16, NUL-terminated), device paths, optional data.
 */
#include <string.h>

#include "efi/bootopt_parse.h"
#include "storage/bytes.h"
#include "storage/err.h"

#define OPTION_PATHS_LEN   4
#define OPTION_DESCRIPTION 6

/* Reads the description; *@ret_end is the offset behind its NUL. */
static int description_check(const uint8_t *bytes, size_t len,
	char text[BOOTOPT_DESCRIPTION_BYTES], size_t *ret_end)
{
	size_t count = 0;
	size_t off = OPTION_DESCRIPTION;

	for (;; off += 2) {
		uint16_t unit;

		if (len - off < 2)
			return -ERR_TRUNCATED;
		unit = le16_get(bytes + off);
		if (!unit)
			break;
		if (count < BOOTOPT_DESCRIPTION_BYTES - 1)
			text[count++] =
				unit >= 0x20 && unit < 0x7f ? (char)unit : '?';
	}
	text[count] = '\0';
	*ret_end = off + 2;
	return 0;
}

struct joined {
	uint16_t units[BOOTOPT_PATH_UNITS];
	size_t len;
};

static int joined_add(struct joined *j, uint16_t unit)
{
	if (j->len == BOOTOPT_PATH_UNITS - 1)
		return -ERR_TOO_LARGE;
	j->units[j->len++] = unit;
	return 0;
}

/* Appends one File Path node; between two nodes there is one backslash. */
static int file_node_add(struct joined *j, const struct devpath_node *node)
{
	const uint8_t *text = node->bytes + DEVPATH_NODE_HEADER;
	size_t units = (node->len - DEVPATH_NODE_HEADER) / 2;
	bool ends_in_slash = j->len > 0 && j->units[j->len - 1] == '\\';
	size_t i = 0;
	int err;

	if (node->len % 2)
		return -ERR_CORRUPT;
	if (units > 0 && j->len > 0) {
		bool starts_in_slash = le16_get(text) == '\\';

		if (ends_in_slash && starts_in_slash)
			i = 1;
		if (!ends_in_slash && !starts_in_slash) {
			err = joined_add(j, '\\');
			if (err < 0)
				return err;
		}
	}
	/* The NUL is required, and missing often enough. */
	for (; i < units && le16_get(text + 2 * i); i++) {
		err = joined_add(j, le16_get(text + 2 * i));
		if (err < 0)
			return err;
	}
	return 0;
}

int bootopt_path_check(const void *bytes, size_t len,
	uint16_t ret_path[BOOTOPT_PATH_UNITS], size_t *ret_len)
{
	struct joined joined = {.len = 0};
	struct devpath_walk walk;
	struct devpath_node node;
	int more;
	int err;

	devpath_begin(&walk, bytes, len);
	while ((more = devpath_next(&walk, &node)) > 0) {
		if (node.type != DEVPATH_MEDIA || node.subtype != DEVPATH_FILE)
			continue;
		err = file_node_add(&joined, &node);
		if (err < 0)
			return err;
	}
	if (more < 0)
		return more;
	joined.units[joined.len] = 0;
	memcpy(ret_path, joined.units, sizeof(joined.units));
	*ret_len = joined.len;
	return 0;
}

int bootopt_check(const void *bytes, size_t len, struct bootopt *ret)
{
	const uint8_t *raw = bytes;
	struct bootopt o = {.attributes = 0};
	const uint8_t *partition;
	size_t paths;
	size_t paths_len;
	int err;

	if (len > BOOTOPT_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (len < OPTION_DESCRIPTION)
		return -ERR_TRUNCATED;
	o.attributes = le32_get(raw);
	paths_len = le16_get(raw + OPTION_PATHS_LEN);
	err = description_check(raw, len, o.description, &paths);
	if (err < 0)
		return err;
	if (paths_len > len - paths)
		return -ERR_TRUNCATED;

	err = bootopt_path_check(raw + paths, paths_len, o.path, &o.path_len);
	if (err < 0)
		return err;
	err = devpath_find_partition(raw + paths, paths_len, &partition);
	if (err < 0 && err != -ERR_NOT_FOUND)
		return err;
	if (!err) {
		o.has_partition = true;
		memcpy(o.partition_guid, devpath_partition_guid(partition),
			sizeof(o.partition_guid));
	}
	*ret = o;
	return 0;
}

static uint16_t unit_fold(uint16_t unit)
{
	return unit >= 'a' && unit <= 'z' ? (uint16_t)(unit - 'a' + 'A') : unit;
}

bool bootopt_path_starts(const struct bootopt *o, const char *prefix)
{
	size_t len = strlen(prefix);

	if (len > o->path_len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (unit_fold(o->path[i]) != unit_fold((uint8_t)prefix[i]))
			return false;
	}
	return true;
}

bool bootopt_path_is(const struct bootopt *o, const char *path)
{
	return strlen(path) == o->path_len && bootopt_path_starts(o, path);
}

bool bootopt_equal(const struct bootopt *a, const struct bootopt *b)
{
	if (a->has_partition != b->has_partition ||
		a->path_len != b->path_len ||
		memcmp(a->partition_guid, b->partition_guid,
			sizeof(a->partition_guid)) != 0)
		return false;
	for (size_t i = 0; i < a->path_len; i++) {
		if (unit_fold(a->path[i]) != unit_fold(b->path[i]))
			return false;
	}
	return true;
}

/* Writes @text as UTF-16 with its NUL; returns the bytes written. */
static size_t utf16_put(uint8_t *at, const char *text)
{
	size_t units = strlen(text) + 1;

	for (size_t i = 0; i < units; i++)
		le16_put(at + 2 * i, (uint8_t)text[i]);
	return 2 * units;
}

int bootopt_encode(const char *description, const uint8_t *partition,
	const char *path, void *buf, size_t cap, size_t *ret_len)
{
	uint8_t *raw = buf;
	size_t description_len = 2 * (strlen(description) + 1);
	size_t file_len = DEVPATH_NODE_HEADER + 2 * (strlen(path) + 1);
	size_t paths_len =
		DEVPATH_HARD_DRIVE_BYTES + file_len + DEVPATH_END_BYTES;
	size_t len = OPTION_DESCRIPTION + description_len + paths_len;
	uint8_t *at = raw + OPTION_DESCRIPTION;

	if (len > cap || len > BOOTOPT_MAX_BYTES)
		return -ERR_TOO_LARGE;
	le32_put(raw, BOOTOPT_ACTIVE);
	le16_put(raw + OPTION_PATHS_LEN, (uint16_t)paths_len);
	at += utf16_put(at, description);
	memcpy(at, partition, DEVPATH_HARD_DRIVE_BYTES);
	at += DEVPATH_HARD_DRIVE_BYTES;
	at = devpath_put_header(at, DEVPATH_MEDIA, DEVPATH_FILE, file_len);
	at += utf16_put(at, path);
	devpath_put_end(at);
	*ret_len = len;
	return 0;
}
