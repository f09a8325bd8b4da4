/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/observe_hives.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/cache.h"
#include "storage/err.h"
#include "storage/volume_file.h"

#define FILES	   (1 + HIVE_LOGS)
#define PATH_BYTES 64

static const char *const suffixes[FILES] = {"", ".LOG1", ".LOG2"};

/* One hive, open: its files, they with the logs, a cache, the reader. */
struct registry {
	struct volume_file files[FILES];
	struct disk *disks[FILES]; /* NULL where there is no such file */
	struct hive_replay replay;
	struct cache cache;
	struct hive hive;
};

static int open_files(struct registry *r, struct volume *v, const char *name)
{
	char path[PATH_BYTES];
	size_t i;

	for (i = 0; i < FILES; i++) {
		int err;

		snprintf(path, sizeof(path), HIVE_FOLDER "%s%s", name,
			suffixes[i]);
		err = volume_file_open(
			&r->files[i], v, path, VOLUME_FILE_NORMAL);
		if (err == 0)
			r->disks[i] = &r->files[i].disk;
		else if (err != -ERR_NOT_FOUND)
			return err;
	}
	return r->disks[0] && r->disks[0]->size_bytes ? 0 : -ERR_NOT_FOUND;
}

static int open_registry(struct registry *r, struct volume *v, const char *name)
{
	int err = open_files(r, v, name);

	if (err == 0)
		err = hive_replay_open(
			&r->replay, r->disks[0], r->disks[1], r->disks[2]);
	if (err == 0)
		err = cache_open(&r->cache, &r->replay.disk);
	if (err == 0)
		err = hive_open(&r->hive, &r->cache.disk);
	return err;
}

static void close_registry(struct registry *r)
{
	size_t i;

	cache_close(&r->cache);
	hive_replay_close(&r->replay);
	for (i = 0; i < FILES; i++)
		(void)volume_file_close(&r->files[i]); /* read only */
}

static enum source_state state_of(struct windows_facts *f, int err)
{
	if (err == -ERR_NOT_FOUND)
		return SOURCE_ABSENT;
	if (err < 0 && !f->err)
		f->err = err;
	return err < 0 ? SOURCE_FAILED : SOURCE_READ;
}

static void read_system(struct windows_facts *f, struct registry *r, int err,
	unsigned int want, const char *module)
{
	struct hive_key control_set;

	if (err == 0) {
		err = system_facts_read(&r->hive, &f->system, &control_set);
		/* No hive is not the same as one without a control set. */
		if (err == -ERR_NOT_FOUND)
			err = -ERR_CORRUPT;
	}
	f->system_state = state_of(f, err);
	if (!(want & HIVES_SERVICE))
		return;
	if (err == 0)
		err = driver_service_find(
			&r->hive, &control_set, module, &f->service);
	f->service_state = state_of(f, err);
}

static void read_version(struct windows_facts *f, struct registry *r, int err)
{
	if (err == 0) {
		err = windows_version_read(&r->hive, &f->version);
		if (err == -ERR_NOT_FOUND)
			err = -ERR_CORRUPT;
	}
	f->version_state = state_of(f, err);
}

/* Opens one hive, and lets what was asked for be read from it. */
static void read_hive(struct windows_facts *f, struct volume *v,
	const char *name, unsigned int want, const char *module)
{
	struct registry *r = calloc(1, sizeof(*r));
	int err = r ? open_registry(r, v, name) : -ERR_NO_MEMORY;
	bool is_system = !strcmp(name, "SYSTEM");

	if (r && want & HIVES_HEALTH) {
		hive_health_note_open(
			&f->health, name, r->disks[0], &r->replay, err);
		if (err == 0 && is_system)
			hive_health_check_bins(
				&f->health, name, &r->replay.disk);
	}
	if (err == 0) {
		f->replayed_entries += r->replay.entries;
		if (r->hive.is_dirty)
			err = -ERR_CORRUPT;
	}
	if (is_system)
		read_system(f, r, err, want, module);
	else
		read_version(f, r, err);
	if (r)
		close_registry(r);
	free(r);
}

void observe_hives(struct windows_facts *f, struct volume *v, unsigned int want,
	const char *module)
{
	if (want & (HIVES_SYSTEM | HIVES_SERVICE))
		read_hive(f, v, "SYSTEM", want, module);
	if (want & HIVES_VERSION)
		read_hive(f, v, "SOFTWARE", want, module);
	if (want & HIVES_HEALTH && f->version_state == SOURCE_READ)
		(void)state_of(f,
			hive_health_check_txr(&f->health, v, f->version.build));
}
