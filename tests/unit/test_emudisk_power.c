/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test rig itself: does the power go the way emudisk_power.h says? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/emudisk_rig.h"

/* Sectors 0-1 flushed, 2-3 and 4-7 not; then the power goes. */
static void cut_after_three_writes(
	struct emudisk *e, enum emudisk_cut model, uint64_t seed)
{
	unsigned char byte = 0;

	memset(e->bytes, 0, DISK_BYTES);
	emudisk_reset(e);
	emudisk_plan_cut(e, 3, model, seed);
	assert_int_equal(put(e, 0, 2, 1), 0);
	assert_int_equal(disk_flush(&e->disk), 0);
	assert_int_equal(put(e, 2, 2, 2), 0);
	assert_false(e->is_off);
	assert_int_equal(put(e, 4, 4, 3), 0);
	assert_true(e->is_off);
	assert_int_equal(disk_flush(&e->disk), -ERR_IO);
	assert_int_equal(put(e, 8, 1, 4), -ERR_IO);
	assert_int_equal(disk_read(&e->disk, 0, &byte, 1), -ERR_IO);
	assert_int_equal(at(e, 0), 1);
	assert_int_equal(at(e, 1), 1);
	assert_int_equal(at(e, 8), 0);
}

static void cut_prefix_keeps_all(void **state)
{
	struct emudisk *e = *state;

	cut_after_three_writes(e, EMUDISK_CUT_PREFIX, 1);
	assert_int_equal(at(e, 3), 2);
	assert_int_equal(at(e, 7), 3);
	emudisk_reset(e);
	assert_int_equal(put(e, 8, 1, 4), 0);
	assert_int_equal(at(e, 8), 4);
}

static void cut_none_keeps_what_was_flushed(void **state)
{
	struct emudisk *e = *state;

	cut_after_three_writes(e, EMUDISK_CUT_NONE, 1);
	for (unsigned int i = 2; i < 8; i++)
		assert_int_equal(at(e, i), 0);
}

static void cut_subset_gives_every_subset(void **state)
{
	struct emudisk *e = *state;
	unsigned int seen = 0;

	for (uint64_t seed = 0; seed < 4; seed++) {
		bool second;
		bool third;

		cut_after_three_writes(e, EMUDISK_CUT_SUBSET, seed);
		assert_int_equal(emudisk_cut_choices(e), 4);
		second = at(e, 2) == 2;
		third = at(e, 4) == 3;
		assert_int_equal(at(e, 3), second ? 2 : 0);
		assert_int_equal(at(e, 7), third ? 3 : 0);
		seen |= 1u << (second * 2 + third);
	}
	assert_int_equal(seen, 15);
}

/* Too many to try them all: each seed is another subset. */
static void cut_subset_of_many_is_random(void **state)
{
	struct emudisk *e = *state;
	const unsigned int writes = EMUDISK_ALL_SUBSETS + 1;
	unsigned char first[DISK_BYTES];
	unsigned int landed = 0, differ = 0;

	for (uint64_t seed = 0; seed < 20; seed++) {
		memset(e->bytes, 0, DISK_BYTES);
		emudisk_reset(e);
		emudisk_plan_cut(e, writes, EMUDISK_CUT_SUBSET, seed);
		for (unsigned int i = 0; i < writes; i++)
			assert_int_equal(put(e, i, 1, 1), 0);
		assert_int_equal(emudisk_cut_choices(e), 0);
		for (unsigned int i = 0; i < writes; i++)
			landed += at(e, i);
		if (!seed)
			memcpy(first, e->bytes, DISK_BYTES);
		differ += memcmp(first, e->bytes, DISK_BYTES) != 0;
	}
	assert_in_range(landed, 40, 100); /* of 140 */
	assert_true(differ >= 15);
}

static void cut_torn_tries_each_sector(void **state)
{
	struct emudisk *e = *state;

	for (unsigned int seed = 0; seed < 8; seed++) {
		cut_after_three_writes(e, EMUDISK_CUT_TORN, seed);
		assert_int_equal(emudisk_cut_choices(e), 4);
		assert_int_equal(at(e, 2), 2);
		assert_int_equal(at(e, 3), 2);
		for (unsigned int i = 0; i < 4; i++)
			assert_int_equal(at(e, 4 + i), i < seed % 4 ? 3 : 0);
	}
}

static void cut_garbage_fills_the_torn_sector(void **state)
{
	struct emudisk *e = *state;
	unsigned char first[SECTOR_BYTES];

	for (unsigned int seed = 0; seed < 8; seed++) {
		unsigned int torn = 4 + seed % 4;
		const unsigned char *p = e->bytes + torn * SECTOR_BYTES;
		unsigned int values = 0;

		cut_after_three_writes(e, EMUDISK_CUT_GARBAGE, seed);
		assert_int_equal(emudisk_cut_choices(e), 4);
		assert_int_equal(at(e, 3), 2);
		for (unsigned int i = 4; i < 8; i++)
			if (i != torn)
				assert_int_equal(at(e, i), i < torn ? 3 : 0);
		for (unsigned int i = 1; i < SECTOR_BYTES; i++)
			values += p[i] != p[0];
		assert_true(values > SECTOR_BYTES / 2);
		if (seed == 0)
			memcpy(first, p, SECTOR_BYTES);
		if (seed == 4)
			assert_memory_not_equal(first, p, SECTOR_BYTES);
	}
}

static void cut_lying_forgets_the_flushes(void **state)
{
	struct emudisk *e = *state;
	unsigned int seen = 0;

	for (uint64_t seed = 0; seed < 8; seed++) {
		unsigned int landed;

		memset(e->bytes, 0, DISK_BYTES);
		emudisk_reset(e);
		assert_int_equal(put(e, 9, 1, 9), 0);
		emudisk_plan_cut(e, 3, EMUDISK_CUT_LYING, seed);
		for (unsigned int i = 0; i < 3; i++) {
			assert_int_equal(put(e, i, 1, 1), 0);
			assert_int_equal(
				disk_flush(&e->disk), i < 2 ? 0 : -ERR_IO);
		}
		assert_int_equal(emudisk_cut_choices(e), 8);
		landed = at(e, 0) + 2u * at(e, 1) + 4u * at(e, 2);
		seen |= 1u << landed;
		assert_int_equal(at(e, 9), 9); /* from before the plan */
	}
	assert_int_equal(seen, 255);
}

static void overlapping_writes_are_undone_in_order(void **state)
{
	struct emudisk *e = *state;

	assert_int_equal(put(e, 0, 4, 1), 0);
	emudisk_plan_cut(e, 2, EMUDISK_CUT_NONE, 1);
	assert_int_equal(put(e, 1, 2, 2), 0);
	assert_int_equal(put(e, 2, 2, 3), 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(at(e, i), 1);
}

static void pretended_flush_keeps_nothing(void **state)
{
	struct emudisk *e = *state;

	emudisk_plan_cut(e, 2, EMUDISK_CUT_NONE, 1);
	emudisk_plan_fault(e, EMUDISK_FLUSH, EMUDISK_PRETEND, 1, false);
	assert_int_equal(put(e, 0, 1, 1), 0);
	assert_int_equal(disk_flush(&e->disk), 0);
	assert_int_equal(put(e, 1, 1, 1), 0);
	assert_int_equal(at(e, 0), 0);
}

/* --- One power supply for two disks --------------------------------------- */

/* One write to each, a flush of the second, one more write to each. */
static void cut_both(struct emudisk *one, struct emudisk *two,
	struct emudisk_power *p, enum emudisk_cut model, uint64_t seed)
{
	memset(one->bytes, 0, DISK_BYTES);
	memset(two->bytes, 0, DISK_BYTES);
	emudisk_power_reset(p);
	emudisk_power_plan_cut(p, 4, model, seed);
	assert_int_equal(put(one, 0, 1, 1), 0);
	assert_int_equal(put(two, 0, 1, 1), 0);
	assert_int_equal(disk_flush(&two->disk), 0);
	assert_int_equal(put(two, 1, 1, 1), 0);
	assert_false(p->is_off);
	assert_int_equal(put(one, 1, 2, 1), 0);
	assert_true(p->is_off);
	assert_int_equal(p->writes, 4);
	assert_int_equal(put(one, 3, 1, 1), -ERR_IO);
	assert_int_equal(put(two, 3, 1, 1), -ERR_IO);
	assert_int_equal(at(two, 0), 1); /* its flush counted */
}

static void two_disks_lose_power_together(void **state)
{
	struct emudisk *one = *state;
	struct emudisk_power p = {0};
	struct emudisk two;
	unsigned int seen = 0;

	assert_int_equal(emudisk_open(&two, DISK_BYTES, 512), 0);
	emudisk_attach(one, &p);
	emudisk_attach(&two, &p);
	cut_both(one, &two, &p, EMUDISK_CUT_PREFIX, 0);
	assert_int_equal(at(one, 0) + at(&two, 1) + at(one, 2), 3);
	cut_both(one, &two, &p, EMUDISK_CUT_NONE, 0);
	assert_int_equal(at(one, 0) + at(&two, 1) + at(one, 2), 0);
	cut_both(one, &two, &p, EMUDISK_CUT_TORN, 1);
	assert_int_equal(at(one, 0) + at(&two, 1) + at(one, 1), 3);
	assert_int_equal(at(one, 2), 0);
	for (uint64_t seed = 0; seed < 8; seed++) {
		cut_both(one, &two, &p, EMUDISK_CUT_SUBSET, seed);
		assert_int_equal(emudisk_power_choices(&p), 8);
		seen |= 1u << (at(one, 0) + 2 * at(&two, 1) + 4 * at(one, 2));
	}
	assert_int_equal(seen, 255);
	emudisk_power_reset(&p);
	assert_int_equal(put(&two, 3, 1, 1), 0);
	assert_int_equal(emudisk_cut_choices(one), emudisk_cut_choices(&two));
	/* Without the second one, the first is as before. */
	emudisk_plan_cut(one, 2, EMUDISK_CUT_NONE, 0);
	assert_int_equal(put(&two, 5, 1, 5), 0);
	emudisk_close(&two);
	assert_int_equal(put(one, 5, 1, 5), 0);
	assert_true(one->is_off);
	emudisk_close(one);
	assert_int_equal(p.disk_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(cut_prefix_keeps_all),
		DISK_TEST(cut_none_keeps_what_was_flushed),
		DISK_TEST(cut_subset_gives_every_subset),
		DISK_TEST(cut_subset_of_many_is_random),
		DISK_TEST(cut_torn_tries_each_sector),
		DISK_TEST(cut_garbage_fills_the_torn_sector),
		DISK_TEST(cut_lying_forgets_the_flushes),
		DISK_TEST(overlapping_writes_are_undone_in_order),
		DISK_TEST(pretended_flush_keeps_nothing),
		DISK_TEST(two_disks_lose_power_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
