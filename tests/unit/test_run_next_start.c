/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs on PCs whose boot configuration has something to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/disk_layout.h"
#include "tests/support/hive_maker.h"
#include "tests/support/july_run.h"
#include "tests/support/ntfs_peek.h"

#define TEXT_BYTES 512

#define WINDOWS_PARTITION 2
#define WINRE_PARTITION	  3

/* On the disk with a table (july.c) */
#define WINDOWS_SERIAL ((2u << 20) + 0x48)
#define WINRE_SERIAL   ((14u << 20) + 0x48)

#define DAY (24 * FILETIME_TICKS_PER_HOUR)

static struct made_hive made;

static int teardown(void **state)
{
	hive_free(&made);
	memset(&made, 0, sizeof(made));
	return pc_teardown(state);
}

static void put_config(const char *description)
{
	const char *words[] = {description, NULL};
	struct fake_file *f = &pc.machine.boot_files[BOOT_FILE_BCD];

	hive_free(&made);
	hive_make_bcd(&made, words);
	f->bytes = made.primary.bytes;
	f->len = (size_t)made.primary.disk.size_bytes;
	pc.machine.boot_file_gets = 0;
}

/* The default is on @partition; @more: of that loader, @manager: of its store
 */
static void put_default(
	unsigned int partition, const char *more, const char *manager)
{
	char text[TEXT_BYTES];

	(void)snprintf(text, sizeof(text),
		"{'default': 'a', %s 'loaders': {'a': {%s 'gpt': ('%s', "
		"'" LAYOUT_PART_GUID "')}, 're': {'file': ('%s', '%s')}}}",
		manager, more, LAYOUT_DISK_GUID, partition, LAYOUT_DISK_GUID,
		LAYOUT_DISK_GUID);
	put_config(text);
}

static void a_pc_that_is_well(void **state)
{
	struct july j = {.has_table = true, .status = july_status()};

	(void)state;
	j.status.succeeded = j.status.shut_down = j.status.checkpoint = 1;
	pc_start(&j);
	put_default(WINRE_PARTITION, "", "");
	pc_expect_untouched(VERDICT_BOOT);
	assert_int_equal(pc.machine.boot_file_gets, 0);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"boot_config\""), 0);
}

static void the_default_is_repaired(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	put_default(WINDOWS_PARTITION, "", "");
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"event\":\"boot_config\",\"state\":\"read\","
				 "\"choice\":\"default\""),
		1);
	/* One Windows needs no explanation. */
	assert_int_equal(fake_machine_heard(&pc.machine, "boot config"), 0);
}

static void another_is_started(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	put_default(WINRE_PARTITION, "", "");
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(pc.outcome.windows, WINDOWS_ELSEWHERE);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "no Windows that can be opened is there"),
		1);
	put_config("{'default': 're', 'loaders': {'re': {'file': "
		   "('" LAYOUT_DISK_GUID "', '" LAYOUT_DISK_GUID "')}}}");
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(fake_machine_heard(&pc.machine, "out of a file"), 1);
	put_config("{'default': 'a', 'loaders': {'a': {'mbr': (1, 4096)}}}");
	pc_expect_untouched(VERDICT_REFUSE);
	assert_int_equal(fake_machine_heard(
				 &pc.machine, "at byte 4096 of disk 00000001"),
		1);
}

/* A person who gives an order knows what for. */
static void an_order_is_followed(void **state)
{
	const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = JULY_FOLDER "/" JULY_BAD};

	(void)state;
	pc_start(&pc_with_table);
	put_default(WINRE_PARTITION, "", "");
	assert_int_equal(pc_run_with(&hold), VERDICT_HOLD);
	pc_expect_held(true, false);
	assert_int_equal(pc_run_with(&pc_undo_all), VERDICT_RESTORE_AND_HOLD);
	pc_expect_held(false, false);
	assert_int_equal(pc.machine.boot_file_gets, 0);
}

static void what_nobody_can_read_changes_nothing(void **state)
{
	static const int errs[] = {-ERR_IO, -ERR_AMBIGUOUS, -ERR_TOO_LARGE};

	(void)state;
	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		pc_start(&pc_with_table);
		pc.machine.boot_files[BOOT_FILE_BCD].err = errs[i];
		assert_int_equal(pc_run(), VERDICT_HOLD);
		pc_expect_held(true, true);
		assert_int_equal(
			fake_machine_reported(&pc.machine,
				"\"boot_config\",\"state\":\"failed\""),
			1);
	}
}

/* --- Several ---------------------------------------------------------------
 */

static void two_windows_undecided(void **state)
{
	static struct emudisk second;
	static const struct {
		const char *description; /* or NULL: there is none */
		const char *sentence;
	} all[] = {
		{NULL, "No boot configuration (BCD) was found"},
		{"{'default': 'a'}", "its default is not in it"},
		{"{'default': 'a', 'loaders': {'a': {'raw': '00'}}}",
			"its default is damaged, or no Windows"},
		{"{'default': 'a', 'loaders': {'a': {}}}",
			"its default is on no partition of a disk"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		pc_start(&pc_with_table);
		assert_int_equal(emudisk_clone(&second, &pc.disk), 0);
		disk_set_name(&second.disk, "disk 1");
		layout_gpt_guid(&second, 0x77);
		/* No twins of the first one's volumes. */
		second.bytes[WINDOWS_SERIAL] ^= 1;
		second.bytes[WINRE_SERIAL] ^= 1;
		fake_machine_add_disk(&pc.machine, &second.disk);
		if (all[i].description)
			put_config(all[i].description);
		fake_machine_forget(&pc.machine);
		recovery_run(&pc.machine.platform, &pc_no_order, &pc.policy,
			&pc.outcome);
		assert_int_equal(pc.outcome.verdict, VERDICT_REFUSE);
		assert_int_equal(pc.outcome.windows, WINDOWS_SEVERAL);
		assert_int_equal(pc.disk.counts.writes, 0);
		assert_int_equal(second.counts.writes, 0);
		if (fake_machine_heard(&pc.machine, all[i].sentence) != 1)
			fail_msg("not said: %s", all[i].sentence);
		emudisk_close(&second);
	}
}

/* --- Automatic Repair, switched off ----------------------------------------
 */

static void no_mark_where_nothing_diverts(void **state)
{
	struct july j = {.has_table = true, .status = july_status()};
	uint64_t size, place;
	unsigned char *volume;

	(void)state;
	j.status.attempts = 2;
	j.status.boot_id++;
	pc_start(&j);
	put_default(WINDOWS_PARTITION, "'recovery_enabled': 0,", "");
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	assert_int_equal(fake_machine_heard(&pc.machine, "marked good"), 0);
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "Automatic Repair is switched off"),
		1);
	volume = july_volume(&pc.disk, &j, &size);
	place = peek_data_place(
		volume, size, peek_record_of(volume, size, "bootstat.dat"));
	assert_int_equal(volume[place + 0x30], 2);
	assert_int_equal(volume[place + 0x0a], 0);
	/* The next start leaves a boot id: it is a start of Windows. */
	assert_int_equal(pc.outcome.boot_id, j.status.boot_id);
}

/* --- Servicing -------------------------------------------------------------
 */

static void something_is_started_once(void **state)
{
	(void)state;
	pc_start(&pc_with_table);
	put_default(WINDOWS_PARTITION, "", "'one_time': ['re'],");
	assert_int_equal(pc_run(), VERDICT_BOOT);
	pc_expect_nothing_written();
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"servicing\""), 1);
	assert_int_equal(
		fake_machine_heard(&pc.machine, "start something else once"),
		1);
}

/* pending.xml, @days before the last session ended. */
static enum verdict run_with_pending(unsigned int days)
{
	static char more[8][256];
	static unsigned int used;
	struct july j = {.has_table = true, .more = more[used]};

	(void)snprintf(more[used], sizeof(more[used]),
		"dir /Windows/WinSxS\nclock %llu\n"
		"file /Windows/WinSxS/pending.xml text pending\n",
		(unsigned long long)(JULY_HEARTBEAT - days * DAY));
	used++;
	pc_start(&j);
	put_default(WINDOWS_PARTITION, "", "");
	return pc_run();
}

static void updates_wait_for_a_restart(void **state)
{
	(void)state;
	assert_int_equal(run_with_pending(0), VERDICT_BOOT);
	pc_expect_nothing_written();
	assert_int_equal(fake_machine_heard(&pc.machine,
				 "pending.xml, changed 2024-07-19T04:20:00Z"),
		1);
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"pending_xml\":\"read\""),
		1);
	assert_int_equal(run_with_pending(45), VERDICT_BOOT);
	assert_int_equal(run_with_pending(46), VERDICT_HOLD);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pc_that_is_well),
		TEST(the_default_is_repaired),
		TEST(another_is_started),
		TEST(an_order_is_followed),
		TEST(what_nobody_can_read_changes_nothing),
		TEST(two_windows_undecided),
		TEST(no_mark_where_nothing_diverts),
		TEST(something_is_started_once),
		TEST(updates_wait_for_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
