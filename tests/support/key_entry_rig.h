/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody types a recovery password: what the tests of recovery/key_entry.h
 * share.  The keys here are of no volume.
 */
#ifndef TESTS_SUPPORT_KEY_ENTRY_RIG_H
#define TESTS_SUPPORT_KEY_ENTRY_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/key_entry.h"

/* Every digit, and each of them at the start of a group. */
#define KEY "012342-123453-234564-345675-456786-567897-678909-701239"
static const char plain[] = "012342123453234564345675456786567897678909701239";

static struct key_entry e;

static inline enum key_entry_state type(const char *text)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;

	for (; *text && state == KEY_ENTRY_OPEN; text++)
		state = key_entry_press(&e, (uint8_t)*text);
	return state;
}

static inline enum key_entry_state type16(const uint16_t *text)
{
	enum key_entry_state state = KEY_ENTRY_OPEN;

	for (; *text && state == KEY_ENTRY_OPEN; text++)
		state = key_entry_press(&e, *text);
	return state;
}

static inline void press(uint16_t key, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		assert_int_equal(key_entry_press(&e, key), KEY_ENTRY_OPEN);
}

static inline void assert_line(const char *expected, size_t column)
{
	char line[KEY_ENTRY_LINE_BYTES];
	size_t cursor;

	assert_string_equal(key_entry_line(&e, line, &cursor), expected);
	assert_int_equal(cursor, column);
}

static inline void assert_note(const char *part)
{
	char note[KEY_ENTRY_NOTE_BYTES];

	(void)key_entry_note(&e, note);
	if (!*part)
		assert_string_equal(note, "");
	else
		assert_non_null(strstr(note, part));
}

static inline void assert_text(const char *expected)
{
	char text[SECRET_BYTES];

	assert_int_equal(key_entry_text(&e, text), strlen(expected));
	assert_string_equal(text, expected);
}

static inline void again(enum secret_kind kind)
{
	key_entry_close(&e);
	key_entry_open(&e, kind);
}

static inline int start(void **state)
{
	(void)state;
	key_entry_open(&e, SECRET_RECOVERY_PASSWORD);
	return 0;
}

static inline int stop(void **state)
{
	static const struct key_entry nothing;

	(void)state;
	key_entry_close(&e);
	return memcmp(&e, &nothing, sizeof(e)) != 0; /* all of it is wiped */
}

#define entry_test(f) cmocka_unit_test_setup_teardown(f, start, stop)

#endif
