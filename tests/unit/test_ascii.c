/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that differ in nothing but the case of ASCII letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "storage/ascii.h"

static void letters(void **state)
{
	(void)state;
	for (int c = -128; c < 128; c++)
		assert_int_equal(ascii_lower((char)c),
			c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static void texts_that_are_the_same(void **state)
{
	(void)state;
	assert_true(ascii_same_text("", ""));
	assert_true(ascii_same_text("Windows/X", "wINDOWS/x"));
	assert_false(ascii_same_text("a", "ab"));
	assert_false(ascii_same_text("ab", "a"));
	assert_false(ascii_same_text("[", "{"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters),
		cmocka_unit_test(texts_that_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
