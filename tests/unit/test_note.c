/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The health note: what is accepted, and that nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/note.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"

static void make_note(uint8_t b[NOTE_BYTES])
{
	memset(b, 0, NOTE_BYTES);
	memcpy(b, "LBN1", 4);
	le32_put(b + 0x04, 41);
	le64_put(b + 0x08, 0x01DAD98C00000000);
	le32_put(b + 0x10, 1);
	le32_put(b + 0x14, 0x50);
	le64_put(b + 0x18, 0xFFFF840500000074);
	le32_put(b + 0x20, 3);
}

static void fields(void **state)
{
	uint8_t b[NOTE_BYTES];
	struct health_note n;

	(void)state;
	make_note(b);
	assert_int_equal(note_check(b, sizeof(b), &n), 0);
	assert_true(n.is_present);
	assert_int_equal(n.boot_id, 41);
	assert_int_equal(n.noted_at, 0x01DAD98C00000000);
	assert_true(n.bugcheck.is_present);
	assert_int_equal(n.bugcheck.code, 0x50);
	assert_int_equal(n.bugcheck.parameter1, 0xFFFF840500000074);
	assert_int_equal(n.bugcheck.progress, 3);
}

static void without_a_stop_code(void **state)
{
	uint8_t b[NOTE_BYTES];
	struct health_note n;

	(void)state;
	make_note(b);
	le32_put(b + 0x10, 0);
	assert_int_equal(note_check(b, sizeof(b), &n), 0);
	assert_true(n.is_present);
	assert_false(n.bugcheck.is_present);
	assert_int_equal(n.bugcheck.code, 0);
	/* Present, but 0: the same as for the variable itself. */
	le32_put(b + 0x10, 1);
	le32_put(b + 0x14, 0);
	assert_int_equal(note_check(b, sizeof(b), &n), 0);
	assert_false(n.bugcheck.is_present);
	assert_int_equal(n.bugcheck.parameter1, 0);
}

static void absent(void **state)
{
	struct health_note n;

	(void)state;
	memset(&n, 0x5A, sizeof(n));
	assert_int_equal(note_check(NULL, 0, &n), 0);
	assert_false(n.is_present);
	assert_int_equal(n.boot_id, 0);
}

static void every_other_length(void **state)
{
	uint8_t b[NOTE_BYTES + 16] = {0};
	struct health_note n;
	size_t len;

	(void)state;
	make_note(b);
	memset(&n, 0x5A, sizeof(n));
	for (len = 1; len <= sizeof(b); len++) {
		uint8_t *exact = exact_copy(b, len);

		if (len == NOTE_BYTES)
			assert_int_equal(note_check(exact, len, &n), 0);
		else
			assert_int_equal(note_check(exact, len, &n),
				len < NOTE_BYTES ? -ERR_TRUNCATED
						 : -ERR_TOO_LARGE);
		free(exact);
	}
}

/* Magic, flags and padding are checked; the values are what they are. */
static void every_flipped_bit(void **state)
{
	uint8_t b[NOTE_BYTES];
	struct health_note n;
	size_t bit;

	(void)state;
	for (bit = 0; bit < NOTE_BYTES * 8; bit++) {
		size_t at = bit / 8;
		bool is_fixed =
			at < 4 || (at >= 0x10 && at < 0x14) || at >= 0x24;

		/* The one flag there is. */
		if (bit == 0x10 * 8)
			continue;
		make_note(b);
		b[at] ^= (uint8_t)(1u << bit % 8);
		memset(&n, 0x5A, sizeof(n));
		assert_int_equal(note_check(b, sizeof(b), &n),
			is_fixed ? -ERR_CORRUPT : 0);
		if (is_fixed)
			assert_int_equal(n.boot_id, 0x5A5A5A5A);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(without_a_stop_code),
		cmocka_unit_test(absent),
		cmocka_unit_test(every_other_length),
		cmocka_unit_test(every_flipped_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
