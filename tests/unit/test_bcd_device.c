/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device elements of a boot configuration, built field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/bcd_device.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"

#define PARTITION_BYTES 0x58 /* of the usual element */

static uint8_t element[256];
static struct bcd_device device;

static void put_header(uint32_t type, uint32_t size)
{
	memset(element, 0, sizeof(element));
	le32_put(element + 0x10, type);
	le32_put(element + 0x18, size);
}

/* Each byte of the partition is 11, each byte of the disk 22. */
static void put_partition(uint32_t disk, uint32_t style)
{
	put_header(6, 0x48);
	memset(element + 0x20, 0x11, 16);
	le32_put(element + 0x30, disk);
	le32_put(element + 0x34, style);
	memset(element + 0x38, 0x22, 16);
}

/* In a block of exactly its size. */
static int check(size_t len)
{
	uint8_t *exact = exact_copy(element, len);
	int err;

	memset(&device, 0x5A, sizeof(device));
	err = bcd_device_check(exact, len, &device);
	free(exact);
	return err;
}

static void a_gpt_partition(void **state)
{
	(void)state;
	put_partition(0, 0);
	element[0x20] = 0x33; /* comes last in its group */
	assert_int_equal(check(PARTITION_BYTES), 0);
	assert_int_equal(device.kind, BCD_DEVICE_GPT);
	assert_int_equal(device.type, 6);
	assert_string_equal(
		device.partition, "11111133-1111-1111-1111-111111111111");
	assert_string_equal(
		device.disk, "22222222-2222-2222-2222-222222222222");
	assert_int_equal(device.offset_bytes, 0);
}

static void an_mbr_partition(void **state)
{
	(void)state;
	put_partition(0, 1);
	le64_put(element + 0x20, 0x123450000000);
	le32_put(element + 0x38, 0x00c0ffee);
	assert_int_equal(check(PARTITION_BYTES), 0);
	assert_int_equal(device.kind, BCD_DEVICE_MBR);
	assert_string_equal(device.disk, "00c0ffee");
	assert_string_equal(device.partition, "");
	assert_true(device.offset_bytes == 0x123450000000);
}

static void expect(enum bcd_device_kind kind, size_t len)
{
	assert_int_equal(check(len), 0);
	assert_int_equal(device.kind, kind);
	assert_string_equal(device.disk, "");
	assert_string_equal(device.partition, "");
}

static void what_is_no_partition_of_a_disk(void **state)
{
	(void)state;
	put_partition(0, 2); /* raw: a partition without a table */
	expect(BCD_DEVICE_OTHER, PARTITION_BYTES);
	put_partition(6, 0); /* of a virtual disk */
	expect(BCD_DEVICE_FILE, PARTITION_BYTES);
	put_partition(5, 0);
	expect(BCD_DEVICE_FILE, PARTITION_BYTES);
	put_partition(2, 0); /* of a CD */
	expect(BCD_DEVICE_OTHER, PARTITION_BYTES);
	put_header(0, 0x48);
	expect(BCD_DEVICE_OTHER, PARTITION_BYTES); /* a whole disk */
	element[0x20] = 3;
	expect(BCD_DEVICE_FILE, PARTITION_BYTES); /* a RAM disk */
	element[0x20] = 6;
	expect(BCD_DEVICE_FILE, PARTITION_BYTES);
	/* "boot", "locate", and what nobody has heard of */
	for (uint32_t type = 1; type < 20; type++) {
		if (type == 6)
			continue;
		put_header(type, 0x10);
		expect(BCD_DEVICE_OTHER, 0x20);
		assert_int_equal(device.type, type);
	}
	put_header(UINT32_MAX, 0x10);
	expect(BCD_DEVICE_OTHER, 0x20);
}

static void each_cut(void **state)
{
	(void)state;
	put_partition(0, 0);
	for (size_t len = 0; len < PARTITION_BYTES; len++)
		assert_int_equal(check(len), -ERR_TRUNCATED);
	/* Other options may follow. */
	assert_int_equal(check(sizeof(element)), 0);
}

static void sizes_that_lie(void **state)
{
	static const uint32_t sizes[] = {
		0, 0x10, 0x37, 0x49, 0x7fffffff, 0x80000000, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put_partition(0, 0);
		le32_put(element + 0x18, sizes[i]);
		assert_int_equal(check(PARTITION_BYTES), -ERR_TRUNCATED);
	}
	put_header(0, 0x13);
	assert_int_equal(check(PARTITION_BYTES), -ERR_TRUNCATED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gpt_partition),
		cmocka_unit_test(an_mbr_partition),
		cmocka_unit_test(what_is_no_partition_of_a_disk),
		cmocka_unit_test(each_cut),
		cmocka_unit_test(sizes_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
