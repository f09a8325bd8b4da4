/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metadata that are damaged, contradict themselves, or were made up. */
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

#define SET FVE_BLOCK_SET

static const struct bitlocker_plan simple = {.secret_count = 0};
static struct bitlocker_rig rig;

static int setup(void **state)
{
	(void)state;
	bitlocker_rig_make(&rig, &simple);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bitlocker_rig_close(&rig);
	return 0;
}

static uint8_t *block(size_t i)
{
	return rig.disk.bytes + rig.made.copies[i];
}

/* Changes all three copies alike, with right checksums. */
static void put_everywhere(size_t at, const void *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < BITLOCKER_COPIES; i++) {
		memcpy(block(i) + at, bytes, len);
		bitlocker_maker_checksum(block(i));
	}
}

static void put16(size_t at, uint16_t v)
{
	uint8_t b[2];

	le16_put(b, v);
	put_everywhere(at, b, sizeof(b));
}

static void put32(size_t at, uint32_t v)
{
	uint8_t b[4];

	le32_put(b, v);
	put_everywhere(at, b, sizeof(b));
}

static void put64(size_t at, uint64_t v)
{
	uint8_t b[8];

	le64_put(b, v);
	put_everywhere(at, b, sizeof(b));
}

static void expect(
	enum bitlocker_refusal no_read, enum bitlocker_refusal no_write)
{
	bitlocker_rig_read(&rig);
	assert_string_equal(bitlocker_refusal_word(rig.metadata.no_read),
		bitlocker_refusal_word(no_read));
	assert_string_equal(bitlocker_refusal_word(rig.metadata.no_write),
		bitlocker_refusal_word(no_write));
	assert_int_equal(rig.disk.counts.writes, 0);
}

static void expect_refused(enum bitlocker_refusal r)
{
	expect(r, r);
}

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

/* --- The block ----------------------------------------------------------- */

static size_t find_entry(uint16_t type)
{
	const uint8_t *b = block(0);
	size_t at = SET + FVE_SET_HEADER;

	while (le16_get(b + at + FVE_ENTRY_TYPE) != type)
		at += le16_get(b + at + FVE_ENTRY_SIZE);
	return at;
}

static void methods(void **state)
{
	unsigned int method;

	(void)state;
	for (method = 0x7FFE; method < 0x8008; method++) {
		bool is_known = method >= 0x8000 && method <= 0x8005;
		/* 32 bytes of key, which those two have. */
		bool fits = method == BITLOCKER_XTS_128 ||
			    method == BITLOCKER_CBC_256;

		put16(SET + FVE_SET_METHOD, (uint16_t)method);
		if (fits)
			expect(BITLOCKER_ACCEPTED, BITLOCKER_ACCEPTED);
		else
			expect_refused(is_known ? BITLOCKER_BAD_ENTRIES
						: BITLOCKER_UNKNOWN_METHOD);
	}
}

static void absurd_sizes(void **state)
{
	static const uint32_t set_sizes[] = {0, 47, 0x10000, UINT32_MAX};
	static const uint16_t units[] = {0, 6, 4096, 0xFFFF};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(set_sizes) / sizeof(set_sizes[0]); i++) {
		put32(SET + FVE_SET_BYTES, set_sizes[i]);
		expect_refused(BITLOCKER_BAD_ENTRIES);
	}
	put32(SET + FVE_SET_BYTES, (uint32_t)rig.made.block_len - SET);
	put32(SET + FVE_SET_HEADER_BYTES, 0xFFFFFFF0);
	expect_refused(BITLOCKER_BAD_ENTRIES);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t c;

		for (c = 0; c < BITLOCKER_COPIES; c++)
			le16_put(block(c) + FVE_BLOCK_UNITS, units[i]);
		expect_refused(BITLOCKER_NO_GOOD_COPY);
	}
}

static void encrypted_sizes(void **state)
{
	(void)state;
	put64(FVE_BLOCK_ENCRYPTED, 0);
	expect(BITLOCKER_ACCEPTED, BITLOCKER_OTHER_SIZE);
	put64(FVE_BLOCK_ENCRYPTED, UINT64_MAX);
	expect_refused(BITLOCKER_BAD_PLACES);
	put64(FVE_BLOCK_ENCRYPTED, UINT64_MAX - 511);
	expect(BITLOCKER_ACCEPTED, BITLOCKER_OTHER_SIZE);
	put64(FVE_BLOCK_ENCRYPTED, BITLOCKER_RIG_BYTES - 1);
	expect_refused(BITLOCKER_BAD_PLACES);
}

static void places_of_the_start(void **state)
{
	size_t at = find_entry(FVE_TYPE_VOLUME_START) + FVE_ENTRY_HEADER;
	uint64_t good = rig.made.header.start;
	const uint64_t starts[] = {0, 512, good + 1, rig.made.copies[0],
		rig.made.copies[2] + FVE_BLOCK_BYTES - 512,
		rig.made.copies[1] - 512, BITLOCKER_RIG_BYTES - 512,
		BITLOCKER_RIG_BYTES, UINT64_MAX - 511, UINT64_MAX};
	static const uint64_t sizes[] = {0, 511, 513, BITLOCKER_RIG_BYTES,
		(uint64_t)BITLOCKER_MAX_HEADER_BYTES + 512, UINT64_MAX - 511,
		UINT64_MAX};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		put64(at + FVE_VOLUME_START_PLACE, starts[i]);
		expect_refused(BITLOCKER_BAD_PLACES);
	}
	put64(at + FVE_VOLUME_START_PLACE, good);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put64(at + FVE_VOLUME_START_BYTES, sizes[i]);
		expect_refused(BITLOCKER_BAD_PLACES);
	}
	put64(at + FVE_VOLUME_START_BYTES, rig.made.header.len);
	expect(BITLOCKER_ACCEPTED, BITLOCKER_ACCEPTED);
	/* Windows 7 has no such entry: then the head of the block counts. */
	put16(at - FVE_ENTRY_HEADER + FVE_ENTRY_TYPE, 0x7777);
	expect(BITLOCKER_ACCEPTED, BITLOCKER_ACCEPTED);
	put32(FVE_BLOCK_HEADER_COUNT, UINT32_MAX);
	expect_refused(BITLOCKER_BAD_PLACES);
}

/* --- Entries ------------------------------------------------------------- */

static void sizes_of_entries(void **state)
{
	static const uint16_t types[] = {FVE_TYPE_DESCRIPTION, FVE_TYPE_VMK,
		FVE_TYPE_FVEK, FVE_TYPE_VOLUME_START};
	static const uint16_t sizes[] = {0, 1, 7, 0xFFFF, 0x8000};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t at = find_entry(types[i]);
		uint16_t good = le16_get(block(0) + at);

		for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			put16(at, sizes[k]);
			expect_refused(BITLOCKER_BAD_ENTRIES);
		}
		put16(at, good);
	}
}

static void entries_of_a_protector(void **state)
{
	static const uint16_t sizes[] = {0, 1, 7, 0xFFFF};
	size_t at = find_entry(FVE_TYPE_VMK);
	size_t inner = at + FVE_VMK_ENTRIES; /* its clear key */
	uint16_t good = le16_get(block(0) + inner);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put16(inner, sizes[i]);
		expect_refused(BITLOCKER_BAD_ENTRIES);
	}
	put16(inner, (uint16_t)(good + 1)); /* over the next one */
	expect_refused(BITLOCKER_BAD_ENTRIES);
	put16(inner, good);
	/* A protector that is too short for its own head. */
	put16(at, FVE_VMK_ENTRIES - 1);
	expect_refused(BITLOCKER_BAD_ENTRIES);
}

/* Each try of a key costs the seconds of a stretching. */
static void twins_of_a_protector(void **state)
{
	static const struct bitlocker_plan two = {
		.secrets = {{BITLOCKER_TPM, NULL}, {BITLOCKER_CLEAR_KEY, NULL}},
		.secret_count = 2};
	size_t first, second, i;

	(void)state;
	bitlocker_rig_close(&rig);
	bitlocker_rig_make(&rig, &two);
	assert_int_equal(rig.metadata.no_read, BITLOCKER_ACCEPTED);
	first = find_entry(FVE_TYPE_VMK);
	second = first + le16_get(block(0) + first);
	assert_int_equal(
		le16_get(block(0) + second + FVE_ENTRY_TYPE), FVE_TYPE_VMK);
	for (i = FVE_VMK_GUID; i < FVE_VMK_GUID + GUID_BYTES; i += 2)
		put16(second + i, le16_get(block(0) + first + i));
	expect_refused(BITLOCKER_BAD_ENTRIES);
}

static void no_key_or_two(void **state)
{
	size_t at = find_entry(FVE_TYPE_FVEK);

	(void)state;
	put16(at + FVE_ENTRY_TYPE, 0x7777);
	expect_refused(BITLOCKER_BAD_ENTRIES);
	/* The description becomes one, too short; a good second one. */
	put16(at + FVE_ENTRY_TYPE, FVE_TYPE_FVEK);
	at = find_entry(FVE_TYPE_DESCRIPTION);
	put16(at + FVE_ENTRY_TYPE, FVE_TYPE_FVEK);
	put16(at + FVE_ENTRY_VALUE, FVE_VALUE_WRAPPED);
	expect_refused(BITLOCKER_BAD_ENTRIES);
}

/* Nothing but the smallest entries there are, as many as fit. */
static void thousands_of_entries(void **state)
{
	static uint8_t many[40000];
	size_t at = SET + FVE_SET_HEADER;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(many); i += 8)
		le16_put(many + i, 8);
	for (k = 0; k < BITLOCKER_COPIES; k++) {
		memcpy(block(k) + at, many, sizeof(many));
		le16_put(block(k) + FVE_BLOCK_UNITS,
			(uint16_t)((at + sizeof(many)) / 16));
	}
	put32(SET + FVE_SET_BYTES, (uint32_t)(FVE_SET_HEADER + sizeof(many)));
	expect_refused(BITLOCKER_BAD_ENTRIES); /* no key of the volume */
}

static void too_many(void **state)
{
	static struct bitlocker_plan plan;
	struct bitlocker_rig r;
	size_t n;

	(void)state;
	for (n = 0; n < BITLOCKER_MAX_PROTECTORS; n++)
		plan.secrets[n].type =
			n == 0 ? BITLOCKER_CLEAR_KEY : BITLOCKER_TPM;
	plan.secret_count = n;
	bitlocker_rig_make(&r, &plan);
	assert_int_equal(r.metadata.no_write, BITLOCKER_ACCEPTED);
	assert_int_equal(r.metadata.protector_count, n);
	bitlocker_rig_close(&r);
	plan.secrets[plan.secret_count++].type = BITLOCKER_TPM;
	bitlocker_rig_make(&r, &plan);
	assert_int_equal(r.metadata.no_read, BITLOCKER_TOO_MANY);
	bitlocker_rig_close(&r);
}

/* Every byte of the metadata, changed at random with right checksums. */
static void changed_at_random(void **state)
{
	struct prng random = {42};
	uint8_t *good = malloc(FVE_BLOCK_BYTES);
	int i;

	(void)state;
	assert_non_null(good);
	memcpy(good, block(0), FVE_BLOCK_BYTES);
	for (i = 0; i < 3000; i++) {
		size_t at = (size_t)prng_below(&random, rig.made.block_len);
		uint8_t byte = (uint8_t)prng_next(&random);
		struct bitlocker_unlocked u;
		struct bitlocker_fvek fvek;
		struct bitlocker_key key;

		if (at == FVE_BLOCK_UNITS || at == FVE_BLOCK_UNITS + 1 ||
			byte == good[at])
			continue;
		put_everywhere(at, &byte, 1);
		bitlocker_rig_read(&rig);
		bitlocker_key_clear(&key);
		assert_int_equal(bitlocker_unlock(&rig.metadata, &key, NULL,
					 NULL, &u, &fvek),
			0);
		/* Whatever it was: nobody has sealed it. */
		if (u.outcome == BITLOCKER_OPENED)
			assert_int_not_equal(
				bitlocker_write_refusal(&rig.metadata, &fvek),
				BITLOCKER_ACCEPTED);
		put_everywhere(0, good, rig.made.block_len);
	}
	free(good);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		TEST(methods),
		TEST(absurd_sizes),
		TEST(encrypted_sizes),
		TEST(places_of_the_start),
		TEST(sizes_of_entries),
		TEST(entries_of_a_protector),
		TEST(twins_of_a_protector),
		TEST(no_key_or_two),
		TEST(thousands_of_entries),
		TEST(too_many),
		TEST(changed_at_random),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
