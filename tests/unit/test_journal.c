/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states a journal can be in, and what redoing it changes.  The journals
 * are made by mkjournal.py or by Windows.
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
#include "storage/commit.h"
#include "storage/err.h"
#include "storage/journal.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"

#define HIDDEN	       2
#define LOG_PAGE       4096
#define RESTART_MINOR  0x1A
#define RESTART_MAJOR  0x1C
#define TYPE_STANDARD  0x10
#define OFF_VALUE      24 /* of a resident attribute without a name */
#define OFF_FILE_FLAGS 0x20

#define MANIFEST                                                               \
	"dir /Windows\n"                                                       \
	"file /Windows/a.sys repeat A 9000\n"                                  \
	"file /Windows/b.sys repeat B 9000\n"                                  \
	"file /Windows/c.sys text c\n"

static struct mounted m;

static int teardown(void **state)
{
	(void)state;
	mounted_close(&m);
	return 0;
}

static void make(const char *manifest, const char *journal)
{
	struct image_plan plan = {.manifest = manifest, .journal = journal};

	mounted_close(&m);
	mounted_make(&m, &plan);
}

static enum journal_state classify(void)
{
	enum journal_state state = (enum journal_state)99;

	mounted_mount(&m);
	assert_int_equal(journal_classify(&m.volume, &state), 0);
	assert_true(overlay_is_empty(&m.overlay));
	mounted_unmount(&m);
	return state;
}

/* Where page @n of $LogFile lies: it is in one piece on a new volume. */
static unsigned char *log_page(unsigned int n)
{
	for (uint64_t off = 0; off < m.size; off += LOG_PAGE)
		if (!memcmp(m.bytes + off, "RSTR", 4))
			return m.bytes + off + n * LOG_PAGE;
	fail_msg("no restart page");
	return NULL;
}

static uint32_t file_flags(const char *name)
{
	uint64_t number = peek_record_of(m.bytes, m.size, name);
	uint64_t place =
		peek_attribute_place(m.bytes, m.size, number, TYPE_STANDARD);

	assert_true(place);
	return le32_get(m.bytes + place + OFF_VALUE + OFF_FILE_FLAGS);
}

static int replay(struct replay_result *ret)
{
	assert_int_equal(
		overlay_open(&m.overlay, &m.slice.disk, OVERLAY_MAX_BYTES), 0);
	return journal_replay(&m.overlay, ret);
}

/* --- States --------------------------------------------------------------- */

static void empty_log_is_clean(void **state)
{
	(void)state;
	make(MANIFEST, NULL);
	assert_int_equal(classify(), JOURNAL_CLEAN);
}

static void dirty_flag_alone(void **state)
{
	(void)state;
	make(MANIFEST "dirty\n", NULL);
	assert_int_equal(classify(), JOURNAL_DIRTY_FLAG);
	make(MANIFEST "dirty\n", "--version 1.1 --closed");
	assert_int_equal(classify(), JOURNAL_DIRTY_FLAG);
}

static void closed_and_in_use(void **state)
{
	(void)state;
	make(MANIFEST, "--version 1.1 --closed");
	assert_int_equal(classify(), JOURNAL_CLEAN);
	make(MANIFEST, "--version 1.1");
	assert_int_equal(classify(), JOURNAL_REPLAYABLE_1_1);
	make(MANIFEST, "--version 2.0");
	assert_int_equal(classify(), JOURNAL_REPLAYABLE_2_0);
	make(MANIFEST, "--version 2.0 --closed");
	assert_int_equal(classify(), JOURNAL_REPLAYABLE_2_0);
	make(MANIFEST "dirty\n", "--version 2.0");
	assert_int_equal(classify(), JOURNAL_REPLAYABLE_2_0);
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
			make(manifest, journals[k]);
			if (classify() != expected)
				fail_msg("%s, journal %d", files[i].content, k);
		}
	}
}

static void unreadable_hibernation_file_is_no_absence(void **state)
{
	uint64_t place;

	(void)state;
	make("file /hiberfil.sys repeat hibr 8192\n", NULL);
	place = peek_record_place(m.bytes, m.size,
		peek_record_of(m.bytes, m.size, "hiberfil.sys"));
	m.bytes[place] = 'X';
	assert_int_equal(classify(), JOURNAL_UNREADABLE);
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
			make(MANIFEST, journals[i]);
			memset(log_page(0), fill, LOG_PAGE);
			/* The second one still tells. */
			assert_int_equal(classify(), whole[i]);
			make(MANIFEST, journals[i]);
			memset(log_page(0), fill, 2 * LOG_PAGE);
			assert_int_equal(classify(), JOURNAL_UNREADABLE);
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
		make(MANIFEST, "--version 2.0 --committed Windows/a.sys=2");
		if (torn & 1)
			log_page(0)[1023] ^= 0xff;
		if (torn & 2)
			log_page(1)[1023] ^= 0xff;
		assert_int_equal(classify(), JOURNAL_REPLAYABLE_2_0);
		assert_int_equal(replay(&result), -ERR_UNSUPPORTED);
		overlay_close(&m.overlay);
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
		make(MANIFEST, "--version 2.0");
		for (unsigned int page = 0; page < 2; page++) {
			log_page(page)[RESTART_MAJOR] = versions[i].major;
			log_page(page)[RESTART_MINOR] = versions[i].minor;
		}
		if (classify() != JOURNAL_UNREADABLE)
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
	make("file /hiberfil.sys repeat hibr 8192\n", "--version 2.0");
	for (int hibernated = 1; hibernated >= 0; hibernated--) {
		if (!hibernated)
			make(MANIFEST, "--version 2.0");
		mounted_mount(&m);
		emudisk_reset(&m.disk);
		assert_int_equal(journal_classify(&m.volume, &found), 0);
		reads = m.disk.counts.reads;
		mounted_unmount(&m);
		assert_true(reads > 3);
		for (uint64_t n = 1; n <= reads; n++) {
			for (int on = 0; on < 2; on++) {
				int err;

				mounted_mount(&m);
				found = JOURNAL_CLEAN;
				emudisk_plan_fault(&m.disk, EMUDISK_READ,
					EMUDISK_FAIL, n, on);
				err = journal_classify(&m.volume, &found);
				emudisk_reset(&m.disk);
				mounted_unmount(&m);
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
	make(MANIFEST, "--version 2.0");
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		mounted_mount(&m);
		found = (enum journal_state)99;
		failalloc_arm(n, false);
		err = journal_classify(&m.volume, &found);
		was_hit = failalloc_disarm();
		mounted_unmount(&m);
		if (err == -ERR_NO_MEMORY)
			continue;
		if (err || (found != JOURNAL_REPLAYABLE_2_0 &&
				   found != JOURNAL_UNREADABLE))
			fail_msg("classify:allocation:%d: %d %d", (int)n, err,
				found);
	}
}

/* --- Replay --------------------------------------------------------------- */

/* As after a run: the overlay on the disk, the volume closed. */
static void keep_replay(void)
{
	struct commit_counts counts;

	assert_int_equal(
		commit_overlay(&m.overlay, &m.slice.disk, NULL, NULL, &counts),
		0);
	overlay_close(&m.overlay);
}

/* Restart pages are touched in their epoch only, and nothing else is. */
static void check_epochs(void)
{
	uint64_t first = (uint64_t)(log_page(0) - m.bytes) / 512;
	unsigned int restart_blocks = 0;

	for (size_t i = 0; i < m.overlay.block_count; i++) {
		const struct overlay_block *b = &m.overlay.blocks[i];
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
		make(MANIFEST, journal);
		before = peek_describe(m.bytes, m.size);
		assert_int_equal(file_flags("a.sys") & 6, 0);
		assert_int_equal(replay(&result), 0);
		/* Two updates, two ends, and two of the checkpoint. */
		assert_int_equal(result.actions, 6);
		assert_int_equal(result.uncommitted, 1);
		check_epochs();
		keep_replay();
		assert_int_equal(file_flags("a.sys") & 6, 2);
		assert_int_equal(file_flags("b.sys") & 6, 4);
		assert_int_equal(file_flags("c.sys") & 6, 0);
		after = peek_describe(m.bytes, m.size);
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
		assert_int_equal(classify(), JOURNAL_DIRTY_FLAG);
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
	make(MANIFEST, "--version 2.0 --trimmed Windows/a.sys "
		       "--committed Windows/b.sys=4");
	record = m.bytes + peek_record_place(m.bytes, m.size,
				   peek_record_of(m.bytes, m.size, "a.sys"));
	used = le32_get(record + 0x18);
	assert_true(used + 16 < 1022);
	memset(record + used, 0x5a, 8);
	assert_int_equal(replay(&result), 0);
	assert_int_equal(result.uncommitted, 0);
	keep_replay();
	for (int i = 0; i < 8; i++)
		assert_int_equal(record[used + (uint32_t)i], 0);
	assert_int_equal(file_flags("b.sys") & 6, 4);
	text = peek_check(m.bytes, m.size);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(classify(), JOURNAL_CLEAN);
}

static void closed_2_0_is_brought_to_1_1(void **state)
{
	struct replay_result result;

	(void)state;
	make(MANIFEST, "--version 2.0 --closed");
	assert_int_equal(replay(&result), 0);
	assert_int_equal(result.actions, 0);
	assert_int_equal(result.uncommitted, 0);
	keep_replay();
	assert_int_equal(log_page(0)[RESTART_MAJOR], 1);
	assert_int_equal(log_page(1)[RESTART_MAJOR], 1);
	assert_int_equal(classify(), JOURNAL_CLEAN);
}

static void replay_wants_its_epoch(void **state)
{
	struct replay_result result;

	(void)state;
	make(MANIFEST, "--version 2.0");
	assert_int_equal(
		overlay_open(&m.overlay, &m.slice.disk, OVERLAY_MAX_BYTES), 0);
	assert_int_equal(overlay_enter(&m.overlay, EPOCH_JOURNAL_CLEAN), 0);
	assert_int_equal(journal_replay(&m.overlay, &result), -ERR_INTERNAL);
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
		make(MANIFEST, "--version 2.0 --committed Windows/a.sys=2 "
			       "--committed Windows/b.sys=2");
		log_page(page)[511] ^= 0xff;
		if (replay(&result) == 0) {
			keep_replay();
			assert_int_equal(file_flags("a.sys") & HIDDEN,
				file_flags("b.sys") & HIDDEN);
		} else {
			overlay_close(&m.overlay);
		}
	}
}

static const char *const busy = "--version 2.0 --committed Windows/a.sys=2 "
				"--committed Windows/b.sys=4 "
				"--unfinished Windows/c.sys=2";

/* What a replay without faults leaves. */
static unsigned char *replayed_bytes(uint64_t *ret_reads)
{
	unsigned char *copy = malloc(m.size);
	struct replay_result result;

	assert_non_null(copy);
	emudisk_reset(&m.disk);
	assert_int_equal(replay(&result), 0);
	*ret_reads = m.disk.counts.reads;
	assert_int_equal(disk_read(&m.overlay.disk, 0, copy, m.size), 0);
	overlay_close(&m.overlay);
	return copy;
}

/* Either it failed, or it did all of it. */
static void check_replay(
	const char *what, uint64_t n, int err, const unsigned char *expected)
{
	unsigned char *now;

	if (err == 0) {
		now = malloc(m.size);
		assert_non_null(now);
		assert_int_equal(disk_read(&m.overlay.disk, 0, now, m.size), 0);
		if (memcmp(now, expected, m.size))
			fail_msg("replay:%s:%d: half a replay", what, (int)n);
		free(now);
	}
	overlay_close(&m.overlay);
}

static void failing_read_ends_the_replay(void **state)
{
	struct replay_result result;
	unsigned char *expected;
	uint64_t reads;

	(void)state;
	make(MANIFEST, busy);
	expected = replayed_bytes(&reads);
	assert_true(reads > 20);
	for (uint64_t n = 1; n <= reads; n++) {
		for (int on = 0; on < 2; on++) {
			int err;

			emudisk_reset(&m.disk);
			emudisk_plan_fault(
				&m.disk, EMUDISK_READ, EMUDISK_FAIL, n, on);
			err = replay(&result);
			emudisk_plan_fault(
				&m.disk, EMUDISK_READ, EMUDISK_FAIL, 0, false);
			if (err != -ERR_IO)
				fail_msg("replay:read:%d:%d: %d", (int)n, on,
					err);
			overlay_close(&m.overlay);
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
	make(MANIFEST, busy);
	expected = replayed_bytes(&reads);
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		assert_int_equal(overlay_open(&m.overlay, &m.slice.disk,
					 OVERLAY_MAX_BYTES),
			0);
		failalloc_arm(n, false);
		err = journal_replay(&m.overlay, &result);
		was_hit = failalloc_disarm();
		assert_true(was_hit || err == 0);
		check_replay("allocation", n, err, expected);
	}
	assert_true(failalloc_count() > 100);
	free(expected);
}

/* --- Real volumes --------------------------------------------------------- */

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
	if (!mounted_fixture(&m, "win10-dirty-log20-10m.dd", 0))
		return;
	assert_int_equal(classify(), JOURNAL_REPLAYABLE_2_0);
	assert_int_equal(emudisk_save(&m.disk, path), 0);
	run_tool("ntfsrecover -s -k %s >/dev/null 2>&1", path);
	assert_int_equal(replay(&result), 0);
	assert_int_equal(result.actions, 2);
	keep_replay();
	assert_int_equal(emudisk_load(&other, path, 512), 0);
	assert_memory_equal(other.bytes, m.bytes, m.size);
	emudisk_close(&other);
	text = peek_check(m.bytes, m.size);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(classify(), JOURNAL_CLEAN);
	assert_int_equal(emudisk_save(&m.disk, path), 0);
	run_tool("ntfs-3g.probe --readwrite %s", path);
}

static void real_clean_journals(void **state)
{
	(void)state;
	if (mounted_fixture(&m, "win10-clean-ads-40m.dd", 0))
		assert_int_equal(classify(), JOURNAL_CLEAN);
	mounted_close(&m);
	if (mounted_fixture(&m, "win10-index-2k-mbr-30m.raw", 65536))
		assert_int_equal(classify(), JOURNAL_CLEAN);
}

static void every_state_has_words(void **state)
{
	(void)state;
	for (int s = JOURNAL_CLEAN; s <= JOURNAL_UNREADABLE; s++)
		assert_true(strlen(journal_state_text((enum journal_state)s)));
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

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
		TEST(replay_redoes_what_was_committed),
		TEST(trimmed_records_are_followed),
		TEST(closed_2_0_is_brought_to_1_1),
		TEST(replay_wants_its_epoch),
		TEST(torn_log_is_not_followed_in_part),
		TEST(failing_read_ends_the_replay),
		TEST(failing_allocation_ends_the_replay),
		TEST(real_2_0_journal),
		TEST(real_clean_journals),
		TEST(every_state_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
