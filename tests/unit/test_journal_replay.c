/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What redoing a journal changes: mkjournal.py made it, or Windows did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/commit.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/journaled.h"
#include "tests/support/ntfs_peek.h"

#define HIDDEN	       2
#define RESTART_MAJOR  0x1C
#define TYPE_STANDARD  0x10
#define OFF_VALUE      24 /* of a resident attribute without a name */
#define OFF_FILE_FLAGS 0x20

static uint32_t file_flags(const char *name)
{
	uint64_t number = peek_record_of(journaled.bytes, journaled.size, name);
	uint64_t place = peek_attribute_place(
		journaled.bytes, journaled.size, number, TYPE_STANDARD);

	assert_true(place);
	return le32_get(journaled.bytes + place + OFF_VALUE + OFF_FILE_FLAGS);
}

/* As after a run: the overlay on the disk, the volume closed. */
static void keep_replay(void)
{
	struct commit_counts counts;

	assert_int_equal(commit_overlay(&journaled.overlay,
				 &journaled.slice.disk, NULL, NULL, &counts),
		0);
	overlay_close(&journaled.overlay);
}

/* Restart pages are touched in their epoch only, and nothing else is. */
static void check_epochs(void)
{
	uint64_t first =
		(uint64_t)(journaled_log_page(0) - journaled.bytes) / 512;
	unsigned int restart_blocks = 0;

	for (size_t i = 0; i < journaled.overlay.block_count; i++) {
		const struct overlay_block *b = &journaled.overlay.blocks[i];
		bool is_restart = b->number >= first && b->number < first + 16;

		assert_true(b->epoch == EPOCH_REPLAY ||
			    b->epoch == EPOCH_JOURNAL_CLEAN);
		assert_int_equal(b->epoch == EPOCH_JOURNAL_CLEAN, is_restart);
		restart_blocks += is_restart;
	}
	assert_int_equal(restart_blocks, 16);
}

static void replay_redoes_what_was_committed(void **state)
{
	static const char *const versions[] = {"1.1", "2.0"};
	struct replay_result result;
	char journal[200];
	char *before, *after, *difference;

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(journal, sizeof(journal),
			"--version %s --committed Windows/a.sys=2 "
			"--committed Windows/b.sys=4 "
			"--unfinished Windows/c.sys=2",
			versions[i]);
		journaled_make(JOURNALED_MANIFEST, journal);
		before = peek_describe(journaled.bytes, journaled.size);
		assert_int_equal(file_flags("a.sys") & 6, 0);
		assert_int_equal(journaled_replay(&result), 0);
		/* Two updates, two ends, and two of the checkpoint. */
		assert_int_equal(result.actions, 6);
		assert_int_equal(result.uncommitted, 1);
		check_epochs();
		keep_replay();
		assert_int_equal(file_flags("a.sys") & 6, 2);
		assert_int_equal(file_flags("b.sys") & 6, 4);
		assert_int_equal(file_flags("c.sys") & 6, 0);
		after = peek_describe(journaled.bytes, journaled.size);
		difference = peek_difference(before, after);
		free(before);
		before = peek_without(difference, "attribute 0x10");
		free(difference);
		/* What was left unfinished is for Windows to check. */
		difference = peek_without(before, "record 3 attribute 0x70");
		assert_string_equal(difference, "");
		free(before);
		free(after);
		free(difference);
		assert_int_equal(journaled_classify(), JOURNAL_DIRTY_FLAG);
	}
}

/* Such records bring no data; a Windows 10 journal is full of them. */
static void trimmed_records_are_followed(void **state)
{
	struct replay_result result;
	unsigned char *record;
	uint32_t used;
	char *text;

	(void)state;
	journaled_make(JOURNALED_MANIFEST,
		"--version 2.0 --trimmed Windows/a.sys "
		"--committed Windows/b.sys=4");
	record = journaled.bytes + peek_record_place(journaled.bytes,
					   journaled.size,
					   peek_record_of(journaled.bytes,
						   journaled.size, "a.sys"));
	used = le32_get(record + 0x18);
	assert_true(used + 16 < 1022);
	memset(record + used, 0x5a, 8);
	assert_int_equal(journaled_replay(&result), 0);
	assert_int_equal(result.uncommitted, 0);
	keep_replay();
	for (int i = 0; i < 8; i++)
		assert_int_equal(record[used + (uint32_t)i], 0);
	assert_int_equal(file_flags("b.sys") & 6, 4);
	text = peek_check(journaled.bytes, journaled.size);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
}

static void closed_2_0_is_brought_to_1_1(void **state)
{
	struct replay_result result;

	(void)state;
	journaled_make(JOURNALED_MANIFEST, "--version 2.0 --closed");
	assert_int_equal(journaled_replay(&result), 0);
	assert_int_equal(result.actions, 0);
	assert_int_equal(result.uncommitted, 0);
	keep_replay();
	assert_int_equal(journaled_log_page(0)[RESTART_MAJOR], 1);
	assert_int_equal(journaled_log_page(1)[RESTART_MAJOR], 1);
	assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
}

static void replay_wants_its_epoch(void **state)
{
	struct replay_result result;

	(void)state;
	journaled_make(JOURNALED_MANIFEST, "--version 2.0");
	assert_int_equal(overlay_open(&journaled.overlay, &journaled.slice.disk,
				 OVERLAY_MAX_BYTES),
		0);
	assert_int_equal(
		overlay_enter(&journaled.overlay, EPOCH_JOURNAL_CLEAN), 0);
	assert_int_equal(journal_replay(&journaled.overlay,
				 &journaled.overlay.disk, &result),
		-ERR_INTERNAL);
}

/*
 * A torn page is one that was not written to its end: what it held was not
 * committed.  All of it is redone or none.
 */
static void torn_log_is_not_followed_in_part(void **state)
{
	struct replay_result result;

	(void)state;
	for (unsigned int page = 2; page < 36; page += page == 2 ? 32 : 1) {
		journaled_make(JOURNALED_MANIFEST,
			"--version 2.0 --committed Windows/a.sys=2 "
			"--committed Windows/b.sys=2");
		journaled_log_page(page)[511] ^= 0xff;
		if (journaled_replay(&result) == 0) {
			keep_replay();
			assert_int_equal(file_flags("a.sys") & HIDDEN,
				file_flags("b.sys") & HIDDEN);
		} else {
			overlay_close(&journaled.overlay);
		}
	}
}

static const char *const busy = "--version 2.0 --committed Windows/a.sys=2 "
				"--committed Windows/b.sys=4 "
				"--unfinished Windows/c.sys=2";

/* What a replay without faults leaves. */
static unsigned char *replayed_bytes(uint64_t *ret_reads)
{
	unsigned char *copy = malloc(journaled.size);
	struct replay_result result;

	assert_non_null(copy);
	emudisk_reset(&journaled.disk);
	assert_int_equal(journaled_replay(&result), 0);
	*ret_reads = journaled.disk.counts.reads;
	assert_int_equal(
		disk_read(&journaled.overlay.disk, 0, copy, journaled.size), 0);
	overlay_close(&journaled.overlay);
	return copy;
}

/* Either it failed, or it did all of it. */
static void check_replay(
	const char *what, uint64_t n, int err, const unsigned char *expected)
{
	unsigned char *now;

	if (err == 0) {
		now = malloc(journaled.size);
		assert_non_null(now);
		assert_int_equal(disk_read(&journaled.overlay.disk, 0, now,
					 journaled.size),
			0);
		if (memcmp(now, expected, journaled.size))
			fail_msg("replay:%s:%d: half a replay", what, (int)n);
		free(now);
	}
	overlay_close(&journaled.overlay);
}

static void failing_read_ends_the_replay(void **state)
{
	struct replay_result result;
	unsigned char *expected;
	uint64_t reads;

	(void)state;
	journaled_make(JOURNALED_MANIFEST, busy);
	expected = replayed_bytes(&reads);
	assert_true(reads > 20);
	for (uint64_t n = 1; n <= reads; n++) {
		for (int on = 0; on < 2; on++) {
			int err;

			emudisk_reset(&journaled.disk);
			emudisk_plan_fault(&journaled.disk, EMUDISK_READ,
				EMUDISK_FAIL, n, on);
			err = journaled_replay(&result);
			emudisk_plan_fault(&journaled.disk, EMUDISK_READ,
				EMUDISK_FAIL, 0, false);
			if (err != -ERR_IO)
				fail_msg("replay:read:%d:%d: %d", (int)n, on,
					err);
			overlay_close(&journaled.overlay);
		}
	}
	free(expected);
}

static void failing_allocation_ends_the_replay(void **state)
{
	struct replay_result result;
	unsigned char *expected;
	bool was_hit = true;
	uint64_t reads;

	(void)state;
	journaled_make(JOURNALED_MANIFEST, busy);
	expected = replayed_bytes(&reads);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		assert_int_equal(
			overlay_open(&journaled.overlay, &journaled.slice.disk,
				OVERLAY_MAX_BYTES),
			0);
		failalloc_arm(n, false);
		err = journal_replay(
			&journaled.overlay, &journaled.overlay.disk, &result);
		was_hit = failalloc_disarm();
		assert_true(was_hit || err == 0);
		check_replay("allocation", n, err, expected);
	}
	assert_true(failalloc_count() > 100);
	free(expected);
}

static void run_tool(const char *format, const char *path)
{
	char command[1024];

	snprintf(command, sizeof(command), format, path);
	if (system(command))
		fail_msg("%s", command);
}

/* Byte for byte what the distribution's ntfsrecover makes of it. */
static void real_2_0_journal(void **state)
{
	const char *path = make_image_path("recovered.img");
	struct replay_result result;
	struct emudisk other;
	char *text;

	(void)state;
	if (!mounted_fixture(&journaled, "win10-dirty-log20-10m.dd", 0))
		return;
	assert_int_equal(journaled_classify(), JOURNAL_REPLAYABLE_2_0);
	assert_int_equal(emudisk_save(&journaled.disk, path), 0);
	run_tool("ntfsrecover -s -k %s >/dev/null 2>&1", path);
	assert_int_equal(journaled_replay(&result), 0);
	assert_int_equal(result.actions, 2);
	keep_replay();
	assert_int_equal(emudisk_load(&other, path, 512), 0);
	assert_memory_equal(other.bytes, journaled.bytes, journaled.size);
	emudisk_close(&other);
	text = peek_check(journaled.bytes, journaled.size);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(journaled_classify(), JOURNAL_CLEAN);
	assert_int_equal(emudisk_save(&journaled.disk, path), 0);
	run_tool("ntfs-3g.probe --readwrite %s", path);
}

#define TEST(test) cmocka_unit_test_teardown(test, journaled_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(replay_redoes_what_was_committed),
		TEST(trimmed_records_are_followed),
		TEST(closed_2_0_is_brought_to_1_1),
		TEST(replay_wants_its_epoch),
		TEST(torn_log_is_not_followed_in_part),
		TEST(failing_read_ends_the_replay),
		TEST(failing_allocation_ends_the_replay),
		TEST(real_2_0_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
