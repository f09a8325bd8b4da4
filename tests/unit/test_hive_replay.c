/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hives whose newest changes are in their logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/hive_replay.h"
#include "recovery/hive_value.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/hive_maker.h"
#include "tests/support/hive_visit.h"

/* Three changes, the last of which makes the hive longer. */
#define TEN	"0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG	HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define CHANGES 3

#define SELECT "'Select': {'Current': 1}, "
#define OLD    "'S/old': {'Start': 3, 'More': '" LONG "'}"
#define LAST   "'S/last': {'Data': b'" LONG LONG LONG LONG LONG LONG "'}"

#define BEFORE	 "{" SELECT OLD "}"
#define CHANGE_1 "{'S/new': {'Start': 1, 'Path': 'new.sys'}}"
#define CHANGE_2 "{'S/new': {'Start': 0}}"
#define CHANGE_3 "{" LAST "}"

/* What a hive says that was written after so many of them. */
static const char *const after[CHANGES + 1] = {
	BEFORE,
	"{" SELECT OLD ", 'S/new': {'Start': 1, 'Path': 'new.sys'}}",
	"{" SELECT OLD ", 'S/new': {'Start': 0, 'Path': 'new.sys'}}",
	"{" SELECT OLD ", 'S/new': {'Start': 0, 'Path': 'new.sys'}, " LAST "}",
};

static struct made_hive made;
static struct hive_replay replay;
static struct hive hive;

static int teardown(void **state)
{
	(void)state;
	hive_replay_close(&replay);
	hive_free(&made);
	return 0;
}

static int open_replay(void)
{
	return hive_replay_open(&replay, &made.primary.disk, &made.logs[0].disk,
		&made.logs[1].disk);
}

/* All that the disk shows from the first bin on; free() it. */
static uint8_t *bins_of(struct disk *d, size_t *ret_len)
{
	size_t len = (size_t)d->size_bytes - HIVE_BASE_BYTES;
	uint8_t *bytes = malloc(len);

	assert_non_null(bytes);
	/* In pieces that divide nothing. */
	for (size_t at = 0; at < len; at += 7777) {
		size_t part = len - at < 7777 ? len - at : 7777;

		assert_int_equal(
			disk_read(d, HIVE_BASE_BYTES + at, bytes + at, part),
			0);
	}
	*ret_len = len;
	return bytes;
}

/* --- What Windows has made of the same hives --------------------------------
 */

/*
 * Windows 7 has changed two things more, once the hive was recovered: when its
 * first bin was last written, and how long a key thinks the names of its values
 * are.
 */
static bool is_changed_later(const uint8_t *bins, size_t at)
{
	size_t key;

	if (at >= 0x14 && at < 0x1C)
		return true;
	for (key = at - 0x3F; key <= at - 0x3C; key++)
		if (key % 8 == 4 && !memcmp(bins + key, "nk", 2))
			return true;
	return false;
}

static void expect_same_bins(
	const uint8_t *bins, const uint8_t *windows, size_t len, bool is_old)
{
	for (size_t at = 0; at < len; at++)
		if (bins[at] != windows[at] &&
			!(is_old && is_changed_later(bins, at)))
			fail_msg("byte 0x%zX is 0x%02X, not 0x%02X", at,
				bins[at], windows[at]);
}

static void recovered_as_by_windows(
	const char *name, const char *recovered, bool is_old)
{
	struct emudisk windows;
	size_t len;
	uint8_t *bins;

	if (!hive_fixture(&made, name))
		skip();
	assert_true(hive_fixture_file(&windows, recovered));
	assert_int_equal(open_replay(), 0);
	assert_int_equal(replay.state, HIVE_REPLAYED);
	assert_true(replay.entries > 0);
	bins = bins_of(&replay.disk, &len);
	assert_in_range(
		len, HIVE_BIN_BYTES, windows.disk.size_bytes - HIVE_BASE_BYTES);
	assert_int_equal(len, le32_get(windows.bytes + 0x28));
	expect_same_bins(bins, windows.bytes + HIVE_BASE_BYTES, len, is_old);
	free(bins);
	emudisk_close(&windows);
	assert_int_equal(hive_open(&hive, &replay.disk), 0);
	assert_false(hive.is_dirty);
	assert_int_equal(hive_visit(&hive, 100000).err, 0);
}

static void as_windows_10(void **state)
{
	(void)state;
	recovered_as_by_windows("yarp-given.tar.xz:NewDirtyHive1/NewDirtyHive",
		"yarp-given.tar.xz:NewDirtyHive1/RecoveredHive_Windows10",
		false);
}

static void as_windows_7(void **state)
{
	(void)state;
	recovered_as_by_windows("yarp-given.tar.xz:OldDirtyHive/OldDirtyHive",
		"yarp-given.tar.xz:OldDirtyHive/RecoveredHive_Windows7", true);
}

static void damaged_logs_are_none(void **state)
{
	static const char *const names[] = {
		"yarp-given.tar.xz:BadLogHive1/BadLogHive",
		"yarp-given.tar.xz:BadLogHive3/BadLogHive"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		if (!hive_fixture(&made, names[i]))
			skip();
		assert_int_equal(open_replay(), 0);
		assert_int_equal(replay.state, HIVE_STALE);
		assert_int_equal(replay.log_errs[0], -ERR_CORRUPT);
		assert_int_equal(hive_open(&hive, &replay.disk), 0);
		assert_true(hive.is_dirty);
		teardown(NULL);
	}
}

/* Of a PC: what came last is only in the logs. */
static void services_of_a_real_system(void **state)
{
	struct hive_key services, k;

	(void)state;
	if (!hive_fixture(&made, "SYSTEM_B"))
		skip();
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
	assert_true(hive.is_dirty);
	assert_int_equal(hive_find(&hive, &hive.root, "ControlSet001\\Services",
				 &services),
		0);
	assert_int_equal(services.subkey_count, 655);
	assert_int_equal(
		hive_find(&hive, &services, "ad_driver", &k), -ERR_NOT_FOUND);

	assert_int_equal(open_replay(), 0);
	assert_int_equal(replay.state, HIVE_REPLAYED);
	assert_int_equal(hive_open(&hive, &replay.disk), 0);
	assert_int_equal(hive_find(&hive, &hive.root, "ControlSet001\\Services",
				 &services),
		0);
	assert_int_equal(services.subkey_count, 656);
	assert_int_equal(hive_find(&hive, &services, "ad_driver", &k), 0);
	/* The logs made it longer than its file is. */
	assert_true(replay.disk.size_bytes > HIVE_BASE_BYTES + 12398592);
}

/* --- Made ones --------------------------------------------------------------
 */

/* The bins as they are after so many changes; the dirty hive's are the first.
 */
static struct made_hive states[CHANGES + 1];

static int make_states(void **state)
{
	(void)state;
	for (size_t i = 0; i <= CHANGES; i++) {
		const char *words[] = {after[i], NULL};

		hive_make(&states[i], words);
	}
	return 0;
}

static int free_states(void **state)
{
	(void)state;
	for (size_t i = 0; i <= CHANGES; i++)
		hive_free(&states[i]);
	return 0;
}

/* A dirty hive; so many of its changes are in the first log. */
static void make_dirty(const char *first)
{
	const char *words[] = {
		"--first", first, BEFORE, CHANGE_1, CHANGE_2, CHANGE_3, NULL};

	hive_make(&made, words);
}

static bool shows_state(size_t number)
{
	struct disk *wanted = &states[number].primary.disk;
	bool is_same;
	uint8_t *bins;
	size_t len;

	if (replay.disk.size_bytes != wanted->size_bytes)
		return false;
	bins = bins_of(&replay.disk, &len);
	is_same = !memcmp(
		bins, states[number].primary.bytes + HIVE_BASE_BYTES, len);
	free(bins);
	return is_same;
}

/* Opens the replay and reads all of it; which of the states is it? */
static size_t state_shown(void)
{
	size_t i;

	assert_int_equal(open_replay(), 0);
	assert_int_equal(hive_open(&hive, &replay.disk), 0);
	assert_int_equal(hive_visit(&hive, 1000).err, 0);
	for (i = 0; i <= CHANGES; i++)
		if (shows_state(i))
			break;
	assert_in_range(i, 0, CHANGES);
	assert_int_equal(replay.state, i ? HIVE_REPLAYED : HIVE_STALE);
	assert_int_equal(hive.is_dirty, i == 0);
	hive_replay_close(&replay);
	return i;
}

static void all_changes_from_one_log_or_two(void **state)
{
	static const char *const first[] = {"0", "1", "2", "3"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		make_dirty(first[i]);
		assert_int_equal(state_shown(), CHANGES);
		hive_free(&made);
	}
}

static void a_log_of_windows_7(void **state)
{
	const char *words[] = {
		"--old-log", BEFORE, CHANGE_1, CHANGE_2, CHANGE_3, NULL};

	(void)state;
	hive_make(&made, words);
	assert_int_equal(state_shown(), CHANGES);
	/* Older than the hive: of an earlier crash. */
	le64_put(made.logs[0].bytes + 0x0C, 1);
	le32_put(made.logs[0].bytes + 0x1FC,
		hive_base_checksum(made.logs[0].bytes));
	assert_int_equal(state_shown(), 0);
}

/* Its logs may say what they like. */
static void a_clean_hive_costs_no_log(void **state)
{
	(void)state;
	make_dirty("2");
	le32_put(made.primary.bytes + 4, le32_get(made.primary.bytes + 8));
	le32_put(made.primary.bytes + 0x1FC,
		hive_base_checksum(made.primary.bytes));
	assert_int_equal(open_replay(), 0);
	assert_int_equal(replay.state, HIVE_CLEAN);
	assert_int_equal(made.logs[0].counts.reads, 0);
	assert_int_equal(made.logs[1].counts.reads, 0);
	assert_true(shows_state(0));
	assert_int_equal(hive_open(&hive, &replay.disk), 0);
	assert_false(hive.is_dirty);
}

static void a_gap_ends_it(void **state)
{
	(void)state;
	make_dirty("1");
	/* The second log goes on one later. */
	le32_put(made.logs[1].bytes + 4, 10);
	le32_put(made.logs[1].bytes + 8, 10);
	le32_put(made.logs[1].bytes + 0x1FC,
		hive_base_checksum(made.logs[1].bytes));
	assert_int_equal(state_shown(), 1);
	hive_free(&made);
	/* What both logs say is older than the hive. */
	make_dirty("1");
	le32_put(made.primary.bytes + 4, 100);
	le32_put(made.primary.bytes + 8, 99);
	le32_put(made.primary.bytes + 0x1FC,
		hive_base_checksum(made.primary.bytes));
	assert_int_equal(state_shown(), 0);
}

/* Numbers of entries start again at 0. */
static void numbers_go_round(void **state)
{
	(void)state;
	make_dirty("3");
	le32_put(made.primary.bytes + 4, 5);
	le32_put(made.primary.bytes + 8, UINT32_MAX - 5);
	le32_put(made.primary.bytes + 0x1FC,
		hive_base_checksum(made.primary.bytes));
	assert_int_equal(state_shown(), CHANGES);
}

static void without_a_log(void **state)
{
	(void)state;
	make_dirty("3");
	assert_int_equal(
		hive_replay_open(&replay, &made.primary.disk, NULL, NULL), 0);
	assert_int_equal(replay.state, HIVE_STALE);
	assert_int_equal(replay.log_errs[0], -ERR_NOT_FOUND);
	assert_true(shows_state(0));
	/* Nothing is ever written. */
	assert_int_equal(disk_write(&replay.disk, 0, "x", 1), -ERR_READ_ONLY);
	replay.disk.may_write = true;
	assert_int_equal(disk_write(&replay.disk, 0, "x", 1), -ERR_READ_ONLY);
	assert_int_equal(disk_flush(&replay.disk), 0);
}

/* The newest log has a copy of the base block, and Windows takes it. */
static void a_broken_base_block(void **state)
{
	(void)state;
	make_dirty("3");
	memset(made.primary.bytes, 0, 512);
	assert_int_equal(state_shown(), CHANGES);
	memset(made.logs[0].bytes, 0, 512);
	assert_int_equal(open_replay(), -ERR_NOT_FOUND);
	made.primary.bytes[0] = 'r';
	memcpy(made.primary.bytes, "regf", 4);
	assert_int_equal(open_replay(), -ERR_CORRUPT);
}

/* --- Bad bytes --------------------------------------------------------------
 */

/*
 * With any byte of a log changed, or the log cut anywhere, the hive is as it
 * was at some time: never a mixture.
 */
static void any_byte_of_a_log_changed(void **state)
{
	size_t seen[CHANGES + 1] = {0};

	(void)state;
	make_dirty("1");
	for (size_t log = 0; log < 2; log++) {
		struct emudisk *e = &made.logs[log];

		/* Of the pages every 61st byte will do. */
		for (size_t at = 0; at < e->disk.size_bytes;
			at += at % 8192 < 640 ? 1 : 61) {
			e->bytes[at] ^= 0xFF;
			seen[state_shown()]++;
			e->bytes[at] ^= 0xFF;
		}
	}
	for (size_t i = 0; i <= CHANGES; i++)
		assert_true(seen[i] > 0);
}

static void a_log_that_ends_too_early(void **state)
{
	uint64_t whole, len;
	size_t last = 0;

	(void)state;
	make_dirty("3");
	whole = made.logs[0].disk.size_bytes;
	for (len = 0; len < whole; len += len < 1100 ? 1 : 256) {
		size_t shown;

		made.logs[0].disk.size_bytes = len;
		shown = state_shown();
		assert_true(shown >= last);
		last = shown;
	}
	made.logs[0].disk.size_bytes = whole;
	assert_int_equal(last, CHANGES - 1);
	assert_int_equal(state_shown(), CHANGES);
}

static void a_hive_that_is_too_short(void **state)
{
	(void)state;
	make_dirty("3");
	made.primary.disk.size_bytes = HIVE_BASE_BYTES - 1;
	assert_int_equal(open_replay(), -ERR_TRUNCATED);
	made.primary.disk.size_bytes = 0;
	assert_int_equal(open_replay(), -ERR_NOT_FOUND);
}

static void any_read_may_fail(void **state)
{
	struct emudisk *const disks[] = {
		&made.primary, &made.logs[0], &made.logs[1]};

	(void)state;
	make_dirty("2");
	for (size_t i = 0; i < 3; i++) {
		uint64_t reads, nth;

		emudisk_reset(disks[i]);
		assert_int_equal(open_replay(), 0);
		hive_replay_close(&replay);
		reads = disks[i]->counts.reads;
		assert_true(reads > 0);
		for (nth = 1; nth <= reads; nth++) {
			emudisk_plan_fault(disks[i], EMUDISK_READ, EMUDISK_FAIL,
				nth, false);
			assert_int_equal(open_replay(), -ERR_IO);
			hive_replay_close(&replay);
		}
		emudisk_reset(disks[i]);
	}
}

static void any_allocation_may_fail(void **state)
{
	uint64_t nth;
	int err = -1;

	(void)state;
	make_dirty("2");
	for (nth = 1; err < 0; nth++) {
		failalloc_arm(nth, false);
		err = open_replay();
		(void)failalloc_disarm();
		if (err < 0)
			assert_int_equal(err, -ERR_NO_MEMORY);
		hive_replay_close(&replay);
	}
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(as_windows_10, teardown),
		cmocka_unit_test_teardown(as_windows_7, teardown),
		cmocka_unit_test_teardown(damaged_logs_are_none, teardown),
		cmocka_unit_test_teardown(services_of_a_real_system, teardown),
		cmocka_unit_test_teardown(
			all_changes_from_one_log_or_two, teardown),
		cmocka_unit_test_teardown(a_log_of_windows_7, teardown),
		cmocka_unit_test_teardown(a_clean_hive_costs_no_log, teardown),
		cmocka_unit_test_teardown(a_gap_ends_it, teardown),
		cmocka_unit_test_teardown(numbers_go_round, teardown),
		cmocka_unit_test_teardown(without_a_log, teardown),
		cmocka_unit_test_teardown(a_broken_base_block, teardown),
		cmocka_unit_test_teardown(any_byte_of_a_log_changed, teardown),
		cmocka_unit_test_teardown(a_log_that_ends_too_early, teardown),
		cmocka_unit_test_teardown(a_hive_that_is_too_short, teardown),
		cmocka_unit_test_teardown(any_read_may_fail, teardown),
		cmocka_unit_test_teardown(any_allocation_may_fail, teardown),
	};

	return cmocka_run_group_tests(tests, make_states, free_states);
}
