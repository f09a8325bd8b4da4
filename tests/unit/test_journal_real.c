/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Journals that Windows wrote: none of their records may be refused, because
 * one that is makes the whole journal unreadable and its PC beyond help.
 *
 * A record is found by its number, which says where in the journal it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/journal_check.h"
#include "tests/support/make_image.h"
#include "tests/support/ntfs_peek.h"

#define PAGE		   JOURNAL_PAGE_BYTES
#define PAGE_DATA	   0x40
#define SECTOR		   512
#define RECORD_HEAD	   0x30
#define RECORD_LENGTH	   0x18
#define RECORD_TYPE	   0x20
#define RECORD_REDO	   0x30
#define LONGEST_RECORD	   65536
#define RESTART_AREA	   0x18
#define AREA_SEQUENCE_BITS 0x10
#define OPERATIONS	   64

static struct emudisk disk;
static unsigned char *journal;
static uint64_t journal_bytes;
static uint64_t place_mask; /* the part of a number that tells the place */
static unsigned int seen[OPERATIONS];

static bool is_page(uint64_t at)
{
	return at + PAGE <= journal_bytes && !memcmp(journal + at, "RCRD", 4);
}

/* Every sector ends with the page's number; what belongs there is aside. */
static void resolve(unsigned char *page)
{
	size_t usa = le16_get(page + 4);
	size_t count = le16_get(page + 6);

	assert_int_equal(count, PAGE / SECTOR + 1);
	for (size_t i = 1; i < count; i++)
		memcpy(page + i * SECTOR - 2, page + usa + 2 * i, 2);
}

static void open_journal(unsigned char *bytes, uint64_t len)
{
	size_t area = le16_get(bytes + RESTART_AREA);

	assert_memory_equal(bytes, "RSTR", 4);
	journal = bytes;
	journal_bytes = len;
	place_mask = UINT64_MAX >> le32_get(bytes + area + AREA_SEQUENCE_BITS);
	for (uint64_t at = 0; at < len; at += PAGE)
		if (is_page(at))
			resolve(bytes + at);
}

/* The record at @at, over as many pages as it takes; false: it goes on where
 * there is none. */
static bool gather(uint64_t at, unsigned char *ret, size_t len)
{
	while (len) {
		size_t room = PAGE - (size_t)(at % PAGE);
		size_t piece = len < room ? len : room;

		memcpy(ret, journal + at, piece);
		ret += piece;
		len -= piece;
		at += piece;
		if (len && !is_page(at))
			return false;
		at += len ? PAGE_DATA : 0;
	}
	return true;
}

static void check_record(uint64_t at)
{
	static const struct journal_limits limits = {
		.cluster_bytes = 4096,
		.record_bytes = 1024,
		.index_bytes = 4096,
		.cluster_count = 1u << 30,
	};
	static unsigned char record[RECORD_HEAD + LONGEST_RECORD];
	size_t len = le32_get(journal + at + RECORD_LENGTH);
	unsigned int op;

	if (len < 0x20 || len > LONGEST_RECORD ||
		!gather(at, record, RECORD_HEAD + len))
		return;
	op = le16_get(record + RECORD_REDO);
	if (!journal_record_check(record, RECORD_HEAD + len, &limits))
		fail_msg("refused: operation %#x at %#lx", op, (long)at);
	if (le32_get(record + RECORD_TYPE) == 1 && op < OPERATIONS)
		seen[op]++;
}

static unsigned int check_all(void)
{
	unsigned int count = 0;

	for (uint64_t page = 2 * PAGE; page < journal_bytes; page += PAGE) {
		if (!is_page(page))
			continue;
		for (uint64_t at = page + PAGE_DATA;
			at + RECORD_HEAD <= page + PAGE; at += 8) {
			uint64_t number = le64_get(journal + at);

			if (!number || (number & place_mask) << 3 != at)
				continue;
			check_record(at);
			count++;
		}
	}
	return count;
}

static void bare_journals(void **state)
{
	static const char *const names[] = {
		"LogFile_10.bin", "LogFile_10_downgraded.bin"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		memset(seen, 0, sizeof(seen));
		if (!make_image_fixture(&disk, names[i]))
			return;
		open_journal(disk.bytes, disk.disk.size_bytes);
		assert_in_range(check_all(), 250, 1000);
		assert_true(seen[0x06]); /* DeleteAttribute */
		assert_true(seen[0x25]); /* Windows 10's trimming */
		emudisk_close(&disk);
	}
}

static void journals_of_volumes(void **state)
{
	static const struct {
		const char *name;
		uint64_t start;
	} volumes[] = {
		{"win10-dirty-log20-10m.dd", 0},
		{"win10-clean-ads-40m.dd", 0},
		{"win10-index-2k-mbr-30m.raw", 65536},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint64_t size, place;
		unsigned char *volume;

		if (!make_image_fixture(&disk, volumes[i].name))
			return;
		volume = disk.bytes + volumes[i].start;
		size = disk.disk.size_bytes - volumes[i].start;
		place = peek_data_place(volume, size, 2);
		assert_true(place);
		/* In one piece on all of these; all have 2 MiB of it. */
		open_journal(volume + place, 2u << 20);
		assert_in_range(check_all(), 450, 2000);
		emudisk_close(&disk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_journals),
		cmocka_unit_test(journals_of_volumes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
