/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typing keys in the firmware: the keyboard, and the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/secret_desk.h"

/* --- What is typed -------------------------------------------------------- */

static void typed_by_hand(void **state)
{
	uint64_t at;

	(void)state;
	desk_add_keyboard();
	at = secret_desk_type(3000, SECRET_DESK_KEY, 700);
	secret_desk_press(at, 0, '\r');
	secret_desk_expect(SECRET_DESK_KEY);
	assert_true(asked.asked_ms < at + DESK_SECOND_MS);
}

/* Fifty-six keys at once, and the dashes of another keyboard. */
static void typed_by_a_scanner(void **state)
{
	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(5000, "Recovery key: " SECRET_DESK_KEY "\r", 0);
	secret_desk_expect(SECRET_DESK_KEY);
	assert_in_range(asked.asked_ms, 5000, 5200);
}

static void typed_with_f_keys(void **state)
{
	(void)state;
	desk_add_keyboard();
	for (const char *c = SECRET_DESK_KEY; *c; c++)
		if (*c != '-')
			secret_desk_press(2000,
				(uint16_t)(SCAN_F1 + (*c - '0' + 9) % 10), 0);
	secret_desk_press(2100, 0, '\r');
	secret_desk_expect(SECRET_DESK_KEY);
}

static void typed_wrong_and_corrected(void **state)
{
	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(1000, "012352", 100);
	secret_desk_press(2000, SCAN_DELETE, 0);
	secret_desk_press(2100, 0, '\b');
	secret_desk_press(2200, SCAN_UP, 0);
	(void)secret_desk_type(3000, "4299", 100);
	secret_desk_press(4000, SCAN_LEFT, 0);
	secret_desk_press(4100, SCAN_LEFT, 0);
	secret_desk_press(4200, SCAN_RIGHT, 0);
	secret_desk_press(4300, SCAN_LEFT, 0);
	(void)secret_desk_type(5000, &SECRET_DESK_KEY[7], 10);
	(void)secret_desk_type(6000, "\r", 0);
	secret_desk_expect(SECRET_DESK_KEY);
}

static void a_pin_is_hidden(void **state)
{
	(void)state;
	desk_add_keyboard();
	asked.question.kind = SECRET_PIN;
	asked.question.id_count = 0;
	asked.question.qr_text = NULL;
	asked.question.text = "Which PIN has the key pack site.keys?";
	(void)secret_desk_type(1000, "20-Grey x", 50);
	secret_desk_press(9000, 0, '\r');
	secret_desk_expect("20-Grey x");
	assert_null(strstr(desk.machine.screen.text, "Grey"));
	assert_non_null(strstr(desk.machine.screen.text, "*********"));
	assert_null(strstr(asked.port.text, "Grey"));
}

static void escape_goes_on_without(void **state)
{
	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(1000, "0123", 50);
	secret_desk_press(3000, SCAN_ESC, 0);
	assert_int_equal(secret_desk_ask(), SECRET_DECLINED);
	assert_in_range(asked.asked_ms, 2900, 3200);
	assert_string_equal(asked.answer, "");
}

static void keys_pressed_before_do_not_count(void **state)
{
	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(0, "9876\r", 0);
	(void)secret_desk_type(2000, SECRET_DESK_KEY "\r", 10);
	secret_desk_expect(SECRET_DESK_KEY);
}

/* --- Time ----------------------------------------------------------------- */

static void nobody_is_there(void **state)
{
	(void)state;
	desk_add_keyboard();
	assert_int_equal(secret_desk_ask(), -ERR_NOT_FOUND);
	assert_in_range(asked.asked_ms, SECRET_DESK_SECONDS * DESK_SECOND_MS,
		(SECRET_DESK_SECONDS + 1) * DESK_SECOND_MS);
	assert_int_equal(desk.machine.reset_calls, 0);
}

/* Q50: no keyboard, or none that has an event: nobody waits for nothing. */
static void without_a_keyboard_nobody_waits(void **state)
{
	SIMPLE_INPUT_INTERFACE eventless = {.WaitForKey = NULL};

	(void)state;
	assert_int_equal(secret_desk_ask(), -ERR_NOT_FOUND);
	assert_true(asked.asked_ms < 100);
	assert_non_null(strstr(asked.port.text, "encrypted volume"));
	desk.machine.keyboard = &eventless;
	assert_int_equal(secret_desk_ask(), -ERR_NOT_FOUND);
	assert_true(asked.asked_ms < 100);
}

/* One who types a digit each half minute is still there, and no hang. */
static void each_key_starts_the_clock_anew(void **state)
{
	uint64_t at;

	(void)state;
	desk_add_keyboard();
	at = secret_desk_type(30000, SECRET_DESK_KEY, 30000);
	secret_desk_press(at, 0, '\r');
	secret_desk_expect(SECRET_DESK_KEY);
	assert_true(asked.asked_ms > 25 * 60 * (uint64_t)DESK_SECOND_MS);
	assert_int_equal(desk.machine.reset_calls, 0);
}

/* Nobody can type for ever. */
static void half_an_hour_is_the_end(void **state)
{
	(void)state;
	desk_add_keyboard();
	for (unsigned int i = 0; i < 60; i++)
		secret_desk_press(1000 + i * 50000, 0, i % 2 ? '\b' : '1');
	assert_int_equal(secret_desk_ask(), -ERR_NOT_FOUND);
	assert_in_range(asked.asked_ms, 30 * 60 * DESK_SECOND_MS,
		30 * 61 * DESK_SECOND_MS);
	assert_int_equal(desk.machine.reset_calls, 0);
}

/* A key that is stuck fills the line, and then it is as if nobody was there. */
static void a_stuck_key_is_nobody(void **state)
{
	(void)state;
	desk_add_keyboard();
	(void)secret_desk_type(1000,
		"5555555555555555555555555555555555555555555555555555555555555"
		"5555555555555555555555555555555555555555555555555555555555555"
		"5555555555555555555555555555555555555555555555555555555555555"
		"5555555555555555555555555555555555555555555555555555555555555",
		500);
	assert_int_equal(secret_desk_ask(), -ERR_NOT_FOUND);
	assert_in_range(
		asked.asked_ms, 80 * DESK_SECOND_MS, 90 * DESK_SECOND_MS);
}

static void too_small_a_buffer(void **state)
{
	(void)state;
	assert_int_equal(ask_secret(&desk.front, &asked.question, asked.answer,
				 SECRET_BYTES - 1, &asked.answer_len),
		-ERR_TOO_LARGE);
}

#define fw_test(f) cmocka_unit_test_setup(f, secret_desk_start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fw_test(typed_by_hand),
		fw_test(typed_by_a_scanner),
		fw_test(typed_with_f_keys),
		fw_test(typed_wrong_and_corrected),
		fw_test(a_pin_is_hidden),
		fw_test(escape_goes_on_without),
		fw_test(keys_pressed_before_do_not_count),
		fw_test(nobody_is_there),
		fw_test(without_a_keyboard_nobody_waits),
		fw_test(each_key_starts_the_clock_anew),
		fw_test(half_an_hour_is_the_end),
		fw_test(a_stuck_key_is_nobody),
		fw_test(too_small_a_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
