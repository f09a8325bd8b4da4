/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metadata as a whole: their copies, the boot sector that leads to them, and
 * the states that a volume may be in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/metadata_rig.h"

/* --- Copies -------------------------------------------------------------- */

static void any_two_copies_may_be_damaged(void **state)
{
	unsigned int mask;
	size_t i;

	(void)state;
	for (mask = 0; mask < 8; mask++) {
		for (i = 0; i < BITLOCKER_COPIES; i++)
			block(i)[200] ^= mask >> i & 1;
		if (mask == 7)
			expect_refused(BITLOCKER_NO_GOOD_COPY);
		else
			expect(BITLOCKER_ACCEPTED, mask ? BITLOCKER_DAMAGED_COPY
							: BITLOCKER_ACCEPTED);
		for (i = 0; i < BITLOCKER_COPIES; i++) {
			assert_int_equal(
				rig.metadata.is_copy_good[i], !(mask >> i & 1));
			block(i)[200] ^= mask >> i & 1;
		}
	}
}

/* Each bit of each copy under its checksum, and the checksum. */
static void no_flipped_bit_is_overlooked(void **state)
{
	size_t len = rig.made.block_len + FVE_VALIDATION_BYTES;
	size_t at;

	(void)state;
	for (at = 0; at < len; at++) {
		size_t copy = at % BITLOCKER_COPIES;

		if (at >= rig.made.block_len && at < rig.made.block_len + 4)
			continue; /* size and version of the validation */
		block(copy)[at] ^= (uint8_t)(1u << at % 8);
		expect(BITLOCKER_ACCEPTED, BITLOCKER_DAMAGED_COPY);
		block(copy)[at] ^= (uint8_t)(1u << at % 8);
	}
}

static void copies_that_differ(void **state)
{
	(void)state;
	block(1)[SET + FVE_SET_CREATED] ^= 1;
	bitlocker_maker_checksum(block(1));
	expect(BITLOCKER_ACCEPTED, BITLOCKER_DIFFERENT_COPIES);
	bitlocker_rig_unlock(&rig);
	assert_false(rig.layer.disk.may_write);
	bitlocker_rig_check(&rig);
}

static void copies_that_cannot_be_read(void **state)
{
	struct bitlocker_metadata m;

	(void)state;
	rig.disk.bad_from = rig.made.copies[0] + 1000;
	rig.disk.bad_to = rig.disk.bad_from + 1;
	expect(BITLOCKER_ACCEPTED, BITLOCKER_DAMAGED_COPY);
	rig.disk.bad_to = BITLOCKER_RIG_BYTES;
	assert_int_equal(bitlocker_metadata_read(&rig.disk.disk, &m), -ERR_IO);
	bitlocker_metadata_close(&m);
	rig.disk.bad_from = 0;
	assert_int_equal(bitlocker_metadata_read(&rig.disk.disk, &m), -ERR_IO);
	bitlocker_metadata_close(&m);
}

/* Cut off at any place: what is missing is a damaged copy, or no volume. */
static void truncated(void **state)
{
	uint64_t size;

	(void)state;
	for (size = 0; size < BITLOCKER_RIG_BYTES; size += 7321) {
		rig.disk.disk.size_bytes = size;
		bitlocker_rig_read(&rig);
		assert_int_not_equal(rig.metadata.no_write, BITLOCKER_ACCEPTED);
		if (size < FVE_BOOT_BYTES)
			assert_int_equal(
				rig.metadata.no_read, BITLOCKER_NOT_BITLOCKER);
		else if (size < rig.made.copies[0] + FVE_BLOCK_BYTES)
			assert_int_equal(
				rig.metadata.no_read, BITLOCKER_NO_GOOD_COPY);
		else if (size < rig.made.header.start + rig.made.header.len)
			assert_int_equal(
				rig.metadata.no_read, BITLOCKER_BAD_PLACES);
		else
			assert_int_equal(
				rig.metadata.no_read, BITLOCKER_ACCEPTED);
	}
	rig.disk.disk.size_bytes = BITLOCKER_RIG_BYTES;
}

/* --- Boot sector --------------------------------------------------------- */

static void boot_sectors(void **state)
{
	uint8_t *b = rig.disk.bytes;

	(void)state;
	memcpy(b, FVE_BOOT_JUMP_VISTA, 3);
	expect_refused(BITLOCKER_VISTA);
	memcpy(b, "\xE9\x00\x00", 3);
	expect_refused(BITLOCKER_UNKNOWN_FORM);
	memcpy(b, FVE_BOOT_JUMP, 3);
	le16_put(b + FVE_BOOT_SECTOR_BYTES, 0);
	expect(BITLOCKER_ACCEPTED, BITLOCKER_ACCEPTED);
	assert_int_equal(rig.metadata.sector_bytes, 512);
	le16_put(b + FVE_BOOT_SECTOR_BYTES, 2048);
	expect_refused(BITLOCKER_BAD_SECTOR_SIZE);
	le16_put(b + FVE_BOOT_SECTOR_BYTES, 1);
	expect_refused(BITLOCKER_BAD_SECTOR_SIZE);
	le16_put(b + FVE_BOOT_SECTOR_BYTES, 512);
	b[FVE_BOOT_GUID] ^= 1;
	expect_refused(BITLOCKER_UNKNOWN_FORM);
	b[FVE_BOOT_GUID] ^= 1;
	memcpy(b + FVE_BOOT_SIGNATURE, "NTFS    ", 8);
	expect_refused(BITLOCKER_NOT_BITLOCKER);
	/* Any FAT32 that Windows 95 has made. */
	memcpy(b + FVE_BOOT_SIGNATURE, FVE_SIGNATURE_TO_GO, 8);
	expect_refused(BITLOCKER_NOT_BITLOCKER);
}

static void places_in_the_boot_sector(void **state)
{
	static const uint64_t bad[] = {0, 511, 513, 8192, 65535, UINT64_MAX,
		UINT64_MAX - 511, UINT64_MAX - 65535};
	uint8_t *at = rig.disk.bytes + FVE_BOOT_GUID + FVE_BOOT_PLACES;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		le64_put(at + 8 * (i % 3), bad[i]);
		expect_refused(BITLOCKER_BAD_PLACES);
		le64_put(at + 8 * (i % 3), rig.made.copies[i % 3]);
	}
	/* One over another. */
	le64_put(at + 8, rig.made.copies[0] + 512);
	expect_refused(BITLOCKER_BAD_PLACES);
	le64_put(at + 8, rig.made.copies[0]);
	expect_refused(BITLOCKER_BAD_PLACES);
	/* Elsewhere than its block says. */
	le64_put(at + 8, rig.made.copies[1] + 512);
	expect_refused(BITLOCKER_BAD_PLACES);
	/* Beyond the end: a copy less, and not where the others say. */
	le64_put(at + 8, (uint64_t)1 << 40);
	expect_refused(BITLOCKER_BAD_PLACES);
}

/* --- States -------------------------------------------------------------- */

static void states(void **state)
{
	unsigned int now, next;

	(void)state;
	for (now = 0; now < 8; now++)
		for (next = 0; next < 8; next++) {
			enum bitlocker_refusal want = BITLOCKER_UNKNOWN_STATE;

			put16(FVE_BLOCK_STATE, (uint16_t)now);
			put16(FVE_BLOCK_NEXT_STATE, (uint16_t)next);
			if (now == 4 && next == 4)
				want = BITLOCKER_ACCEPTED;
			else if (now == 3)
				want = BITLOCKER_PAUSED;
			else if (now == 1 || now == 2 || now == 4 || now == 5)
				want = BITLOCKER_CONVERTING;
			expect(want == BITLOCKER_PAUSED ? BITLOCKER_ACCEPTED
							: want,
				want);
			assert_true(rig.metadata.has_block);
			assert_int_equal(rig.metadata.protector_count, 1);
		}
	put16(FVE_BLOCK_STATE, 0x104);
	expect_refused(BITLOCKER_UNKNOWN_STATE);
}

static void unfinished(void **state)
{
	(void)state;
	memcpy(rig.disk.bytes + FVE_BOOT_GUID, FVE_GUID_EOW, GUID_BYTES);
	expect_refused(BITLOCKER_UNFINISHED);
	assert_int_equal(rig.metadata.protector_count, 1); /* to be shown */
	put16(FVE_BLOCK_STATE, 3);
	expect_refused(BITLOCKER_UNFINISHED);
	put16(FVE_BLOCK_STATE, 5);
	expect_refused(BITLOCKER_UNFINISHED);
	/* Decrypted by name, but with a key. */
	put16(FVE_BLOCK_STATE, 1);
	put16(FVE_BLOCK_NEXT_STATE, 1);
	put64(FVE_BLOCK_ENCRYPTED, 0);
	expect_refused(BITLOCKER_CONVERTING);
}

/* --- Names --------------------------------------------------------------- */

static void names(void **state)
{
	int r;

	(void)state;
	for (r = 0; r <= BITLOCKER_NOT_SEALED; r++) {
		assert_string_not_equal(
			bitlocker_refusal_word((enum bitlocker_refusal)r),
			"unknown");
		assert_true(strlen(bitlocker_refusal_text(
				    (enum bitlocker_refusal)r)) > 5);
	}
	assert_string_equal(
		bitlocker_refusal_word((enum bitlocker_refusal)r), "unknown");
	assert_string_equal(
		bitlocker_protector_text(0x0800), "recovery password");
	assert_string_equal(bitlocker_protector_text(0x1234), "unknown");
	assert_string_equal(bitlocker_method_text(0x8005), "XTS-AES 256");
	assert_string_equal(bitlocker_method_text(0x8006), "unknown");
	assert_string_equal(bitlocker_state_text(4), "encrypted");
	assert_string_equal(bitlocker_state_text(9), "unknown");
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		f, metadata_rig_setup, metadata_rig_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(any_two_copies_may_be_damaged),
		TEST(no_flipped_bit_is_overlooked),
		TEST(copies_that_differ),
		TEST(copies_that_cannot_be_read),
		TEST(truncated),
		TEST(boot_sectors),
		TEST(places_in_the_boot_sector),
		TEST(states),
		TEST(unfinished),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
