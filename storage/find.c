/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows how to ask libblkid, and what its answers mean to us. */
#include "storage/find.h"

#include <string.h>

#include "scripts/deps/util-linux/blkid.h"

#include "storage/blkid_disk.h"
#include "storage/err.h"
#include "storage/utf8.h"

/* libblkid counts in these, whatever the disk's block size is. */
#define SECTOR_BYTES 512

/* blkid_do_safeprobe()'s answers */
#define PROBE_FOUND	 0
#define PROBE_NOTHING	 1
#define PROBE_AMBIVALENT (-2)

#define MBR_TYPE_DYNAMIC 0x42

/* GPT partition types, as libblkid writes them */
static const char *const dynamic_types[] = {
	"5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", /* dynamic disk: its database */
	"af9b60a0-1431-4f62-bc68-3311714a69ad", /* dynamic disk: its volumes */
	"e75caf8f-f680-4cee-afa3-b001e56efc2d", /* storage pool member */
};

static const struct {
	const char *type;
	enum volume_kind kind;
} kinds[] = {
	{"ntfs", VOLUME_NTFS},
	{"BitLocker", VOLUME_BITLOCKER},
	{"vfat", VOLUME_FAT},
};

static void probe_close(blkid_probe probe)
{
	blkid_free_probe(probe);
	blkid_disk_close();
}

/* What libblkid failed of, as far as it is known. */
static int probe_err(int otherwise)
{
	int err = blkid_disk_err();

	return err < 0 ? err : otherwise;
}

/*
 * Looks for the formats we know, which are told apart by their first sector,
 * and for nothing else: the others cost a read each.
 */
static int probe_quickly(blkid_probe probe)
{
	char ntfs[] = "ntfs";
	char bitlocker[] = "BitLocker";
	char vfat[] = "vfat";
	char *names[] = {ntfs, bitlocker, vfat, NULL};

	(void)blkid_probe_filter_superblocks_type(
		probe, BLKID_FLTR_ONLYIN, names);
	return blkid_do_safeprobe(probe);
}

/* Looks for everything that libblkid was compiled with. */
static int probe_thoroughly(blkid_probe probe)
{
	(void)blkid_probe_reset_superblocks_filter(probe);
	return blkid_do_safeprobe(probe);
}

/*
 * The same, but for BitLocker, behind which libblkid looks for nothing more,
 * and for FAT, whose boot sector BitLocker To Go has.
 */
static int probe_beside_bitlocker(blkid_probe probe)
{
	char bitlocker[] = "BitLocker";
	char vfat[] = "vfat";
	char *names[] = {bitlocker, vfat, NULL};

	(void)blkid_probe_reset_superblocks_filter(probe);
	(void)blkid_probe_filter_superblocks_type(
		probe, BLKID_FLTR_NOTIN, names);
	return blkid_do_safeprobe(probe);
}

/* Probe @size bytes of @d from @start on; 0 bytes = all of it. */
static int probe_open(
	struct disk *d, uint64_t start, uint64_t size, blkid_probe *ret_probe)
{
	blkid_probe probe;
	int fd;

	fd = blkid_disk_open(d);
	if (fd < 0)
		return fd;
	probe = blkid_new_probe();
	if (!probe || blkid_probe_set_device(probe, fd, (blkid_loff_t)start,
			      (blkid_loff_t)size) != 0) {
		probe_close(probe);
		return probe_err(-ERR_INTERNAL);
	}
	(void)blkid_probe_set_sectorsize(probe, d->block_bytes);
	(void)blkid_probe_set_superblocks_flags(probe,
		BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL);
	*ret_probe = probe;
	return 0;
}

/* FAT labels are in any code page, NTFS labels may hold half characters. */
static void copy_label(char *to, size_t cap, const char *from)
{
	const char *s = from;
	size_t used = 0;
	size_t len;

	for (; *s; s += len ? len : 1) {
		len = utf8_length(s);
		if ((len ? len : 1) > cap - 1 - used)
			break;
		if (len)
			memcpy(to + used, s, len);
		else
			to[used] = '?';
		used += len ? len : 1;
	}
	to[used] = '\0';
}

/* Copies an identifier; one that is too long is none. */
static void copy_id(char *to, size_t cap, const char *from)
{
	size_t len = from ? strlen(from) : 0;

	if (len >= cap)
		len = 0;
	if (len)
		memcpy(to, from, len);
	to[len] = '\0';
}

static const char *probe_value(blkid_probe probe, const char *name)
{
	const char *value;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) != 0)
		return NULL;
	return value;
}

static enum volume_kind probe_kind(blkid_probe probe)
{
	const char *type = probe_value(probe, "TYPE");
	size_t i;

	for (i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].type, type))
			return kinds[i].kind;
	return VOLUME_OTHER;
}

static bool is_nothing_else(blkid_probe probe, enum volume_kind kind)
{
	if (kind == VOLUME_BITLOCKER)
		return probe_beside_bitlocker(probe) == PROBE_NOTHING;
	return probe_thoroughly(probe) == PROBE_FOUND &&
	       probe_kind(probe) == kind;
}

/*
 * Takes what a successful probe found into @v.  What looks like NTFS, or holds
 * it behind BitLocker, may be written to later, so it must not look like
 * anything else as well: formatting with another file system, or making it a
 * member of a RAID, need not touch the old boot sector.
 */
static void describe_volume(blkid_probe probe, struct found_volume *v)
{
	const char *label = probe_value(probe, "LABEL");

	v->kind = probe_kind(probe);
	if (label)
		copy_label(v->label, sizeof(v->label), label);
	if (v->kind == VOLUME_NTFS)
		copy_id(v->uuid, sizeof(v->uuid), probe_value(probe, "UUID"));
	if ((v->kind == VOLUME_NTFS || v->kind == VOLUME_BITLOCKER) &&
		!is_nothing_else(probe, v->kind))
		v->kind = VOLUME_AMBIGUOUS;
}

/* What is on the partition @v? */
static int probe_volume(struct disk *d, struct found_volume *v)
{
	blkid_probe probe;
	int answer;
	int err;

	err = probe_open(d, v->start_bytes, v->size_bytes, &probe);
	if (err < 0)
		return err;
	answer = probe_quickly(probe);
	if (answer == PROBE_AMBIVALENT)
		v->kind = VOLUME_AMBIGUOUS;
	else if (answer == PROBE_FOUND)
		describe_volume(probe, v);
	err = probe_err(
		answer < PROBE_AMBIVALENT || answer == -1 ? -ERR_CORRUPT : 0);
	/*
	 * A file system that wants megabytes to be recognised is none of ours,
	 * and no reason to call the whole disk broken.
	 */
	if (err == -ERR_TOO_LARGE || err == -ERR_CORRUPT) {
		v->kind = VOLUME_OTHER;
		err = 0;
	}
	probe_close(probe);
	return err;
}

/* What the table says: OTHER if that does not decide. */
static enum volume_kind type_kind(blkid_partition part)
{
	const char *type = blkid_partition_get_type_string(part);
	size_t i;

	if (!type)
		return blkid_partition_get_type(part) == MBR_TYPE_DYNAMIC
			       ? VOLUME_DYNAMIC
			       : VOLUME_OTHER;
	for (i = 0; i < sizeof(dynamic_types) / sizeof(dynamic_types[0]); i++)
		if (!strcmp(dynamic_types[i], type))
			return VOLUME_DYNAMIC;
	return strcmp(type, FIND_REDO_TYPE) ? VOLUME_OTHER : VOLUME_REDO;
}

/* Adds @part to the list, unless it is none (find.h). */
static int add_partition(
	const struct disk *d, blkid_partition part, struct found *found)
{
	uint64_t start = (uint64_t)blkid_partition_get_start(part);
	uint64_t size = (uint64_t)blkid_partition_get_size(part);
	uint64_t sectors = d->size_bytes / SECTOR_BYTES;
	struct found_volume *v;

	if (blkid_partition_is_extended(part) || !size || start > sectors ||
		size > sectors - start)
		return 0;
	if (found->count == FIND_MAX_VOLUMES)
		return -ERR_TOO_LARGE;
	v = &found->volumes[found->count++];
	v->kind = type_kind(part);
	v->start_bytes = start * SECTOR_BYTES;
	v->size_bytes = size * SECTOR_BYTES;
	v->part_number = (uint32_t)blkid_partition_get_partno(part);
	/* For MBR partitions libblkid makes one up. */
	if (blkid_partition_get_type_string(part))
		copy_id(v->part_uuid, sizeof(v->part_uuid),
			blkid_partition_get_uuid(part));
	return 0;
}

static int list_partitions(
	blkid_probe probe, const struct disk *d, struct found *found)
{
	blkid_partlist list;
	blkid_parttable table;
	int err;
	int i;

	found->has_table = true;
	list = blkid_probe_get_partitions(probe);
	if (!list)
		return -ERR_CORRUPT;
	table = blkid_partlist_get_table(list);
	if (table)
		copy_id(found->table_uuid, sizeof(found->table_uuid),
			blkid_parttable_get_id(table));
	for (i = 0; i < blkid_partlist_numof_partitions(list); i++) {
		err = add_partition(
			d, blkid_partlist_get_partition(list, i), found);
		if (err < 0)
			return err;
	}
	return 0;
}

/* A file system on the whole disk */
static void add_whole_disk(
	blkid_probe probe, const struct disk *d, struct found *found)
{
	struct found_volume *v = &found->volumes[found->count++];

	v->size_bytes = d->size_bytes;
	describe_volume(probe, v);
}

/* Partition table or file system on the whole of @d: one, both or neither? */
static int probe_disk(struct disk *d, struct found *found)
{
	blkid_probe probe;
	int answer;
	int err;

	err = probe_open(d, 0, 0, &probe);
	if (err < 0)
		return err;
	(void)blkid_probe_enable_partitions(probe, 1);
	answer = probe_quickly(probe);
	if (answer == PROBE_NOTHING) {
		err = 0;
	} else if (answer == PROBE_AMBIVALENT) {
		err = -ERR_AMBIGUOUS;
	} else if (answer != PROBE_FOUND) {
		err = -ERR_CORRUPT;
	} else if (!blkid_probe_has_value(probe, "PTTYPE")) {
		add_whole_disk(probe, d, found);
	} else if (blkid_probe_has_value(probe, "TYPE")) {
		err = -ERR_AMBIGUOUS;
	} else {
		err = list_partitions(probe, d, found);
	}
	err = probe_err(err);
	probe_close(probe);
	return err;
}

int find_partitions(struct disk *d, struct found *ret_found)
{
	memset(ret_found, 0, sizeof(*ret_found));
	if (d->size_bytes < d->block_bytes)
		return 0;
	if (d->size_bytes > INT64_MAX)
		return -ERR_TOO_LARGE;
	return probe_disk(d, ret_found);
}

int find_volumes(struct disk *d, struct found *ret_found)
{
	struct found_volume *v;
	size_t i;
	int err = find_partitions(d, ret_found);

	for (i = 0; err == 0 && i < ret_found->count; i++) {
		v = &ret_found->volumes[i];
		if (v->part_number && v->kind == VOLUME_OTHER)
			err = probe_volume(d, v);
	}
	return err;
}
