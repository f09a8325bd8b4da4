/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/hive_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/hive_value.h"
#include "storage/bytes.h"
#include "storage/err.h"

enum kind {
	NUMBER, /* REG_DWORD */
	TEXT,	/* of any of the three types */
	TIME	/* FILETIME in REG_BINARY */
};

/* One value, and the member it goes to. */
struct fact {
	const char *key;
	const char *name;
	enum kind kind;
	uint16_t offset;
	uint16_t cap; /* of a text */
};

#define NUMBER_AT(type, member) NUMBER, offsetof(struct type, member), 0
#define TEXT_AT(type, member)                                                  \
	TEXT, offsetof(struct type, member), sizeof(((struct type *)0)->member)

static const char select_key[] = "Select";
static const char crash_key[] = "Control\\CrashControl";
static const char memory_key[] = "Control\\Session Manager\\Memory Management";
static const char prefetch_key[] =
	"Control\\Session Manager\\Memory Management\\PrefetchParameters";
static const char windows_key[] = "Control\\Windows";
static const char setup_key[] = "Setup";
static const char version_key[] = "Microsoft\\Windows NT\\CurrentVersion";

/* Below the root. */
static const struct fact of_root[] = {
	{select_key, "Current", NUMBER_AT(system_facts, current)},
	{select_key, "Default", NUMBER_AT(system_facts, default_set)},
	{select_key, "Failed", NUMBER_AT(system_facts, failed)},
	{select_key, "LastKnownGood", NUMBER_AT(system_facts, last_known_good)},
	{setup_key, "SystemSetupInProgress",
		NUMBER_AT(system_facts, system_setup_in_progress)},
	{setup_key, "OOBEInProgress",
		NUMBER_AT(system_facts, oobe_in_progress)},
	{setup_key, "SetupType", NUMBER_AT(system_facts, setup_type)},
};

/* Below the control set. */
static const struct fact of_control_set[] = {
	{crash_key, "CrashDumpEnabled",
		NUMBER_AT(system_facts, crash_dump_enabled)},
	{crash_key, "AutoReboot", NUMBER_AT(system_facts, auto_reboot)},
	{crash_key, "DumpFile", TEXT_AT(system_facts, dump_file)},
	{crash_key, "DedicatedDumpFile",
		TEXT_AT(system_facts, dedicated_dump_file)},
	{crash_key, "MinidumpDir", TEXT_AT(system_facts, minidump_dir)},
	{memory_key, "PagingFiles", TEXT_AT(system_facts, paging_files)},
	{memory_key, "ExistingPageFiles",
		TEXT_AT(system_facts, existing_page_files)},
	{prefetch_key, "BootId", NUMBER_AT(system_facts, boot_id)},
	{windows_key, "ShutdownTime", TIME,
		offsetof(struct system_facts, shutdown_time), 0},
};

static const struct fact of_version[] = {
	{version_key, "ProductName", TEXT_AT(windows_version, product_name)},
	{version_key, "DisplayVersion",
		TEXT_AT(windows_version, display_version)},
	{version_key, "CurrentBuildNumber",
		TEXT_AT(windows_version, build_text)},
	{version_key, "UBR", NUMBER_AT(windows_version, revision)},
	{version_key, "SystemRoot", TEXT_AT(windows_version, system_root)},
};

/* A value that is absent leaves what stands for that; @k: NULL, none is there.
 */
static int read_fact(struct hive *h, const struct hive_key *k,
	const struct fact *f, uint8_t *member)
{
	uint32_t number = FACT_ABSENT;
	uint8_t time[8] = {0};
	uint64_t ticks = 0;
	size_t len;
	int err = -ERR_NOT_FOUND;

	switch (f->kind) {
	case NUMBER:
		if (k)
			err = hive_get_u32(h, k, f->name, &number);
		memcpy(member, &number, sizeof(number));
		break;
	case TEXT:
		member[0] = member[1] = '\0';
		if (k)
			err = hive_get_text(
				h, k, f->name, (char *)member, f->cap);
		break;
	case TIME:
		if (k)
			err = hive_get_bytes(
				h, k, f->name, time, sizeof(time), &len);
		ticks = le64_get(time);
		memcpy(member, &ticks, sizeof(ticks));
		break;
	}
	return err == -ERR_NOT_FOUND ? 0 : err;
}

static int read_facts(struct hive *h, const struct hive_key *base,
	const struct fact *facts, size_t count, void *ret)
{
	const char *last = NULL;
	bool has_key = false;
	struct hive_key k;
	size_t i;
	int err;

	for (i = 0; i < count; i++) {
		if (facts[i].key != last) {
			last = facts[i].key;
			err = hive_find(h, base, last, &k);
			if (err < 0 && err != -ERR_NOT_FOUND)
				return err;
			has_key = err == 0;
		}
		err = read_fact(h, has_key ? &k : NULL, &facts[i],
			(uint8_t *)ret + facts[i].offset);
		if (err < 0)
			return err;
	}
	return 0;
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

int system_facts_read(struct hive *h, struct system_facts *ret,
	struct hive_key *ret_control_set)
{
	struct hive_key control_set;
	char name[sizeof("ControlSet4294967295")];
	int err = read_facts(h, &h->root, of_root, COUNT(of_root), ret);

	if (err < 0)
		return err;
	if (ret->current == FACT_ABSENT)
		return -ERR_NOT_FOUND;
	snprintf(name, sizeof(name), "ControlSet%03u", ret->current);
	err = hive_find(h, &h->root, name, &control_set);
	if (err == 0)
		err = read_facts(h, &control_set, of_control_set,
			COUNT(of_control_set), ret);
	if (err == 0)
		*ret_control_set = control_set;
	return err;
}

bool system_facts_is_setup(const struct system_facts *f)
{
	return (f->system_setup_in_progress &&
		       f->system_setup_in_progress != FACT_ABSENT) ||
	       (f->oobe_in_progress && f->oobe_in_progress != FACT_ABSENT);
}

static uint32_t build_number(const char *text)
{
	uint32_t number = 0;

	for (; *text >= '0' && *text <= '9' && number < 100000; text++)
		number = 10 * number + (uint32_t)(*text - '0');
	return *text ? 0 : number;
}

int windows_version_read(struct hive *h, struct windows_version *ret)
{
	struct hive_key k;
	/* A SOFTWARE hive without it is none. */
	int err = hive_find(h, &h->root, version_key, &k);

	if (err == 0)
		err = read_facts(
			h, &h->root, of_version, COUNT(of_version), ret);
	if (err == 0)
		ret->build = build_number(ret->build_text);
	return err;
}
