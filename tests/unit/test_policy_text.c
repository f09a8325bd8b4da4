/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which strings may be in a policy, at the edges of their lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/policy_text.h"

static char text[2 * POLICY_FOLDER_CHARS];

static const char *repeat(char c, size_t len)
{
	memset(text, c, len);
	text[len] = '\0';
	return text;
}

static void plain_text(void **state)
{
	(void)state;
	assert_false(policy_text_is_plain("", 9));
	assert_true(policy_text_is_plain(repeat('x', 9), 9));
	assert_false(policy_text_is_plain(repeat('x', 10), 9));
	assert_true(policy_text_is_plain(" ~", 9));
	assert_false(policy_text_is_plain("\x1f", 9));
	assert_false(policy_text_is_plain("\x7f", 9));
	assert_false(policy_text_is_plain("\xc3\xa4", 9));
}

static void folders(void **state)
{
	(void)state;
	assert_true(policy_text_is_folder(repeat('x', POLICY_NAME_CHARS)));
	assert_false(policy_text_is_folder(repeat('x', POLICY_NAME_CHARS + 1)));
	repeat('x', POLICY_NAME_CHARS + 2);
	text[1] = '/';
	assert_true(policy_text_is_folder(text));
	repeat('x', POLICY_NAME_CHARS + 3);
	text[1] = '/';
	assert_false(policy_text_is_folder(text));
	/* Short parts, and too many of them. */
	repeat('x', POLICY_FOLDER_CHARS);
	for (size_t i = 1; i < POLICY_FOLDER_CHARS - 1; i += 2)
		text[i] = '/';
	assert_true(policy_text_is_folder(text));
	repeat('x', POLICY_FOLDER_CHARS + 2);
	for (size_t i = 1; i < POLICY_FOLDER_CHARS + 1; i += 2)
		text[i] = '/';
	assert_false(policy_text_is_folder(text));
	assert_false(policy_text_is_folder(""));
	assert_false(policy_text_is_folder("a//b"));
	assert_false(policy_text_is_folder("a/../b"));
	assert_false(policy_text_is_folder("a/b "));
}

static void patterns(void **state)
{
	(void)state;
	assert_true(policy_text_is_pattern(repeat('x', POLICY_NAME_CHARS)));
	assert_false(
		policy_text_is_pattern(repeat('x', POLICY_NAME_CHARS + 1)));
	assert_false(policy_text_is_pattern(""));
	assert_false(policy_text_is_pattern("*.*"));
	assert_false(policy_text_is_pattern("a/*"));
	assert_true(policy_text_is_pattern("a*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text),
		cmocka_unit_test(folders),
		cmocka_unit_test(patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
