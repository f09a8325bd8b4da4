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
#include "tests/support/emudisk_rig.h"
#include "tests/support/failalloc.h"

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

static void lost_disk_fails_every_call(void **state)
{
	struct emudisk *e = *state;
	unsigned char byte = 0;

	assert_int_equal(put(e, 0, 1, 1), 0);
	emudisk_plan_loss(e, 3);
	assert_int_equal(put(e, 1, 1, 1), 0);
	assert_int_equal(disk_flush(&e->disk), 0);
	assert_false(e->is_gone);
	assert_int_equal(disk_read(&e->disk, 0, &byte, 1), -ERR_IO);
	assert_true(e->is_gone);
	assert_int_equal(put(e, 2, 1, 1), -ERR_IO);
	assert_int_equal(disk_flush(&e->disk), -ERR_IO);
	assert_int_equal(at(e, 1), 1);
	assert_int_equal(at(e, 2), 0);
	emudisk_reset(e);
	assert_int_equal(disk_read(&e->disk, 512, &byte, 1), 0);
	assert_int_equal(byte, 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(planned_calls_fail_and_no_others),
		DISK_TEST(pretended_calls_do_nothing),
		DISK_TEST(bad_range_fails_reads_that_touch_it),
		DISK_TEST(lost_disk_fails_every_call),
		DISK_TEST(saved_and_loaded_and_cloned_are_the_same),
		cmocka_unit_test(chosen_allocations_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
