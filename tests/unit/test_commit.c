/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which calls a commit makes, in which order, and what it leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/cache.h"
#include "storage/commit.h"
#include "storage/err.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"

#define BLOCK	   512
#define DISK_BYTES (4 * 1024 * 1024 + 300) /* the last block is not whole */

/* Stands before the emulated disk and writes down each call. */
struct recorder {
	struct disk disk; /* first member */
	struct disk *below;
	char log[1024];
};

static struct emudisk e;
static struct overlay o;
static struct recorder target;
static struct commit_counts counts;
static unsigned char before[DISK_BYTES];
static unsigned int pets;

static void note(struct recorder *r, char call, uint64_t off, size_t len)
{
	size_t used = strlen(r->log);
	int needed = snprintf(r->log + used, sizeof(r->log) - used,
		len ? "%c%u+%u " : "%c ", call, (unsigned int)(off / BLOCK),
		(unsigned int)((len + BLOCK - 1) / BLOCK));

	assert_in_range(needed, 1, sizeof(r->log) - used - 1);
}

static int recorder_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	note((struct recorder *)d, 'r', off, len);
	return disk_read(&e.disk, off, buf, len);
}

static int recorder_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	note((struct recorder *)d, 'w', off, len);
	return disk_write(&e.disk, off, buf, len);
}

static int recorder_flush(struct disk *d)
{
	note((struct recorder *)d, 'f', 0, 0);
	return disk_flush(&e.disk);
}

static const struct disk_ops recorder_ops = {
	.read = recorder_read,
	.write = recorder_write,
	.flush = recorder_flush,
};

static int open_all(void **state)
{
	struct prng random = {.state = 1};

	(void)state;
	assert_int_equal(emudisk_open(&e, DISK_BYTES, BLOCK), 0);
	prng_fill(&random, e.bytes, DISK_BYTES);
	memcpy(before, e.bytes, DISK_BYTES);
	target.disk = e.disk;
	target.disk.ops = &recorder_ops;
	target.log[0] = '\0';
	pets = 0;
	memset(&counts, 0xa5, sizeof(counts));
	assert_int_equal(overlay_open(&o, &e.disk, OVERLAY_MAX_BYTES), 0);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	overlay_close(&o);
	emudisk_close(&e);
	return 0;
}

/* Whole blocks of one value. */
static void put(uint64_t block, unsigned int count, int value)
{
	static unsigned char buf[4 * 1024 * 1024];
	size_t len = count * BLOCK;

	memset(buf, value, len);
	assert_int_equal(disk_write(&o.disk, block * BLOCK, buf, len), 0);
}

static void enter(enum overlay_epoch epoch)
{
	assert_int_equal(overlay_enter(&o, epoch), 0);
}

static void count_pet(void *ctx)
{
	++*(unsigned int *)ctx;
}

static int commit(void)
{
	return commit_overlay(&o, &target.disk, count_pet, &pets, &counts);
}

/* @log: the calls at the target; the disk must hold what the overlay shows */
static void expect_commit(
	const char *log, unsigned int epochs, unsigned int runs, uint64_t bytes)
{
	static unsigned char shown[DISK_BYTES];

	assert_int_equal(disk_read(&o.disk, 0, shown, DISK_BYTES), 0);
	e.counts.reads = 0;
	assert_int_equal(commit(), 0);
	assert_string_equal(target.log, log);
	assert_memory_equal(e.bytes, shown, DISK_BYTES);
	assert_int_equal(counts.epochs, epochs);
	assert_int_equal(counts.runs, runs);
	assert_int_equal(counts.bytes, bytes);
	assert_int_equal(counts.bytes, e.counts.written_bytes);
	assert_int_equal(
		pets, e.counts.reads + e.counts.writes + e.counts.flushes);
}

static void empty_overlay_is_no_call(void **state)
{
	(void)state;
	expect_commit("", 0, 0, 0);
	assert_int_equal(pets, 0);
}

static void epochs_are_written_flushed_verified(void **state)
{
	(void)state;
	put(10, 2, 1);
	enter(EPOCH_JOURNAL_CLEAN);
	put(12, 1, 2);
	put(40, 1, 3);
	enter(EPOCH_HOLD);
	put(11, 1, 4);
	enter(EPOCH_FLAG_CLEAR);
	expect_commit("w10+2 f r10+2 w12+1 w40+1 f r12+1 r40+1 w11+1 f r11+1 ",
		3, 4, 5 * BLOCK);
}

static void order_is_that_of_the_last_write(void **state)
{
	(void)state;
	put(5, 1, 1);
	put(3, 1, 1);
	put(20, 4, 1);
	put(5, 1, 2);
	put(22, 1, 2);
	expect_commit("w3+1 w20+2 w23+1 w5+1 w22+1 f r3+1 r20+2 r23+1 r5+1 "
		      "r22+1 ",
		1, 5, 6 * BLOCK);
}

static void adjacent_in_order_are_joined(void **state)
{
	(void)state;
	put(3, 1, 1);
	put(4, 1, 1);
	put(5, 1, 1);
	put(2, 1, 1); /* adjacent, but before */
	put(9, 1, 1);
	put(8, 1, 1); /* the wrong way round */
	expect_commit(
		"w3+3 w2+1 w9+1 w8+1 f r3+3 r2+1 r9+1 r8+1 ", 1, 4, 6 * BLOCK);
}

static void runs_end_at_one_mebibyte(void **state)
{
	(void)state;
	put(1, 2048 * 2 + 1, 1);
	expect_commit("w1+2048 w2049+2048 w4097+1 f r1+2048 r2049+2048 "
		      "r4097+1 ",
		1, 3, (2048 * 2 + 1) * BLOCK);
}

static void unchanged_blocks_are_left_out(void **state)
{
	(void)state;
	put(10, 4, 1);
	assert_int_equal(
		disk_write(&o.disk, 11 * BLOCK, before + 11 * BLOCK, 2 * BLOCK),
		0);
	enter(EPOCH_HOLD);
	put(13, 1, 1); /* as the epoch before left it */
	put(11, 1, 5);
	expect_commit(
		"w10+1 w13+1 f r10+1 r13+1 w11+1 f r11+1 ", 2, 3, 3 * BLOCK);
}

static void unchanged_block_between_does_not_split_the_order(void **state)
{
	(void)state;
	put(5, 1, 1);
	assert_int_equal(
		disk_write(&o.disk, 50 * BLOCK, before + 50 * BLOCK, BLOCK), 0);
	put(6, 1, 1);
	expect_commit("w5+2 f r5+2 ", 1, 1, 2 * BLOCK);
}

static void flag_set_and_cleared_is_written_twice(void **state)
{
	(void)state;
	enter(EPOCH_DIRTY_FLAG);
	put(7, 1, 1);
	enter(EPOCH_HOLD);
	put(30, 1, 1);
	enter(EPOCH_FLAG_CLEAR);
	assert_int_equal(
		disk_write(&o.disk, 7 * BLOCK, before + 7 * BLOCK, BLOCK), 0);
	expect_commit(
		"w7+1 f r7+1 w30+1 f r30+1 w7+1 f r7+1 ", 3, 3, 3 * BLOCK);
}

static void nothing_changed_is_no_write(void **state)
{
	(void)state;
	assert_int_equal(disk_write(&o.disk, 100, before + 100, 100000), 0);
	enter(EPOCH_HOLD);
	assert_int_equal(disk_write(&o.disk, 200, before + 200, 100), 0);
	target.disk.may_write = false; /* does not matter then */
	expect_commit("", 0, 0, 0);
}

static void end_of_the_disk_is_written(void **state)
{
	unsigned char buf[600];

	(void)state;
	memset(buf, 3, sizeof(buf));
	assert_int_equal(disk_write(&o.disk, DISK_BYTES - 600, buf, 600), 0);
	expect_commit("w8191+2 f r8191+2 ", 1, 1, BLOCK + 300);
}

static void verified_past_the_cache(void **state)
{
	struct cache c;
	unsigned char buf[BLOCK];

	(void)state;
	overlay_close(&o);
	assert_int_equal(cache_open(&c, &e.disk), 0);
	assert_int_equal(overlay_open(&o, &c.disk, OVERLAY_MAX_BYTES), 0);
	put(10, 1, 1);
	assert_int_equal(disk_read(&o.disk, 11 * BLOCK, buf, BLOCK), 0);
	emudisk_plan_fault(&e, EMUDISK_WRITE, EMUDISK_PRETEND, 1, false);
	assert_int_equal(commit(), -ERR_NOT_STORED);
	assert_string_equal(target.log, "w10+1 f r10+1 ");
	cache_close(&c);
}

static void refused(int expected)
{
	assert_int_equal(commit(), expected);
	assert_string_equal(target.log, "");
	assert_int_equal(counts.epochs, 0);
	assert_int_equal(counts.runs, 0);
	assert_int_equal(counts.bytes, 0);
	assert_memory_equal(e.bytes, before, DISK_BYTES);
}

static void poisoned_overlay_is_refused(void **state)
{
	unsigned char byte = 0;

	(void)state;
	put(1, 1, 1);
	o.max_bytes = BLOCK;
	assert_int_equal(
		disk_write(&o.disk, 5 * BLOCK, &byte, 1), -ERR_TOO_LARGE);
	refused(-ERR_TOO_LARGE);
	overlay_close(&o);
	assert_int_equal(overlay_open(&o, &e.disk, 0), 0);
	assert_int_equal(disk_write(&o.disk, 0, &byte, 1), -ERR_TOO_LARGE);
	refused(-ERR_TOO_LARGE); /* also if nothing at all was kept */
}

static void read_only_target_is_refused(void **state)
{
	(void)state;
	put(1, 1, 1);
	target.disk.may_write = false;
	refused(-ERR_READ_ONLY);
}

static void other_size_is_refused(void **state)
{
	(void)state;
	put(1, 1, 1);
	target.disk.size_bytes--;
	refused(-ERR_INTERNAL);
}

static void no_memory_is_refused(void **state)
{
	(void)state;
	put(1, 1, 1);
	enter(EPOCH_HOLD);
	put(1, 3, 2);
	for (unsigned int n = 1; n <= 3; n++) {
		for (int on = 0; on <= 1; on++) {
			failalloc_arm(n, on);
			refused(-ERR_NO_MEMORY);
			assert_true(failalloc_disarm());
		}
	}
	failalloc_arm(4, true);
	assert_int_equal(commit(), 0);
	assert_false(failalloc_disarm());
}

static void no_petting_is_needed(void **state)
{
	(void)state;
	put(1, 1, 1);
	assert_int_equal(
		commit_overlay(&o, &target.disk, NULL, NULL, &counts), 0);
	assert_int_equal(counts.runs, 1);
}

#define COMMIT_TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMMIT_TEST(empty_overlay_is_no_call),
		COMMIT_TEST(epochs_are_written_flushed_verified),
		COMMIT_TEST(order_is_that_of_the_last_write),
		COMMIT_TEST(adjacent_in_order_are_joined),
		COMMIT_TEST(runs_end_at_one_mebibyte),
		COMMIT_TEST(unchanged_blocks_are_left_out),
		COMMIT_TEST(unchanged_block_between_does_not_split_the_order),
		COMMIT_TEST(flag_set_and_cleared_is_written_twice),
		COMMIT_TEST(nothing_changed_is_no_write),
		COMMIT_TEST(end_of_the_disk_is_written),
		COMMIT_TEST(verified_past_the_cache),
		COMMIT_TEST(poisoned_overlay_is_refused),
		COMMIT_TEST(read_only_target_is_refused),
		COMMIT_TEST(other_size_is_refused),
		COMMIT_TEST(no_memory_is_refused),
		COMMIT_TEST(no_petting_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
