/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What BitLocker's metadata consist of: sizes, places and entries that
 * contradict each other, or were made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/metadata_rig.h"
#include "tests/support/prng.h"

/* --- The block ----------------------------------------------------------- */

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

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
		f, metadata_rig_setup, metadata_rig_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
