/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/observe_boot_config.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/hive_replay.h"
#include "recovery/observe.h"
#include "storage/err.h"
#include "storage/memory_disk.h"

/* Where the next start goes, if that is not the default. */
static int one_time_read(struct boot_config *c, struct bcd *b)
{
	struct bcd_loader loader;
	struct bcd_ids ids;
	int err = bcd_get_ids(b, BCD_ONE_TIME, &ids);

	if (err < 0)
		return err;
	c->has_one_time = ids.count > 0;
	/* A tool, or an object that is not there: the default comes after. */
	if (ids.count && bcd_get_loader(b, ids.ids[0], &loader) == 0)
		c->one_time = loader.device;
	return 0;
}

int boot_config_read(struct boot_config *c, struct disk *d)
{
	struct boot_config found = *c;
	struct bcd b;
	int err = bcd_open(&b, d);

	if (err == 0)
		err = bcd_get_manager(&b, &found.manager);
	if (err == 0)
		err = one_time_read(&found, &b);
	if (err < 0)
		return err;
	found.default_err = -ERR_NOT_FOUND;
	if (found.manager.default_id[0])
		found.default_err = bcd_get_loader(
			&b, found.manager.default_id, &found.loader);
	*c = found;
	return 0;
}

/* --- From the machine ----------------------------------------------------- */

/* A file that is there, as a disk; none has no bytes. */
struct boot_file {
	struct memory_disk disk;
	void *bytes; /* owned */
};

static int boot_file_read(struct boot_file *f, const struct platform *p,
	enum platform_boot_file which)
{
	size_t len = 0;
	int err = -ERR_NO_MEMORY;

	f->bytes = malloc(BCD_MAX_BYTES);
	if (f->bytes)
		err = p->ops->boot_file_get(
			p->ctx, which, f->bytes, BCD_MAX_BYTES, &len);
	memory_disk_init(&f->disk, f->bytes, err < 0 ? 0 : len, "BCD");
	return err;
}

/* The store, and its logs if it takes them. */
struct store {
	struct boot_file primary;
	struct boot_file logs[HIVE_LOGS];
	struct hive_replay replay;
};

static void store_close(struct store *s)
{
	size_t i;

	hive_replay_close(&s->replay);
	free(s->primary.bytes);
	for (i = 0; i < HIVE_LOGS; i++)
		free(s->logs[i].bytes);
}

/* Before Windows 8.1 there is one log, which is called otherwise. */
static int logs_read(struct store *s, const struct platform *p)
{
	static const enum platform_boot_file names[HIVE_LOGS] = {
		BOOT_FILE_BCD_LOG1, BOOT_FILE_BCD_LOG2};
	bool is_empty = true;
	size_t i;
	int err;

	for (i = 0; i < HIVE_LOGS; i++) {
		err = boot_file_read(&s->logs[i], p, names[i]);
		if (err < 0 && err != -ERR_NOT_FOUND)
			return err;
		is_empty = is_empty && !s->logs[i].disk.disk.size_bytes;
	}
	if (!is_empty)
		return 0;
	free(s->logs[0].bytes);
	err = boot_file_read(&s->logs[0], p, BOOT_FILE_BCD_LOG);
	return err == -ERR_NOT_FOUND ? 0 : err;
}

/* A store whose last change cannot be found may say what was true before. */
static int store_replay(struct store *s, const struct platform *p)
{
	int err = logs_read(s, p);

	if (err < 0)
		return err;
	hive_replay_close(&s->replay);
	err = hive_replay_open(&s->replay, &s->primary.disk.disk,
		&s->logs[0].disk.disk, &s->logs[1].disk.disk);
	if (err == 0 && s->replay.state == HIVE_STALE)
		err = -ERR_CORRUPT;
	return err;
}

static int store_open(struct store *s, const struct platform *p)
{
	int err = boot_file_read(&s->primary, p, BOOT_FILE_BCD);

	if (err < 0)
		return err;
	err = hive_replay_open(&s->replay, &s->primary.disk.disk, NULL, NULL);
	if (err == -ERR_CORRUPT || s->replay.state == HIVE_STALE)
		err = store_replay(s, p);
	/* What is there and no hive is damaged, not absent. */
	return err == -ERR_NOT_FOUND ? -ERR_CORRUPT : err;
}

static bool is_absence(int err)
{
	return err == -ERR_NOT_FOUND || err == -ERR_UNSUPPORTED;
}

void observe_boot_config(struct boot_config *c, const struct platform *p)
{
	struct store s;
	int err;

	if (c->was_looked_for)
		return;
	memset(c, 0, sizeof(*c));
	c->was_looked_for = true;
	memset(&s, 0, sizeof(s));
	err = store_open(&s, p);
	if (!is_absence(err)) {
		if (err == 0)
			err = boot_config_read(c, &s.replay.disk);
		c->state = err < 0 ? SOURCE_FAILED : SOURCE_READ;
		c->err = err;
	}
	store_close(&s);
}

bool boot_config_never_diverts(const struct boot_config *c)
{
	return c->state == SOURCE_READ && c->default_err == 0 &&
	       bcd_never_diverts(&c->loader);
}

/* --- As evidence ---------------------------------------------------------- */

void observe_next_start(
	struct observation *o, struct windows *w, const struct platform *p)
{
	struct evidence *e = &o->evidence;
	int err;

	if (e->windows != WINDOWS_ONE || (e->boot_status_state == SOURCE_READ &&
						 e->boot_status.shut_down))
		return;
	observe_boot_config(&o->boot_config, p);
	e->windows = windows_check_default(w, &o->boot_config);
	e->boot_status.never_diverts =
		boot_config_never_diverts(&o->boot_config);
	if (!w->stack->volume.ntfs)
		return;
	err = servicing_observe(
		&o->servicing, &o->boot_config, &w->stack->volume);
	/* Not knowing whether it is being serviced is not "no". */
	if (err < 0) {
		e->servicing = SERVICING_UNKNOWN;
		if (!o->err)
			o->err = err;
	}
	if (e->servicing == SERVICING_UNKNOWN)
		return;
	/* What the registry says is known by now. */
	o->servicing.is_setting_up = e->servicing == SERVICING_SETUP;
	e->servicing = servicing_judge(&o->servicing,
		e->boot_status.has_heartbeat ? e->boot_status.heartbeat : 0);
}
