/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Range checks of struct disk, slices, the meter and the error texts. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/disk.h"
#include "storage/err.h"
#include "storage/meter.h"
#include "storage/slice.h"
#include "tests/support/emudisk.h"

#define DISK_BYTES 65536

static int open_random_disk(void **state)
{
	static struct emudisk e;
	struct prng random = {.state = 1};

	assert_int_equal(emudisk_open(&e, DISK_BYTES, 512), 0);
	prng_fill(&random, e.bytes, DISK_BYTES);
	*state = &e;
	return 0;
}

static int close_disk(void **state)
{
	emudisk_close(*state);
	return 0;
}

static void range_is_checked(void **state)
{
	struct emudisk *e = *state;
	struct disk *d = &e->disk;
	unsigned char buf[16];

	assert_int_equal(disk_read(d, DISK_BYTES - 16, buf, 16), 0);
	assert_int_equal(
		disk_read(d, DISK_BYTES - 15, buf, 16), -ERR_TRUNCATED);
	assert_int_equal(disk_read(d, DISK_BYTES, buf, 1), -ERR_TRUNCATED);
	assert_int_equal(disk_read(d, DISK_BYTES + 1, buf, 0), -ERR_TRUNCATED);
	assert_int_equal(disk_read(d, UINT64_MAX, buf, 16), -ERR_TRUNCATED);
	assert_int_equal(disk_read(d, 16, buf, SIZE_MAX), -ERR_TRUNCATED);
	assert_int_equal(
		disk_write(d, DISK_BYTES - 15, buf, 16), -ERR_TRUNCATED);
	assert_int_equal(disk_write(d, UINT64_MAX, buf, 16), -ERR_TRUNCATED);
	assert_int_equal(disk_write(d, 16, buf, SIZE_MAX), -ERR_TRUNCATED);
	assert_int_equal(e->counts.reads, 1);
	assert_int_equal(e->counts.writes, 0);
}

static void nothing_is_no_call(void **state)
{
	struct emudisk *e = *state;
	unsigned char byte = 0;

	assert_int_equal(disk_read(&e->disk, 0, &byte, 0), 0);
	assert_int_equal(disk_read(&e->disk, DISK_BYTES, &byte, 0), 0);
	assert_int_equal(disk_write(&e->disk, DISK_BYTES, &byte, 0), 0);
	assert_int_equal(e->counts.reads + e->counts.writes, 0);
}

static void empty_disk_has_no_bytes(void **state)
{
	struct emudisk e;
	unsigned char byte;

	(void)state;
	assert_int_equal(emudisk_open(&e, 0, 512), 0);
	assert_int_equal(disk_read(&e.disk, 0, &byte, 0), 0);
	assert_int_equal(disk_read(&e.disk, 0, &byte, 1), -ERR_TRUNCATED);
	assert_int_equal(disk_write(&e.disk, 0, &byte, 1), -ERR_TRUNCATED);
	emudisk_close(&e);
}

static void read_only_disk_is_not_written(void **state)
{
	struct emudisk *e = *state;
	unsigned char byte = 0;

	e->disk.may_write = false;
	assert_int_equal(disk_write(&e->disk, 0, &byte, 1), -ERR_READ_ONLY);
	assert_int_equal(disk_write(&e->disk, 0, &byte, 0), -ERR_READ_ONLY);
	assert_int_equal(e->counts.writes, 0);
}

static void name_is_cut_off(void **state)
{
	struct emudisk *e = *state;
	char name[100];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	disk_set_name(&e->disk, name);
	assert_int_equal(strlen(e->disk.name), DISK_NAME_BYTES - 1);
	disk_set_name(&e->disk, "disk 0");
	assert_string_equal(e->disk.name, "disk 0");
}

static void slice_range_must_lie_within(void **state)
{
	struct emudisk *e = *state;
	struct slice s;

	assert_int_equal(slice_init(&s, &e->disk, 0, DISK_BYTES), 0);
	assert_int_equal(slice_init(&s, &e->disk, DISK_BYTES, 0), 0);
	assert_int_equal(
		slice_init(&s, &e->disk, 1, DISK_BYTES), -ERR_TRUNCATED);
	assert_int_equal(
		slice_init(&s, &e->disk, DISK_BYTES + 1, 0), -ERR_TRUNCATED);
	assert_int_equal(
		slice_init(&s, &e->disk, 512, UINT64_MAX), -ERR_TRUNCATED);
	assert_int_equal(
		slice_init(&s, &e->disk, UINT64_MAX, 512), -ERR_TRUNCATED);
}

static void slice_is_as_its_disk(void **state)
{
	struct emudisk *e = *state;
	struct slice s;

	e->disk.is_removable = true;
	e->disk.may_write = false;
	e->disk.block_bytes = 4096;
	disk_set_name(&e->disk, "disk 7");
	assert_int_equal(slice_init(&s, &e->disk, 4096, 8192), 0);
	assert_true(s.disk.is_removable);
	assert_false(s.disk.may_write);
	assert_int_equal(s.disk.block_bytes, 4096);
	assert_int_equal(s.disk.size_bytes, 8192);
	assert_string_equal(s.disk.name, "disk 7");
}

static void slice_touches_only_its_range(void **state)
{
	static unsigned char model[DISK_BYTES];
	struct emudisk *e = *state;
	struct prng random = {.state = 2};
	struct slice s;
	unsigned char buf[3000];

	memcpy(model, e->bytes, DISK_BYTES);
	assert_int_equal(slice_init(&s, &e->disk, 10240, 20480), 0);
	for (int i = 0; i < 2000; i++) {
		size_t len = (size_t)prng_below(&random, sizeof(buf)) + 1;
		uint64_t off = prng_below(&random, 20480 + 1);
		bool fits = len <= 20480 - off;

		prng_fill(&random, buf, len);
		assert_int_equal(disk_write(&s.disk, off, buf, len),
			fits ? 0 : -ERR_TRUNCATED);
		if (!fits)
			continue;
		memcpy(model + 10240 + off, buf, len);
		memset(buf, 0, len);
		assert_int_equal(disk_read(&s.disk, off, buf, len), 0);
		assert_memory_equal(buf, model + 10240 + off, len);
	}
	assert_memory_equal(e->bytes, model, DISK_BYTES);
}

static void slice_passes_errors_and_flushes(void **state)
{
	struct emudisk *e = *state;
	struct slice s;
	unsigned char byte = 0;

	assert_int_equal(slice_init(&s, &e->disk, 512, 512), 0);
	assert_int_equal(disk_flush(&s.disk), 0);
	assert_int_equal(e->counts.flushes, 1);
	emudisk_plan_fault(e, EMUDISK_READ, EMUDISK_FAIL, 1, false);
	emudisk_plan_fault(e, EMUDISK_WRITE, EMUDISK_FAIL, 1, false);
	emudisk_plan_fault(e, EMUDISK_FLUSH, EMUDISK_FAIL, 1, false);
	assert_int_equal(disk_read(&s.disk, 0, &byte, 1), -ERR_IO);
	assert_int_equal(disk_write(&s.disk, 0, &byte, 1), -ERR_IO);
	assert_int_equal(disk_flush(&s.disk), -ERR_IO);
}

static void meter_counts_what_reaches_the_disk(void **state)
{
	struct emudisk *e = *state;
	struct meter m;
	struct disk_counts then;
	struct disk_counts since;
	unsigned char buf[100];

	meter_init(&m, &e->disk);
	assert_int_equal(disk_read(&m.disk, 3, buf, 100), 0);
	assert_int_equal(
		disk_read(&m.disk, DISK_BYTES, buf, 1), -ERR_TRUNCATED);
	then = m.counts;
	emudisk_plan_fault(e, EMUDISK_READ, EMUDISK_FAIL, 1, false);
	assert_int_equal(disk_read(&m.disk, 3, buf, 50), -ERR_IO);
	assert_int_equal(disk_write(&m.disk, 3, buf, 10), 0);
	assert_int_equal(disk_write(&m.disk, 3, buf, 10), 0);
	assert_int_equal(disk_flush(&m.disk), 0);
	assert_memory_equal(&m.counts, &e->counts, sizeof(m.counts));
	since = disk_counts_since(&m.counts, &then);
	assert_int_equal(then.reads, 1);
	assert_int_equal(then.read_bytes, 100);
	assert_int_equal(since.reads, 1);
	assert_int_equal(since.read_bytes, 50);
	assert_int_equal(since.writes, 2);
	assert_int_equal(since.written_bytes, 20);
	assert_int_equal(since.flushes, 1);
}

static void meter_of_read_only_disk_counts_no_write(void **state)
{
	struct emudisk *e = *state;
	struct meter m;
	unsigned char byte = 0;

	e->disk.may_write = false;
	meter_init(&m, &e->disk);
	assert_int_equal(disk_write(&m.disk, 0, &byte, 1), -ERR_READ_ONLY);
	assert_int_equal(m.counts.writes, 0);
}

static void every_error_has_its_text(void **state)
{
	(void)state;
	for (int i = 0; i <= ERR_INTERNAL; i++) {
		assert_string_not_equal(err_text(i), "unknown error");
		assert_string_equal(err_text(i), err_text(-i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(err_text(i), err_text(k));
	}
	assert_string_equal(err_text(ERR_INTERNAL + 1), "unknown error");
	assert_string_equal(err_text(INT_MIN), "unknown error");
	assert_string_equal(err_text(INT_MAX), "unknown error");
}

#define DISK_TEST(f)                                                           \
	cmocka_unit_test_setup_teardown(f, open_random_disk, close_disk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(range_is_checked),
		DISK_TEST(nothing_is_no_call),
		cmocka_unit_test(empty_disk_has_no_bytes),
		DISK_TEST(read_only_disk_is_not_written),
		DISK_TEST(name_is_cut_off),
		DISK_TEST(slice_range_must_lie_within),
		DISK_TEST(slice_is_as_its_disk),
		DISK_TEST(slice_touches_only_its_range),
		DISK_TEST(slice_passes_errors_and_flushes),
		DISK_TEST(meter_counts_what_reaches_the_disk),
		DISK_TEST(meter_of_read_only_disk_counts_no_write),
		cmocka_unit_test(every_error_has_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
