/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the newest dump of a Windows volume, wherever it lies, with few
 * reads; and what a broken disk or a broken dump does to the answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe_dump.h"
#include "storage/bytes.h"
#include "storage/cache.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"

#define DAY   864000000000ull
#define TIME  133658364000000000ull
#define EARLY (TIME - DAY)
#define LATE  (TIME + DAY)

#define ATTRIBUTE_DATA	0x80
#define OFF_INITIALISED 0x38
#define OFF_SYSTEM_TIME 0xFA8

/* A volume as the firmware sees it: below it a cache, below that the device. */
static struct {
	struct emudisk device;
	struct cache cache;
	struct overlay overlay;
	struct volume volume;
} pc;

static struct dump_places places;
static struct crash_dump found;

/* --- Volumes -------------------------------------------------------------- */

/* A dump named by its kind, with a driver of that name in it. */
static const char *dump(const char *kind, const char *name, uint64_t time)
{
	char options[160];

	snprintf(options, sizeof(options),
		"--kind %s --module %s.sys --time %llu", kind, name,
		(unsigned long long)time);
	return make_image_dump(name, options);
}

/* Where on the disk a file's data begins. */
static uint8_t *data_of(const char *name)
{
	uint64_t size = pc.device.disk.size_bytes;
	uint64_t number = peek_record_of(pc.device.bytes, size, name);

	assert_true(number != 0);
	return pc.device.bytes + peek_data_place(pc.device.bytes, size, number);
}

/* Windows wrote past its own file system: NTFS knows of no byte. */
static void forget_valid_data(const char *name)
{
	uint64_t size = pc.device.disk.size_bytes;
	uint64_t number = peek_record_of(pc.device.bytes, size, name);
	uint64_t place = peek_attribute_place(
		pc.device.bytes, size, number, ATTRIBUTE_DATA);

	assert_true(place != 0);
	le64_put(pc.device.bytes + place + OFF_INITIALISED, 0);
}

static void mount(void)
{
	emudisk_reset(&pc.device);
	assert_int_equal(cache_open(&pc.cache, &pc.device.disk), 0);
	assert_int_equal(
		overlay_open(&pc.overlay, &pc.cache.disk, OVERLAY_MAX_BYTES),
		0);
	assert_int_equal(volume_open(&pc.volume, &pc.overlay.disk), 0);
	/* What every run has read by now. */
	assert_int_equal(
		volume_exists(&pc.volume, "Windows/System32/drivers"), 1);
}

static void unmount(void)
{
	(void)volume_close(&pc.volume);
	overlay_close(&pc.overlay);
	cache_close(&pc.cache);
}

static void make(const char *manifest)
{
	const struct image_plan plan = {.manifest = manifest};

	memset(&found, 0, sizeof(found));
	dump_places_set(&places, NULL, 0);
	make_image(&pc.device, &plan);
}

static int teardown(void **state)
{
	(void)state;
	unmount();
	emudisk_close(&pc.device);
	memset(&pc, 0, sizeof(pc));
	return 0;
}

#define SYSTEM "dir /Windows/System32/drivers\nfiller /Windows 60\n"

/* Files of that content, in the order of the arguments; NULL leaves one out. */
static void make_pc(const char *page_file, const char *memory,
	const char *minidump, const char *dedicated)
{
	char manifest[2048] = SYSTEM;
	const struct {
		const char *path, *content;
	} files[] = {{"/pagefile.sys", page_file},
		{"/Windows/MEMORY.DMP", memory},
		{"/Windows/Minidump/071924-4015-01.dmp", minidump},
		{"/dumps/dedicated.sys", dedicated}};

	for (size_t i = 0; i < 4; i++)
		if (files[i].content)
			snprintf(manifest + strlen(manifest),
				sizeof(manifest) - strlen(manifest),
				"file %s host %s\n", files[i].path,
				files[i].content);
	make(manifest);
	if (page_file)
		forget_valid_data("pagefile.sys");
	mount();
}

static uint64_t look(void)
{
	uint64_t before = pc.device.counts.reads;

	assert_int_equal(observe_dump(&pc.volume, &places, &found), 1);
	assert_int_equal(found.blame_err, 0);
	assert_true(overlay_is_empty(&pc.overlay));
	return pc.device.counts.reads - before;
}

static void expect(enum crash_dump_place place, const char *module)
{
	uint64_t reads = look();

	assert_int_equal(found.place, place);
	assert_string_equal(found.blame.module, module);
	assert_int_equal(found.blame.by, BLAME_PARAMETER);
	assert_true(reads <= (found.header.type == DUMP_TRIAGE ? 10 : 40));
}

/* --- Places --------------------------------------------------------------- */

static void nothing_anywhere(void **state)
{
	(void)state;
	make(SYSTEM "file /pagefile.sys zero 300000\n"
		    "file /Windows/MEMORY.DMP text PAGEDU64\n"
		    "dir /Windows/Minidump\n");
	mount();
	assert_int_equal(observe_dump(&pc.volume, &places, &found), 0);
	assert_int_equal(found.place, CRASH_DUMP_NOWHERE);
}

static void in_the_page_file(void **state)
{
	(void)state;
	make_pc(dump("triage", "t-page", TIME), NULL, NULL, NULL);
	expect(CRASH_DUMP_PAGE_FILE, "t-page.sys");
	assert_int_equal(found.header.system_time, TIME);
	assert_int_equal(found.header.boot_id, 58);
}

static void a_bitmap_in_the_page_file(void **state)
{
	(void)state;
	make_pc(dump("automatic", "b-page", TIME), NULL, NULL, NULL);
	expect(CRASH_DUMP_PAGE_FILE, "b-page.sys");
	assert_int_equal(found.header.type, DUMP_AUTOMATIC);
}

static void a_moved_one(void **state)
{
	(void)state;
	make_pc(NULL, dump("bitmap", "b-memory", TIME), NULL, NULL);
	expect(CRASH_DUMP_MEMORY, "b-memory.sys");
}

static void a_dedicated_file(void **state)
{
	(void)state;
	make_pc(NULL, NULL, NULL, dump("bitmap", "dedi", TIME));
	strcpy(places.dedicated, "dumps/dedicated.sys");
	expect(CRASH_DUMP_DEDICATED, "dedi.sys");
}

static void the_newest_counts(void **state)
{
	static const uint64_t times[3] = {EARLY, TIME, LATE};
	static const char *const modules[] = {
		"page.sys", "memory.sys", "mini.sys"};
	static const enum crash_dump_place order[] = {
		CRASH_DUMP_PAGE_FILE, CRASH_DUMP_MEMORY, CRASH_DUMP_MINI};

	(void)state;
	make_pc(dump("triage", "page", TIME), dump("triage", "memory", TIME),
		dump("triage", "mini", TIME), NULL);
	for (size_t i = 0; i < 3; i++) {
		unmount();
		le64_put(data_of("pagefile.sys") + OFF_SYSTEM_TIME,
			times[(i + 2) % 3]);
		le64_put(data_of("MEMORY.DMP") + OFF_SYSTEM_TIME,
			times[(i + 1) % 3]);
		le64_put(data_of("071924-4015-01.dmp") + OFF_SYSTEM_TIME,
			times[i]);
		mount();
		expect(order[i], modules[i]);
		assert_int_equal(found.header.system_time, LATE);
	}
	/* At the same time: what the crash itself wrote. */
	unmount();
	le64_put(data_of("pagefile.sys") + OFF_SYSTEM_TIME, TIME);
	le64_put(data_of("MEMORY.DMP") + OFF_SYSTEM_TIME, TIME);
	le64_put(data_of("071924-4015-01.dmp") + OFF_SYSTEM_TIME, TIME);
	mount();
	expect(CRASH_DUMP_PAGE_FILE, "page.sys");
	/* One without a time is better than none, and no better than any. */
	unmount();
	le64_put(data_of("pagefile.sys") + OFF_SYSTEM_TIME, 0);
	mount();
	expect(CRASH_DUMP_MEMORY, "memory.sys");
}

/* By the time of the file, not by its name. */
static void the_newest_minidump(void **state)
{
	char manifest[4096] = SYSTEM;
	const char *old = dump("triage", "old", TIME);
	const char *new = dump("triage", "new", TIME);

	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/Windows/Minidump/%02u.dmp",
			i * 5 % 12);
		snprintf(manifest + strlen(manifest),
			sizeof(manifest) - strlen(manifest),
			"clock %llu\nfile %s host %s\n",
			TIME + (i == 7 ? DAY : i), path, i == 7 ? new : old);
	}
	/* Newer still, and no minidump. */
	snprintf(manifest + strlen(manifest),
		sizeof(manifest) - strlen(manifest),
		"clock %llu\nfile /Windows/Minidump/x.txt text x\n",
		TIME + 9 * DAY);
	make(manifest);
	mount();
	expect(CRASH_DUMP_MINI, "new.sys");
	places.minidumps[0] = '\0'; /* on another volume */
	assert_int_equal(observe_dump(&pc.volume, &places, &found), 0);
}

/* --- The registry --------------------------------------------------------- */

static void places_of_the_registry(void **state)
{
	static struct system_facts f;
	struct dump_places p;

	(void)state;
	dump_places_set(&p, NULL, 0);
	assert_string_equal(p.page_files[0], "pagefile.sys");
	assert_string_equal(p.page_files[1], "");
	assert_string_equal(p.dedicated, "");
	assert_string_equal(p.memory, "Windows/MEMORY.DMP");
	assert_string_equal(p.minidumps, "Windows/Minidump");
	/* Nothing said: the same. */
	dump_places_set(&p, &f, 'C');
	assert_string_equal(p.page_files[0], "pagefile.sys");
	assert_string_equal(p.memory, "Windows/MEMORY.DMP");
	memcpy(f.paging_files,
		"D:\\pagefile.sys 16 32\0C:\\page file.sys 16 32\0\0", 45);
	strcpy(f.dedicated_dump_file, "C:\\Dumps\\Dedicated.sys");
	strcpy(f.dump_file, "%SystemRoot%\\OTHER.DMP");
	strcpy(f.minidump_dir, "D:\\Minidump");
	dump_places_set(&p, &f, 'C');
	assert_string_equal(p.page_files[0], "page file.sys");
	assert_string_equal(p.page_files[1], "");
	assert_string_equal(p.dedicated, "Dumps/Dedicated.sys");
	assert_string_equal(p.memory, "Windows/OTHER.DMP");
	assert_string_equal(p.minidumps, "");
	/* What was open in the last session says more. */
	memcpy(f.existing_page_files, "\\??\\C:\\a.sys\0\\??\\C:\\b.sys\0\0",
		28);
	dump_places_set(&p, &f, 'C');
	assert_string_equal(p.page_files[0], "a.sys");
	assert_string_equal(p.page_files[1], "b.sys");
	/* More than there is room for. */
	memcpy(f.existing_page_files, "C:\\1\0C:\\2\0C:\\3\0C:\\4\0C:\\5\0\0",
		26);
	dump_places_set(&p, &f, 'C');
	assert_string_equal(p.page_files[DUMP_MAX_PAGE_FILES - 1], "4");
}

/* --- What is broken ------------------------------------------------------- */

static void what_is_no_dump_is_passed_over(void **state)
{
	(void)state;
	make_pc(dump("triage", "page", LATE), dump("triage", "memory", TIME),
		NULL, NULL);
	unmount();
	memcpy(data_of("pagefile.sys"), "PAGEDUMP", 8);
	mount();
	expect(CRASH_DUMP_MEMORY, "memory.sys");
	/* Of the newest the header is good, the rest is not: nobody's. */
	unmount();
	memcpy(data_of("pagefile.sys"), "PAGEDU64", 8);
	memset(data_of("pagefile.sys") + 0x2000, 0xFF, 0x80);
	mount();
	assert_int_equal(observe_dump(&pc.volume, &places, &found), 1);
	assert_int_equal(found.place, CRASH_DUMP_PAGE_FILE);
	assert_int_equal(found.header.system_time, LATE);
	assert_int_equal(found.blame.by, BLAME_NOBODY);
	assert_int_equal(found.blame_err, -ERR_TOO_LARGE);
}

static void failing_reads_are_named(void **state)
{
	uint64_t reads;

	(void)state;
	make_pc(dump("automatic", "page", LATE), dump("triage", "memory", TIME),
		dump("triage", "mini", EARLY), NULL);
	reads = look();
	for (uint64_t n = 1; n <= reads; n++) {
		int err;

		unmount();
		mount();
		emudisk_plan_fault(
			&pc.device, EMUDISK_READ, EMUDISK_FAIL, n, true);
		memset(&found, 0, sizeof(found));
		err = observe_dump(&pc.volume, &places, &found);
		/* The newest and nothing about anybody; or not known. */
		if (err == 1)
			err = found.place == CRASH_DUMP_PAGE_FILE &&
					      !blame_suffices(&found.blame)
				      ? found.blame_err
				      : 1;
		if (err != -ERR_IO)
			fail_msg("read %d of %d: %d", (int)n, (int)reads, err);
	}
}

static void failing_allocations_are_named(void **state)
{
	bool was_hit = true;

	(void)state;
	make_pc(dump("automatic", "page", LATE), NULL,
		dump("triage", "mini", EARLY), NULL);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		unmount();
		mount();
		failalloc_arm(n, false);
		memset(&found, 0, sizeof(found));
		err = observe_dump(&pc.volume, &places, &found);
		was_hit = failalloc_disarm();
		if (err == 1)
			err = found.blame_err;
		/* One of them the library can do without. */
		if (err && (!was_hit || err != -ERR_NO_MEMORY))
			fail_msg("allocation %d: %d", (int)n, err);
	}
}

#define dump_test(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dump_test(nothing_anywhere),
		dump_test(in_the_page_file),
		dump_test(a_bitmap_in_the_page_file),
		dump_test(a_moved_one),
		dump_test(a_dedicated_file),
		dump_test(the_newest_counts),
		dump_test(the_newest_minidump),
		cmocka_unit_test(places_of_the_registry),
		dump_test(what_is_no_dump_is_passed_over),
		dump_test(failing_reads_are_named),
		dump_test(failing_allocations_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
