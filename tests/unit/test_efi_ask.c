/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions on the firmware's console: keys, time, and no keyboard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "efi/ask.h"
#include "tests/support/fakefw.h"

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
#define SECONDS	      60
#define ONE_SECOND_MS 1000

static struct fakefw machine;
static struct firmware fw;
static struct front front;
static struct fakefw_keys keyboard;

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&keyboard, 0, sizeof(keyboard));
	memset(&front, 0, sizeof(front));
	front.fw = &fw;
	return 0;
}

/* Milliseconds that the question took. */
static uint64_t asked_ms;

static enum answer ask(const struct fakefw_key *keys, size_t count)
{
	struct question question = {.text = "May it be?", .seconds = SECONDS};
	enum answer answer;
	uint64_t before;

	keyboard.keys = keys;
	keyboard.count = count;
	fakefw_boot(&machine, &fw);
	clock_open(&front.clock, &fw, 0);
	watchdog_arm(&front.watchdog, &fw, &front.clock);
	console_open(&front.console, &fw);
	before = machine.ticks;
	answer = ask_person(&front, &question);
	asked_ms = (machine.ticks - before) / FAKEFW_TICKS_PER_MS;
	console_close(&front.console);
	watchdog_stop(&front.watchdog);
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
		(void)start(NULL);
		fakefw_add_keyboard(&machine, &keyboard);
		assert_int_equal(ask(&cases[i].key, 1), cases[i].answer);
		if (cases[i].answer == ANSWER_NOBODY)
			assert_true(asked_ms >= SECONDS * ONE_SECOND_MS);
		else
			assert_true(asked_ms < 6 * ONE_SECOND_MS);
	}
}

/* F10 in the firmware's menu, long before there was a question. */
static void keys_pressed_before_do_not_count(void **state)
{
	static struct fakefw_key keys[300];

	(void)state;
	fakefw_add_keyboard(&machine, &keyboard);
	assert_int_equal(ask(KEYS({0, SCAN(SCAN_F10)}, {0, LETTER('y')},
				     {3000, LETTER('n')}),
				 3),
		ANSWER_NO);
	/* A key that is held down: no more than a few are thrown away. */
	(void)start(NULL);
	fakefw_add_keyboard(&machine, &keyboard);
	for (size_t i = 0; i < 300; i++)
		keys[i].key.UnicodeChar = 'x';
	assert_int_equal(ask(keys, 300), ANSWER_NOBODY);
	assert_int_equal(keyboard.next, 300);
}

static void nobody_is_there(void **state)
{
	(void)state;
	fakefw_add_keyboard(&machine, &keyboard);
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_in_range(asked_ms, SECONDS * ONE_SECOND_MS,
		(SECONDS + 1) * ONE_SECOND_MS);
	/* A keyboard that answers only with errors. */
	(void)start(NULL);
	fakefw_add_keyboard(&machine, &keyboard);
	keyboard.status = EFI_DEVICE_ERROR;
	assert_int_equal(ask(KEYS({2000, LETTER('y')}), 1), ANSWER_NOBODY);
}

/* Q50: no keyboard, or none that has an event: nobody waits for nothing. */
static void without_a_keyboard_nobody_waits(void **state)
{
	SIMPLE_INPUT_INTERFACE eventless = {.WaitForKey = NULL};

	(void)state;
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_true(asked_ms < ONE_SECOND_MS);
	machine.keyboard = &eventless;
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_true(asked_ms < ONE_SECOND_MS);
}

/* The hang timer does not strike while a question is open. */
static void a_question_is_no_hang(void **state)
{
	(void)state;
	fakefw_add_keyboard(&machine, &keyboard);
	assert_int_equal(ask(NULL, 0), ANSWER_NOBODY);
	assert_int_equal(machine.reset_calls, 0);
}

#define fw_test(f) cmocka_unit_test_setup(f, start)

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
