/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions on the firmware's console: keys, time, and no keyboard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "efi/ask.h"
#include "tests/support/desk.h"

#define SCAN(code)                                                             \
	{                                                                      \
		.ScanCode = (code)                                             \
	}
#define LETTER(c)                                                              \
	{                                                                      \
		.UnicodeChar = (c)                                             \
	}
#define KEYS(...)                                                              \
	(const struct fakefw_key[])                                            \
	{                                                                      \
		__VA_ARGS__                                                    \
	}
#define SECONDS 60

/* Milliseconds that the question took. */
static uint64_t asked_ms;

static enum answer ask(const struct fakefw_key *keys, size_t count)
{
	struct question question = {.text = "May it be?", .seconds = SECONDS};
	enum answer answer;
	uint64_t before;

	desk_open(keys, count);
	before = desk.machine.ticks;
	answer = ask_person(&desk.front, &question);
	asked_ms = desk_ms_since(before);
	desk_close();
	return answer;
}

static void each_key(void **state)
{
	static const struct {
		struct fakefw_key key;
		enum answer answer;
	} cases[] = {
		{{5000, LETTER('y')}, ANSWER_YES},
		{{5000, LETTER('Y')}, ANSWER_YES},
		{{5000, SCAN(SCAN_F10)}, ANSWER_YES},
		{{5000, LETTER('n')}, ANSWER_NO},
		{{5000, LETTER('N')}, ANSWER_NO},
		{{5000, SCAN(SCAN_ESC)}, ANSWER_NO},
		{{5000, LETTER('\r')}, ANSWER_NOBODY},
		{{5000, LETTER('x')}, ANSWER_NOBODY},
		{{5000, SCAN(SCAN_UP)}, ANSWER_NOBODY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)desk_start(NULL);
		desk_add_keyboard();
		assert_int_equal(ask(&cases[i].key, 1), cases[i].answer);
		if (cases[i].answer == ANSWER_NOBODY)
			assert_true(asked_ms >= SECONDS * DESK_SECOND_MS);
		else
			assert_true(asked_ms < 6 * DESK_SECOND_MS);
	}
}

/* F10 in the firmware's menu, long before there was a question. */
static void keys_pressed_before_do_not_count(void **state)
{
	static struct fakefw_key keys[300];

	(void)state;
	desk_add_keyboard();
	assert_int_equal(ask(KEYS({0, SCAN(SCAN_F10)}, {0, LETTER('y')},
				     {3000, LETTER('n')}),
				 3),
		ANSWER_NO);
	/* A key that is held down: no more than a few are thrown away. */
	(void)desk_start(NULL);
	desk_add_keyboard();
	for (size_t i = 0; i < 300; i++)
		keys[i].key.UnicodeChar = 'x';
	assert_int_equal(ask(keys, 300), ANSWER_NOBODY);
	assert_int_equal(desk.keyboard.next, 300);
}

static void nobody_is_there(void **state)
{
	(void)state;
	desk_add_keyboard();
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_in_range(asked_ms, SECONDS * DESK_SECOND_MS,
		(SECONDS + 1) * DESK_SECOND_MS);
	/* A keyboard that answers only with errors. */
	(void)desk_start(NULL);
	desk_add_keyboard();
	desk.keyboard.status = EFI_DEVICE_ERROR;
	assert_int_equal(ask(KEYS({2000, LETTER('y')}), 1), ANSWER_NOBODY);
}

/* Q50: no keyboard, or none that has an event: nobody waits for nothing. */
static void without_a_keyboard_nobody_waits(void **state)
{
	SIMPLE_INPUT_INTERFACE eventless = {.WaitForKey = NULL};

	(void)state;
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_true(asked_ms < DESK_SECOND_MS);
	desk.machine.keyboard = &eventless;
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_true(asked_ms < DESK_SECOND_MS);
}

/* The hang timer does not strike while a question is open. */
static void a_question_is_no_hang(void **state)
{
	(void)state;
	desk_add_keyboard();
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_int_equal(desk.machine.reset_calls, 0);
}

#define fw_test(f) cmocka_unit_test_setup(f, desk_start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fw_test(each_key),
		fw_test(keys_pressed_before_do_not_count),
		fw_test(nobody_is_there),
		fw_test(without_a_keyboard_nobody_waits),
		fw_test(a_question_is_no_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
