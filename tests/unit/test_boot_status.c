/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootstat.dat: every size, every cut, every flipped bit, and marking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/boot_status.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"

#define HEARTBEAT 0x01DB7D2C11223344u

static void put_sum(uint8_t *b, uint32_t size)
{
	uint8_t sum = 0;
	uint32_t i;

	b[0x32] = 0;
	for (i = 0; i < size; i++)
		sum = (uint8_t)(sum + b[i]);
	b[0x32] = (uint8_t)-sum;
}

/* Two failed starts, as Windows leaves them; content behind the area. */
static void make_area(uint8_t b[BOOT_STATUS_AREA_BYTES], uint32_t size)
{
	memset(b, 0xA5, BOOT_STATUS_AREA_BYTES);
	memset(b, 0, size);
	le32_put(b, size);
	b[0x09] = 30;
	b[0x18] = 1;
	if (size < 0x40)
		return;
	le64_put(b + 0x20, HEARTBEAT);
	b[0x30] = 2;
	le32_put(b + 0x34, 14);
	le32_put(b + 0x38, 12);
	if (size > 0x40) {
		b[0x9A % size] = 0x22;
		put_sum(b, size);
	}
}

static void fields_depend_on_size(void **state)
{
	static const uint32_t sizes[] = {0x20, 0x27, 0x28, 0x31, 0x32, 0x3B,
		0x3C, 0x40, 0x88, 0xC0, 0xC8, 0x1A0, 0x800};
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t size = sizes[i];

		make_area(b, 0x40);
		memset(b + 0x40, 0, sizeof(b) - 0x40);
		le32_put(b, size);
		put_sum(b, size > 0x33 ? size : 0x33);
		assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
		assert_int_equal(s.area_size, size);
		assert_int_equal(s.has_heartbeat, size >= 0x28);
		assert_int_equal(s.has_attempts, size >= 0x32);
		assert_int_equal(s.has_boot_ids, size >= 0x3C);
		assert_int_equal(s.heartbeat, size >= 0x28 ? HEARTBEAT : 0);
		assert_int_equal(s.attempts, size >= 0x32 ? 2 : 0);
		assert_int_equal(s.last_boot_id, size >= 0x3C ? 14 : 0);
		assert_int_equal(s.last_clean_boot_id, size >= 0x3C ? 12 : 0);
		assert_true(s.is_trustworthy);
		assert_int_equal(boot_status_would_divert(&s), size >= 0x32);
	}
}

static void flags_are_read(void **state)
{
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	unsigned int bits;

	(void)state;
	for (bits = 0; bits < 8; bits++) {
		make_area(b, 0xC0);
		b[0x0A] = bits & 1;
		b[0x0B] = (bits >> 1) & 1;
		b[0x31] = (bits >> 2) & 1;
		put_sum(b, 0xC0);
		assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
		assert_int_equal(s.succeeded, bits & 1);
		assert_int_equal(s.shut_down, (bits >> 1) & 1);
		assert_int_equal(s.checkpoint, (bits >> 2) & 1);
		assert_int_equal(boot_status_would_divert(&s),
			!s.succeeded || !s.checkpoint);
	}
}

static void impossible_sizes_are_refused(void **state)
{
	static const uint32_t sizes[] = {
		0, 1, 0x1F, 0x801, 0x10000, 0x7FFFFFFF, 0x80000000, UINT32_MAX};
	uint8_t b[BOOT_STATUS_AREA_BYTES] = {0};
	struct boot_status s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(&s, 0x5A, sizeof(s));
		le32_put(b, sizes[i]);
		assert_int_equal(
			boot_status_check(b, sizeof(b), &s), -ERR_UNSUPPORTED);
		assert_int_equal(
			boot_status_mark_good(b, sizeof(b)), -ERR_UNSUPPORTED);
		assert_int_equal(s.area_size, 0x5A5A5A5A);
	}
}

static void cut_at_every_length(void **state)
{
	static const uint32_t sizes[] = {0x20, 0x40, 0xC0, 0xC8, 0x1A0};
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	size_t i;
	size_t len;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		make_area(b, sizes[i]);
		for (len = 0; len <= sizes[i]; len++) {
			uint8_t *cut = exact_copy(b, len);
			int want = len < sizes[i] ? -ERR_TRUNCATED : 0;

			assert_int_equal(boot_status_check(cut, len, &s), want);
			if (want < 0)
				assert_int_equal(
					boot_status_mark_good(cut, len), want);
			assert_memory_equal(cut, b, len);
			free(cut);
		}
	}
}

static void every_flipped_bit_is_noticed(void **state)
{
	uint8_t good[BOOT_STATUS_AREA_BYTES];
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	size_t bit;

	(void)state;
	make_area(good, 0xC0);
	for (bit = 0; bit < 0xC0 * 8; bit++) {
		memcpy(b, good, sizeof(b));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (bit >= 32) {
			assert_int_equal(boot_status_check(b, 0xC0, &s), 0);
			assert_false(s.is_trustworthy);
			assert_false(s.is_markable);
			assert_false(boot_status_would_divert(&s));
		} else {
			(void)boot_status_check(b, 0xC0, &s);
		}
		assert_true(boot_status_mark_good(b, 0xC0) < 0);
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_memory_equal(b, good, sizeof(b));
	}
}

static void marking_changes_five_bytes(void **state)
{
	static const uint32_t sizes[] = {0xC0, 0xC8};
	uint8_t before[BOOT_STATUS_AREA_BYTES];
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	size_t i;
	size_t at;

	(void)state;
	for (i = 0; i < 2; i++) {
		make_area(before, sizes[i]);
		memcpy(b, before, sizeof(b));
		assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
		assert_true(s.is_markable);
		assert_true(boot_status_would_divert(&s));
		assert_int_equal(boot_status_mark_good(b, sizeof(b)), 0);
		for (at = 0; at < sizeof(b); at++)
			if (at != 0x0A && at != 0x0B && at != 0x30 &&
				at != 0x31 && at != 0x32)
				assert_int_equal(b[at], before[at]);
		assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
		assert_true(s.is_trustworthy && s.succeeded && s.shut_down);
		assert_true(s.checkpoint);
		assert_int_equal(s.attempts, 0);
		assert_int_equal(s.last_boot_id, 14);
		assert_int_equal(s.last_clean_boot_id, 12);
		assert_false(boot_status_would_divert(&s));
		memcpy(before, b, sizeof(b));
		assert_int_equal(boot_status_mark_good(b, sizeof(b)), 0);
		assert_memory_equal(b, before, sizeof(b));
	}
}

static void marking_the_old_form(void **state)
{
	uint8_t before[BOOT_STATUS_AREA_BYTES];
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;

	(void)state;
	make_area(b, 0x40);
	assert_int_equal(boot_status_mark_good(b, sizeof(b)), 0);
	assert_int_equal(b[0x32], 0);
	assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
	assert_false(boot_status_would_divert(&s));
	make_area(b, 0x40);
	b[0x32] = 1;
	memcpy(before, b, sizeof(b));
	assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
	assert_false(s.is_markable);
	assert_int_equal(boot_status_mark_good(b, sizeof(b)), -ERR_UNSUPPORTED);
	assert_memory_equal(b, before, sizeof(b));
}

static void other_sizes_are_not_marked(void **state)
{
	uint8_t before[BOOT_STATUS_AREA_BYTES];
	uint8_t b[BOOT_STATUS_AREA_BYTES];
	struct boot_status s;
	uint32_t size;

	(void)state;
	for (size = 0x20; size <= 0x800; size++) {
		if (size == 0x40 || size == 0xC0 || size == 0xC8)
			continue;
		make_area(b, 0x20);
		memset(b + 0x20, 0, sizeof(b) - 0x20);
		le32_put(b, size);
		put_sum(b, size);
		memcpy(before, b, sizeof(b));
		assert_int_equal(boot_status_check(b, sizeof(b), &s), 0);
		assert_false(s.is_markable);
		assert_int_equal(
			boot_status_mark_good(b, sizeof(b)), -ERR_UNSUPPORTED);
		assert_memory_equal(b, before, sizeof(b));
	}
}

static void winload_is_predicted(void **state)
{
	struct boot_status s = {.is_trustworthy = true, .has_attempts = true};

	(void)state;
	s.attempts = 1;
	assert_false(boot_status_would_divert(&s));
	s.attempts = 2;
	assert_true(boot_status_would_divert(&s));
	s.attempts = 255;
	assert_true(boot_status_would_divert(&s));
	s.succeeded = true;
	assert_true(boot_status_would_divert(&s));
	s.checkpoint = true;
	assert_false(boot_status_would_divert(&s));
	s.succeeded = false;
	assert_true(boot_status_would_divert(&s));
	s.has_attempts = false;
	assert_false(boot_status_would_divert(&s));
	s.has_attempts = true;
	s.is_trustworthy = false;
	assert_false(boot_status_would_divert(&s));
}

/* The low half of a boot id is all that the area has of the session. */
static void a_pressed_button_is_no_crash(void **state)
{
	static const struct {
		struct boot_status s;
		uint32_t boot_id;
		bool was_pressed;
	} all[] = {
		{{.is_trustworthy = true,
			 .has_button = true,
			 .pressed_count = 1,
			 .pressed_boot_id = 43},
			43, true},
		{{.is_trustworthy = true,
			 .has_button = true,
			 .pressed_count = 1,
			 .pressed_boot_id = 43},
			0x1002B, true},
		{{.is_trustworthy = true,
			 .has_button = true,
			 .pressed_count = 1,
			 .pressed_boot_id = 43},
			44, false},
		{{.is_trustworthy = true,
			 .has_button = true,
			 .pressed_boot_id = 43},
			43, false},
		{{.is_trustworthy = true,
			 .pressed_count = 1,
			 .pressed_boot_id = 43},
			43, false},
		{{.has_button = true,
			 .pressed_count = 1,
			 .pressed_boot_id = 43},
			43, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(
			boot_status_was_pressed(&all[i].s, all[i].boot_id),
			all[i].was_pressed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_depend_on_size),
		cmocka_unit_test(flags_are_read),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(cut_at_every_length),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(marking_changes_five_bytes),
		cmocka_unit_test(marking_the_old_form),
		cmocka_unit_test(other_sizes_are_not_marked),
		cmocka_unit_test(winload_is_predicted),
		cmocka_unit_test(a_pressed_button_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
