/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listing what was delivered, on made volumes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/delivery.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"

#define FOLDER "Windows/System32/drivers/Vendor"

/* FILETIME */
#define EARLY 133650000000000000ull
#define HOUR  36000000000ull

static const struct rule rule = {
	.vendor = "Vendor",
	.folder = "windows/system32/DRIVERS/vendor",
	.patterns = {"C-*.sys"},
	.pattern_count = 1,
	.never = {"C-engine.sys"},
	.never_count = 1,
};

static struct mounted m;
static struct delivery_list list;

static void open_with(const char *manifest)
{
	struct image_plan plan = {.manifest = manifest};

	mounted_open(&m, &plan);
	memset(&list, 0, sizeof(list));
}

static int teardown(void **state)
{
	(void)state;
	delivery_list_free(&list);
	mounted_close(&m);
	return 0;
}

static void oldest_first(void **state)
{
	static const struct {
		const char *name;
		uint64_t when;
		uint64_t size;
	} expected[] = {
		{"C-old.sys", EARLY, 5},
		{"C-same-a.sys", EARLY + HOUR, 1},
		{"C-same-b.sys", EARLY + HOUR, 1},
		{"C-moved-in.sys", EARLY + 2 * HOUR, 3},
		{"C-new.sys", EARLY + 3 * HOUR, 41000},
		{"C-hidden.sys", EARLY + 4 * HOUR, 6},
	};
	char manifest[4096];

	(void)state;
	/* Created, modified, changed, accessed: the later of the middle two. */
	snprintf(manifest, sizeof(manifest),
		"dir /" FOLDER "\nfile /" FOLDER "/C-new.sys repeat x 41000\n"
		"times /" FOLDER "/C-new.sys 1 %llu %llu 9\n"
		"file /" FOLDER "/C-old.sys text 12345\n"
		"times /" FOLDER "/C-old.sys %llu %llu %llu %llu\n"
		"file /" FOLDER "/C-same-b.sys text b\n"
		"times /" FOLDER "/C-same-b.sys 1 %llu 2 9\n"
		"file /" FOLDER "/C-same-a.sys text a\n"
		"times /" FOLDER "/C-same-a.sys 1 2 %llu 9\n"
		"file /" FOLDER "/C-moved-in.sys text old\n"
		"times /" FOLDER "/C-moved-in.sys 1 %llu %llu 9\n"
		"file /" FOLDER "/C-hidden.sys text hidden\n"
		"times /" FOLDER "/C-hidden.sys 1 %llu 1 9\n"
		"flags /" FOLDER "/C-hidden.sys hidden system readonly\n"
		"file /" FOLDER "/other.dat text no\n"
		"file /" FOLDER "/C-engine.sys text never\n"
		"file /" FOLDER "/C-folder.sys.txt text no\n",
		EARLY + 3 * HOUR, EARLY, EARLY + 9 * HOUR, EARLY, EARLY,
		EARLY + 8 * HOUR, EARLY + HOUR, EARLY + HOUR, EARLY,
		EARLY + 2 * HOUR, EARLY + 4 * HOUR);
	open_with(manifest);
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.held_count, 0);
	assert_int_equal(list.delivery_count, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct delivery *d = &list.deliveries[i];

		assert_string_equal(d->name, expected[i].name);
		assert_int_equal(d->delivered_at, expected[i].when);
		assert_int_equal(d->size_bytes, expected[i].size);
		assert_ptr_equal(d->rule, &rule);
		assert_int_equal(d->mft_record & 0xffffffffffff,
			peek_record_of(m.bytes, m.size, d->name));
	}
	assert_true(overlay_is_empty(&m.overlay));
}

static void each_file_once_by_its_long_name(void **state)
{
	(void)state;
	open_with("dir /" FOLDER "\nfile /" FOLDER "/C-00000291.sys text x\n"
		  "dosname /" FOLDER "/C-00000291.sys C-0000~1.SYS\n"
		  "file /" FOLDER "/C-both.sys text y\n"
		  "dosname /" FOLDER "/C-both.sys C-both.sys\n"
		  "file \"/" FOLDER "/C-\xc3\xbc.sys\" text z\n"
		  "dir /" FOLDER "/C-directory.sys\n");
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 3);
	assert_string_equal(list.deliveries[0].name, "C-00000291.sys");
	assert_string_equal(list.deliveries[1].name, "C-both.sys");
	assert_string_equal(list.deliveries[2].name, "C-\xc3\xbc.sys");
}

static void held_files_are_listed(void **state)
{
	(void)state;
	open_with("dir /" FOLDER "\n"
		  "file /" FOLDER "/C-1.sys.held-0000002a text x\n"
		  "file /" FOLDER "/C-2.sys.held-ffffffff text y\n"
		  "file /" FOLDER "/C-2.sys text z\n"
		  "file /" FOLDER "/C-3.sys.held-0000002 text no\n"
		  "file /" FOLDER "/C-4.sys.HELD-0000002a text no\n"
		  "file /" FOLDER "/other.dat.held-0000002a text no\n"
		  "file /" FOLDER "/C-engine.sys.held-0000002a text no\n");
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 1);
	assert_string_equal(list.deliveries[0].name, "C-2.sys");
	assert_int_equal(list.held_count, 2);
	assert_string_equal(list.held[0].name, "C-1.sys.held-0000002a");
	assert_int_equal(list.held[0].hold_id, 0x2a);
	assert_string_equal(list.held[1].name, "C-2.sys.held-ffffffff");
	assert_int_equal(list.held[1].hold_id, 0xffffffff);
	assert_ptr_equal(list.held[1].rule, &rule);
}

/* Content is never judged: a crash leaves zeros in what came just before it. */
static void zeroed_content_is_content(void **state)
{
	static const char *const names[] = {"C-1.sys", "C-2.sys", "C-3.sys"};

	(void)state;
	open_with("dir /" FOLDER "\nclock 133650000000000000\n"
		  "file /" FOLDER "/C-1.sys zero 5000\n"
		  "clock 133650000000000001\n"
		  "file /" FOLDER "/C-2.sys text x\n"
		  "clock 133650000000000002\n"
		  "file /" FOLDER "/C-3.sys repeat x 5000\n"
		  "valid /" FOLDER "/C-3.sys 0\n");
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(list.deliveries[i].name, names[i]);
		assert_int_equal(list.deliveries[i].delivered_at, EARLY + i);
		assert_int_equal(list.deliveries[i].left, DELIVERY_NOT_LEFT);
	}
}

static void absent_folder_contributes_nothing(void **state)
{
	struct rule rules[3] = {rule, rule, rule};

	(void)state;
	open_with("dir /" FOLDER "\nfile /" FOLDER "/C-1.sys text x\n"
		  "file /Windows/C-file.sys text y\n");
	rules[0].folder = "Windows/System32/none";
	rules[1].folder = "Windows/C-file.sys"; /* no folder at all */
	assert_int_equal(
		delivery_list_read(&m.volume, rules, 3, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 1);
	assert_ptr_equal(list.deliveries[0].rule, &rules[2]);
	delivery_list_free(&list);
	assert_int_equal(
		delivery_list_read(&m.volume, rules, 2, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 0);
	assert_int_equal(
		delivery_list_read(&m.volume, rules, 0, &list, NULL), 0);
	assert_int_equal(list.delivery_count + list.held_count, 0);
}

static void several_rules_are_sorted_together(void **state)
{
	struct rule rules[2] = {rule, rule};
	char manifest[1024];

	(void)state;
	snprintf(manifest, sizeof(manifest),
		"dir /A\ndir /B\nclock %llu\nfile /A/C-2.sys text x\n"
		"clock %llu\nfile /B/C-1.sys text y\n"
		"clock %llu\nfile /A/C-3.sys text z\n",
		EARLY + HOUR, EARLY, EARLY + 2 * HOUR);
	open_with(manifest);
	rules[0].folder = "A";
	rules[1].folder = "B";
	assert_int_equal(
		delivery_list_read(&m.volume, rules, 2, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 3);
	assert_string_equal(list.deliveries[0].name, "C-1.sys");
	assert_string_equal(list.deliveries[1].name, "C-2.sys");
	assert_string_equal(list.deliveries[2].name, "C-3.sys");
}

/* --- Many files ----------------------------------------------------------- */

static void a_full_folder(void **state)
{
	struct rule all = rule, some = rule;

	(void)state;
	open_with("dir /" FOLDER "\nfiller /" FOLDER " 2000\n"
		  "file /" FOLDER "/C-1.sys text x\n");
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 1);
	delivery_list_free(&list);
	some.patterns[0] = "FILLER-0001??.dat";
	assert_int_equal(
		delivery_list_read(&m.volume, &some, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 100);
	assert_string_equal(list.deliveries[0].name, "filler-000100.dat");
	assert_string_equal(list.deliveries[99].name, "filler-000199.dat");
	delivery_list_free(&list);
	all.patterns[0] = "*";
	assert_int_equal(delivery_list_read(&m.volume, &all, 1, &list, NULL),
		-ERR_TOO_LARGE);
}

static void as_many_as_there_may_be(void **state)
{
	struct rule rules[2] = {rule, rule};
	char manifest[200];

	(void)state;
	snprintf(manifest, sizeof(manifest),
		"dir /A\nfiller /A %d\ndir /B\nfile /B/filler-x.dat text x\n",
		DELIVERY_MAX_FILES);
	open_with(manifest);
	for (int i = 0; i < 2; i++)
		rules[i].patterns[0] = "filler-*";
	rules[0].folder = "A";
	rules[1].folder = "B";
	assert_int_equal(
		delivery_list_read(&m.volume, rules, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, DELIVERY_MAX_FILES);
	for (size_t i = 1; i < list.delivery_count; i++)
		assert_true(strcmp(list.deliveries[i - 1].name,
				    list.deliveries[i].name) < 0);
	delivery_list_free(&list);
	assert_int_equal(delivery_list_read(&m.volume, rules, 2, &list, NULL),
		-ERR_TOO_LARGE);
}

/* --- Failures ------------------------------------------------------------- */

#define FEW                                                                    \
	"dir /" FOLDER "\nfile /" FOLDER "/C-1.sys text x\n"                   \
	"file /" FOLDER "/C-2.sys.held-00000001 text y\n"                      \
	"filler /" FOLDER " 300\n"

/* All or an error: a short list would be a wrong one. */
static void expect_all_or(int err, int expected, const char *what, int n)
{
	bool is_all =
		err == 0 && list.delivery_count == 1 && list.held_count == 1;

	if (!is_all && (err >= 0 || (expected && err != expected)))
		fail_msg("list:%s:%d: %d", what, n, err);
	delivery_list_free(&list);
}

static void failing_reads(void **state)
{
	uint64_t reads;

	(void)state;
	open_with(FEW);
	emudisk_reset(&m.disk);
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	delivery_list_free(&list);
	reads = m.disk.counts.reads;
	assert_true(reads > 5);
	for (uint64_t n = 1; n <= reads; n++) {
		for (int fault = 0; fault < 3; fault++) {
			int err;

			mounted_unmount(&m);
			mounted_mount(&m);
			emudisk_plan_fault(&m.disk, EMUDISK_READ,
				fault == 2 ? EMUDISK_PRETEND : EMUDISK_FAIL, n,
				fault == 1);
			err = delivery_list_read(
				&m.volume, &rule, 1, &list, NULL);
			emudisk_reset(&m.disk);
			expect_all_or(
				err, fault == 2 ? 0 : -ERR_IO, "read", (int)n);
		}
	}
}

static void failing_allocations(void **state)
{
	bool was_hit = true;

	(void)state;
	open_with(FEW);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = delivery_list_read(&m.volume, &rule, 1, &list, NULL);
		was_hit = failalloc_disarm();
		assert_true(was_hit || err == 0);
		expect_all_or(err, 0, "allocation", (int)n);
	}
	assert_true(failalloc_count() > 20);
	/* The volume is as good as before: names still compare without case. */
	assert_int_equal(volume_exists(&m.volume, "WINDOWS"), 1);
}

static void damaged_folder(void **state)
{
	(void)state;
	open_with(FEW);
	mounted_unmount(&m);
	for (uint64_t off = 0; off < m.size; off += 4096) {
		int err;

		if (memcmp(m.bytes + off, "INDX", 4) ||
			!memmem(m.bytes + off, 4096, "f\0i\0l\0l\0e\0r", 11))
			continue;
		m.bytes[off + 1] ^= 0xff;
		mounted_mount(&m);
		err = delivery_list_read(&m.volume, &rule, 1, &list, NULL);
		m.bytes[off + 1] ^= 0xff;
		mounted_unmount(&m);
		expect_all_or(err, -ERR_CORRUPT, "block", (int)(off / 4096));
	}
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(oldest_first),
		TEST(each_file_once_by_its_long_name),
		TEST(held_files_are_listed),
		TEST(zeroed_content_is_content),
		TEST(absent_folder_contributes_nothing),
		TEST(several_rules_are_sorted_together),
		TEST(a_full_folder),
		TEST(as_many_as_there_may_be),
		TEST(failing_reads),
		TEST(failing_allocations),
		TEST(damaged_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
