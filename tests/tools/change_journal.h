/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An NTFS change journal ($Extend\$UsnJrnl:$J) for test images, as Windows
 * leaves one: far into the stream, holes in front of it.  Written from the
 * documentation of USN_RECORD_V2 and USN_RECORD_V3.
 */
#ifndef TESTS_TOOLS_CHANGE_JOURNAL_H
#define TESTS_TOOLS_CHANGE_JOURNAL_H

#include "tests/tools/ntfs_place.h"

#include <ntfs-3g/attrib.h>

#define CHANGE_PAGE	  4096u
#define CHANGE_NAME_BYTES 512
#define CHANGE_STREAM	  "$J"
#define CHANGE_PATH	  "/$Extend/$UsnJrnl"

struct change {
	u64 file, folder, time;
	u32 reasons;
	u16 name_bytes;
	unsigned char name[CHANGE_NAME_BYTES]; /* UTF-16LE */
};

/* Those of the manifest so far, in their order. */
static struct change *changes;
static size_t change_count;

static struct change *change_add(const char *name)
{
	struct change *c;
	ntfschar *wide = NULL;
	int length = ntfs_mbstoucs(name, &wide);

	changes = realloc(changes, (change_count + 1) * sizeof(*changes));
	if (!changes || length <= 0 || 2 * length > CHANGE_NAME_BYTES)
		return NULL;
	c = &changes[change_count++];
	memset(c, 0, sizeof(*c));
	c->name_bytes = (u16)(2 * length);
	memcpy(c->name, wide, c->name_bytes);
	free(wide);
	return c;
}

static u64 change_reference(const ntfs_inode *ni)
{
	return MK_MREF(ni->mft_no, le16_to_cpu(ni->mrec->sequence_number));
}

/* change PATH TIME REASONS [NAME] */
static int do_change(ntfs_volume *vol, char **words, size_t count)
{
	struct change *c;
	struct place p;

	if (count < 4 || count > 5 || place_open(vol, words[1], 0, &p))
		return -1;
	c = change_add(count > 4 ? words[4] : strrchr(words[1], '/') + 1);
	if (c) {
		c->file = change_reference(p.inode);
		c->folder = change_reference(p.dir);
		c->time = strtoull(words[2], NULL, 0);
		c->reasons = (u32)strtoul(words[3], NULL, 0);
	}
	return place_close(&p) || !c ? -1 : 0;
}

/* changefiller COUNT TIME: what other files go through meanwhile */
static int do_changefiller(ntfs_volume *vol, char **words, size_t count)
{
	unsigned long more = count == 3 ? strtoul(words[1], NULL, 0) : 0;

	(void)vol;
	for (unsigned long i = 0; i < more; i++) {
		struct change *c = change_add("other-file.tmp");

		if (!c)
			return -1;
		c->file = MK_MREF(1000000 + i, 1);
		c->folder = MK_MREF(5, 5);
		c->time = strtoull(words[2], NULL, 0);
		c->reasons = 0x102;
	}
	return more ? 0 : -1;
}

static void change_put(unsigned char *to, u64 value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

/* The record of @c at @usn; its length. */
static size_t change_encode(
	unsigned char *r, const struct change *c, u64 usn, unsigned int version)
{
	size_t reference = version == 3 ? 16 : 8;
	unsigned char *after = r + 8 + 2 * reference;
	size_t head = 8 + 2 * reference + 36;
	size_t length = (head + c->name_bytes + 7u) & ~(size_t)7;

	memset(r, 0, length);
	change_put(r, length, 4);
	change_put(r + 4, version, 2);
	change_put(r + 8, c->file, 8);
	change_put(r + 8 + reference, c->folder, 8);
	change_put(after, usn, 8);
	change_put(after + 8, c->time, 8);
	change_put(after + 16, c->reasons, 4);
	change_put(after + 28, 0x20, 4); /* file attributes: archive */
	change_put(after + 32, c->name_bytes, 2);
	change_put(after + 34, head, 2);
	memcpy(r + head, c->name, c->name_bytes);
	return length;
}

/* All records from @base on, each within a page; how many bytes. */
static size_t change_encode_all(
	unsigned char *to, u64 base, unsigned int version)
{
	unsigned char record[CHANGE_NAME_BYTES + 128];
	size_t used = 0;

	for (size_t i = 0; i < change_count; i++) {
		size_t length = change_encode(
			record, &changes[i], base + used, version);
		size_t rest = CHANGE_PAGE - used % CHANGE_PAGE;

		if (length > rest) {
			memset(to + used, 0, rest);
			used += rest;
			change_put(record + 8 + (version == 3 ? 32 : 16),
				base + used, 8);
		}
		memcpy(to + used, record, length);
		used += length;
	}
	return used;
}

static int change_write(
	ntfs_inode *ni, u64 base, const unsigned char *bytes, size_t length)
{
	ntfschar *wide = NULL;
	int units = ntfs_mbstoucs(CHANGE_STREAM, &wide);
	ntfs_attr *na = NULL;
	int result = -1;

	if (units > 0 && !ntfs_attr_add(ni, AT_DATA, wide, (u8)units, NULL, 0))
		na = ntfs_attr_open(ni, AT_DATA, wide, (u32)units);
	/* The library makes a hole of what is not written. */
	if (na && !ntfs_attr_truncate(na, (s64)base) &&
		ntfs_attr_pwrite(na, (s64)base, (s64)length, bytes) ==
			(s64)length)
		result = 0;
	if (result)
		(void)complain("writing", CHANGE_PATH);
	ntfs_attr_close(na);
	free(wide);
	return result;
}

/* changes BASE VERSION: write the journal, with so many bytes in front of it */
static int do_changes(ntfs_volume *vol, char **words, size_t count)
{
	u64 base = count == 3 ? strtoull(words[1], NULL, 0) : 1;
	unsigned char *bytes = malloc(
		(change_count + 1) * (CHANGE_NAME_BYTES + 128) + CHANGE_PAGE);
	struct place p;
	int result;

	if (base % CHANGE_PAGE || !bytes ||
		place_open(vol, CHANGE_PATH, S_IFREG, &p)) {
		free(bytes);
		return -1;
	}
	result = change_write(p.inode, base, bytes,
		change_encode_all(
			bytes, base, (unsigned int)strtoul(words[2], NULL, 0)));
	free(bytes);
	return place_close(&p) ? -1 : result;
}

#endif
