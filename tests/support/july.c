/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the disks and variables of July 2024. */
#include "tests/support/july.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/disk_layout.h"
#include "tests/support/july_locked.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"

#define MIB		(1u << 20)
#define WINDOWS_BYTES	(12 * MIB)
#define WINDOWS_START	(2 * MIB)
#define WINRE_START	(WINDOWS_START + WINDOWS_BYTES)
#define WINRE_BYTES	(6 * MIB)
#define TABLE_BYTES	(WINRE_START + WINRE_BYTES + MIB)
#define MINUTE		600000000ull
#define DAY		(24 * 60 * MINUTE)
#define MANIFEST_BYTES	8192
#define MAX_TABLES	40
#define REDO_FILE_BYTES (1u << 19)

#define VOLUME_RECORD		3
#define TYPE_VOLUME_INFORMATION 0x70
#define VOLUME_FLAGS		(24 + 0x0A) /* behind the attribute's head */
#define VOLUME_FLAG_DIRTY	1

struct fake_bootstat july_status(void)
{
	return (struct fake_bootstat){
		.size = 0xC8,
		.attempts = 1,
		.boot_id = JULY_LAST_BOOT,
		.clean_boot_id = JULY_NOTED_BOOT - 1,
		.heartbeat = JULY_HEARTBEAT,
	};
}

static void add_file(char *manifest, const char *path, const char *host)
{
	size_t len = strlen(manifest);

	snprintf(manifest + len, MANIFEST_BYTES - len, "file %s %s %s\n", path,
		host ? "host" : "repeat", host ? host : "NOISE 50000");
}

/* As an installation makes it. */
static void add_redo_file(char *manifest)
{
	static unsigned char bytes[REDO_FILE_BYTES];
	static const char *host;

	memcpy(bytes, "LBREDO1\n", 8);
	if (!host)
		host = make_image_file("redo.bin", bytes, sizeof(bytes));
	add_file(manifest, "/Windows/Loopbreaker/redo.bin", host);
}

static void write_manifest(
	char *manifest, const char *bootstat, const struct july *j)
{
	const unsigned long long bad = JULY_HEARTBEAT - 11 * MINUTE;
	size_t len;

	snprintf(manifest, MANIFEST_BYTES,
		"clock %llu\n"
		"file /Windows/bootstat.dat host %s\n"
		"file /Windows/System32/ntoskrnl.exe repeat KRNL 30000\n",
		JULY_HEARTBEAT - 30 * DAY, bootstat);
	add_file(manifest, "/Windows/System32/config/SYSTEM", j->system);
	add_file(manifest, "/pagefile.sys", j->page_file);
	len = strlen(manifest);
	snprintf(manifest + len, MANIFEST_BYTES - len,
		"flags /pagefile.sys hidden system\n"
		"dir /" JULY_FOLDER "\n"
		"file /" JULY_FOLDER "/csagent.sys repeat ENGINE 20000\n"
		"dosname /" JULY_FOLDER "/csagent.sys csagent.sys\n"
		"clock %llu\n"
		"file /" JULY_FOLDER "/" JULY_OLD " repeat GOOD 41000\n"
		"dosname /" JULY_FOLDER "/" JULY_OLD " C-0000~1.SYS\n"
		"clock %llu\n"
		"file /" JULY_FOLDER "/" JULY_BAD " repeat BAD! 41000\n"
		"stream /" JULY_FOLDER "/" JULY_BAD " Zone text 3\n"
		"dosname /" JULY_FOLDER "/" JULY_BAD " C-0000~2.SYS\n"
		"clock %llu\n"
		"file /" JULY_FOLDER "/" JULY_OTHER " text small\n"
		"%s",
		JULY_HEARTBEAT - 3 * DAY, bad, bad + 5 * MINUTE,
		j->more ? j->more : "");
	if (j->has_redo_file)
		add_redo_file(manifest);
}

static void windows_volume(struct emudisk *e, const struct july *j)
{
	static unsigned char status[FAKE_BOOTSTAT_BYTES];
	static char manifest[MANIFEST_BYTES];
	static const char *bootstat;
	struct image_plan plan = {
		.size_bytes = WINDOWS_BYTES,
		.sector_bytes = j->sector_bytes,
		.serial = JULY_SERIAL,
		.manifest = manifest,
		.journal = j->journal,
	};
	const struct fake_bootstat usual = july_status();

	if (!bootstat) {
		fake_bootstat_bytes(&usual, status);
		bootstat = make_image_file("bootstat", status, sizeof(status));
	}
	write_manifest(manifest, bootstat, j);
	make_image(e, &plan);
	if (j->status.size)
		july_session(e, &(struct july){0}, &j->status);
}

/* The whole disk is kept as a file, so that loading it again costs nothing. */
static void make_table(struct emudisk *e, const struct july *j)
{
	const uint32_t block = j->sector_bytes ? j->sector_bytes : 512;
	const struct image_plan winre = {.size_bytes = WINRE_BYTES,
		.sector_bytes = j->sector_bytes,
		.manifest = "file /Recovery/WindowsRE/Winre.wim text wim\n"};
	const struct layout_gpt_part parts[] = {
		{layout_type_esp, MIB / block, WINDOWS_START / block - 1},
		{layout_type_data, WINDOWS_START / block,
			WINRE_START / block - 1},
		{layout_type_data, WINRE_START / block,
			(WINRE_START + WINRE_BYTES) / block - 1},
	};
	struct emudisk part;

	if (emudisk_open(e, TABLE_BYTES, block) < 0)
		abort();
	layout_gpt(e, parts, 3, LAYOUT_BOTH);
	layout_fat16(e, MIB, MIB, "SYSTEM");
	windows_volume(&part, j);
	if (j->is_suspended)
		july_lock_suspended(part.bytes, WINDOWS_BYTES, j->sector_bytes);
	memcpy(e->bytes + WINDOWS_START, part.bytes, WINDOWS_BYTES);
	emudisk_close(&part);
	make_image(&part, &winre);
	memcpy(e->bytes + WINRE_START, part.bytes, WINRE_BYTES);
	emudisk_close(&part);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_july(const struct july *a, const struct july *b)
{
	return a->sector_bytes == b->sector_bytes &&
	       same_text(a->journal, b->journal) &&
	       same_text(a->more, b->more) &&
	       same_text(a->page_file, b->page_file) &&
	       same_text(a->system, b->system) &&
	       a->has_redo_file == b->has_redo_file &&
	       a->is_suspended == b->is_suspended &&
	       !memcmp(&a->status, &b->status, sizeof(a->status));
}

static void table_disk(struct emudisk *e, const struct july *j)
{
	static struct july made[MAX_TABLES];
	static const char *paths[MAX_TABLES];
	static unsigned int count;
	char name[32];
	unsigned int i;

	for (i = 0; i < count; i++)
		if (same_july(&made[i], j))
			break;
	if (i == count) {
		if (count == MAX_TABLES)
			abort();
		snprintf(name, sizeof(name), "july-%u", count);
		make_table(e, j);
		paths[count] = make_image_path(name);
		made[count] = *j; /* its texts are literals in all tests */
		if (emudisk_save(e, paths[count]) < 0)
			abort();
		emudisk_close(e);
		count++;
	}
	if (emudisk_load(e, paths[i], j->sector_bytes ? j->sector_bytes : 512))
		abort();
}

void july_disk(struct emudisk *e, const struct july *j)
{
	if (j->has_table)
		table_disk(e, j);
	else
		windows_volume(e, j);
	disk_set_name(&e->disk, "disk 0");
}

/* As it is on the disk. */
static unsigned char *volume_on(const struct emudisk *e, const struct july *j)
{
	return e->bytes + (j->has_table ? WINDOWS_START : 0);
}

static uint32_t block_bytes_of(const struct july *j)
{
	return j->sector_bytes ? j->sector_bytes : 512;
}

unsigned char *july_volume(
	const struct emudisk *e, const struct july *j, uint64_t *ret_size)
{
	static unsigned char copies[4][WINDOWS_BYTES];
	static unsigned int next;
	unsigned char *copy = copies[next % 4];

	*ret_size = WINDOWS_BYTES;
	if (!j->is_suspended)
		return volume_on(e, j);
	next++;
	july_reveal_suspended(
		volume_on(e, j), WINDOWS_BYTES, block_bytes_of(j), copy);
	return copy;
}

void july_hide_redo_file(
	const struct emudisk *e, const struct july *j, bool is_hidden)
{
	static unsigned char kept[REDO_FILE_BYTES];
	static uint64_t place;
	uint64_t size;
	unsigned char *bytes = volume_on(e, j);
	const unsigned char *volume;

	if (!j->has_redo_file)
		return;
	if (is_hidden) {
		volume = july_volume(e, j, &size);
		place = peek_data_place(
			volume, size, peek_record_of(volume, size, "redo.bin"));
		if (!place)
			abort();
		memcpy(kept, bytes + place, sizeof(kept));
		memset(bytes + place, 0, sizeof(kept));
	} else {
		memcpy(bytes + place, kept, sizeof(kept));
	}
}

bool july_is_dirty(const struct emudisk *e, const struct july *j)
{
	uint64_t size;
	const unsigned char *volume = july_volume(e, j, &size);
	uint64_t place = peek_attribute_place(
		volume, size, VOLUME_RECORD, TYPE_VOLUME_INFORMATION);

	if (!place)
		abort();
	return volume[place + VOLUME_FLAGS] & VOLUME_FLAG_DIRTY;
}

void july_machine(struct fake_machine *m, struct emudisk *e)
{
	fake_machine_init(m);
	fake_machine_add_disk(m, &e->disk);
	fake_bugcheck_put(m, JULY_STOP_CODE, JULY_PARAMETER);
	fake_note_put(m, JULY_NOTED_BOOT, JULY_HEARTBEAT - DAY, 0, 0);
}

void july_session(
	struct emudisk *e, const struct july *j, const struct fake_bootstat *s)
{
	static unsigned char status[FAKE_BOOTSTAT_BYTES];
	uint64_t size, number, place;
	unsigned char *volume = july_volume(e, j, &size);

	number = peek_record_of(volume, size, "bootstat.dat");
	place = peek_data_place(volume, size, number);
	if (!place)
		abort();
	fake_bootstat_bytes(s, status);
	if (j->is_suspended)
		july_write_suspended(volume_on(e, j), size, block_bytes_of(j),
			place, status, sizeof(status));
	else
		memcpy(volume + place, status, sizeof(status));
}
