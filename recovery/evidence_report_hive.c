/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A registry hive with its logs.  Members that are not known by a name of their
 * own are called as the value is: "CrashControl.DumpFile".
 */
#include <string.h>

#include "quarantine/rule.h"
#include "recovery/driver_service.h"
#include "recovery/evidence_report.h"
#include "recovery/hive_health.h"
#include "storage/ascii.h"
#include "storage/err.h"
#include "storage/filetime.h"

static void put_number(struct report_line *l, const char *key, uint32_t value)
{
	if (value != FACT_ABSENT)
		report_number(l, key, value);
}

static void put_text(struct report_line *l, const char *key, const char *value)
{
	if (*value)
		report_string(l, key, value);
}

static void put_list(struct report_line *l, const char *key, const char *list)
{
	if (!*list)
		return;
	report_array_begin(l, key);
	for (; *list; list += strlen(list) + 1)
		report_array_string(l, list);
	report_array_end(l);
}

static void put_system(struct report_line *l, const struct system_facts *f)
{
	char time[FILETIME_TEXT_BYTES];

	put_number(l, "Select.Current", f->current);
	put_number(l, "Select.Default", f->default_set);
	put_number(l, "Select.Failed", f->failed);
	put_number(l, "Select.LastKnownGood", f->last_known_good);
	put_number(l, "CrashControl.CrashDumpEnabled", f->crash_dump_enabled);
	put_number(l, "CrashControl.AutoReboot", f->auto_reboot);
	put_text(l, "CrashControl.DumpFile", f->dump_file);
	put_text(l, "CrashControl.DedicatedDumpFile", f->dedicated_dump_file);
	put_text(l, "CrashControl.MinidumpDir", f->minidump_dir);
	put_list(l, "PagingFiles", f->paging_files);
	put_list(l, "ExistingPageFiles", f->existing_page_files);
	put_number(l, "PrefetchParameters.BootId", f->boot_id);
	if (f->shutdown_time)
		report_string(l, "ShutdownTime",
			filetime_text(f->shutdown_time, time));
	put_number(
		l, "Setup.SystemSetupInProgress", f->system_setup_in_progress);
	put_number(l, "Setup.OOBEInProgress", f->oobe_in_progress);
	put_number(l, "Setup.SetupType", f->setup_type);
}

static void put_service(struct report_line *l, const char *asked,
	const struct driver_service *s)
{
	report_object_begin(l, asked);
	if (!ascii_same_text(asked, s->name))
		report_string(l, "Service", s->name);
	put_number(l, "Start", s->start);
	put_number(l, "Type", s->type);
	put_text(l, "ImagePath", s->image_path);
	put_text(l, "Group", s->group);
	put_number(l, "ErrorControl", s->error_control);
	report_object_end(l);
}

/* By name, or by the file it loads; nothing for what is no driver. */
static int put_drivers(struct report_line *l, struct hive *h,
	const struct hive_key *control_set, const struct evidence_beside *b)
{
	struct driver_service s;
	size_t i;
	int err = 0;

	report_object_begin(l, "drivers");
	for (i = 0; i < b->driver_count && err == 0; i++) {
		err = driver_service_read(h, control_set, b->drivers[i], &s);
		if (err == -ERR_NOT_FOUND)
			err = driver_service_find(
				h, control_set, b->drivers[i], &s);
		if (err == 0)
			put_service(l, b->drivers[i], &s);
		else if (err == -ERR_NOT_FOUND)
			err = 0;
	}
	report_object_end(l);
	return err;
}

static int report_system(
	struct report_line *l, struct hive *h, const struct evidence_beside *b)
{
	struct system_facts facts;
	struct hive_key control_set;
	uint32_t services;
	int err = system_facts_read(h, &facts, &control_set);

	if (err < 0)
		return err;
	report_object_begin(l, "facts");
	put_system(l, &facts);
	if (driver_service_count(h, &control_set, &services) == 0)
		report_number(l, "services", services);
	if (b->driver_count)
		err = put_drivers(l, h, &control_set, b);
	report_object_end(l);
	return err;
}

static int report_software(struct report_line *l, struct hive *h)
{
	struct windows_version v;
	int err = windows_version_read(h, &v);

	if (err < 0)
		return err;
	report_object_begin(l, "facts");
	put_text(l, "ProductName", v.product_name);
	put_text(l, "DisplayVersion", v.display_version);
	put_text(l, "CurrentBuildNumber", v.build_text);
	put_number(l, "UBR", v.revision);
	put_text(l, "SystemRoot", v.system_root);
	report_object_end(l);
	return 0;
}

static void report_base(struct report_line *l, struct disk *primary)
{
	uint8_t head[HIVE_HEAD_BYTES];
	struct hive_base base;

	if (disk_read(primary, 0, head, sizeof(head)) < 0 ||
		hive_base_check(head, &base) < 0)
		return;
	report_array_begin(l, "seq");
	report_array_number(l, base.sequence);
	report_array_number(l, base.sequence_done);
	report_array_end(l);
	report_bool(l, "dirty", hive_base_is_dirty(&base));
}

static void report_replay(struct report_line *l, const struct hive_replay *r)
{
	static const char *const names[] = {
		[HIVE_CLEAN] = "not-needed",
		[HIVE_REPLAYED] = "done",
		[HIVE_STALE] = "no-log-fits",
	};

	report_string(l, "replay", names[r->state]);
	if (r->entries)
		report_number(l, "replayed_entries", r->entries);
}

int evidence_report_replay(struct report_line *l, struct disk *primary,
	const struct evidence_beside *b, struct hive_replay *ret)
{
	int err;

	report_base(l, primary);
	err = hive_replay_open(ret, primary, b->logs[0], b->logs[1]);
	if (err == 0)
		report_replay(l, ret);
	return err;
}

int evidence_report_hive(struct report_line *l, struct disk *primary,
	const struct evidence_beside *b)
{
	struct hive_health health = {.count = 0};
	struct hive_replay r;
	struct hive h;
	int err = evidence_report_replay(l, primary, b, &r);

	if (err == 0)
		err = hive_open(&h, &r.disk);
	hive_health_note_open(&health, "", primary, &r, err);
	if (err == 0)
		hive_health_check_bins(&health, "", &r.disk);
	hive_health_report(l, &health);
	if (err == 0) {
		report_number(l, "keys", h.root.subkey_count);
		err = report_system(l, &h, b);
		if (err == -ERR_NOT_FOUND)
			err = report_software(l, &h);
		/* Any other hive is one, too. */
		if (err == -ERR_NOT_FOUND)
			err = 0;
	}
	hive_replay_close(&r);
	return err;
}
