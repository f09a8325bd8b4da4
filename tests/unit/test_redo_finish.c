/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commits that the power broke off, finished from their redo record: at each
 * write, with each model of a power cut, and once more while they are finished.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/commit.h"
#include "storage/err.h"
#include "storage/redo_finish.h"
#include "tests/support/redo_rig.h"

static struct redo_rig rig;
static struct commit_counts counts;
static uint64_t commit_writes;

static void open_rig(uint32_t block_bytes, uint64_t seed)
{
	redo_rig_open(&rig, block_bytes, seed);
	emudisk_reset(&rig.disk);
	assert_int_equal(commit_overlay(&rig.overlay, &rig.disk.disk, NULL,
				 NULL, &counts),
		0);
	commit_writes = rig.disk.counts.writes;
	assert_memory_equal(
		rig.disk.bytes, rig.after, rig.disk.disk.size_bytes);
	redo_rig_restart(&rig);
}

static int commit(void)
{
	return commit_overlay(
		&rig.overlay, &rig.disk.disk, NULL, NULL, &counts);
}

static int compare(enum redo_state *ret_state)
{
	return redo_compare(&rig.redo, &rig.disk.disk, ret_state);
}

static int finish(void)
{
	return redo_finish(&rig.redo, &rig.disk.disk, NULL, NULL, &counts);
}

static void expect_state(enum redo_state wanted)
{
	enum redo_state state;

	assert_int_equal(compare(&state), 0);
	assert_int_equal(state, wanted);
}

static bool disk_is(const unsigned char *bytes)
{
	return !memcmp(rig.disk.bytes, bytes, rig.disk.disk.size_bytes);
}

/* Whatever is left of the commit, it can be finished. */
static void expect_finish(void)
{
	enum redo_state state;

	assert_int_equal(compare(&state), 0);
	assert_int_equal(state == REDO_UNBEGUN, disk_is(rig.before));
	assert_int_equal(state == REDO_DONE, disk_is(rig.after));
	if (state == REDO_UNBEGUN || state == REDO_DONE)
		return;
	assert_int_equal(state, REDO_BEGUN);
	assert_int_equal(finish(), 0);
	assert_true(disk_is(rig.after));
	expect_state(REDO_DONE);
}

/* --- Power cuts ----------------------------------------------------------- */

static uint64_t cut_again_at(
	const unsigned char *left, uint64_t n, enum emudisk_cut model)
{
	emudisk_reset(&rig.disk);
	memcpy(rig.disk.bytes, left, rig.disk.disk.size_bytes);
	emudisk_plan_cut(&rig.disk, n, model, n);
	if (finish() == 0)
		return 0;
	assert_true(rig.disk.is_off);
	emudisk_reset(&rig.disk);
	expect_finish();
	return n;
}

/* The power fails once more while the commit is finished, at each write. */
static void cut_again(enum emudisk_cut model)
{
	static unsigned char left[REDO_RIG_MAX_BYTES];
	enum redo_state state;
	uint64_t n = 1;

	assert_int_equal(compare(&state), 0);
	if (state != REDO_BEGUN)
		return;
	memcpy(left, rig.disk.bytes, rig.disk.disk.size_bytes);
	while (cut_again_at(left, n, model))
		n++;
	memcpy(rig.disk.bytes, left, rig.disk.disk.size_bytes);
}

static void cut_everywhere(enum emudisk_cut model, uint64_t seed)
{
	for (uint64_t n = 1; n <= commit_writes; n++) {
		redo_rig_restart(&rig);
		emudisk_plan_cut(&rig.disk, n, model, seed + n);
		assert_int_equal(commit(), -ERR_IO);
		emudisk_reset(&rig.disk);
		cut_again(model);
		emudisk_reset(&rig.disk);
		expect_finish();
	}
}

static void each_rig(void (*check)(uint64_t seed))
{
	static const uint32_t sizes[] = {512, 4096, 1024};
	const bool is_deep = getenv("LOOPBREAKER_DEEP") != NULL;
	const uint64_t seeds = is_deep ? 6 : 1;

	for (size_t i = 0; i < (is_deep ? 3 : 2); i++) {
		for (uint64_t seed = 1; seed <= seeds; seed++) {
			open_rig(sizes[i], seed);
			check(seed);
			redo_rig_close(&rig);
		}
	}
}

static void each_model(uint64_t seed)
{
	for (int model = 0; model < EMUDISK_CUT_COUNT; model++)
		cut_everywhere((enum emudisk_cut)model, seed * 1000);
}

static void a_commit_that_was_cut_off_is_finished(void **state)
{
	(void)state;
	each_rig(each_model);
}

/* VOLUME_IS_DIRTY is set on the disk whenever the rest of it is neither. */
static void epochs_that_are_whole_are_left_alone(void **state)
{
	(void)state;
	open_rig(512, 2);
	assert_true(commit_writes > 5);
	emudisk_plan_cut(&rig.disk, commit_writes, EMUDISK_CUT_NONE, 0);
	assert_int_equal(commit(), -ERR_IO);
	emudisk_reset(&rig.disk);
	expect_state(REDO_BEGUN);
	assert_int_equal(finish(), 0);
	assert_int_equal(counts.epochs, 1);
	assert_int_equal(counts.last_epoch, EPOCH_FLAG_CLEAR);
	assert_true(disk_is(rig.after));
	redo_rig_close(&rig);
}

/* --- Somebody else -------------------------------------------------------- */

static void commit_until(uint64_t n)
{
	open_rig(512, 3);
	emudisk_plan_cut(&rig.disk, n, EMUDISK_CUT_PREFIX, 0);
	assert_int_equal(commit(), -ERR_IO);
	emudisk_reset(&rig.disk);
}

static void half_commit(void)
{
	open_rig(512, 3);
	redo_rig_close(&rig);
	commit_until(commit_writes / 2);
	expect_state(REDO_BEGUN);
}

/* Block of row @i of the record. */
static unsigned char *block_of(uint32_t i)
{
	return rig.disk.bytes +
	       redo_row_get(&rig.redo, i).number * rig.disk.disk.block_bytes;
}

static void a_changed_witness_ends_it(void **state)
{
	(void)state;
	half_commit();
	rig.disk.bytes[512 + 300] ^= 1;
	expect_state(REDO_STRANGE);
	assert_int_equal(finish(), -ERR_INTERNAL);
	assert_int_equal(rig.disk.counts.writes, 0);
	rig.disk.bytes[512 + 300] ^= 1;
	expect_state(REDO_BEGUN);
	redo_rig_close(&rig);
}

/* A row that alone writes its block, in the epoch that was begun last. */
static uint32_t last_begun_row(void)
{
	uint32_t found = UINT32_MAX;

	for (uint32_t i = 0; i < rig.redo.row_count; i++) {
		struct redo_row row = redo_row_get(&rig.redo, i);

		if (overlay_find(&rig.overlay, row.number)->before ==
				OVERLAY_NONE &&
			!memcmp(block_of(i), row.data, 512))
			found = i;
	}
	assert_int_not_equal(found, UINT32_MAX);
	return found;
}

/* In the epoch that was in progress; of one before it it would not be. */
static void one_torn_place_is_ours(void **state)
{
	unsigned int finished = 0;

	(void)state;
	for (uint64_t n = 2; n == 2 || n < commit_writes; n++) {
		enum redo_state s;

		commit_until(n);
		memset(block_of(last_begun_row()), 0x99, 512);
		assert_int_equal(compare(&s), 0);
		if (s == REDO_BEGUN) {
			assert_int_equal(finish(), 0);
			assert_true(disk_is(rig.after));
			finished++;
		}
		redo_rig_close(&rig);
	}
	assert_true(finished > 3);
}

/* It was flushed and read back before the present epoch was begun. */
static void a_changed_bit_of_an_earlier_epoch_is_not(void **state)
{
	(void)state;
	half_commit();
	assert_true(redo_row_get(&rig.redo, 0).epoch <
		    redo_row_get(&rig.redo, last_begun_row()).epoch);
	assert_int_equal(
		overlay_find(&rig.overlay, redo_row_get(&rig.redo, 0).number)
			->before,
		OVERLAY_NONE);
	block_of(0)[100] ^= 4;
	expect_state(REDO_STRANGE);
	assert_int_equal(finish(), -ERR_INTERNAL);
	assert_int_equal(rig.disk.counts.writes, 0);
	redo_rig_close(&rig);
}

static void a_structure_in_it_is_not(void **state)
{
	static const char *const magics[] = {
		"FILE", "INDX", "RSTR", "RCRD", "BAAD", "CHKD", "HOLE"};

	(void)state;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		half_commit();
		memset(block_of(0), 0x99, 512);
		memcpy(block_of(0), magics[i], 4);
		expect_state(REDO_STRANGE);
		redo_rig_close(&rig);
	}
}

/* All of a disk is a witness: of those written as a whole, or not of them. */
static void encode_with_witnesses(bool is_encrypted, bool is_whole)
{
	const struct extent all = {0, rig.disk.disk.size_bytes};
	const struct redo_change change = {.overlay = &rig.overlay,
		.place = &rig.place,
		.witnesses = &all,
		.witness_count = 1,
		.whole_count = is_whole,
		.is_encrypted = is_encrypted};

	free(rig.bytes);
	rig.bytes = NULL;
	assert_int_equal(redo_encode(&change, &rig.bytes, &rig.redo), 0);
}

/* A commit broke off, and a witness that it has written holds nothing known. */
static void tear_witness(bool is_encrypted, bool is_whole, size_t len)
{
	open_rig(4096, 3);
	encode_with_witnesses(is_encrypted, is_whole);
	emudisk_plan_cut(&rig.disk, 1, EMUDISK_CUT_PREFIX, 0);
	assert_int_equal(commit(), -ERR_IO);
	emudisk_reset(&rig.disk);
	expect_state(REDO_BEGUN);
	memset(block_of(0) + REDO_PIECE_BYTES, 0x99, len);
}

/* Encrypted, it begins like nothing at all; who mounts a volume writes it all.
 */
static void a_witness_that_is_written_whole_is_not_torn(void **state)
{
	(void)state;
	for (int way = 0; way < 4; way++) {
		bool is_encrypted = way & 1;
		bool is_whole = way & 2;

		tear_witness(is_encrypted, is_whole, 2 * REDO_PIECE_BYTES);
		expect_state(
			is_encrypted && is_whole ? REDO_STRANGE : REDO_BEGUN);
		redo_rig_close(&rig);
	}
}

static void one_piece_of_a_witness_is_torn(void **state)
{
	(void)state;
	tear_witness(true, true, REDO_PIECE_BYTES);
	expect_state(REDO_BEGUN);
	expect_finish();
	redo_rig_close(&rig);
}

/*
 * At the beginning of a commit: one of them alone could be torn, and so could
 * the other, which a later epoch writes.
 */
static void two_torn_places_are_not(void **state)
{
	uint64_t first;
	uint32_t i;

	(void)state;
	commit_until(1);
	memset(block_of(0), 0x99, 512);
	expect_state(REDO_BEGUN);
	first = redo_row_get(&rig.redo, 0).number * 512 / REDO_TEAR_BYTES;
	for (i = rig.redo.row_count - 1; i > 0; i--)
		if (redo_row_get(&rig.redo, i).number * 512 / REDO_TEAR_BYTES !=
				first &&
			redo_row_get(&rig.redo, i).epoch > EPOCH_REPLAY)
			break;
	assert_int_not_equal(i, 0);
	memset(block_of(i), 0x77, 512);
	expect_state(REDO_STRANGE);
	assert_int_equal(finish(), -ERR_INTERNAL);
	assert_int_equal(rig.disk.counts.writes, 0);
	redo_rig_close(&rig);
}

static void another_volume_is_none(void **state)
{
	enum redo_state s;

	(void)state;
	half_commit();
	rig.disk.disk.size_bytes -= 512;
	assert_int_equal(compare(&s), -ERR_INTERNAL);
	rig.disk.disk.size_bytes += 512;
	rig.disk.disk.block_bytes = 1024;
	assert_int_equal(compare(&s), -ERR_INTERNAL);
	redo_rig_close(&rig);
}

/* --- Devices that fail or lie --------------------------------------------- */

/* A sector that the power cut left unreadable is written anew. */
static void an_unreadable_place_is_torn(void **state)
{
	enum redo_state s;

	(void)state;
	half_commit();
	rig.disk.bad_from =
		(uint64_t)(block_of(last_begun_row()) - rig.disk.bytes);
	rig.disk.bad_to = rig.disk.bad_from + 512;
	rig.disk.bad_heals = true;
	expect_state(REDO_BEGUN);
	assert_int_equal(finish(), 0);
	assert_true(disk_is(rig.after));
	redo_rig_close(&rig);

	half_commit();
	rig.disk.bad_to = rig.disk.disk.size_bytes;
	assert_int_equal(compare(&s), -ERR_IO);
	rig.disk.bad_from = 2 * 512; /* all but the witnesses */
	assert_int_equal(compare(&s), -ERR_IO);
	/* That somebody was there counts for more. */
	rig.disk.bytes[512 + 300] ^= 1;
	expect_state(REDO_STRANGE);
	redo_rig_close(&rig);
}

static void fail_each(enum emudisk_call call, enum emudisk_fault fault)
{
	static unsigned char left[REDO_RIG_MAX_BYTES];
	size_t size;

	half_commit();
	size = rig.disk.disk.size_bytes;
	memcpy(left, rig.disk.bytes, size);
	for (uint64_t n = 1;; n++) {
		int err;

		memcpy(rig.disk.bytes, left, size);
		emudisk_plan_fault(&rig.disk, call, fault, n, false);
		err = finish();
		emudisk_reset(&rig.disk);
		if (err == 0) {
			assert_true(disk_is(rig.after));
			if (n > 3 * REDO_RIG_BLOCKS)
				break;
			continue;
		}
		/* A lying read may have looked like somebody else's block. */
		assert_true(err == -ERR_IO || err == -ERR_NOT_STORED ||
			    (fault == EMUDISK_PRETEND && err == -ERR_INTERNAL));
		expect_finish();
	}
	redo_rig_close(&rig);
}

static void what_fails_is_said_and_finished_later(void **state)
{
	(void)state;
	fail_each(EMUDISK_READ, EMUDISK_FAIL);
	fail_each(EMUDISK_READ, EMUDISK_PRETEND);
	fail_each(EMUDISK_WRITE, EMUDISK_FAIL);
	fail_each(EMUDISK_WRITE, EMUDISK_PRETEND);
	fail_each(EMUDISK_FLUSH, EMUDISK_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_that_was_cut_off_is_finished),
		cmocka_unit_test(epochs_that_are_whole_are_left_alone),
		cmocka_unit_test(a_changed_witness_ends_it),
		cmocka_unit_test(one_torn_place_is_ours),
		cmocka_unit_test(a_changed_bit_of_an_earlier_epoch_is_not),
		cmocka_unit_test(a_structure_in_it_is_not),
		cmocka_unit_test(a_witness_that_is_written_whole_is_not_torn),
		cmocka_unit_test(one_piece_of_a_witness_is_torn),
		cmocka_unit_test(two_torn_places_are_not),
		cmocka_unit_test(another_volume_is_none),
		cmocka_unit_test(an_unreadable_place_is_torn),
		cmocka_unit_test(what_fails_is_said_and_finished_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
