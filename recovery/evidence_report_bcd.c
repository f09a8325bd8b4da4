/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A boot configuration as report members. */
#include "recovery/evidence_report.h"

#include "storage/err.h"

/* More are left out: a report line has no room for them. */
#define MAX_IDS	     6
#define LOADERS_ROOM 1600 /* of REPORT_LINE_BYTES, before the last loader */

/* Where a device is; null if on no partition. */
static void report_device(
	struct report_line *l, const char *key, const struct bcd_device *d)
{
	switch (d->kind) {
	case BCD_DEVICE_GPT:
		report_object_begin(l, key);
		report_string(l, "disk", d->disk);
		report_string(l, "partition", d->partition);
		report_object_end(l);
		return;
	case BCD_DEVICE_MBR:
		report_object_begin(l, key);
		report_string(l, "disk", d->disk);
		report_number(l, "offset", d->offset_bytes);
		report_object_end(l);
		return;
	case BCD_DEVICE_NONE:
	case BCD_DEVICE_FILE:
	case BCD_DEVICE_OTHER:
		break;
	}
	report_string(l, key, NULL);
}

static void report_text(struct report_line *l, const char *key, const char *s)
{
	if (s[0])
		report_string(l, key, s);
}

static void report_loader(
	struct report_line *l, const struct bcd_loader *loader)
{
	report_device(l, "osdevice", &loader->device);
	if (loader->device.kind != BCD_DEVICE_NONE)
		report_number(l, "osdevice_type", loader->device.type);
	report_text(l, "systemroot", loader->system_root);
	report_text(l, "path", loader->path);
	if (loader->recovery_id[0]) {
		report_array_begin(l, "recovery_sequence");
		report_array_string(l, loader->recovery_id);
		report_array_end(l);
	}
	if (loader->has_recovery_enabled)
		report_bool(l, "recovery_enabled", loader->recovery_enabled);
	if (loader->has_boot_status_policy)
		report_number(
			l, "bootstatuspolicy", loader->boot_status_policy);
}

void evidence_report_boot_config(
	struct report_line *l, const struct boot_config *c)
{
	report_text(l, "default", c->manager.default_id);
	if (c->default_err < 0)
		report_string(l, "default_error", err_text(c->default_err));
	else
		report_loader(l, &c->loader);
	report_bool(l, "one_time_present", c->has_one_time);
	if (c->has_one_time)
		report_device(l, "one_time_osdevice", &c->one_time);
}

/* --- The store in full ---------------------------------------------------- */

static int report_ids(struct report_line *l, struct bcd *b, const char *key,
	enum bcd_list which)
{
	struct bcd_ids list;
	size_t i;
	int err = bcd_get_ids(b, which, &list);

	if (err < 0 || !list.count)
		return err;
	report_array_begin(l, key);
	for (i = 0; i < list.count && i < MAX_IDS; i++)
		report_array_string(l, list.ids[i]);
	report_array_end(l);
	return 0;
}

static int report_manager(struct report_line *l, struct bcd *b)
{
	struct bcd_manager m;
	int err = bcd_get_manager(b, &m);

	if (err < 0)
		return err;
	report_text(l, "default", m.default_id);
	report_text(l, "bootmgr_path", m.path);
	report_device(l, "bootmgr_device", &m.device);
	err = report_ids(l, b, "order", BCD_DISPLAY_ORDER);
	if (err == 0)
		err = report_ids(l, b, "one_time", BCD_ONE_TIME);
	return err;
}

static int report_loaders(struct report_line *l, struct bcd *b)
{
	struct bcd_loader loader;
	struct hive_walk walk;
	struct hive_key key;
	uint64_t left_out = 0;
	int more;
	int err;

	report_object_begin(l, "loaders");
	hive_walk_begin(&walk, &b->hive, &b->objects);
	while ((more = hive_walk_next(&walk, &key)) > 0) {
		err = bcd_get_loader(b, key.name, &loader);
		if (err == -ERR_UNSUPPORTED)
			continue;
		if (l->len > LOADERS_ROOM) {
			left_out++;
			continue;
		}
		report_object_begin(l, key.name);
		if (err < 0)
			report_string(l, "error", err_text(err));
		else
			report_loader(l, &loader);
		report_object_end(l);
	}
	report_object_end(l);
	if (left_out)
		report_number(l, "loaders_left_out", left_out);
	return more;
}

int evidence_report_bcd(struct report_line *l, struct bcd *b)
{
	int err;

	report_number(l, "n_objects", b->objects.subkey_count);
	err = report_manager(l, b);
	return err < 0 ? err : report_loaders(l, b);
}
