/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/windows_path.h"

#include <stdbool.h>
#include <string.h>

#include "storage/err.h"

#define ROOT "Windows/"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Behind @prefix, which is in small letters; or NULL. */
static const char *skip(const char *path, const char *prefix)
{
	for (; *prefix; path++, prefix++)
		if (lower(*path) != *prefix)
			return NULL;
	return path;
}

const char *windows_path_file(const char *path)
{
	const char *file = path;

	for (; *path; path++)
		if (*path == '\\' || *path == '/')
			file = path + 1;
	return file;
}

/* Behind what stands for a folder; *@is_root: that of Windows. */
static const char *skip_folder(const char *path, char drive, bool *is_root)
{
	static const char *const roots[] = {
		"%systemroot%\\", "%windir%\\", "\\systemroot\\"};
	const char *rest;
	size_t i;

	*is_root = true;
	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		rest = skip(path, roots[i]);
		if (rest)
			return rest;
	}
	*is_root = false;
	rest = skip(path, "%systemdrive%\\");
	if (rest)
		return rest;
	rest = skip(path, "\\??\\");
	if (rest)
		path = rest;
	if (path[0] && path[1] == ':' && path[2] == '\\') {
		/* "?:" lets Windows choose, and it begins with its own. */
		if (drive && path[0] != '?' && lower(path[0]) != lower(drive))
			return NULL;
		return path + 3;
	}
	*is_root = true;
	/* Devices, shares, \Device\HarddiskVolume3\...: nobody knows where. */
	return rest || path[0] == '\\' ? NULL : path;
}

int windows_path_on_volume(const char *path, char drive, char *ret, size_t cap)
{
	const char *file;
	const char *end;
	bool is_root;
	size_t used;
	size_t len;

	path = skip_folder(path, drive, &is_root);
	/* No more colons: what follows one would be a stream. */
	if (!path || !*path || strchr(path, ':'))
		return -ERR_NOT_FOUND;
	/* Folders may have blanks in their names, and so may what is before the
	 * extension. */
	file = windows_path_file(path);
	end = strrchr(file, '.');
	end = end ? strchr(end, ' ') : NULL;
	len = end ? (size_t)(end - path) : strlen(path);
	used = is_root ? strlen(ROOT) : 0;
	if (used + len >= cap)
		return -ERR_TOO_LARGE;
	memcpy(ret, ROOT, used);
	memcpy(ret + used, path, len);
	ret[used + len] = '\0';
	for (; ret[used]; used++)
		if (ret[used] == '\\')
			ret[used] = '/';
	return 0;
}
