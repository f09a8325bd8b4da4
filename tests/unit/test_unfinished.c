/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transactions that a crash left unfinished: only the journal knows of them,
 * and a repair closes it.  From then on VOLUME_IS_DIRTY has to say so, through
 * every power cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/failalloc.h"
#include "tests/support/july_run.h"
#include "tests/support/ntfs_peek.h"

#define VOLUME_RECORD 3

#define LOG_PAGE      4096
#define RESTART_MAJOR 0x1C

#define COMMITTED  "--committed Windows/System32/ntoskrnl.exe=2 "
#define UNFINISHED "--unfinished pagefile.sys=1 "

static const struct july unfinished = {
	.journal = "--version 2.0 " COMMITTED UNFINISHED};
static const struct july finished = {.journal = "--version 2.0 " COMMITTED};

static void run(void)
{
	fake_machine_forget(&pc.machine);
	recovery_run(
		&pc.machine.platform, &pc_no_order, &pc.policy, &pc.outcome);
}

static bool is_marked_dirty(void)
{
	return july_is_dirty(&pc.disk, &unfinished);
}

/* Where the record that holds VOLUME_IS_DIRTY is; the disk is the volume. */
static uint64_t record_place(void)
{
	return peek_record_place(
		pc.disk.bytes, pc.disk.disk.size_bytes, VOLUME_RECORD);
}

/* Where $LogFile begins: it is in one piece on a new volume. */
static uint64_t restart_place(void)
{
	for (uint64_t off = 0; off < pc.disk.disk.size_bytes; off += LOG_PAGE)
		if (!memcmp(pc.disk.bytes + off, "RSTR", 4))
			return off;
	fail_msg("no restart page");
	return 0;
}

/* Is one of the two restart pages no longer that of Windows? */
static bool is_journal_reset(uint64_t restart)
{
	return pc.disk.bytes[restart + RESTART_MAJOR] != 2 ||
	       pc.disk.bytes[restart + LOG_PAGE + RESTART_MAJOR] != 2;
}

/* --- The overlay ---------------------------------------------------------- */

static const struct overlay_block *block_in(
	const struct overlay *o, uint64_t off, enum overlay_epoch epoch)
{
	for (size_t i = 0; i < o->block_count; i++)
		if (o->blocks[i].number == off / o->disk.block_bytes &&
			o->blocks[i].epoch == epoch)
			return &o->blocks[i];
	return NULL;
}

static void flag_is_part_of_the_replay(void **state)
{
	struct replay_result result;
	struct overlay o;
	uint64_t place;

	(void)state;
	pc_start(&unfinished);
	place = record_place();
	assert_false(is_marked_dirty());
	assert_int_equal(overlay_open(&o, &pc.disk.disk, OVERLAY_MAX_BYTES), 0);
	assert_int_equal(journal_replay(&o, &o.disk, &result), 0);
	assert_int_equal(result.uncommitted, 1);
	assert_non_null(block_in(&o, place, EPOCH_REPLAY));
	assert_null(block_in(&o, place, EPOCH_JOURNAL_CLEAN));
	assert_non_null(block_in(&o, restart_place(), EPOCH_JOURNAL_CLEAN));
	overlay_close(&o);
}

/* Otherwise chkdsk would run after each crash. */
static void no_flag_without_need(void **state)
{
	struct replay_result result;
	struct overlay o;

	(void)state;
	pc_start(&finished);
	assert_int_equal(overlay_open(&o, &pc.disk.disk, OVERLAY_MAX_BYTES), 0);
	assert_int_equal(journal_replay(&o, &o.disk, &result), 0);
	assert_int_equal(result.uncommitted, 0);
	assert_null(block_in(&o, record_place(), EPOCH_REPLAY));
	overlay_close(&o);
	run();
	assert_true(pc.outcome.is_applied);
	assert_false(is_marked_dirty());
}

/* --- Whole runs ----------------------------------------------------------- */

static void flag_stays_at_the_end(void **state)
{
	(void)state;
	pc_start(&unfinished);
	run();
	assert_int_equal(pc.outcome.verdict, VERDICT_HOLD);
	assert_true(pc.outcome.is_applied);
	assert_true(is_marked_dirty());
	pc_expect_sound();
}

/* One cut, and the run after it. */
static void cut_at(uint64_t n, enum emudisk_cut model, uint64_t seed)
{
	uint64_t restart;

	pc_start(&unfinished);
	restart = restart_place();
	emudisk_reset(&pc.disk);
	emudisk_plan_cut(&pc.disk, n, model, seed);
	run();
	assert_true(pc.disk.is_off);
	if (is_journal_reset(restart) && !is_marked_dirty())
		fail_msg("cut:%d:%d:%d: the journal is closed and nobody knows "
			 "of what it held",
			(int)n, (int)model, (int)seed);
	emudisk_reset(&pc.disk);
	run();
	/* A torn write may be refused, but is never called clean. */
	if (is_journal_reset(restart) && !is_marked_dirty())
		fail_msg("cut:%d:%d:%d: the second run forgot", (int)n,
			(int)model, (int)seed);
	if (pc.outcome.verdict != VERDICT_REFUSE && !is_journal_reset(restart))
		fail_msg("cut:%d:%d:%d: not finished", (int)n, (int)model,
			(int)seed);
}

static void power_cut_at_each_write(void **state)
{
	uint64_t writes;

	(void)state;
	pc_start(&unfinished);
	emudisk_reset(&pc.disk);
	run();
	writes = pc.disk.counts.writes;
	assert_true(writes > 5);
	/* Not what needs a redo record: garbage, and flushes that lie. */
	for (int model = 0; model <= EMUDISK_CUT_TORN; model++)
		for (uint64_t n = 1; n <= writes; n++)
			for (uint64_t seed = 1; seed <= 2; seed++)
				cut_at(n, (enum emudisk_cut)model, seed);
}

/* A replay that could not mark the volume has not worked. */
static void no_memory_to_mark(void **state)
{
	struct replay_result result;
	struct overlay o;
	bool was_hit = true;
	uint64_t place;

	(void)state;
	pc_start(&unfinished);
	place = record_place();
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		assert_int_equal(
			overlay_open(&o, &pc.disk.disk, OVERLAY_MAX_BYTES), 0);
		failalloc_arm(n, true);
		err = journal_replay(&o, &o.disk, &result);
		was_hit = failalloc_disarm();
		if (err == 0 && !block_in(&o, place, EPOCH_REPLAY))
			fail_msg("allocation:%d", (int)n);
		overlay_close(&o);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, pc_setup, pc_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(flag_is_part_of_the_replay),
		TEST(no_flag_without_need),
		TEST(flag_stays_at_the_end),
		TEST(power_cut_at_each_write),
		TEST(no_memory_to_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
