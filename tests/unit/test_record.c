/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The own record and its checksum: round trip, and every single flipped bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/record.h"
#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"
#include "tests/support/exact.h"

static const struct record sample = {
	.handover_boot_id = 17,
	.handover_passes = 2,
	.handover_restarts = 1,
	.handover_time = 0x0102030405060708,
	.hold_state = HOLD_ACTIVE,
	.rung = 1,
	.hold_id = 0xA1B2C3D4,
	.hold_boot_id = 16,
	.hold_time = 0x01DAD98C12345678,
	.hold_bugcheck = {true, 0x50, 0xFFFF840500000074, 9},
	.volume_serial = 0x1122334455667788,
	.policy_serial = 0x20260719,
	.policy_previous_serial = 12,
	.incident_serial = 7,
	.uncounted_boot_id = 15,
};

/* ... with a commit under way, its redo record in two parts. */
static struct record under_way(void)
{
	struct record r = sample;

	memset(r.redo.digest, 0xD5, sizeof(r.redo.digest));
	strcpy(r.redo.medium.table, "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf");
	r.redo.medium.start_bytes = 0x100000;
	r.redo.medium.size_bytes = 0x4000000;
	r.redo.part_count = 2;
	r.redo.tries = 1;
	r.redo.parts[0] = (struct extent){0x5000, 0x3000};
	r.redo.parts[1] = (struct extent){0x123456000, 0x10000};
	return r;
}

static void crc_of_known_strings(void **state)
{
	(void)state;
	assert_int_equal(crc32_of("", 0), 0);
	assert_int_equal(crc32_of("123456789", 9), 0xCBF43926);
	assert_int_equal(crc32_of("a", 1), 0xE8B7BE43);
	assert_int_equal(
		crc32_of("The quick brown fox jumps over the lazy dog", 43),
		0x414FA339);
}

static void round_trip(void **state)
{
	uint8_t b[RECORD_BYTES];
	uint8_t again[RECORD_BYTES];
	struct record r;

	(void)state;
	record_encode(&sample, b);
	memset(&r, 0x5A, sizeof(r));
	assert_int_equal(record_check(b, sizeof(b), &r), 0);
	assert_int_equal(r.handover_boot_id, 17);
	assert_int_equal(r.handover_passes, 2);
	assert_int_equal(r.handover_restarts, 1);
	assert_int_equal(r.handover_time, 0x0102030405060708);
	assert_int_equal(r.hold_state, HOLD_ACTIVE);
	assert_int_equal(r.rung, 1);
	assert_int_equal(r.hold_id, 0xA1B2C3D4);
	assert_int_equal(r.hold_boot_id, 16);
	assert_int_equal(r.hold_time, 0x01DAD98C12345678);
	assert_true(r.hold_bugcheck.is_present);
	assert_int_equal(r.hold_bugcheck.code, 0x50);
	assert_int_equal(r.hold_bugcheck.parameter1, 0xFFFF840500000074);
	assert_int_equal(r.hold_bugcheck.progress, 9);
	assert_int_equal(r.volume_serial, 0x1122334455667788);
	assert_int_equal(r.policy_serial, 0x20260719);
	assert_int_equal(r.policy_previous_serial, 12);
	assert_int_equal(r.incident_serial, 7);
	assert_true(record_equal(&r, &sample));
	record_encode(&r, again);
	assert_memory_equal(b, again, sizeof(b));
}

static void round_trip_of_a_redo_place(void **state)
{
	const struct record before = under_way();
	uint8_t b[RECORD_BYTES];
	struct record r;

	(void)state;
	record_encode(&before, b);
	memset(&r, 0x5A, sizeof(r));
	assert_int_equal(record_check(b, sizeof(b), &r), 0);
	assert_int_equal(r.redo.part_count, 2);
	assert_int_equal(r.redo.tries, 1);
	assert_memory_equal(r.redo.digest, before.redo.digest, DIGEST_BYTES);
	assert_string_equal(r.redo.medium.table, before.redo.medium.table);
	assert_int_equal(r.redo.medium.start_bytes, 0x100000);
	assert_int_equal(r.redo.medium.size_bytes, 0x4000000);
	assert_int_equal(r.redo.parts[0].start_bytes, 0x5000);
	assert_int_equal(r.redo.parts[1].start_bytes, 0x123456000);
	assert_int_equal(r.redo.parts[1].size_bytes, 0x10000);
	assert_true(record_equal(&r, &before));
	assert_false(record_equal(&r, &sample));
}

static void an_empty_record_is_one(void **state)
{
	struct record empty = {0};
	uint8_t b[RECORD_BYTES];
	struct record r;

	(void)state;
	record_encode(&empty, b);
	assert_int_equal(record_check(b, sizeof(b), &r), 0);
	assert_int_equal(r.hold_state, HOLD_NONE);
	assert_true(record_equal(&r, &empty));
}

/* As stored by a version that knew no serials: they were zero bytes. */
static void a_record_without_serials(void **state)
{
	struct record old = sample;
	uint8_t b[RECORD_BYTES];
	struct record r;

	(void)state;
	old.policy_serial = 0;
	old.policy_previous_serial = 0;
	old.incident_serial = 0;
	record_encode(&old, b);
	assert_int_equal(le32_get(b + 0x44), 0);
	assert_int_equal(le32_get(b + 0x50), 0);
	assert_int_equal(le32_get(b + 0x54), 0);
	assert_int_equal(record_check(b, sizeof(b), &r), 0);
	assert_true(record_equal(&r, &old));
}

static void every_flipped_bit_is_refused(void **state)
{
	uint8_t b[RECORD_BYTES];
	struct record r;
	size_t bit;

	(void)state;
	record_encode(&sample, b);
	memset(&r, 0x5A, sizeof(r));
	for (bit = 0; bit < sizeof(b) * 8; bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(record_check(b, sizeof(b), &r), -ERR_CORRUPT);
		assert_int_equal(r.hold_id, 0x5A5A5A5A);
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(record_check(b, sizeof(b), &r), 0);
}

static void every_other_length_is_refused(void **state)
{
	uint8_t b[RECORD_BYTES + 32] = {0};
	struct record r;
	size_t len;

	(void)state;
	record_encode(&sample, b);
	for (len = 0; len <= sizeof(b); len++) {
		uint8_t *exact = exact_copy(b, len);

		if (len != RECORD_BYTES)
			assert_int_equal(record_check(exact, len, &r),
				len < RECORD_BYTES ? -ERR_TRUNCATED
						   : -ERR_TOO_LARGE);
		free(exact);
	}
}

/* A right checksum over wrong values: another version, or somebody's idea. */
static void wrong_values_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} wrong[] = {
		{0x00, 0x3152424C}, {0x18, HOLD_EXHAUSTED + 1},
		{0x18, UINT32_MAX}, {0x1C, RECORD_MAX_RUNG + 1}, {0x30, 5},
		{0x30, 0x80000001}, {0x30, 0},
		{0x5C, 0}, /* and yet the rest is not zero */
		{0x5C, 1}, /* the second part is not zero */
		{0x5C, EXTENTS_MAX + 1}, {0x5C, 2 | RECORD_MAX_TRIES << 16},
		{0x80, 0},		 /* a disk without a name */
		{0x80 + 36, 0x01000000}, /* a name that goes on after its end */
	};
	const struct record full = under_way();
	uint8_t b[RECORD_BYTES];
	struct record r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		record_encode(&full, b);
		le32_put(b + wrong[i].at, wrong[i].value);
		le32_put(b + RECORD_BYTES - 4, crc32_of(b, RECORD_BYTES - 4));
		assert_int_equal(record_check(b, sizeof(b), &r), -ERR_CORRUPT);
	}
}

/* What was never begun was never tried again. */
static void tries_of_nothing_are_refused(void **state)
{
	uint8_t b[RECORD_BYTES];
	struct record r;

	(void)state;
	record_encode(&sample, b);
	assert_int_equal(record_check(b, sizeof(b), &r), 0);
	assert_int_equal(r.redo.part_count, 0);
	le32_put(b + 0x5C, 1 << 16);
	le32_put(b + RECORD_BYTES - 4, crc32_of(b, RECORD_BYTES - 4));
	assert_int_equal(record_check(b, sizeof(b), &r), -ERR_CORRUPT);
}

static void equality_sees_every_field(void **state)
{
	struct record r;

	(void)state;
#define DIFFERS(field, value)                                                  \
	do {                                                                   \
		r = sample;                                                    \
		r.field = (value);                                             \
		assert_false(record_equal(&r, &sample));                       \
	} while (0)
	DIFFERS(handover_boot_id, 18);
	DIFFERS(handover_passes, 3);
	DIFFERS(handover_restarts, 2);
	DIFFERS(handover_time, 1);
	DIFFERS(hold_state, HOLD_HELPED);
	DIFFERS(rung, 2);
	DIFFERS(is_by_person, true);
	DIFFERS(hold_id, 1);
	DIFFERS(hold_boot_id, 17);
	DIFFERS(hold_time, 1);
	DIFFERS(hold_bugcheck.is_present, false);
	DIFFERS(hold_bugcheck.code, 0x51);
	DIFFERS(hold_bugcheck.parameter1, 1);
	DIFFERS(hold_bugcheck.progress, 1);
	DIFFERS(volume_serial, 1);
	DIFFERS(policy_serial, 1);
	DIFFERS(policy_previous_serial, 1);
	DIFFERS(incident_serial, 1);
	DIFFERS(uncounted_boot_id, 1);
	DIFFERS(redo, under_way().redo);
#undef DIFFERS
	r = sample;
	assert_true(record_equal(&r, &sample));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_of_known_strings),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(round_trip_of_a_redo_place),
		cmocka_unit_test(an_empty_record_is_one),
		cmocka_unit_test(a_record_without_serials),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(every_other_length_is_refused),
		cmocka_unit_test(wrong_values_are_refused),
		cmocka_unit_test(tries_of_nothing_are_refused),
		cmocka_unit_test(equality_sees_every_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
