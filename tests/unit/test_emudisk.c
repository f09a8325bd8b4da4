/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test rig itself: does the emulated disk break the way it says? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/emudisk.h"
#include "tests/support/failalloc.h"

#define SECTORS	     64
#define SECTOR_BYTES EMUDISK_SECTOR_BYTES
#define DISK_BYTES   (SECTORS * SECTOR_BYTES)

static int open_disk(void **state)
{
	static struct emudisk e;

	assert_int_equal(emudisk_open(&e, DISK_BYTES, 512), 0);
	*state = &e;
	return 0;
}

static int close_disk(void **state)
{
	emudisk_close(*state);
	return 0;
}

/* Fills sectors with one value, in one write. */
static int put(struct emudisk *e, unsigned int sector, unsigned int count,
	unsigned char value)
{
	unsigned char buf[8 * SECTOR_BYTES];

	memset(buf, value, sizeof(buf));
	return disk_write(&e->disk, (uint64_t)sector * SECTOR_BYTES, buf,
		(size_t)count * SECTOR_BYTES);
}

static unsigned char at(const struct emudisk *e, unsigned int sector)
{
	const unsigned char *p = e->bytes + (size_t)sector * SECTOR_BYTES;

	for (size_t i = 1; i < SECTOR_BYTES; i++)
		assert_int_equal(p[i], p[0]);
	return p[0];
}

static void planned_calls_fail_and_no_others(void **state)
{
	struct emudisk *e = *state;
	unsigned char byte = 1;

	emudisk_plan_fault(e, EMUDISK_READ, EMUDISK_FAIL, 2, false);
	emudisk_plan_fault(e, EMUDISK_WRITE, EMUDISK_FAIL, 2, true);
	for (int i = 1; i <= 4; i++) {
		assert_int_equal(
			disk_read(&e->disk, 0, &byte, 1), i == 2 ? -ERR_IO : 0);
		assert_int_equal(
			put(e, (unsigned int)i, 1, 7), i >= 2 ? -ERR_IO : 0);
		assert_int_equal(disk_flush(&e->disk), 0);
	}
	assert_int_equal(at(e, 1), 7);
	assert_int_equal(at(e, 2), 0);
	assert_int_equal(e->counts.reads, 4);
	assert_int_equal(e->counts.writes, 4);
	assert_int_equal(e->counts.flushes, 4);
	emudisk_plan_fault(e, EMUDISK_WRITE, EMUDISK_FAIL, 0, true);
	assert_int_equal(put(e, 2, 1, 7), 0);
	emudisk_plan_fault(e, EMUDISK_FLUSH, EMUDISK_FAIL, 1, true);
	assert_int_equal(disk_flush(&e->disk), -ERR_IO);
	emudisk_reset(e);
	assert_int_equal(disk_flush(&e->disk), 0);
	assert_int_equal(e->counts.flushes, 1);
	assert_int_equal(e->counts.writes, 0);
}

static void pretended_calls_do_nothing(void **state)
{
	struct emudisk *e = *state;
	unsigned char byte = 9;

	emudisk_plan_fault(e, EMUDISK_READ, EMUDISK_PRETEND, 1, false);
	emudisk_plan_fault(e, EMUDISK_WRITE, EMUDISK_PRETEND, 1, false);
	assert_int_equal(disk_read(&e->disk, 0, &byte, 1), 0);
	assert_int_equal(byte, 9);
	assert_int_equal(put(e, 1, 1, 7), 0);
	assert_int_equal(at(e, 1), 0);
	assert_int_equal(put(e, 1, 1, 7), 0);
	assert_int_equal(at(e, 1), 7);
}

static void bad_range_fails_reads_that_touch_it(void **state)
{
	struct emudisk *e = *state;
	unsigned char buf[SECTOR_BYTES];

	e->bad_from = 2 * SECTOR_BYTES;
	e->bad_to = 3 * SECTOR_BYTES;
	assert_int_equal(disk_read(&e->disk, 512, buf, 512), 0);
	assert_int_equal(disk_read(&e->disk, 513, buf, 512), -ERR_IO);
	assert_int_equal(disk_read(&e->disk, 1535, buf, 512), -ERR_IO);
	assert_int_equal(disk_read(&e->disk, 1536, buf, 512), 0);
}

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

	for (uint64_t seed = 0; seed < 64; seed++) {
		bool second;
		bool third;

		cut_after_three_writes(e, EMUDISK_CUT_SUBSET, seed);
		second = at(e, 2) == 2;
		third = at(e, 4) == 3;
		assert_int_equal(at(e, 3), second ? 2 : 0);
		assert_int_equal(at(e, 7), third ? 3 : 0);
		seen |= 1u << (second * 2 + third);
	}
	assert_int_equal(seen, 15);
}

static void cut_torn_keeps_a_part_of_the_last(void **state)
{
	struct emudisk *e = *state;
	unsigned int seen = 0;

	for (uint64_t seed = 0; seed < 64; seed++) {
		unsigned int landed = 0;

		cut_after_three_writes(e, EMUDISK_CUT_TORN, seed);
		assert_int_equal(at(e, 2), 2);
		assert_int_equal(at(e, 3), 2);
		while (at(e, 4 + landed) == 3)
			landed++;
		for (unsigned int i = 4 + landed; i < 8; i++)
			assert_int_equal(at(e, i), 0);
		seen |= 1u << landed;
	}
	assert_int_equal(seen, 15); /* 0 to 3 sectors of 4 */
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

static void saved_and_loaded_and_cloned_are_the_same(void **state)
{
	struct emudisk *e = *state;
	struct emudisk loaded;
	struct emudisk cloned;
	char path[] = "/tmp/test_emudisk.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(put(e, 3, 2, 5), 0);
	assert_int_equal(emudisk_save(e, path), 0);
	assert_int_equal(emudisk_load(&loaded, path, 4096), 0);
	assert_int_equal(loaded.disk.size_bytes, DISK_BYTES);
	assert_int_equal(loaded.disk.block_bytes, 4096);
	assert_memory_equal(loaded.bytes, e->bytes, DISK_BYTES);
	assert_int_equal(put(&loaded, 0, 1, 6), 0);
	assert_int_equal(emudisk_clone(&cloned, &loaded), 0);
	assert_memory_equal(cloned.bytes, loaded.bytes, DISK_BYTES);
	emudisk_close(&loaded);
	assert_int_equal(emudisk_load(&loaded, path, 4096), 0);
	assert_int_equal(at(&loaded, 0), 0); /* the file was not changed */
	emudisk_close(&loaded);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(emudisk_load(&loaded, path, 512), 0);
	assert_int_equal(loaded.disk.size_bytes, 0);
	emudisk_close(&loaded);
	emudisk_close(&cloned);
	close(fd);
	unlink(path);
	assert_int_equal(emudisk_load(&loaded, path, 512), -ERR_NOT_FOUND);
	emudisk_close(&loaded);
}

/* Says which of three allocations worked, as bits. */
static unsigned int allocate_three(void)
{
	void *volatile p = malloc(10);
	void *volatile q = calloc(2, 10);
	void *volatile grown = realloc(p, 20);
	unsigned int worked = 0;

	worked |= p ? 1u : 0;
	worked |= q ? 2u : 0;
	worked |= grown ? 4u : 0;
	free(grown ? grown : p);
	free(q);
	return worked;
}

static void chosen_allocations_fail(void **state)
{
	static const unsigned int once[] = {6, 5, 3, 7};
	static const unsigned int on[] = {0, 1, 3, 7};

	(void)state;
	assert_int_equal(allocate_three(), 7);
	for (unsigned int n = 1; n <= 4; n++) {
		failalloc_arm(n, false);
		assert_int_equal(allocate_three(), once[n - 1]);
		assert_int_equal(failalloc_disarm(), n <= 3);
		assert_int_equal(failalloc_count(), 3);
		failalloc_arm(n, true);
		assert_int_equal(allocate_three(), on[n - 1]);
		assert_int_equal(failalloc_disarm(), n <= 3);
		assert_int_equal(allocate_three(), 7);
	}
}

#define DISK_TEST(f) cmocka_unit_test_setup_teardown(f, open_disk, close_disk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(planned_calls_fail_and_no_others),
		DISK_TEST(pretended_calls_do_nothing),
		DISK_TEST(bad_range_fails_reads_that_touch_it),
		DISK_TEST(cut_prefix_keeps_all),
		DISK_TEST(cut_none_keeps_what_was_flushed),
		DISK_TEST(cut_subset_gives_every_subset),
		DISK_TEST(cut_torn_keeps_a_part_of_the_last),
		DISK_TEST(overlapping_writes_are_undone_in_order),
		DISK_TEST(pretended_flush_keeps_nothing),
		DISK_TEST(saved_and_loaded_and_cloned_are_the_same),
		cmocka_unit_test(chosen_allocations_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
