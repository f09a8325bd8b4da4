/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/key_files.h"

#include <string.h>

#include "efi/folder.h"
#include "efi/partition.h"
#include "storage/err.h"
#include "storage/guid.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const site_names[] = {"site.keys", "keys.csv", "keys.txt"};

static const char *const endings[] = {".TXT", ".CSV", ".TSV", ".BEK", ".KEYS"};

/* What Windows calls a file with a key, before and behind the identifier. */
static const struct {
	const char *before;
	const char *behind;
} forms[] = {{"BitLocker Recovery Key ", ".TXT"}, {"", ".BEK"}};

/* --- Names ---------------------------------------------------------------- */

static char upper(unsigned int c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c < 0x80 ? (char)c : '?';
}

static size_t name_add(CHAR16 *name, size_t len, const char *text)
{
	while (*text)
		name[len++] = (CHAR16)*text++;
	name[len] = 0;
	return len;
}

/* As Windows writes it, in capitals. */
static size_t name_add_id(CHAR16 *name, size_t len, const uint8_t *id)
{
	char text[GUID_TEXT_BYTES];

	(void)guid_text(id, text);
	for (size_t i = 0; text[i]; i++)
		text[i] = upper((unsigned char)text[i]);
	return name_add(name, len, text);
}

static bool names_are_equal(const CHAR16 *a, const CHAR16 *b)
{
	while (*a && *b && (*a == *b || upper(*a) == upper(*b))) {
		if (*a != *b && (*a >= 0x80 || *b >= 0x80))
			return false;
		a++;
		b++;
	}
	return *a == *b;
}

static bool name_ends(const CHAR16 *name, size_t len, const char *ending)
{
	size_t ending_len = strlen(ending);

	if (len <= ending_len)
		return false;
	for (size_t i = 0; i < ending_len; i++)
		if (upper(name[len - ending_len + i]) != ending[i])
			return false;
	return true;
}

/* --- What is looked for by its name --------------------------------------- */

static size_t named_count(const struct key_wish *wish)
{
	return wish->count * COUNT(forms) + COUNT(site_names);
}

static void named_get(const struct key_wish *wish, size_t i, CHAR16 *name)
{
	size_t wished = wish->count * COUNT(forms);
	size_t len;

	if (i >= wished) {
		(void)name_add(name, 0, site_names[i - wished]);
		return;
	}
	len = name_add(name, 0, forms[i % COUNT(forms)].before);
	len = name_add_id(name, len, wish->ids[i / COUNT(forms)]);
	(void)name_add(name, len, forms[i % COUNT(forms)].behind);
}

static bool is_named(const struct key_wish *wish, const CHAR16 *name)
{
	CHAR16 other[KEY_FILES_NAME_UNITS];

	for (size_t i = 0; i < named_count(wish); i++) {
		named_get(wish, i, other);
		if (names_are_equal(name, other))
			return true;
	}
	return false;
}

/* --- What is found -------------------------------------------------------- */

static bool found_has(
	const struct key_files *k, unsigned int folder, const CHAR16 *name)
{
	for (size_t i = 0; i < k->found_count; i++)
		if (k->found[i].folder == folder &&
			names_are_equal(k->found[i].name, name))
			return true;
	return false;
}

static bool found_add(void *ctx, const CHAR16 *name)
{
	struct key_files *k = ctx;
	struct key_files_found *found;
	bool is_wanted = false;
	size_t len = 0;

	while (len < KEY_FILES_NAME_UNITS && name[len])
		len++;
	for (size_t i = 0; i < COUNT(endings); i++)
		is_wanted = is_wanted || name_ends(name, len, endings[i]);
	if (!is_wanted || len == KEY_FILES_NAME_UNITS ||
		found_has(k, k->listing, name))
		return true;
	found = &k->found[k->found_count++];
	found->folder = k->listing;
	memcpy(found->name, name, (len + 1) * sizeof(*name));
	return k->found_count < KEY_FILES_MAX_FOUND;
}

/* Our own folder, then the root; the same one is not looked at twice. */
static const CHAR16 *folder_path(const struct key_files *k, unsigned int folder)
{
	bool is_root = k->site->folder[0] == '\\' && !k->site->folder[1];

	if (folder == 0)
		return k->site->folder;
	return is_root ? NULL : u"\\";
}

/* What cannot be listed has no files: those with a name were looked for. */
static void found_list(struct key_files *k)
{
	const struct folder_sink sink = {.add = found_add, .ctx = k};

	k->is_listed = true;
	if (k->site->origin != POLICY_ORIGIN_REMOVABLE)
		return;
	for (k->listing = 0; k->listing < KEY_FILES_FOLDERS &&
			     k->found_count < KEY_FILES_MAX_FOUND;
		k->listing++) {
		const CHAR16 *path = folder_path(k, k->listing);

		watchdog_pet(k->watchdog);
		if (path)
			(void)folder_list(
				k->site->fw, k->site->volume, path, &sink);
	}
}

/* --- One after the other -------------------------------------------------- */

/* 1 with k->path, 0 if that one is nothing, -ERR_NOT_FOUND after the last. */
static int candidate_get(
	struct key_files *k, const struct key_wish *wish, size_t at)
{
	size_t named = named_count(wish) * KEY_FILES_FOLDERS;
	CHAR16 name[KEY_FILES_NAME_UNITS];
	const CHAR16 *folder;
	size_t len = 0;
	size_t i;

	if (at < named) {
		named_get(wish, at / KEY_FILES_FOLDERS, name);
		folder = folder_path(k, at % KEY_FILES_FOLDERS);
	} else {
		if (!k->is_listed)
			found_list(k);
		if (at - named >= k->found_count)
			return -ERR_NOT_FOUND;
		memcpy(name, k->found[at - named].name, sizeof(name));
		folder = folder_path(k, k->found[at - named].folder);
	}
	if (!folder || (at >= named && is_named(wish, name)))
		return 0;
	for (i = 0; folder[i]; i++)
		k->path[len++] = folder[i];
	for (i = 0; name[i]; i++) {
		k->name[i] =
			name[i] >= 0x20 && name[i] < 0x7f ? (char)name[i] : '?';
		k->path[len++] = name[i];
	}
	k->name[i] = 0;
	k->path[len] = 0;
	return 1;
}

static int source_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct key_files *k = ctx;

	watchdog_pet(k->watchdog);
	return open_file_read(&k->open, off, buf, len);
}

void key_files_init(struct key_files *k, const struct site_files *site,
	struct watchdog *watchdog)
{
	memset(k, 0, sizeof(*k));
	k->site = site;
	k->watchdog = watchdog;
}

int key_files_open(struct key_files *k, const struct key_wish *wish, size_t *at,
	struct key_source *ret)
{
	int err = -ERR_NOT_FOUND;
	int is_there;

	if (site_files_is_on_server(k->site)) {
		if (*at)
			return -ERR_NOT_FOUND;
		*at = 1;
		return key_fetch_open(&k->fetch, k->site->network, ret);
	}
	if (!k->site->volume ||
		partition_is_fat(k->site->fw, k->site->volume) <= 0)
		return -ERR_NOT_FOUND;
	while (err == -ERR_NOT_FOUND) {
		is_there = candidate_get(k, wish, *at);
		if (is_there < 0)
			return is_there;
		(*at)++;
		if (is_there)
			err = open_file_open(&k->open, k->site->fw,
				k->site->volume, k->path);
	}
	ret->name = k->name;
	if (err < 0)
		return err;
	ret->read = source_read;
	ret->ctx = k;
	ret->size = k->open.size;
	return 0;
}

void key_files_close(struct key_files *k)
{
	open_file_close(&k->open);
}

void key_files_free(struct key_files *k)
{
	key_fetch_free(&k->fetch);
}
