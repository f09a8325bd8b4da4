/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The 48 digits of a recovery password, group by group and as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bitlocker/recovery_password.h"

/* 11 * 1, 11 * 2, ... and the largest there is. */
#define GOOD "000011-000022-000033-000044-000055-000066-000077-720885"

static const uint8_t good[RECOVERY_PASSWORD_BYTES] = {
	1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0xFF, 0xFF};

static enum recovery_group check(const char *text)
{
	uint16_t value;

	return recovery_group_check(text, strlen(text), &value);
}

static void test_group(void **state)
{
	uint16_t value = 0;

	(void)state;
	assert_int_equal(
		recovery_group_check("720885", 6, &value), RECOVERY_GROUP_GOOD);
	assert_int_equal(value, 65535);
	assert_int_equal(
		recovery_group_check("000000", 6, &value), RECOVERY_GROUP_GOOD);
	assert_int_equal(value, 0);
	assert_int_equal(check(""), RECOVERY_GROUP_SHORT);
	assert_int_equal(check("72088"), RECOVERY_GROUP_SHORT);
	assert_int_equal(check("7208850"), RECOVERY_GROUP_LONG);
	assert_int_equal(check("72088a"), RECOVERY_GROUP_NO_DIGIT);
	assert_int_equal(check("7a"), RECOVERY_GROUP_NO_DIGIT);
	assert_int_equal(check("720896"), RECOVERY_GROUP_TOO_LARGE);
	assert_int_equal(check("999999"), RECOVERY_GROUP_TOO_LARGE);
	assert_int_equal(check("720884"), RECOVERY_GROUP_MISTYPED);
}

/* What the check digit is for: one wrong digit, or two exchanged. */
static void test_every_slip_is_seen(void **state)
{
	char text[] = "135795"; /* 11 * 12345 */
	int i, d;

	(void)state;
	assert_int_equal(check(text), RECOVERY_GROUP_GOOD);
	for (i = 0; i < 6; i++) {
		char kept = text[i];

		for (d = '0'; d <= '9'; d++) {
			text[i] = (char)d;
			assert_int_equal(
				check(text) == RECOVERY_GROUP_GOOD, d == kept);
		}
		text[i] = kept;
	}
	assert_int_not_equal(check("024647"), RECOVERY_GROUP_GOOD);
	assert_int_not_equal(check("042674"), RECOVERY_GROUP_GOOD);
}

static void assert_parses(const char *text)
{
	uint8_t bytes[RECOVERY_PASSWORD_BYTES];
	unsigned int group = 0;

	assert_int_equal(
		recovery_password_parse(text, strlen(text), bytes, &group),
		RECOVERY_GROUP_GOOD);
	assert_memory_equal(bytes, good, sizeof(good));
	assert_int_equal(group, 0);
}

static void test_forms(void **state)
{
	(void)state;
	assert_parses(GOOD);
	assert_parses("  " GOOD "\r\n");
	assert_parses("000011 000022 000033 000044 000055 000066 000077 "
		      "720885");
	assert_parses("000011000022000033000044000055000066000077720885");
	assert_parses("000011 - 000022 - 000033.000044:000055,000066_000077\t"
		      "720885");
}

static void assert_wrong(
	const char *text, enum recovery_group wrong, unsigned int in_group)
{
	uint8_t bytes[RECOVERY_PASSWORD_BYTES];
	unsigned int group = 0;

	memset(bytes, 0xA5, sizeof(bytes));
	assert_int_equal(
		recovery_password_parse(text, strlen(text), bytes, &group),
		wrong);
	assert_int_equal(group, in_group);
	assert_int_equal(bytes[0], 0xA5);
	assert_int_equal(bytes[15], 0xA5);
}

static void test_wrong_group_is_named(void **state)
{
	char text[] = GOOD;
	unsigned int group;

	(void)state;
	for (group = 1; group <= 8; group++) {
		char *at = text + 7 * (size_t)(group - 1);
		char kept = at[5];

		at[5] = kept == '9' ? '0' : (char)(kept + 1);
		assert_wrong(text, RECOVERY_GROUP_MISTYPED, group);
		at[5] = 'x';
		assert_wrong(text, RECOVERY_GROUP_NO_DIGIT, group);
		at[5] = kept;
	}
	assert_wrong("", RECOVERY_GROUP_SHORT, 1);
	assert_wrong("000011-000022", RECOVERY_GROUP_SHORT, 3);
	assert_wrong(GOOD "-000088", RECOVERY_GROUP_LONG, 9);
	assert_wrong(GOOD "1", RECOVERY_GROUP_LONG, 8);
	assert_wrong("0000110-000022-000033-000044-000055-000066-000077-"
		     "720885",
		RECOVERY_GROUP_LONG, 1);
	assert_wrong("000011-00022-000033-000044-000055-000066-000077-"
		     "720885",
		RECOVERY_GROUP_SHORT, 2);
}

static void test_text_again(void **state)
{
	char text[RECOVERY_PASSWORD_TEXT_BYTES];

	(void)state;
	assert_string_equal(recovery_password_text(good, text), GOOD);
	assert_int_equal(strlen(text) + 1, sizeof(text));
}

/* Nothing is read past what was given. */
static void test_cut_anywhere(void **state)
{
	uint8_t bytes[RECOVERY_PASSWORD_BYTES];
	unsigned int group;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(GOOD) - 1; len++) {
		char exact[sizeof(GOOD)];

		memset(exact, '7', sizeof(exact));
		memcpy(exact, GOOD, len);
		group = 0;
		assert_int_not_equal(
			recovery_password_parse(exact, len, bytes, &group),
			RECOVERY_GROUP_GOOD);
		assert_int_equal(group, len / 7 + 1 + (len % 7 == 6));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_every_slip_is_seen),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_wrong_group_is_named),
		cmocka_unit_test(test_text_again),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
