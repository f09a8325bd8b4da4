/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typing a recovery password: every keyboard, every single wrong digit.
 * The keys here are of no volume.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/key_entry.h"

/* Every digit, and each of them at the start of a group. */
#define KEY "012342-123453-234564-345675-456786-567897-678909-701239"
static const char plain[] = "012342123453234564345675456786567897678909701239";

static struct key_entry e;

static enum key_entry_state type(const char *text)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;

	for (; *text && state == KEY_ENTRY_OPEN; text++)
		state = key_entry_press(&e, (uint8_t)*text);
	return state;
}

static enum key_entry_state type16(const uint16_t *text)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;

	for (; *text && state == KEY_ENTRY_OPEN; text++)
		state = key_entry_press(&e, *text);
	return state;
}

static void press(uint16_t key, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		assert_int_equal(key_entry_press(&e, key), KEY_ENTRY_OPEN);
}

static void assert_line(const char *expected, size_t column)
{
	char line[KEY_ENTRY_LINE_BYTES];
	size_t cursor;

	assert_string_equal(key_entry_line(&e, line, &cursor), expected);
	assert_int_equal(cursor, column);
}

static void assert_note(const char *part)
{
	char note[KEY_ENTRY_NOTE_BYTES];

	(void)key_entry_note(&e, note);
	if (!*part)
		assert_string_equal(note, "");
	else
		assert_non_null(strstr(note, part));
}

static void assert_text(const char *expected)
{
	char text[SECRET_BYTES];

	assert_int_equal(key_entry_text(&e, text), strlen(expected));
	assert_string_equal(text, expected);
}

static void again(enum secret_kind kind)
{
	key_entry_close(&e);
	key_entry_open(&e, kind);
}

static int start(void **state)
{
	(void)state;
	key_entry_open(&e, SECRET_RECOVERY_PASSWORD);
	return 0;
}

static int stop(void **state)
{
	static const struct key_entry nothing;

	(void)state;
	key_entry_close(&e);
	return memcmp(&e, &nothing, sizeof(e)) != 0; /* all of it is wiped */
}

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

static void dividers_of_all_kinds(void **state)
{
	static const char *const ways[] = {
		KEY "\r",
		KEY "\n",
		"012342123453234564345675456786567897678909701239\r",
		" 012342 - 123453 - 234564 345675.456786:567897,678909_701239 "
		"\r",
		"012342'123453'234564'345675+456786+567897?678909/701239\r",
		"0-1-2-3-4-2--123453-234564-345675-456786-567897-678909-701239"
		"\r",
		/* Scanners, and what stands on a label. */
		"Recovery key: " KEY "\r",
		"Recovery Key:\t"
		"012342123453234564345675456786567897678909701239\r",
		"Wiederherstellungsschl_ssel - " KEY "\r",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		again(SECRET_RECOVERY_PASSWORD);
		assert_int_equal(type(ways[i]), KEY_ENTRY_DONE);
		assert_text(KEY);
	}
	again(SECRET_RECOVERY_PASSWORD);
	assert_int_equal(type16(u"Cl\u00e9 de r\u00e9cup\u00e9ration : "),
		KEY_ENTRY_OPEN);
	assert_int_equal(type(KEY "\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
	/* A sign of its own at the end of the words. */
	again(SECRET_RECOVERY_PASSWORD);
	assert_int_equal(type16(u"Cl\u00e9 "), KEY_ENTRY_OPEN);
	assert_int_equal(type(KEY "\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
}

static void type_on_row(const uint16_t row[10], const char *dash)
{
	for (const char *c = KEY; *c; c++) {
		if (*c == '-')
			(void)type(dash);
		else
			press(row[*c - '0'], 1);
	}
}

static const uint16_t all_rows[][10] = {
	{0xE0, '&', 0xE9, '"', '\'', '(', '-', 0xE8, '_', 0xE7},
	{0xE0, '&', 0xE9, '"', '\'', '(', 0xA7, 0xE8, '!', 0xE7},
	{0xE9, '+', 0x11B, 0x161, 0x10D, 0x159, 0x17E, 0xFD, 0xE1, 0xED},
	{0xE9, '+', 0x13E, 0x161, 0x10D, 0x165, 0x17E, 0xFD, 0xE1, 0xED},
	{')', '!', '@', '#', '$', '%', '^', '&', '*', '('},
	{KEY_ENTRY_F10, KEY_ENTRY_F1, KEY_ENTRY_F1 + 1, KEY_ENTRY_F1 + 2,
		KEY_ENTRY_F1 + 3, KEY_ENTRY_F1 + 4, KEY_ENTRY_F1 + 5,
		KEY_ENTRY_F1 + 6, KEY_ENTRY_F1 + 7, KEY_ENTRY_F1 + 8},
};

static void every_row_of_keys(void **state)
{
	/* What the key of the dash gives there. */
	static const char *const dashes[] = {")", "-", "=", "=", "_", "-"};

	(void)state;
	for (size_t i = 0; i < sizeof(all_rows) / sizeof(all_rows[0]); i++) {
		again(SECRET_RECOVERY_PASSWORD);
		type_on_row(all_rows[i], "");
		assert_line(KEY, 55);
		assert_note("");
		again(SECRET_RECOVERY_PASSWORD);
		type_on_row(all_rows[i], dashes[i]);
		assert_int_equal(type("\r"), KEY_ENTRY_DONE);
		assert_text(KEY);
	}
}

/* "-" is a dash until a sign says that it is a French 6. */
static void dash_is_a_six_on_french_keys(void **state)
{
	(void)state;
	(void)type("-");
	assert_line(
		"______-______-______-______-______-______-______-______", 0);
	(void)type("&");
	assert_line(
		"61____-______-______-______-______-______-______-______", 2);
	press(KEY_ENTRY_BACKSPACE, 1);
	assert_line(
		"6_____-______-______-______-______-______-______-______", 1);
	/* Somebody with French keys who types with Shift, and real dashes. */
	again(SECRET_RECOVERY_PASSWORD);
	assert_int_equal(type(KEY "\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
}

/* "&" and "(" are on two rows: the rest of what is typed tells. */
static void signs_on_two_rows(void **state)
{
	(void)state;
	(void)type("&(");
	(void)type("!"); /* not French; Belgian, or Shift */
	(void)type("@"); /* Shift */
	assert_line(
		"7912__-______-______-______-______-______-______-______", 4);
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("&(\"");
	assert_line(
		"153___-______-______-______-______-______-______-______", 3);
	/* Only signs of both: the group that is one. */
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("(&(&(&"); /* 515151 is no group, 979797 neither */
	assert_note("Group 1 is wrong");
	again(SECRET_RECOVERY_PASSWORD);
	(void)type("&&((((");
	assert_note("");
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

static void the_cursor_goes_back(void **state)
{
	(void)state;
	press(KEY_ENTRY_LEFT, 1);
	press(KEY_ENTRY_RIGHT, 1);
	(void)type("012352");
	assert_note("Group 1 is wrong");
	press(KEY_ENTRY_LEFT, 2);
	assert_line(
		"012352-______-______-______-______-______-______-______", 4);
	(void)type("4");
	assert_note("");
	assert_line(
		"012342-______-______-______-______-______-______-______", 5);
	press(KEY_ENTRY_BACKSPACE, 1); /* only goes back */
	assert_line(
		"012342-______-______-______-______-______-______-______", 4);
	(void)type("x-");
	assert_note("");
	press(KEY_ENTRY_RIGHT, 9);
	assert_line(
		"012342-______-______-______-______-______-______-______", 7);
	(void)type(plain + 6);
	(void)type("1");
	assert_note("48 digits already");
	press(KEY_ENTRY_BACKSPACE, 60);
	assert_line(
		"______-______-______-______-______-______-______-______", 0);
	/* As new: also the keyboard is another one. */
	type_on_row(all_rows[0], ")");
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

#define entry_test(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		entry_test(dashes_come_by_themselves),
		entry_test(dividers_of_all_kinds),
		entry_test(every_row_of_keys),
		entry_test(dash_is_a_six_on_french_keys),
		entry_test(signs_on_two_rows),
		entry_test(letters_are_pointed_out),
		entry_test(more_than_there_is_room_for),
		entry_test(each_wrong_digit),
		entry_test(each_pair_that_changed_places),
		entry_test(groups_that_are_never_printed),
		entry_test(enter_comes_too_early),
		entry_test(the_cursor_goes_back),
		entry_test(escape_gives_up),
		entry_test(what_changes_nothing),
		entry_test(a_pin_is_hidden_and_as_it_was_typed),
		entry_test(the_longest_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
