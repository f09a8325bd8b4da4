/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typing a recovery password on every keyboard, there and back. */
#include "tests/support/key_entry_rig.h"

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

/* Where nothing is typed yet no row is known that it would be left on. */
static void the_cursor_at_the_start(void **state)
{
	(void)state;
	press(KEY_ENTRY_LEFT, 2);
	press('&', 1);
	assert_note("");
	assert_line(
		"1_____-______-______-______-______-______-______-______", 1);
	again(SECRET_RECOVERY_PASSWORD);
	press(KEY_ENTRY_LEFT, 1);
	assert_int_equal(type("Recovery key: " KEY "\r"), KEY_ENTRY_DONE);
	assert_text(KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		entry_test(dividers_of_all_kinds),
		entry_test(every_row_of_keys),
		entry_test(dash_is_a_six_on_french_keys),
		entry_test(signs_on_two_rows),
		entry_test(the_cursor_goes_back),
		entry_test(the_cursor_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
