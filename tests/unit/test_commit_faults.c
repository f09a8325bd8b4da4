/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commits that are cut off: at each write, with each model of what becomes of
 * unflushed writes, the disk is exactly a prefix of the epochs plus a part of
 * one.  And devices that fail or lie at each of their calls.
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
#include "tests/support/emudisk.h"

#define DISK_BLOCKS 48
#define MAX_BYTES   (DISK_BLOCKS * 4096)
#define MAX_WRITES  200
#define SEEDS	    6

/* One random overlay, and what a commit without faults does with it. */
static struct {
	uint32_t block_bytes;
	size_t size;
	/* state[0] is the disk before; state[i] after i changing epochs */
	unsigned char state[EPOCH_COUNT + 1][MAX_BYTES];
	unsigned int last_state;
	struct {
		uint64_t off;
		size_t len;
		unsigned int epoch; /* counted from 1: it leads to state[] */
	} writes[MAX_WRITES];
	unsigned int write_count;
	struct disk_counts calls;
} plan;

static struct emudisk e;
static struct overlay o;
static struct commit_counts counts;

/* Stands before the emulated disk and writes down the writes. */
static int recorder_read(struct disk *d, uint64_t off, void *buf, size_t len)
{
	(void)d;
	return disk_read(&e.disk, off, buf, len);
}

static int recorder_write(
	struct disk *d, uint64_t off, const void *buf, size_t len)
{
	(void)d;
	assert_in_range(plan.write_count, 0, MAX_WRITES - 1);
	plan.writes[plan.write_count].off = off;
	plan.writes[plan.write_count].len = len;
	plan.writes[plan.write_count].epoch =
		(unsigned int)e.counts.flushes + 1;
	plan.write_count++;
	return disk_write(&e.disk, off, buf, len);
}

static int recorder_flush(struct disk *d)
{
	(void)d;
	return disk_flush(&e.disk);
}

static const struct disk_ops recorder_ops = {
	.read = recorder_read,
	.write = recorder_write,
	.flush = recorder_flush,
};

static void disk_back_to_start(void)
{
	emudisk_reset(&e);
	memcpy(e.bytes, plan.state[0], plan.size);
}

/* Some bytes, sometimes those that are there already. */
static void write_something(struct prng *random)
{
	static unsigned char buf[3 * 4096];
	size_t limit = 3 * plan.block_bytes;
	size_t len = (size_t)prng_below(random, limit) + 1;
	uint64_t off = prng_below(random, plan.size - len + 1);

	if (prng_below(random, 4))
		prng_fill(random, buf, len);
	else
		assert_int_equal(disk_read(&o.disk, off, buf, len), 0);
	assert_int_equal(disk_write(&o.disk, off, buf, len), 0);
}

static void write_epochs(struct prng *random)
{
	static unsigned char shown[MAX_BYTES];

	plan.last_state = 0;
	for (int epoch = 0; epoch < EPOCH_COUNT; epoch++) {
		unsigned int writes = (unsigned int)prng_below(random, 7);

		assert_int_equal(
			overlay_enter(&o, (enum overlay_epoch)epoch), 0);
		while (writes-- > 0)
			write_something(random);
		assert_int_equal(disk_read(&o.disk, 0, shown, plan.size), 0);
		if (memcmp(shown, plan.state[plan.last_state], plan.size))
			memcpy(plan.state[++plan.last_state], shown, plan.size);
	}
}

static void make_plan(uint32_t block_bytes, uint64_t seed)
{
	struct prng random = {.state = seed};
	struct disk recorder;

	plan.block_bytes = block_bytes;
	plan.size = DISK_BLOCKS * block_bytes - 200;
	plan.write_count = 0;
	assert_int_equal(emudisk_open(&e, plan.size, block_bytes), 0);
	prng_fill(&random, e.bytes, plan.size);
	memcpy(plan.state[0], e.bytes, plan.size);
	assert_int_equal(overlay_open(&o, &e.disk, SIZE_MAX), 0);
	write_epochs(&random);
	assert_true(plan.last_state >= 3);

	emudisk_reset(&e);
	recorder = e.disk;
	recorder.ops = &recorder_ops;
	assert_int_equal(commit_overlay(&o, &recorder, NULL, NULL, &counts), 0);
	assert_memory_equal(e.bytes, plan.state[plan.last_state], plan.size);
	assert_int_equal(counts.epochs, plan.last_state);
	assert_int_equal(counts.runs, plan.write_count);
	assert_int_equal(e.counts.flushes, plan.last_state);
	plan.calls = e.counts;
}

static void drop_plan(void)
{
	overlay_close(&o);
	emudisk_close(&e);
}

static int commit(void)
{
	return commit_overlay(&o, &e.disk, NULL, NULL, &counts);
}

/*
 * A whole number of sectors from the front is new, then @garbage bytes may be
 * anything, the rest is old.
 */
static bool is_torn(const unsigned char *p, const unsigned char *old_bytes,
	const unsigned char *new_bytes, size_t len, size_t garbage)
{
	for (size_t k = 0; k < len; k += EMUDISK_SECTOR_BYTES) {
		size_t rest = garbage < len - k ? k + garbage : len;

		if (!memcmp(p, new_bytes, k) &&
			!memcmp(p + rest, old_bytes + rest, len - rest))
			return true;
	}
	return false;
}

static bool may_have_landed(enum emudisk_cut model, unsigned int write,
	unsigned int cut_after, const unsigned char *old_bytes)
{
	uint64_t off = plan.writes[write].off;
	size_t len = plan.writes[write].len;
	const unsigned char *p = e.bytes + off;
	const unsigned char *new_bytes =
		plan.state[plan.writes[write].epoch] + off;
	bool is_old = !memcmp(p, old_bytes + off, len);
	bool is_new = !memcmp(p, new_bytes, len);

	if (model == EMUDISK_CUT_NONE)
		return is_old;
	if (model == EMUDISK_CUT_SUBSET)
		return is_old || is_new;
	if (model == EMUDISK_CUT_TORN && write + 1 == cut_after)
		return is_torn(p, old_bytes + off, new_bytes, len, 0);
	if (model == EMUDISK_CUT_GARBAGE && write + 1 == cut_after)
		return is_torn(p, old_bytes + off, new_bytes, len,
			EMUDISK_SECTOR_BYTES);
	return is_new;
}

/* Exactly what was flushed, and of the epoch in progress what @model says. */
static void check_after_cut(enum emudisk_cut model, unsigned int cut_after)
{
	static unsigned char expected[MAX_BYTES];
	unsigned int epoch = plan.writes[cut_after - 1].epoch;
	const unsigned char *old_bytes = plan.state[epoch - 1];

	assert_int_equal(counts.epochs, epoch);
	memcpy(expected, old_bytes, plan.size);
	for (unsigned int i = 0; i < cut_after; i++) {
		uint64_t off = plan.writes[i].off;

		if (plan.writes[i].epoch != epoch)
			continue;
		assert_true(may_have_landed(model, i, cut_after, old_bytes));
		memcpy(expected + off, e.bytes + off, plan.writes[i].len);
	}
	assert_memory_equal(e.bytes, expected, plan.size);
}

/* Nothing is known but that no byte comes from elsewhere. */
static void check_after_lies(unsigned int cut_after)
{
	unsigned int last = plan.writes[cut_after - 1].epoch;
	const size_t len = EMUDISK_SECTOR_BYTES;

	for (size_t off = 0; off + len <= plan.size; off += len) {
		bool is_known = false;

		for (unsigned int i = 0; i <= last; i++)
			is_known |= !memcmp(
				e.bytes + off, plan.state[i] + off, len);
		assert_true(is_known);
	}
}

static void cut_everywhere(enum emudisk_cut model, uint64_t seed)
{
	for (unsigned int n = 1; n <= plan.write_count; n++) {
		disk_back_to_start();
		emudisk_plan_cut(&e, n, model, seed + n);
		assert_int_equal(commit(), -ERR_IO);
		assert_true(e.is_off);
		if (model == EMUDISK_CUT_LYING)
			check_after_lies(n);
		else
			check_after_cut(model, n);
	}
	/* And with power to the end. */
	disk_back_to_start();
	emudisk_plan_cut(&e, plan.write_count + 1, model, seed);
	assert_int_equal(commit(), 0);
	assert_memory_equal(e.bytes, plan.state[plan.last_state], plan.size);
}

/* Every sector is as before or as after the epoch that was begun last. */
static void check_after_failure(void)
{
	const unsigned char *new_bytes = plan.state[counts.epochs];
	const unsigned char *old_bytes =
		plan.state[counts.epochs ? counts.epochs - 1 : 0];

	assert_int_equal(counts.runs, e.counts.writes);
	assert_int_equal(counts.bytes, e.counts.written_bytes);
	for (size_t off = 0; off < plan.size; off += EMUDISK_SECTOR_BYTES) {
		size_t left = plan.size - off;
		size_t len = left < EMUDISK_SECTOR_BYTES ? left
							 : EMUDISK_SECTOR_BYTES;

		assert_true(!memcmp(e.bytes + off, old_bytes + off, len) ||
			    !memcmp(e.bytes + off, new_bytes + off, len));
	}
}

static void fail_everywhere(enum emudisk_call call, uint64_t calls)
{
	assert_true(calls > 0);
	for (uint64_t n = 1; n <= calls; n++) {
		for (int from_then_on = 0; from_then_on <= 1; from_then_on++) {
			disk_back_to_start();
			emudisk_plan_fault(
				&e, call, EMUDISK_FAIL, n, from_then_on);
			assert_int_equal(commit(), -ERR_IO);
			check_after_failure();
		}
	}
}

/* A dropped write is noticed before the next epoch. */
static void drop_each_write(void)
{
	for (unsigned int n = 1; n <= plan.write_count; n++) {
		disk_back_to_start();
		emudisk_plan_fault(
			&e, EMUDISK_WRITE, EMUDISK_PRETEND, n, false);
		assert_int_equal(commit(), -ERR_NOT_STORED);
		assert_int_equal(counts.epochs, plan.writes[n - 1].epoch);
		check_after_failure();
	}
}

/*
 * Reads that are reported good but leave the buffer alone: before the first
 * write they make a block look changed, which does no harm; afterwards they
 * never pass for a block that was stored.
 */
static void pretend_each_read(void)
{
	uint64_t first_verify = plan.calls.reads - plan.write_count + 1;

	for (uint64_t n = 1; n <= plan.calls.reads; n++) {
		disk_back_to_start();
		emudisk_plan_fault(&e, EMUDISK_READ, EMUDISK_PRETEND, n, false);
		if (n >= first_verify) {
			assert_int_equal(commit(), -ERR_NOT_STORED);
			check_after_failure();
			continue;
		}
		assert_int_equal(commit(), 0);
		assert_memory_equal(
			e.bytes, plan.state[plan.last_state], plan.size);
	}
}

static void each_plan(void (*check)(uint64_t seed))
{
	static const uint32_t sizes[] = {512, 1024, 4096};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			make_plan(sizes[i], seed);
			check(seed);
			drop_plan();
		}
	}
}

static void cut_with_each_model(uint64_t seed)
{
	for (int model = 0; model < EMUDISK_CUT_COUNT; model++)
		cut_everywhere((enum emudisk_cut)model, seed * 1000);
}

static void fail_each_call(uint64_t seed)
{
	(void)seed;
	fail_everywhere(EMUDISK_READ, plan.calls.reads);
	fail_everywhere(EMUDISK_WRITE, plan.calls.writes);
	fail_everywhere(EMUDISK_FLUSH, plan.calls.flushes);
}

static void lie_at_each_call(uint64_t seed)
{
	(void)seed;
	drop_each_write();
	pretend_each_read();
}

static void power_cut_leaves_a_prefix_of_the_epochs(void **state)
{
	(void)state;
	each_plan(cut_with_each_model);
}

static void failed_call_ends_the_commit(void **state)
{
	(void)state;
	each_plan(fail_each_call);
}

static void lying_device_is_found_out(void **state)
{
	(void)state;
	each_plan(lie_at_each_call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cut_leaves_a_prefix_of_the_epochs),
		cmocka_unit_test(failed_call_ends_the_commit),
		cmocka_unit_test(lying_device_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
