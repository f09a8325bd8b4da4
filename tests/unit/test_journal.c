/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states a journal can be in, made by mkjournal.py or by Windows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/journaled.h"
#include "tests/support/ntfs_peek.h"

#define LOG_PAGE      4096
#define RESTART_MINOR 0x1A
#define RESTART_MAJOR 0x1C

static void empty_log_is_clean(void **state)
{
	(void)state;
	journaled_make(JOURNALED_MANIFEST, NULL);
	assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
}

static void dirty_flag_alone(void **state)
{
	(void)state;
	journaled_make(JOURNALED_MANIFEST "dirty\n", NULL);
	assert_int_equal(journaled_classify(), JOURNAL_DIRTY_FLAG);
	journaled_make(JOURNALED_MANIFEST "dirty\n", "--version 1.1 --closed");
	assert_int_equal(journaled_classify(), JOURNAL_DIRTY_FLAG);
}

static void closed_and_in_use(void **state)
{
	(void)state;
	journaled_make(JOURNALED_MANIFEST, "--version 1.1 --closed");
	assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
	journaled_make(JOURNALED_MANIFEST, "--version 1.1");
	assert_int_equal(journaled_classify(), JOURNAL_REPLAYABLE_1_1);
	journaled_make(JOURNALED_MANIFEST, "--version 2.0");
	assert_int_equal(journaled_classify(), JOURNAL_REPLAYABLE_2_0);
	journaled_make(JOURNALED_MANIFEST, "--version 2.0 --closed");
	assert_int_equal(journaled_classify(), JOURNAL_REPLAYABLE_2_0);
	journaled_make(JOURNALED_MANIFEST "dirty\n", "--version 2.0");
	assert_int_equal(journaled_classify(), JOURNAL_REPLAYABLE_2_0);
}

static void hibernation_file_decides(void **state)
{
	static const struct {
		const char *content;
		enum journal_state expected;
	} files[] = {
		{"repeat hibr 8192", JOURNAL_HIBERNATED},
		{"repeat HIBR 8192", JOURNAL_HIBERNATED},
		{"repeat RSTR 8192", JOURNAL_HIBERNATED},
		{"repeat XXXX 8192", JOURNAL_HIBERNATED},
		{"text hibr", JOURNAL_HIBERNATED}, /* resident */
		{"text hib", JOURNAL_HIBERNATED},  /* short */
		{"", JOURNAL_HIBERNATED},	   /* empty */
		{"repeat WAKE 8192", JOURNAL_CLEAN},
		{"repeat wake 8192", JOURNAL_CLEAN},
		{"zero 8192", JOURNAL_CLEAN},
	};
	static const char *const journals[] = {NULL, "--version 2.0"};
	char manifest[200];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		for (int k = 0; k < 2; k++) {
			enum journal_state expected = files[i].expected;

			if (k && expected == JOURNAL_CLEAN)
				expected = JOURNAL_REPLAYABLE_2_0;
			snprintf(manifest, sizeof(manifest),
				"dir /Windows\nfile /HiberFil.sys %s\n",
				files[i].content);
			journaled_make(manifest, journals[k]);
			if (journaled_classify() != expected)
				fail_msg("%s, journal %d", files[i].content, k);
		}
	}
}

static void unreadable_hibernation_file_is_no_absence(void **state)
{
	uint64_t place;

	(void)state;
	journaled_make("file /hiberfil.sys repeat hibr 8192\n", NULL);
	place = peek_record_place(journaled.bytes, journaled.size,
		peek_record_of(
			journaled.bytes, journaled.size, "hiberfil.sys"));
	journaled.bytes[place] = 'X';
	assert_int_equal(journaled_classify(), JOURNAL_UNREADABLE);
}

static void wiped_restart_pages(void **state)
{
	static const char *const journals[] = {
		"--version 1.1", "--version 2.0"};
	static const enum journal_state whole[] = {
		JOURNAL_REPLAYABLE_1_1, JOURNAL_REPLAYABLE_2_0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int fill = 0; fill < 256; fill += 255) {
			journaled_make(JOURNALED_MANIFEST, journals[i]);
			memset(journaled_log_page(0), fill, LOG_PAGE);
			/* The second one still tells. */
			assert_int_equal(journaled_classify(), whole[i]);
			journaled_make(JOURNALED_MANIFEST, journals[i]);
			memset(journaled_log_page(0), fill, 2 * LOG_PAGE);
			assert_int_equal(
				journaled_classify(), JOURNAL_UNREADABLE);
		}
	}
}

/*
 * What a restart page has to say is in its first sector, so that a torn one
 * still tells the state.  It is not followed, though.
 */
static void torn_restart_pages(void **state)
{
	struct replay_result result;

	(void)state;
	for (unsigned int torn = 1; torn < 4; torn++) {
		journaled_make(JOURNALED_MANIFEST,
			"--version 2.0 --committed Windows/a.sys=2");
		if (torn & 1)
			journaled_log_page(0)[1023] ^= 0xff;
		if (torn & 2)
			journaled_log_page(1)[1023] ^= 0xff;
		assert_int_equal(journaled_classify(), JOURNAL_REPLAYABLE_2_0);
		assert_int_equal(journaled_replay(&result), -ERR_UNSUPPORTED);
		overlay_close(&journaled.overlay);
	}
}

static void unknown_versions(void **state)
{
	static const struct {
		uint8_t major;
		uint8_t minor;
	} versions[] = {{0, 0}, {0, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 0}, {3, 1},
		{255, 255}};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		journaled_make(JOURNALED_MANIFEST, "--version 2.0");
		for (unsigned int page = 0; page < 2; page++) {
			journaled_log_page(page)[RESTART_MAJOR] =
				versions[i].major;
			journaled_log_page(page)[RESTART_MINOR] =
				versions[i].minor;
		}
		if (journaled_classify() != JOURNAL_UNREADABLE)
			fail_msg("version %u.%u", versions[i].major,
				versions[i].minor);
	}
}

/* The one question: may it be called clean when it is not? */
static void failing_read_never_makes_it_clean(void **state)
{
	enum journal_state found;
	uint64_t reads;

	(void)state;
	journaled_make(
		"file /hiberfil.sys repeat hibr 8192\n", "--version 2.0");
	for (int hibernated = 1; hibernated >= 0; hibernated--) {
		if (!hibernated)
			journaled_make(JOURNALED_MANIFEST, "--version 2.0");
		mounted_mount(&journaled);
		emudisk_reset(&journaled.disk);
		assert_int_equal(
			journal_classify(&journaled.volume, &found), 0);
		reads = journaled.disk.counts.reads;
		mounted_unmount(&journaled);
		assert_true(reads > 3);
		for (uint64_t n = 1; n <= reads; n++) {
			for (int on = 0; on < 2; on++) {
				int err;

				mounted_mount(&journaled);
				found = JOURNAL_CLEAN;
				emudisk_plan_fault(&journaled.disk,
					EMUDISK_READ, EMUDISK_FAIL, n, on);
				err = journal_classify(
					&journaled.volume, &found);
				emudisk_reset(&journaled.disk);
				mounted_unmount(&journaled);
				if (err != -ERR_IO)
					fail_msg("classify:read:%d:%d: %d",
						(int)n, on, err);
			}
		}
	}
}

static void failing_allocation_never_makes_it_clean(void **state)
{
	enum journal_state found;
	bool was_hit = true;

	(void)state;
	journaled_make(JOURNALED_MANIFEST, "--version 2.0");
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		mounted_mount(&journaled);
		found = (enum journal_state)99;
		failalloc_arm(n, false);
		err = journal_classify(&journaled.volume, &found);
		was_hit = failalloc_disarm();
		mounted_unmount(&journaled);
		if (err == -ERR_NO_MEMORY)
			continue;
		if (err || (found != JOURNAL_REPLAYABLE_2_0 &&
				   found != JOURNAL_UNREADABLE))
			fail_msg("classify:allocation:%d: %d %d", (int)n, err,
				found);
	}
}

static void real_clean_journals(void **state)
{
	(void)state;
	if (mounted_fixture(&journaled, "win10-clean-ads-40m.dd", 0))
		assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
	mounted_close(&journaled);
	if (mounted_fixture(&journaled, "win10-index-2k-mbr-30m.raw", 65536))
		assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
}

static void every_state_has_words(void **state)
{
	(void)state;
	for (int s = JOURNAL_CLEAN; s <= JOURNAL_UNREADABLE; s++)
		assert_true(strlen(journal_state_text((enum journal_state)s)));
}

#define TEST(test) cmocka_unit_test_teardown(test, journaled_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_log_is_clean),
		TEST(dirty_flag_alone),
		TEST(closed_and_in_use),
		TEST(hibernation_file_decides),
		TEST(unreadable_hibernation_file_is_no_absence),
		TEST(wiped_restart_pages),
		TEST(torn_restart_pages),
		TEST(unknown_versions),
		TEST(failing_read_never_makes_it_clean),
		TEST(failing_allocation_never_makes_it_clean),
		TEST(real_clean_journals),
		TEST(every_state_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
