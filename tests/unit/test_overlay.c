/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The overlay against a plain array: what is read, what is kept per epoch and
 * in which order; and that the disk below is never written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "storage/overlay.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"

#define DISK_BYTES (400 * 1024 + 300) /* the last block is not whole */
#define MAX_WRITE  9000
#define MAX_BLOCKS (DISK_BYTES / 512 + 1)

static struct emudisk e;
static struct overlay o;
static unsigned char before[DISK_BYTES];
static unsigned char model[DISK_BYTES];

static void open_overlay(uint32_t block_bytes, size_t max_bytes)
{
	struct prng random = {.state = block_bytes};

	assert_int_equal(emudisk_open(&e, DISK_BYTES, block_bytes), 0);
	prng_fill(&random, e.bytes, DISK_BYTES);
	memcpy(before, e.bytes, DISK_BYTES);
	memcpy(model, e.bytes, DISK_BYTES);
	assert_int_equal(overlay_open(&o, &e.disk, max_bytes), 0);
}

/* Dropped: the disk is byte for byte as it was, and was never asked to be. */
static void close_overlay(void)
{
	overlay_close(&o);
	assert_memory_equal(e.bytes, before, DISK_BYTES);
	assert_int_equal(e.counts.writes, 0);
	assert_int_equal(e.counts.flushes, 0);
	emudisk_close(&e);
}

static int with_512(void **state)
{
	(void)state;
	open_overlay(512, OVERLAY_MAX_BYTES);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	close_overlay();
	return 0;
}

/* A random write to overlay and model; returns the first and last block. */
static void write_both(
	struct prng *random, uint64_t *ret_first, uint64_t *ret_last)
{
	static unsigned char buf[MAX_WRITE];
	uint32_t bb = o.disk.block_bytes;
	size_t len = (size_t)prng_below(random, sizeof(buf)) + 1;
	uint64_t off = prng_below(random, DISK_BYTES - len + 1);

	if (prng_below(random, 2)) {
		off -= off % bb;
		len = len < bb ? bb : len - len % bb;
	}
	if (prng_below(random, 16) == 0 || off > DISK_BYTES - len)
		off = DISK_BYTES - len;
	prng_fill(random, buf, len);
	memcpy(model + off, buf, len);
	assert_int_equal(disk_write(&o.disk, off, buf, len), 0);
	*ret_first = off / bb;
	*ret_last = (off + len - 1) / bb;
}

static void read_both(struct prng *random)
{
	static unsigned char buf[DISK_BYTES];
	size_t limit = prng_below(random, 8) ? 3000 : DISK_BYTES;
	size_t len = (size_t)prng_below(random, limit) + 1;
	uint64_t off = prng_below(random, DISK_BYTES - len + 1);
	uint64_t calls = e.counts.reads;

	memset(buf, 0xa5, len);
	assert_int_equal(disk_read(&o.disk, off, buf, len), 0);
	assert_memory_equal(buf, model + off, len);
	assert_in_range(e.counts.reads - calls, 0, 1);
}

/* When each block was last written in each epoch; 0 = not at all. */
static unsigned int written_at[EPOCH_COUNT][MAX_BLOCKS];
static unsigned char image[EPOCH_COUNT][DISK_BYTES];

/* The chain holds each block of each epoch once, in the order of writes. */
static void check_chain(void)
{
	static unsigned char disk[DISK_BYTES];
	size_t count = 0;
	uint64_t last = 0;
	int epoch = 0;

	memcpy(disk, before, DISK_BYTES);
	for (uint32_t i = o.first; i != OVERLAY_NONE; i = o.blocks[i].next) {
		const struct overlay_block *b = &o.blocks[i];
		unsigned int *at = &written_at[b->epoch][b->number];
		uint64_t order = ((uint64_t)b->epoch << 48) |
				 ((uint64_t)*at << 24) | b->number;

		for (; epoch < (int)b->epoch; epoch++)
			assert_memory_equal(disk, image[epoch], DISK_BYTES);
		assert_true(*at != 0);
		assert_true(order > last);
		last = order;
		*at = 0;
		memcpy(disk + b->number * o.disk.block_bytes, b->data,
			overlay_block_bytes(&o, b));
		count++;
	}
	for (; epoch < EPOCH_COUNT; epoch++)
		assert_memory_equal(disk, image[epoch], DISK_BYTES);
	assert_int_equal(count, o.block_count);
	for (epoch = 0; epoch < EPOCH_COUNT; epoch++) {
		for (size_t k = 0; k < MAX_BLOCKS; k++)
			assert_int_equal(written_at[epoch][k], 0);
	}
}

static void random_operations(uint32_t block_bytes, uint64_t seed)
{
	struct prng random = {.state = seed};
	unsigned int now = 0;

	open_overlay(block_bytes, SIZE_MAX);
	for (int epoch = 0; epoch < EPOCH_COUNT; epoch++) {
		unsigned int writes = (unsigned int)prng_below(&random, 40);

		assert_int_equal(
			overlay_enter(&o, (enum overlay_epoch)epoch), 0);
		for (unsigned int i = 0; i < writes; i++) {
			uint64_t first;
			uint64_t last;

			write_both(&random, &first, &last);
			now++;
			for (uint64_t k = first; k <= last; k++)
				written_at[epoch][k] = now;
			read_both(&random);
			read_both(&random);
		}
		memcpy(image[epoch], model, DISK_BYTES);
	}
	check_chain();
	close_overlay();
}

static void reads_and_keeps_as_a_plain_disk(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		random_operations(512, seed);
		random_operations(1024, seed);
		random_operations(4096, seed);
	}
}

static void put(uint64_t off, size_t len, int value)
{
	unsigned char buf[8192];

	memset(buf, value, sizeof(buf));
	assert_int_equal(disk_write(&o.disk, off, buf, len), 0);
	memset(model + off, value, len);
}

static void same_block_and_epoch_is_one_entry(void **state)
{
	(void)state;
	put(1024, 512, 1);
	put(4096, 512, 1);
	put(1024, 512, 2);
	put(1030, 1, 3);
	assert_int_equal(o.block_count, 2);
	assert_int_equal(o.blocks[o.first].number, 8);
	assert_int_equal(o.blocks[o.last].number, 2);
	assert_int_equal(overlay_enter(&o, EPOCH_HOLD), 0);
	put(1024, 512, 4);
	assert_int_equal(o.block_count, 3);
	assert_int_equal(o.blocks[o.last].number, 2);
	assert_int_equal(o.blocks[o.last].before, 0);
	assert_int_equal(o.blocks[0].data[6], 3);
	assert_int_equal(o.blocks[o.last].data[6], 4);
}

static void whole_blocks_are_not_read(void **state)
{
	(void)state;
	put(512, 4096, 1);
	assert_int_equal(e.counts.reads, 0);
	put(100, 8, 1); /* the rest of block 0 */
	assert_int_equal(e.counts.reads, 1);
	assert_int_equal(e.counts.read_bytes, 512);
	put(200, 8, 1); /* known by now */
	assert_int_equal(overlay_enter(&o, EPOCH_HOLD), 0);
	put(300, 8, 1); /* also in a later epoch */
	assert_int_equal(e.counts.reads, 1);
}

static void span_is_one_call(void **state)
{
	unsigned char buf[16 * 512];

	(void)state;
	put(4 * 512, 512, 1);
	put(8 * 512, 512, 1);
	assert_int_equal(disk_read(&o.disk, 0, buf, sizeof(buf)), 0);
	assert_memory_equal(buf, model, sizeof(buf));
	assert_int_equal(e.counts.reads, 1);
	assert_int_equal(e.counts.read_bytes, 16 * 512);
	/* What is known at both ends is not asked for. */
	assert_int_equal(disk_read(&o.disk, 4 * 512 + 5, buf, 4 * 512), 0);
	assert_memory_equal(buf, model + 4 * 512 + 5, 4 * 512);
	assert_int_equal(e.counts.reads, 2);
	assert_int_equal(e.counts.read_bytes, 16 * 512 + 3 * 512);
	/* All known: no call. */
	put(5 * 512, 3 * 512, 2);
	assert_int_equal(disk_read(&o.disk, 4 * 512 + 5, buf, 4 * 512), 0);
	assert_memory_equal(buf, model + 4 * 512 + 5, 4 * 512);
	assert_int_equal(e.counts.reads, 2);
}

static void epochs_only_go_forward(void **state)
{
	(void)state;
	assert_int_equal(overlay_enter(&o, EPOCH_REPLAY), 0);
	assert_int_equal(overlay_enter(&o, EPOCH_HOLD), 0);
	assert_int_equal(overlay_enter(&o, EPOCH_HOLD), 0);
	assert_int_equal(overlay_enter(&o, EPOCH_DIRTY_FLAG), -ERR_INTERNAL);
	assert_int_equal(overlay_enter(&o, EPOCH_COUNT), -ERR_INTERNAL);
	assert_int_equal(o.epoch, EPOCH_HOLD);
}

static void empty_until_written(void **state)
{
	unsigned char byte = 0;

	(void)state;
	assert_true(overlay_is_empty(&o));
	assert_int_equal(disk_read(&o.disk, 0, &byte, 1), 0);
	assert_int_equal(disk_write(&o.disk, 0, &byte, 0), 0);
	assert_int_equal(disk_flush(&o.disk), 0);
	assert_true(overlay_is_empty(&o));
	put(0, 1, 0);
	assert_false(overlay_is_empty(&o));
}

static void read_only_disk_has_writable_overlay(void **state)
{
	(void)state;
	overlay_close(&o);
	e.disk.may_write = false;
	assert_int_equal(overlay_open(&o, &e.disk, OVERLAY_MAX_BYTES), 0);
	assert_true(o.disk.may_write);
	put(5, 5, 5);
}

static void failed_write_poisons(int expected)
{
	unsigned char byte = 1;

	assert_int_equal(o.sticky_err, expected);
	assert_false(overlay_is_empty(&o));
	assert_int_equal(disk_write(&o.disk, 0, &byte, 1), expected);
	assert_int_equal(
		disk_write(&o.disk, DISK_BYTES - 1, &byte, 1), expected);
	assert_int_equal(disk_read(&o.disk, DISK_BYTES - 1, &byte, 1), 0);
	assert_int_equal(byte, model[DISK_BYTES - 1]);
}

static void cap_poisons(void **state)
{
	unsigned char buf[4 * 512] = {0};

	(void)state;
	overlay_close(&o);
	assert_int_equal(overlay_open(&o, &e.disk, 4 * 512 + 511), 0);
	put(0, 2048, 1);
	put(512, 512, 2); /* nothing more to keep */
	assert_int_equal(
		disk_write(&o.disk, 3 * 512, buf, 1024), -ERR_TOO_LARGE);
	failed_write_poisons(-ERR_TOO_LARGE);
}

static void new_epoch_counts_towards_the_cap(void **state)
{
	unsigned char byte = 0;

	(void)state;
	overlay_close(&o);
	assert_int_equal(overlay_open(&o, &e.disk, 512), 0);
	put(0, 512, 1);
	assert_int_equal(overlay_enter(&o, EPOCH_HOLD), 0);
	assert_int_equal(disk_write(&o.disk, 0, &byte, 1), -ERR_TOO_LARGE);
	failed_write_poisons(-ERR_TOO_LARGE);
}

static void failing_read_poisons(void **state)
{
	unsigned char byte = 0;

	(void)state;
	emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, 1, false);
	assert_int_equal(disk_write(&o.disk, 10, &byte, 1), -ERR_IO);
	failed_write_poisons(-ERR_IO);
}

static void nothing_lost_poisons_nothing(void **state)
{
	unsigned char buf[512] = {0};

	(void)state;
	emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_FAIL, 1, false);
	assert_int_equal(disk_read(&o.disk, 10, buf, 1), -ERR_IO);
	assert_int_equal(disk_write(&o.disk, DISK_BYTES - 511, buf, 512),
		-ERR_TRUNCATED);
	assert_int_equal(o.sticky_err, 0);
	assert_true(overlay_is_empty(&o));
}

/* Enough blocks that both tables grow several times. */
static int fill_fresh_overlay(void)
{
	unsigned char byte = 7;
	int err = overlay_open(&o, &e.disk, SIZE_MAX);

	for (uint64_t i = 0; i < 700 && err >= 0; i++)
		err = disk_write(&o.disk, i * 512, &byte, 1);
	return err;
}

static void no_memory_poisons(bool from_then_on)
{
	bool hit = true;

	for (unsigned int n = 1; hit; n++) {
		int err;

		failalloc_arm(n, from_then_on);
		err = fill_fresh_overlay();
		hit = failalloc_disarm();
		assert_int_equal(err, hit ? -ERR_NO_MEMORY : 0);
		if (hit && n > 1)
			failed_write_poisons(-ERR_NO_MEMORY);
		overlay_close(&o);
	}
	assert_in_range(failalloc_count(), 700, 720);
}

static void each_failing_allocation_poisons(void **state)
{
	(void)state;
	overlay_close(&o);
	overlay_close(&o); /* zeroed by now: nothing happens */
	no_memory_poisons(false);
	no_memory_poisons(true);
}

#define OVERLAY_TEST(f) cmocka_unit_test_setup_teardown(f, with_512, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_keeps_as_a_plain_disk),
		OVERLAY_TEST(same_block_and_epoch_is_one_entry),
		OVERLAY_TEST(whole_blocks_are_not_read),
		OVERLAY_TEST(span_is_one_call),
		OVERLAY_TEST(epochs_only_go_forward),
		OVERLAY_TEST(empty_until_written),
		OVERLAY_TEST(read_only_disk_has_writable_overlay),
		OVERLAY_TEST(cap_poisons),
		OVERLAY_TEST(new_epoch_counts_towards_the_cap),
		OVERLAY_TEST(failing_read_poisons),
		OVERLAY_TEST(nothing_lost_poisons_nothing),
		OVERLAY_TEST(each_failing_allocation_poisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
