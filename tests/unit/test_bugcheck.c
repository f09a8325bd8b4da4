/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BugCheck variables and the kinds of stop codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/bugcheck.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"

static struct bugcheck_bytes bytes_of(const void *bytes, size_t len)
{
	struct bugcheck_bytes b = {bytes, len};

	return b;
}

static const struct bugcheck_bytes nothing = {NULL, 0};

static void no_variable_is_no_crash(void **state)
{
	struct bugcheck b;

	(void)state;
	memset(&b, 0x5A, sizeof(b));
	assert_int_equal(bugcheck_check(nothing, nothing, nothing, &b), 0);
	assert_false(b.is_present);
	assert_int_equal(b.code, 0);
	assert_int_equal(b.parameter1, 0);
	assert_int_equal(b.progress, 0);
}

static void every_size_of_the_code(void **state)
{
	uint8_t raw[128] = {0x7E, 0, 0, 0x10, 0xFF, 0xFF, 0xFF, 0xFF};
	struct bugcheck b;
	size_t len;

	(void)state;
	for (len = 1; len <= sizeof(raw); len++) {
		uint8_t *exact = exact_copy(raw, len);
		int err;

		memset(&b, 0x5A, sizeof(b));
		err = bugcheck_check(
			bytes_of(exact, len), nothing, nothing, &b);
		if (len < BUGCHECK_MIN_BYTES || len > BUGCHECK_MAX_BYTES) {
			assert_int_equal(err, -ERR_CORRUPT);
			assert_int_equal(b.code, 0x5A5A5A5A);
		} else {
			assert_int_equal(err, 0);
			assert_true(b.is_present);
			assert_int_equal(b.code, 0x1000007E);
		}
		free(exact);
	}
}

static void every_size_of_the_others(void **state)
{
	uint8_t code[4] = {0x50};
	uint8_t raw[128];
	struct bugcheck b;
	size_t len;

	(void)state;
	memset(raw, 0x11, sizeof(raw));
	for (len = 0; len <= sizeof(raw); len++) {
		uint8_t *exact = exact_copy(raw, len);
		struct bugcheck_bytes other = bytes_of(exact, len);
		bool is_good = len >= 4 && len <= 64;

		assert_int_equal(
			bugcheck_check(bytes_of(code, 4), other, other, &b), 0);
		assert_int_equal(b.code, 0x50);
		assert_int_equal(b.progress, is_good ? 0x11111111 : 0);
		if (!is_good)
			assert_int_equal(b.parameter1, 0);
		else if (len < 8)
			assert_int_equal(b.parameter1, 0x11111111);
		else
			assert_int_equal(b.parameter1, 0x1111111111111111);
		free(exact);
	}
}

static void a_cleared_variable_is_none(void **state)
{
	uint8_t zero[8] = {0};
	uint8_t other[8] = {1};
	struct bugcheck b;

	(void)state;
	assert_int_equal(bugcheck_check(bytes_of(zero, 8), bytes_of(other, 8),
				 bytes_of(other, 4), &b),
		0);
	assert_false(b.is_present);
	assert_int_equal(b.parameter1, 0);
	/* Above the low half nothing is believed. */
	zero[4] = 1;
	assert_int_equal(
		bugcheck_check(bytes_of(zero, 8), nothing, nothing, &b), 0);
	assert_false(b.is_present);
}

static void equality(void **state)
{
	struct bugcheck none = {0};
	struct bugcheck a = {true, 0x50, 7, 1};
	struct bugcheck b = a;

	(void)state;
	assert_true(bugcheck_equal(&none, &none));
	assert_false(bugcheck_equal(&none, &a));
	assert_false(bugcheck_equal(&a, &none));
	assert_true(bugcheck_equal(&a, &b));
	b.progress = 2;
	assert_true(bugcheck_equal(&a, &b));
	b.parameter1 = 8;
	assert_false(bugcheck_equal(&a, &b));
	b = a;
	b.code = 0x51;
	assert_false(bugcheck_equal(&a, &b));
	/* What an absent one carries does not matter. */
	none.code = 0x50;
	none.parameter1 = 7;
	assert_false(bugcheck_equal(&a, &none));
}

static void kinds(void **state)
{
	static const struct {
		uint32_t code;
		enum stop_code_kind kind;
	} known[] = {
		{0x124, STOP_CODE_HARDWARE},
		{0x10000124, STOP_CODE_HARDWARE},
		{0x9C, STOP_CODE_HARDWARE},
		{0x80, STOP_CODE_HARDWARE},
		{0x12B, STOP_CODE_HARDWARE},
		{0x2E, STOP_CODE_HARDWARE},
		{0x101, STOP_CODE_HARDWARE},
		{0x7A, STOP_CODE_STORAGE},
		{0x7B, STOP_CODE_STORAGE},
		{0x1000007B, STOP_CODE_STORAGE},
		{0x77, STOP_CODE_STORAGE},
		{0x24, STOP_CODE_STORAGE},
		{0xED, STOP_CODE_STORAGE},
		{0x154, STOP_CODE_STORAGE},
		{0xE2, STOP_CODE_OPERATOR},
		{0x1C8, STOP_CODE_OPERATOR},
		{0xDEADDEAD, STOP_CODE_OPERATOR},
		{0x50, STOP_CODE_SOFTWARE},
		{0x7E, STOP_CODE_SOFTWARE},
		{0x1000007E, STOP_CODE_SOFTWARE},
		{0xD1, STOP_CODE_SOFTWARE},
		{0x139, STOP_CODE_SOFTWARE},
		{0x3B, STOP_CODE_SOFTWARE},
		{0xEF, STOP_CODE_SOFTWARE},
		{0x0A, STOP_CODE_SOFTWARE},
		{0, STOP_CODE_SOFTWARE},
		{0x20000124, STOP_CODE_SOFTWARE},
		{0xDEADDEAE, STOP_CODE_SOFTWARE},
		{UINT32_MAX, STOP_CODE_SOFTWARE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(stop_code_kind(known[i].code), known[i].kind);
}

static void names_are_the_public_ones(void **state)
{
	(void)state;
	assert_string_equal(stop_code_name(1), "APC_INDEX_MISMATCH");
	assert_string_equal(
		stop_code_name(0x50), "PAGE_FAULT_IN_NONPAGED_AREA");
	assert_string_equal(stop_code_name(0x1000007E),
		"SYSTEM_THREAD_EXCEPTION_NOT_HANDLED");
	assert_string_equal(
		stop_code_name(0x178), "ELAM_DRIVER_DETECTED_FATAL_ERROR");
	assert_string_equal(
		stop_code_name(0xDEADDEAD), "MANUALLY_INITIATED_CRASH1");
	assert_null(stop_code_name(0));
	assert_null(stop_code_name(0x12345678));
	/* Whatever has a kind has a name. */
	for (uint32_t code = 0; code < 0x400; code++)
		if (stop_code_kind(code) != STOP_CODE_SOFTWARE)
			assert_non_null(stop_code_name(code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_variable_is_no_crash),
		cmocka_unit_test(every_size_of_the_code),
		cmocka_unit_test(every_size_of_the_others),
		cmocka_unit_test(a_cleared_variable_is_none),
		cmocka_unit_test(equality),
		cmocka_unit_test(kinds),
		cmocka_unit_test(names_are_the_public_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
