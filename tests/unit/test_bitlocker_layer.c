/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain volume on top of an encrypted one: every method, every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/format.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/bitlocker_rig.h"
#include "tests/support/prng.h"

#define RESERVED (BITLOCKER_COPIES + 1)

static const struct bitlocker_plan simple = {.secret_count = 0};
static struct bitlocker_rig rig;

static int teardown(void **state)
{
	(void)state;
	bitlocker_rig_close(&rig);
	return 0;
}

static void make(const struct bitlocker_plan *plan)
{
	bitlocker_rig_make(&rig, plan);
	if (rig.metadata.no_read != BITLOCKER_ACCEPTED)
		fail_msg("%s", bitlocker_refusal_text(rig.metadata.no_read));
	bitlocker_rig_unlock(&rig);
}

/* A range that no block lies in, nor where the start is kept. */
static bool is_free(uint64_t off, uint64_t len)
{
	size_t i;

	for (i = 0; i < RESERVED; i++) {
		uint64_t from = i < BITLOCKER_COPIES ? rig.made.copies[i]
						     : rig.made.header.start;
		uint64_t size = i < BITLOCKER_COPIES ? FVE_BLOCK_BYTES
						     : rig.made.header.len;

		if (off < from + size && from < off + len)
			return false;
	}
	return true;
}

static void write_both(uint64_t off, const void *bytes, size_t len)
{
	assert_int_equal(disk_write(&rig.layer.disk, off, bytes, len), 0);
	memcpy(rig.plain + off, bytes, len);
}

/* What was written is there for whoever opens the volume anew. */
static void reopen_and_check(void)
{
	assert_int_equal(disk_flush(&rig.layer.disk), 0);
	bitlocker_rig_read(&rig);
	bitlocker_rig_unlock(&rig);
	bitlocker_rig_check(&rig);
}

static void read_and_write(const struct bitlocker_plan *plan)
{
	static uint8_t bytes[200000];
	struct prng random = {plan->method + plan->sector_bytes};
	uint64_t number;
	int i;

	make(plan);
	bitlocker_rig_check(&rig);
	assert_true(rig.layer.disk.may_write);
	for (i = 0; i < 300; i++) {
		size_t len = 1 + (size_t)prng_below(&random, 9000);
		uint64_t off = prng_below(&random, BITLOCKER_RIG_BYTES - len);

		assert_int_equal(
			disk_read(&rig.layer.disk, off, bytes, len), 0);
		assert_memory_equal(bytes, rig.plain + off, len);
		prng_fill(&random, bytes, len);
		if (is_free(off, len))
			write_both(off, bytes, len);
	}
	/* Larger than the layer's room, and the moved start by all of it. */
	prng_fill(&random, bytes, sizeof(bytes));
	assert_true(is_free(rig.made.copies[0] + 0x14000, sizeof(bytes)));
	write_both(rig.made.copies[0] + 0x14000, bytes, sizeof(bytes));
	write_both(0, bytes + 1, (size_t)rig.made.header.len + 4096);
	write_both(rig.made.header.len - 3, bytes, 7);
	reopen_and_check();
	/* Nothing of it was seen below as it is. */
	number = le64_get(rig.plain + 512);
	for (i = 0; i + 8 <= (int)BITLOCKER_RIG_BYTES; i += 8)
		assert_true(le64_get(rig.disk.bytes + i) != number);
	bitlocker_rig_close(&rig);
}

static void every_method(void **state)
{
	static const uint32_t sectors[] = {512, 4096};
	uint16_t method;
	size_t i;

	(void)state;
	for (method = 0x8000; method <= 0x8005; method++)
		for (i = 0; i < 2; i++) {
			struct bitlocker_plan plan = {
				.method = method,
				.sector_bytes = sectors[i],
				.is_to_go = method % 2 == 0,
				.header_bytes = i ? 16384 : 8192,
				.seed = method,
			};

			read_and_write(&plan);
		}
}

static void sector_size_is_passed_on(void **state)
{
	static const struct bitlocker_plan plan = {.sector_bytes = 4096};

	(void)state;
	make(&plan);
	assert_int_equal(rig.layer.disk.block_bytes, 4096);
	assert_int_equal(rig.layer.disk.size_bytes, BITLOCKER_RIG_BYTES);
	bitlocker_rig_close(&rig);
}

/* By one byte at either end, and by a large write around it. */
static void reserved_ranges_are_not_written(void **state)
{
	static uint8_t bytes[3 * FVE_BLOCK_BYTES];
	uint64_t writes;
	size_t i;

	(void)state;
	make(&simple);
	writes = rig.disk.counts.writes;
	memset(bytes, 0x5A, sizeof(bytes));
	for (i = 0; i < RESERVED; i++) {
		uint64_t from = rig.layer.reserved[i].start;
		uint64_t len = rig.layer.reserved[i].len;
		const uint64_t ranges[][2] = {{from, 1}, {from + len - 1, 1},
			{from - 1, 2}, {from - 4096, len + 8192},
			{from - 100, 101}, {from + len / 2, 512},
			{from - 60000, 60001}};
		size_t k;

		for (k = 0; k < sizeof(ranges) / sizeof(ranges[0]); k++) {
			assert_false(bitlocker_layer_may_write(
				&rig.layer, ranges[k][0], ranges[k][1]));
			assert_int_equal(
				disk_write(&rig.layer.disk, ranges[k][0], bytes,
					(size_t)ranges[k][1]),
				-ERR_READ_ONLY);
		}
	}
	assert_int_equal(rig.disk.counts.writes, writes);
	assert_true(bitlocker_layer_may_write(
		&rig.layer, rig.made.copies[1] - 512, 512));
	assert_true(bitlocker_layer_may_write(
		&rig.layer, rig.made.copies[1] + FVE_BLOCK_BYTES, 1));
	assert_false(
		bitlocker_layer_may_write(&rig.layer, BITLOCKER_RIG_BYTES, 1));
	assert_true(
		bitlocker_layer_may_write(&rig.layer, BITLOCKER_RIG_BYTES, 0));
	assert_false(bitlocker_layer_may_write(&rig.layer, 1, UINT64_MAX));
	bitlocker_rig_check(&rig);
	bitlocker_rig_close(&rig);
}

/* The start goes where it is kept: the boot sector of BitLocker stays. */
static void boot_sector_stays(void **state)
{
	uint8_t boot[512];
	uint8_t bytes[512];

	(void)state;
	make(&simple);
	memcpy(boot, rig.disk.bytes, sizeof(boot));
	memset(bytes, 0x77, sizeof(bytes));
	write_both(0, bytes, sizeof(bytes));
	assert_memory_equal(rig.disk.bytes, boot, sizeof(boot));
	reopen_and_check();
	bitlocker_rig_close(&rig);
}

static void read_only(
	const struct bitlocker_plan *plan, enum bitlocker_refusal why)
{
	uint8_t byte = 1;

	make(plan);
	assert_int_equal(rig.metadata.no_write, why);
	assert_false(rig.layer.disk.may_write);
	assert_false(bitlocker_layer_may_write(&rig.layer, 100000, 1));
	assert_int_equal(
		disk_write(&rig.layer.disk, 100000, &byte, 1), -ERR_READ_ONLY);
	/* Whoever sets it by force: the layer was asked and says no. */
	assert_int_equal(
		rig.layer.disk.ops->write(&rig.layer.disk, 100000, &byte, 1),
		-ERR_READ_ONLY);
	assert_int_equal(rig.disk.counts.writes, 0);
	bitlocker_rig_check(&rig);
	bitlocker_rig_close(&rig);
}

static void partly_plain(void **state)
{
	/* Up to before, within and behind where the start is kept. */
	static const uint64_t ends[] = {512, 0x40000, 0x60000, 0x60000 + 4096,
		0x62000, 0x100000, BITLOCKER_RIG_BYTES - 512};
	struct bitlocker_plan plan = {.state = FVE_STATE_PAUSED};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		plan.encrypted_bytes = ends[i];
		plan.next_state =
			i % 2 ? FVE_STATE_ENCRYPTED : FVE_STATE_DECRYPTED;
		read_only(&plan, BITLOCKER_PAUSED);
	}
}

static void decrypted(void **state)
{
	static const struct bitlocker_plan plan = {
		.state = FVE_STATE_DECRYPTED,
		.next_state = FVE_STATE_DECRYPTED,
		.is_eow = true, /* as Windows leaves it */
	};

	(void)state;
	read_only(&plan, BITLOCKER_DECRYPTED);
}

static void of_another_size(void **state)
{
	static const struct bitlocker_plan larger = {
		.encrypted_bytes = 2 * BITLOCKER_RIG_BYTES};
	static const struct bitlocker_plan smaller = {
		.encrypted_bytes = BITLOCKER_RIG_BYTES - 4096};

	(void)state;
	read_only(&larger, BITLOCKER_OTHER_SIZE);
	read_only(&smaller, BITLOCKER_OTHER_SIZE);
}

static void of_a_disk_that_is_not_to_be_written(void **state)
{
	uint8_t byte = 1;

	(void)state;
	bitlocker_rig_make(&rig, &simple);
	rig.disk.disk.may_write = false;
	bitlocker_rig_unlock(&rig);
	assert_false(rig.layer.disk.may_write);
	assert_int_equal(
		disk_write(&rig.layer.disk, 0, &byte, 1), -ERR_READ_ONLY);
	bitlocker_rig_close(&rig);
}

/* Somebody without the key can make every checksum right, but not the seal. */
static void changed_by_a_stranger(void **state)
{
	size_t i;

	(void)state;
	bitlocker_rig_make(&rig, &simple);
	for (i = 0; i < BITLOCKER_COPIES; i++) {
		uint8_t *block = rig.disk.bytes + rig.made.copies[i];

		block[FVE_BLOCK_SET + FVE_SET_CREATED] ^= 1;
		bitlocker_maker_checksum(block);
	}
	bitlocker_rig_read(&rig);
	assert_int_equal(rig.metadata.no_write, BITLOCKER_ACCEPTED);
	bitlocker_rig_unlock(&rig);
	assert_false(rig.layer.disk.may_write);
	bitlocker_rig_check(&rig);
	/* And where there is no seal at all. */
	for (i = 0; i < BITLOCKER_COPIES; i++) {
		uint8_t *block = rig.disk.bytes + rig.made.copies[i];

		block[FVE_BLOCK_SET + FVE_SET_CREATED] ^= 1;
		bitlocker_maker_checksum(block);
		memset(block + rig.made.block_len + FVE_VALIDATION_SEAL, 0, 8);
	}
	bitlocker_rig_read(&rig);
	assert_int_equal(rig.metadata.no_write, BITLOCKER_ACCEPTED);
	bitlocker_rig_unlock(&rig);
	assert_false(rig.layer.disk.may_write);
	bitlocker_rig_close(&rig);
}

static void errors_of_the_disk(void **state)
{
	uint8_t bytes[2000];

	(void)state;
	make(&simple);
	emudisk_plan_fault(&rig.disk, EMUDISK_READ, EMUDISK_FAIL, 1, true);
	assert_int_equal(disk_read(&rig.layer.disk, 20000, bytes, 10), -ERR_IO);
	assert_int_equal(
		disk_read(&rig.layer.disk, 20480, bytes, 1024), -ERR_IO);
	/* What cannot be read before it is changed is not written. */
	memset(bytes, 1, sizeof(bytes));
	assert_int_equal(
		disk_write(&rig.layer.disk, 20000, bytes, 10), -ERR_IO);
	assert_int_equal(rig.disk.counts.writes, 0);
	emudisk_reset(&rig.disk);
	emudisk_plan_fault(&rig.disk, EMUDISK_WRITE, EMUDISK_FAIL, 1, true);
	assert_int_equal(
		disk_write(&rig.layer.disk, 20480, bytes, 512), -ERR_IO);
	emudisk_reset(&rig.disk);
	emudisk_plan_fault(&rig.disk, EMUDISK_FLUSH, EMUDISK_FAIL, 1, true);
	assert_int_equal(disk_flush(&rig.layer.disk), -ERR_IO);
	emudisk_reset(&rig.disk);
	bitlocker_rig_check(&rig);
	bitlocker_rig_close(&rig);
}

/* The metadata of one disk on another, and a key that was not asked for. */
static void what_does_not_fit(void **state)
{
	struct bitlocker_fvek fvek = {.method = BITLOCKER_XTS_128, .len = 32};
	struct bitlocker_layer l;

	(void)state;
	bitlocker_rig_make(&rig, &simple);
	rig.disk.disk.size_bytes -= 512;
	assert_int_equal(
		bitlocker_layer_open(&l, &rig.disk.disk, &rig.metadata, &fvek),
		-ERR_INTERNAL);
	bitlocker_layer_close(&l);
	rig.disk.disk.size_bytes += 512;
	fvek.method = BITLOCKER_XTS_256;
	assert_int_equal(
		bitlocker_layer_open(&l, &rig.disk.disk, &rig.metadata, &fvek),
		-ERR_INTERNAL);
	bitlocker_layer_close(&l);
	fvek.method = BITLOCKER_METHOD_NONE;
	assert_int_equal(
		bitlocker_layer_open(&l, &rig.disk.disk, &rig.metadata, &fvek),
		-ERR_INTERNAL);
	bitlocker_layer_close(&l);
	memset(&l, 0, sizeof(l));
	bitlocker_layer_close(&l);
	bitlocker_rig_close(&rig);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method),
		cmocka_unit_test(sector_size_is_passed_on),
		cmocka_unit_test(reserved_ranges_are_not_written),
		cmocka_unit_test(boot_sector_stays),
		cmocka_unit_test(partly_plain),
		cmocka_unit_test(decrypted),
		cmocka_unit_test(of_another_size),
		cmocka_unit_test(of_a_disk_that_is_not_to_be_written),
		cmocka_unit_test(changed_by_a_stranger),
		cmocka_unit_test(errors_of_the_disk),
		cmocka_unit_test(what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
