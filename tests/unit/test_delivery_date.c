/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When deliveries came: change journal, records and index, on made volumes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/list_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define NOW  133650000000000000ull
#define HOUR 36000000000ull
#define DAY  (24 * HOUR)

/* Reasons as Windows collects them. */
#define WRITTEN "0x80000102" /* created, extended, closed */
#define TOUCHED "0x80008000" /* times or attributes, closed */

static struct delivery_dating dating;

static int date(const struct rule *r)
{
	memset(&dating, 0, sizeof(dating));
	assert_int_equal(list_rig_read(r, 1), 0);
	return delivery_list_date(
		&rig_volume.volume, NOW - DAY, &list, &left, &dating);
}

static void expect(
	size_t i, const char *name, uint64_t at, enum delivery_source source)
{
	assert_true(i < list.delivery_count);
	assert_string_equal(list.deliveries[i].name, name);
	assert_int_equal(list.deliveries[i].delivered_at, at);
	assert_int_equal(list.deliveries[i].source, source);
}

/* A file with all its times, and what is in the journal. */
static size_t put_file(
	char *to, const char *name, uint64_t modified, uint64_t changed)
{
	return (size_t)sprintf(to,
		"file /D/%s text x\ntimes /D/%s %llu %llu %llu %llu\n", name,
		name, NOW - 500 * DAY, (unsigned long long)modified,
		(unsigned long long)changed, NOW);
}

static size_t put_change(char *to, const char *name, uint64_t at,
	const char *reasons, const char *other_name)
{
	return (size_t)sprintf(to, "change /D/%s %llu %s %s\n", name,
		(unsigned long long)at, reasons, other_name);
}

/* Forged, set by a server, touched later: the journal has seen it. */
static void the_journal_knows_better(void **state)
{
	char text[4096];
	size_t n = 0;

	(void)state;
	for (int version = 2; version <= 3; version++) {
		n = put_file(text, "C-forged-old.sys", NOW - 400 * DAY,
			NOW - 400 * DAY);
		n += put_file(text + n, "C-touched.sys", NOW - 5 * DAY,
			NOW - 2 * HOUR);
		n += put_file(text + n, "C-replaced.sys", NOW - 9 * DAY,
			NOW - 9 * DAY);
		n += put_file(text + n, "C-before.sys", NOW - 30 * DAY,
			NOW - 30 * DAY);
		n += put_change(
			text + n, "C-touched.sys", NOW - 5 * DAY, WRITTEN, "");
		n += put_change(
			text + n, "C-forged-old.sys", NOW - HOUR, WRITTEN, "");
		n += put_change(text + n, "C-replaced.sys", NOW - HOUR / 2,
			"0x1000", "update.tmp");
		n += put_change(text + n, "C-replaced.sys", NOW - HOUR / 3,
			"0x2000", "");
		n += put_change(
			text + n, "C-touched.sys", NOW - 10, TOUCHED, "");
		n += (size_t)sprintf(text + n,
			"changefiller 3000 %llu\n"
			"changes 0x200000000 %d\n",
			NOW, version);
		rig_open(text);
		assert_int_equal(date(&files), 0);
		assert_true(dating.has_journal);
		assert_int_equal(dating.journal_err, 0);
		assert_int_equal(dating.span.records, 3005);
		assert_int_equal(dating.span.from, NOW - 5 * DAY);
		assert_int_equal(dating.span.until, NOW);
		assert_int_equal(list.delivery_count, 4);
		expect(0, "C-before.sys", NOW - 30 * DAY, DELIVERY_BY_INDEX);
		expect(1, "C-touched.sys", NOW - 5 * DAY, DELIVERY_BY_JOURNAL);
		expect(2, "C-forged-old.sys", NOW - HOUR, DELIVERY_BY_JOURNAL);
		expect(3, "C-replaced.sys", NOW - HOUR / 3,
			DELIVERY_BY_JOURNAL);
		assert_true(overlay_is_empty(&rig_volume.overlay));
	}
}

/* Times, attributes, another stream, deleting: no delivery. */
static void what_is_no_delivery(void **state)
{
	static const char *const others[] = {"0x80000800", "0x80008000",
		"0x80000020", "0x80100000", "0x80000200", "0x80000000",
		"0x1000"};
	static const char *const deliveries[] = {
		"1", "2", "4", "0x100", "0x2000", "0x10000"};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < 13; i++) {
		size_t n = put_file(text, "C-1", NOW - DAY, NOW - DAY);

		n += put_change(text + n, "C-1", NOW - HOUR,
			i < 7 ? others[i] : deliveries[i - 7], "");
		sprintf(text + n, "changes 4096 2\n");
		rig_open(text);
		assert_int_equal(date(&files), 0);
		if (i < 7)
			expect(0, "C-1", NOW - DAY, DELIVERY_BY_INDEX);
		else
			expect(0, "C-1", NOW - HOUR, DELIVERY_BY_JOURNAL);
	}
}

/* Somebody gives a held file its name back in Windows. */
static void back_from_a_hold(void **state)
{
	static const char *const reasons[] = {"0x1000", "0x2000", "0x80002000"};
	char text[4096];
	size_t n = put_file(text, "C-1", NOW - 3 * DAY, NOW - HOUR / 2);

	(void)state;
	n += put_change(text + n, "C-1", NOW - 3 * DAY, WRITTEN, "");
	n += put_change(
		text + n, "C-1", NOW - HOUR, reasons[0], "C-1.held-0000002a");
	n += put_change(text + n, "C-1", NOW - HOUR, reasons[1], "");
	n += put_change(text + n, "C-1", NOW - HOUR, reasons[2], "");
	sprintf(text + n, "changefiller 1 %llu\nchanges 4096 2\n", NOW);
	rig_open(text);
	assert_int_equal(date(&files), 0);
	expect(0, "C-1", NOW - 3 * DAY, DELIVERY_BY_JOURNAL);
	/* Put on hold there, and back: the same. */
	n = put_file(text, "C-1", NOW - 3 * DAY, NOW - HOUR / 2);
	n += put_change(text + n, "C-1", NOW - 3 * DAY, WRITTEN, "");
	n += put_change(text + n, "C-1", NOW - HOUR, reasons[0], "");
	n += put_change(
		text + n, "C-1", NOW - HOUR, reasons[2], "C-1.held-0000002a");
	n += put_change(
		text + n, "C-1", NOW - HOUR, reasons[0], "C-1.held-0000002a");
	n += put_change(text + n, "C-1", NOW - HOUR, reasons[2], "");
	/* Afterwards a new one is moved there under the same reference. */
	sprintf(text + n, "changefiller 1 %llu\nchanges 4096 2\n", NOW);
	rig_open(text);
	assert_int_equal(date(&files), 0);
	expect(0, "C-1", NOW - 3 * DAY, DELIVERY_BY_JOURNAL);
	/* Written to meanwhile: that is one; so is a later move. */
	n = put_file(text, "C-1", NOW - 3 * DAY, NOW - HOUR / 2);
	n += put_change(
		text + n, "C-1", NOW - HOUR, reasons[0], "C-1.held-0000002a");
	n += put_change(text + n, "C-1", NOW - HOUR, "0x80002001", "");
	n += put_change(text + n, "C-1", NOW - HOUR / 2, reasons[2], "");
	sprintf(text + n, "changefiller 1 %llu\nchanges 4096 2\n", NOW);
	rig_open(text);
	assert_int_equal(date(&files), 0);
	expect(0, "C-1", NOW - HOUR / 2, DELIVERY_BY_JOURNAL);
}

/* A crash takes the journal's last records with it. */
static void later_than_the_journal(void **state)
{
	char text[4096];
	size_t n = put_file(text, "C-1", NOW - HOUR, NOW - HOUR);

	(void)state;
	n += put_change(text + n, "C-1", NOW - DAY, WRITTEN, "");
	sprintf(text + n, "changefiller 1 %llu\nchanges 4096 2\n",
		NOW - 2 * HOUR);
	rig_open(text);
	assert_int_equal(date(&files), 0);
	expect(0, "C-1", NOW - HOUR, DELIVERY_BY_INDEX);
}

/* Another file that has had the same number is another file. */
static void another_sequence_number(void **state)
{
	char text[4096];
	size_t n = put_file(text, "old", NOW - DAY, NOW - DAY);

	(void)state;
	n += put_change(text + n, "old", NOW - HOUR, WRITTEN, "");
	n += (size_t)sprintf(text + n, "delete /D/old\n");
	n += put_file(text + n, "C-1", NOW - 2 * DAY, NOW - 2 * DAY);
	sprintf(text + n, "changes 4096 2\n");
	rig_open(text);
	assert_int_equal(date(&files), 0);
	expect(0, "C-1", NOW - 2 * DAY, DELIVERY_BY_INDEX);
}

/* After a crash the index may be behind the file's own record. */
static void the_record_is_ahead(void **state)
{
	unsigned char *key;
	char text[1024];

	(void)state;
	(void)put_file(text, "C-1.sys", NOW - HOUR, NOW - HOUR);
	rig_open(text);
	mounted_unmount(&rig_volume);
	key = patch_find_entry(rig_volume.bytes, rig_volume.size,
		peek_record_of(rig_volume.bytes, rig_volume.size, "D"),
		"C-1.sys");
	/* Modified and changed, behind the parent and the creation time. */
	le64_put(key + 16, NOW - 90 * DAY);
	le64_put(key + 24, NOW - 90 * DAY);
	mounted_mount(&rig_volume);
	assert_int_equal(date(&files), 0);
	assert_false(dating.has_journal);
	assert_int_equal(dating.journal_err, 0);
	expect(0, "C-1.sys", NOW - HOUR, DELIVERY_BY_RECORD);
}

/* Where the clock does not say, the order of changes does. */
static void the_same_time(void **state)
{
	unsigned char *record[2];
	char text[1024];
	size_t n = put_file(text, "C-a", NOW, NOW);

	(void)state;
	(void)put_file(text + n, "C-b", NOW, NOW);
	rig_open(text);
	mounted_unmount(&rig_volume);
	for (int i = 0; i < 2; i++)
		record[i] =
			rig_volume.bytes +
			peek_record_place(rig_volume.bytes, rig_volume.size,
				peek_record_of(rig_volume.bytes,
					rig_volume.size, i ? "C-b" : "C-a"));
	le64_put(record[0] + 8, 5000);
	le64_put(record[1] + 8, 4000);
	mounted_mount(&rig_volume);
	assert_int_equal(
		delivery_list_read(&rig_volume.volume, &files, 1, &list, &left),
		0);
	expect(0, "C-a", NOW, DELIVERY_BY_INDEX);
	assert_int_equal(date(&files), 0);
	expect(0, "C-b", NOW, DELIVERY_BY_INDEX);
	expect(1, "C-a", NOW, DELIVERY_BY_INDEX);
	assert_int_equal(list.deliveries[1].lsn, 5000);
}

/* Which one is the oldest, and has to remain, is found out anew. */
static void generations_are_dated(void **state)
{
	char text[4096];
	size_t n = 0;

	(void)state;
	n += put_file(text, "{1}/x", NOW - 50 * DAY, NOW - 50 * DAY);
	n += put_file(text + n, "{2}/x", NOW - 20 * DAY, NOW - 20 * DAY);
	n += put_file(text + n, "{3}/deep/x", NOW - 2 * HOUR, NOW - 2 * HOUR);
	n += put_change(text + n, "{3}", NOW - 3 * HOUR, WRITTEN, "");
	n += put_change(text + n, "{1}/x", NOW - HOUR, WRITTEN, "");
	sprintf(text + n, "changefiller 1 %llu\nchanges 4096 3\n", NOW);
	rig_open(text);
	assert_int_equal(date(&generations), 0);
	assert_int_equal(list.delivery_count, 2);
	/* What lies deeper in it is later than what the journal says. */
	expect(0, "{3}", NOW - 2 * HOUR, DELIVERY_BY_INDEX);
	expect(1, "{1}", NOW - HOUR, DELIVERY_BY_JOURNAL);
	assert_int_equal(left.delivery_count, 1);
	assert_string_equal(left.deliveries[0].name, "{2}");
	assert_int_equal(left.deliveries[0].left, DELIVERY_LEFT_LAST);
}

static void nothing_delivered(void **state)
{
	(void)state;
	rig_open("dir /D\n");
	assert_int_equal(date(&files), 0);
	assert_int_equal(list.delivery_count, 0);
	assert_false(dating.has_journal);
}

/* So many that their records are not all read. */
static void many(void **state)
{
	struct rule all = files;
	char text[100];

	(void)state;
	sprintf(text, "dir /D\nfiller /D %d\n", DELIVERY_MAX_RECORDS + 30);
	rig_open(text);
	all.patterns[0] = "filler*";
	assert_int_equal(date(&all), 0);
	assert_int_equal(list.delivery_count, DELIVERY_MAX_RECORDS + 30);
}

/* A journal of some other kind is none. */
static void a_strange_journal(void **state)
{
	(void)state;
	rig_open("file /D/C-1 text x\nfile /$Extend/$UsnJrnl text x\n");
	assert_int_equal(date(&files), 0);
	assert_false(dating.has_journal);
	rig_open("file /D/C-1 text x\nfile /$Extend/$UsnJrnl text x\n"
		 "stream /$Extend/$UsnJrnl $J repeat rubbish! 9000\n");
	assert_int_equal(date(&files), 0);
	assert_true(dating.has_journal);
	assert_int_equal(dating.span.records, 0);
	assert_int_equal(dating.span.damaged, 3);
}

static void failures(void **state)
{
	bool was_hit = true;
	char text[4096];
	uint64_t reads = 0, failed = 0;
	size_t n = put_file(text, "C-1", NOW - 3 * DAY, NOW - 3 * DAY);

	(void)state;
	n += put_change(text + n, "C-1", NOW - HOUR, WRITTEN, "");
	sprintf(text + n, "changefiller 5000 %llu\nchanges 0x200000000 2\n",
		NOW);
	rig_open(text);
	for (n = 1; was_hit; n++) {
		int err;

		delivery_list_free(&list);
		delivery_list_free(&left);
		assert_int_equal(delivery_list_read(&rig_volume.volume, &files,
					 1, &list, &left),
			0);
		failalloc_arm(n, false);
		err = delivery_list_date(
			&rig_volume.volume, NOW - DAY, &list, &left, &dating);
		was_hit = failalloc_disarm();
		if (err == 0)
			expect(0, "C-1", NOW - HOUR, DELIVERY_BY_JOURNAL);
		else
			assert_int_equal(err, -ERR_NO_MEMORY);
		assert_true(was_hit || err == 0);
	}
	assert_true(n > 5);
	for (n = 0; n == 0 || n <= reads; n++) {
		int err;

		mounted_unmount(&rig_volume);
		mounted_mount(&rig_volume);
		delivery_list_free(&list);
		delivery_list_free(&left);
		assert_int_equal(delivery_list_read(&rig_volume.volume, &files,
					 1, &list, &left),
			0);
		emudisk_reset(&rig_volume.disk);
		emudisk_plan_fault(
			&rig_volume.disk, EMUDISK_READ, EMUDISK_FAIL, n, false);
		err = delivery_list_date(
			&rig_volume.volume, NOW - DAY, &list, &left, &dating);
		/* What is read in two pieces is tried twice. */
		if (err == 0)
			expect(0, "C-1", NOW - HOUR, DELIVERY_BY_JOURNAL);
		else
			assert_int_equal(err, n ? -ERR_IO : 0);
		failed += err < 0;
		if (!n)
			reads = rig_volume.disk.counts.reads;
		emudisk_reset(&rig_volume.disk);
	}
	assert_true(failed > reads / 2);
}

#define TEST(test) cmocka_unit_test_teardown(test, list_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_journal_knows_better),
		TEST(what_is_no_delivery),
		TEST(back_from_a_hold),
		TEST(later_than_the_journal),
		TEST(another_sequence_number),
		TEST(the_record_is_ahead),
		TEST(the_same_time),
		TEST(generations_are_dated),
		TEST(nothing_delivered),
		TEST(many),
		TEST(a_strange_journal),
		TEST(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
