/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typing a recovery password or a PIN: every single wrong digit. */
#include <stdio.h>

#include "tests/support/key_entry_rig.h"

/* --- Recovery passwords --------------------------------------------------- */

static void dashes_come_by_themselves(void **state)
{
	(void)state;
	assert_line(
		"______-______-______-______-______-______-______-______", 0);
	assert_int_equal(type("01234"), KEY_ENTRY_OPEN);
	assert_line(
		"01234_-______-______-______-______-______-______-______", 5);
	assert_int_equal(type("21"), KEY_ENTRY_OPEN);
	assert_line(
		"012342-1_____-______-______-______-______-______-______", 8);
	assert_int_equal(type(plain + 7), KEY_ENTRY_OPEN);
	assert_line(KEY, 55);
	assert_note("");
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
}

static void letters_are_pointed_out(void **state)
{
	(void)state;
	(void)type("0123");
	(void)type("x");
	assert_note("Only digits count");
	assert_line(
		"0123__-______-______-______-______-______-______-______", 4);
	(void)type("4");
	assert_note("");
	(void)type("\x01\x1f");
	assert_line(
		"01234_-______-______-______-______-______-______-______", 5);
}

/* A label that goes on behind its key is no other label. */
static void letters_behind_a_labelled_key(void **state)
{
	(void)state;
	(void)type("Key: 0123");
	assert_note("");
	(void)type("x");
	assert_note("Only digits count");
	assert_line(
		"0123__-______-______-______-______-______-______-______", 4);
	(void)type(plain + 4);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
}

static void more_than_there_is_room_for(void **state)
{
	(void)state;
	(void)type(KEY);
	(void)type("7");
	assert_note("48 digits already");
	assert_line(KEY, 55);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	/* Dashes without end. */
	again(SECRET_RECOVERY_PASSWORD);
	for (size_t i = 0; i < 2 * KEY_ENTRY_MAX_TYPED; i++)
		(void)type("-");
	press(KEY_ENTRY_BACKSPACE, 1);
	assert_int_equal(type(KEY "\r"), KEY_ENTRY_DONE);
	/* Signs of different keyboards. */
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("@");
	press(0xE7, 1);
	assert_note("Only digits count");
	assert_line(
		"2_____-______-______-______-______-______-______-______", 1);
}

/* Every position, every wrong digit: the group is named as soon as it is
   there, nothing is handed over, and it can be put right both ways. */
static void each_wrong_digit(void **state)
{
	char wrong[sizeof(plain)];
	char part[32];

	(void)state;
	for (size_t at = 0; at < KEY_ENTRY_DIGITS; at++) {
		unsigned int group = (unsigned int)at / 6;
		size_t end = (group + 1) * 6;

		(void)snprintf(
			part, sizeof(part), "Group %u is wrong", group + 1);
		for (char c = '0'; c <= '9'; c++) {
			char piece[KEY_ENTRY_DIGITS + 1] = {0};

			if (c == plain[at])
				continue;
			memcpy(wrong, plain, sizeof(wrong));
			wrong[at] = c;
			again(SECRET_RECOVERY_PASSWORD);
			memcpy(piece, wrong, end - 1);
			(void)type(piece);
			assert_note("");
			assert_int_equal(key_entry_first_wrong(&e), 8);
			(void)type((char[]){wrong[end - 1], 0});
			assert_note(part);
			assert_int_equal(key_entry_first_wrong(&e), group);
			/* At once, with Backspace. */
			press(KEY_ENTRY_BACKSPACE, (unsigned int)(end - at));
			assert_note("");
			(void)type(plain + at);
			assert_int_equal(type("\r"), KEY_ENTRY_DONE);
			assert_text(KEY);
			/* After all of it, with Enter. */
			again(SECRET_RECOVERY_PASSWORD);
			assert_int_equal(type(wrong), KEY_ENTRY_OPEN);
			assert_note(part);
			assert_int_equal(type("\r"), KEY_ENTRY_OPEN);
			memset(piece, 0, sizeof(piece));
			memcpy(piece, plain + (end - 6), 6);
			assert_int_equal(type(piece), KEY_ENTRY_OPEN);
			assert_note("");
			assert_int_equal(type("\r"), KEY_ENTRY_DONE);
			assert_text(KEY);
		}
	}
}

/* Two digits that changed places are no multiple of 11 any more, either. */
static void each_pair_that_changed_places(void **state)
{
	(void)state;
	for (size_t at = 0; at + 1 < KEY_ENTRY_DIGITS; at++) {
		char swapped[sizeof(plain)];

		if (at % 6 == 5 || plain[at] == plain[at + 1])
			continue;
		memcpy(swapped, plain, sizeof(swapped));
		swapped[at] = plain[at + 1];
		swapped[at + 1] = plain[at];
		again(SECRET_RECOVERY_PASSWORD);
		assert_int_equal(type(swapped), KEY_ENTRY_OPEN);
		assert_int_equal(key_entry_first_wrong(&e), at / 6);
	}
}

static void groups_that_are_never_printed(void **state)
{
	(void)state;
	(void)type("720896");
	assert_int_equal(key_entry_group(&e, 0), RECOVERY_GROUP_TOO_LARGE);
	assert_note("Group 1 is wrong");
	assert_int_equal(key_entry_group(&e, 1), RECOVERY_GROUP_SHORT);
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("720885");
	assert_int_equal(key_entry_group(&e, 0), RECOVERY_GROUP_GOOD);
}

static void enter_comes_too_early(void **state)
{
	(void)state;
	assert_int_equal(type("\r"), KEY_ENTRY_OPEN);
	assert_note("fewer than 48 digits");
	(void)type("012342-1234");
	assert_note("");
	assert_int_equal(type("\r"), KEY_ENTRY_OPEN);
	assert_note("fewer than 48 digits");
	assert_int_equal(type(plain + 10), KEY_ENTRY_OPEN);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
}

static void escape_gives_up(void **state)
{
	(void)state;
	(void)type("0123");
	assert_int_equal(type("\x1b"), KEY_ENTRY_GIVEN_UP);
	again(SECRET_PIN);
	assert_int_equal(type("\x1b"), KEY_ENTRY_GIVEN_UP);
}

/* Keys that do nothing leave it as it was. */
static void what_changes_nothing(void **state)
{
	struct key_entry before;

	(void)state;
	(void)type("012342-1");
	before = e;
	press(KEY_ENTRY_RIGHT, 1);
	press(0x01, 1);
	assert_true(key_entry_equal(&before, &e));
	press('x', 1);
	assert_false(key_entry_equal(&before, &e));
	before = e;
	press('x', 1);
	assert_true(key_entry_equal(&before, &e));
	press('2', 1);
	assert_false(key_entry_equal(&before, &e));
	before = e;
	press(KEY_ENTRY_LEFT, 1);
	assert_false(key_entry_equal(&before, &e));
	again(SECRET_PIN);
	press('1', 1);
	before = e;
	press(KEY_ENTRY_BACKSPACE, 1);
	press('2', 1);
	assert_false(key_entry_equal(&before, &e));
}

/* Of two lines that one cannot tell apart by their lengths. */
static void what_differs(void **state)
{
	struct key_entry before;

	(void)state;
	before = e;
	press('x', 1); /* what comes next may be a label's */
	assert_note("");
	assert_false(key_entry_equal(&before, &e));
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("012341");
	press(KEY_ENTRY_LEFT, 1);
	before = e;
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("012342");
	press(KEY_ENTRY_LEFT, 1);
	assert_false(key_entry_equal(&before, &e));
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("012341");
	press(KEY_ENTRY_LEFT, 1);
	assert_true(key_entry_equal(&before, &e));
}

/* Serial terminals send another code for Backspace. */
static void delete_is_backspace(void **state)
{
	(void)state;
	(void)type("01235");
	press(0x7F, 1);
	assert_line(
		"0123__-______-______-______-______-______-______-______", 4);
	(void)type(plain + 4);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
	again(SECRET_PIN);
	(void)type("12");
	press(0x7F, 1);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_text("1");
}

/* --- PINs ----------------------------------------------------------------- */

static void a_pin_is_hidden_and_as_it_was_typed(void **state)
{
	(void)state;
	again(SECRET_PIN);
	assert_int_equal(type("\r"), KEY_ENTRY_OPEN);
	assert_note("Type the PIN");
	(void)type("a B-&\b");
	assert_line("****", 4);
	press(KEY_ENTRY_LEFT, 1);
	press(KEY_ENTRY_RIGHT, 1);
	press(KEY_ENTRY_F10, 1);
	press(KEY_ENTRY_F1, 1);
	assert_line("******", 6);
	press(0xE9, 1);
	assert_note("No PIN has such a character");
	press('7', 1);
	assert_note("");
	press(KEY_ENTRY_BACKSPACE, 1);
	/* Nor Tab, nor the next after the keys that have a name here. */
	press('\t', 1);
	assert_note("No PIN has such a character");
	press('7', 1);
	press(KEY_ENTRY_BACKSPACE, 1);
	press(KEY_ENTRY_F10 + 1, 1);
	assert_note("No PIN has such a character");
	assert_line("******", 6);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_text("a B-01");
	again(SECRET_PIN);
	press(KEY_ENTRY_BACKSPACE, 3);
	assert_line("", 0);
}

static void the_longest_pin(void **state)
{
	char line[KEY_ENTRY_LINE_BYTES];
	char text[SECRET_BYTES];
	size_t cursor;

	(void)state;
	again(SECRET_PIN);
	press('x', SECRET_BYTES - 1);
	assert_note("");
	press('x', 1);
	assert_note("as long as that");
	(void)key_entry_line(&e, line, &cursor);
	assert_int_equal(cursor, KEY_ENTRY_LINE_BYTES - 1);
	assert_int_equal(strlen(line), cursor);
	assert_int_equal(type("\r"), KEY_ENTRY_DONE);
	assert_int_equal(key_entry_text(&e, text), SECRET_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		entry_test(dashes_come_by_themselves),
		entry_test(letters_are_pointed_out),
		entry_test(letters_behind_a_labelled_key),
		entry_test(more_than_there_is_room_for),
		entry_test(each_wrong_digit),
		entry_test(each_pair_that_changed_places),
		entry_test(groups_that_are_never_printed),
		entry_test(enter_comes_too_early),
		entry_test(escape_gives_up),
		entry_test(what_changes_nothing),
		entry_test(what_differs),
		entry_test(delete_is_backspace),
		entry_test(a_pin_is_hidden_and_as_it_was_typed),
		entry_test(the_longest_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
