/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/observe_dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/delivery.h"
#include "recovery/windows_path.h"
#include "storage/err.h"
#include "storage/volume_file.h"

#define MINIDUMP_NAMES "*.dmp"
#define MINIDUMP_BYTES (FACT_PATH_BYTES + DELIVERY_NAME_BYTES)

/* The newest one so far. */
struct newest {
	enum crash_dump_place place;
	const char *path;
	enum volume_file_way way;
	struct dump header;
	uint8_t bytes[DUMP_HEADER_BYTES]; /* room to read another header */
	char minidump[MINIDUMP_BYTES];	  /* and for a path of our own */
};

/* --- Places --------------------------------------------------------------- */

static void set_place(char ret[FACT_PATH_BYTES], const char *path, char drive)
{
	if (!*path ||
		windows_path_on_volume(path, drive, ret, FACT_PATH_BYTES) < 0)
		ret[0] = '\0';
}

/* From a list of strings, the page files that can be on this volume. */
static void set_page_files(struct dump_places *p, const char *list, char drive)
{
	size_t count = 0;

	memset(p->page_files, 0, sizeof(p->page_files));
	for (; *list && count < DUMP_MAX_PAGE_FILES; list += strlen(list) + 1) {
		set_place(p->page_files[count], list, drive);
		count += p->page_files[count][0] != '\0';
	}
}

void dump_places_set(
	struct dump_places *ret, const struct system_facts *f, char drive)
{
	memset(ret, 0, sizeof(*ret));
	set_page_files(ret, "C:\\pagefile.sys\0", 0);
	set_place(ret->memory, "MEMORY.DMP", 0);
	set_place(ret->minidumps, "Minidump", 0);
	if (!f)
		return;
	/* What Windows had open in the last session, else what it is to have.
	 */
	if (f->existing_page_files[0])
		set_page_files(ret, f->existing_page_files, drive);
	else if (f->paging_files[0])
		set_page_files(ret, f->paging_files, drive);
	set_place(ret->dedicated, f->dedicated_dump_file, drive);
	if (f->dump_file[0])
		set_place(ret->memory, f->dump_file, drive);
	if (f->minidump_dir[0])
		set_place(ret->minidumps, f->minidump_dir, drive);
}

/* --- Looking -------------------------------------------------------------- */

/* What is not there, or in no form we know, is no dump. */
static bool is_failure(int err)
{
	return err == -ERR_IO || err == -ERR_NO_MEMORY;
}

static int read_header(struct volume *v, const char *path,
	enum volume_file_way way, uint8_t *bytes, struct dump *ret)
{
	struct volume_file f;
	int err = volume_file_open(&f, v, path, way);
	int close_err;

	if (err < 0)
		return err;
	err = disk_read(&f.disk, 0, bytes, DUMP_HEADER_BYTES);
	if (err == 0)
		err = dump_check(bytes, DUMP_HEADER_BYTES, ret);
	close_err = volume_file_close(&f);
	return err < 0 ? err : close_err;
}

/* Is there a dump at @path, and is it newer than what is known? */
static int try_file(struct newest *n, struct volume *v,
	enum crash_dump_place place, const char *path)
{
	enum volume_file_way way =
		place == CRASH_DUMP_PAGE_FILE || place == CRASH_DUMP_DEDICATED
			? VOLUME_FILE_RAW
			: VOLUME_FILE_NORMAL;
	struct dump header = {.type = 0};
	int err;

	if (!*path)
		return 0;
	err = read_header(v, path, way, n->bytes, &header);
	if (err < 0)
		return is_failure(err) ? err : 0;
	if (n->place && header.system_time <= n->header.system_time)
		return 0;
	n->place = place;
	n->path = path;
	n->way = way;
	n->header = header;
	return 0;
}

/* The newest file of the folder; "" if it has none. */
static int find_minidump(
	struct volume *v, const char *folder, char ret_path[MINIDUMP_BYTES])
{
	const struct rule all = {.folder = folder,
		.unit = RULE_UNIT_FILE,
		.patterns = {MINIDUMP_NAMES},
		.pattern_count = 1};
	struct delivery_list list;
	int err = delivery_list_read(v, &all, 1, &list, NULL);

	ret_path[0] = '\0';
	if (err == 0 && list.delivery_count)
		(void)snprintf(ret_path, MINIDUMP_BYTES, "%s/%s", folder,
			list.deliveries[list.delivery_count - 1].name);
	delivery_list_free(&list);
	return is_failure(err) ? err : 0;
}

static int look_everywhere(
	struct newest *n, struct volume *v, const struct dump_places *p)
{
	size_t i;
	int err = 0;

	for (i = 0; err == 0 && i < DUMP_MAX_PAGE_FILES; i++)
		err = try_file(n, v, CRASH_DUMP_PAGE_FILE, p->page_files[i]);
	if (err == 0)
		err = try_file(n, v, CRASH_DUMP_DEDICATED, p->dedicated);
	if (err == 0)
		err = try_file(n, v, CRASH_DUMP_MEMORY, p->memory);
	if (err == 0 && p->minidumps[0])
		err = find_minidump(v, p->minidumps, n->minidump);
	if (err == 0)
		err = try_file(n, v, CRASH_DUMP_MINI, n->minidump);
	return err;
}

/* In whose code?  Nobody's, where that cannot be read. */
static int read_blame(
	const struct newest *n, struct volume *v, struct blame *ret)
{
	struct dump_modules modules;
	struct volume_file f;
	int err = volume_file_open(&f, v, n->path, n->way);
	int close_err;

	if (err < 0)
		return err;
	err = dump_modules_open(&modules, &f.disk, &n->header);
	if (err == 0)
		err = blame_module(&n->header, &modules, ret);
	dump_modules_close(&modules);
	close_err = volume_file_close(&f);
	return err < 0 ? err : close_err;
}

int observe_dump(struct volume *v, const struct dump_places *places,
	struct crash_dump *ret)
{
	struct crash_dump found = {.place = CRASH_DUMP_NOWHERE};
	struct newest *n = calloc(1, sizeof(*n));
	int err = -ERR_NO_MEMORY;

	if (!n)
		goto out;
	err = look_everywhere(n, v, places);
	if (err < 0 || !n->place)
		goto out;
	found.place = n->place;
	found.header = n->header;
	found.blame_err = read_blame(n, v, &found.blame);
	*ret = found;
	err = 1;
out:
	free(n);
	return err;
}
