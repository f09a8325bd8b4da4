/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts and reasons in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/decide.h"

/* Every reason has a name of its own and a sentence that fits. */
static void words(void **state)
{
	static const uint64_t values[] = {0, 2, UINT64_MAX};
	char text[REASON_TEXT_BYTES];
	int id;
	int other;
	size_t i;

	(void)state;
	for (id = 0; id < REASON_COUNT; id++) {
		const char *name = reason_name((enum reason_id)id);

		assert_true(strlen(name) > 2);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
			strlen(name));
		for (other = 0; other < id; other++)
			assert_string_not_equal(
				name, reason_name((enum reason_id)other));
		for (i = 0; i < 3; i++) {
			struct reason r = {
				(enum reason_id)id, values[i], values[i]};

			reason_text(&r, text, sizeof(text));
			assert_in_range(strlen(text), 20, 198);
			assert_int_equal(text[strlen(text) - 1], '.');
			assert_null(strchr(text, '%'));
			assert_null(strchr(text, '\n'));
			if (i == 1)
				print_message("%-20s %s\n", name, text);
		}
	}
	assert_string_equal(reason_name((enum reason_id) - 1), "unknown");
	assert_string_equal(
		verdict_text(VERDICT_RESTORE_AND_HOLD), "restore-and-hold");
	assert_string_equal(verdict_text((enum verdict)99), "unknown");
}

static void sources_by_name(void **state)
{
	char text[REASON_TEXT_BYTES];
	char other[REASON_TEXT_BYTES];
	uint64_t source;

	(void)state;
	for (source = EVIDENCE_BUGCHECK; source <= EVIDENCE_SERVICING;
		source++) {
		struct reason r = {REASON_SOURCE_FAILED, source, 0};

		reason_text(&r, text, sizeof(text));
		r.a = 99;
		reason_text(&r, other, sizeof(other));
		assert_string_not_equal(text, other);
	}
}

static void servicing_by_name(void **state)
{
	char text[REASON_TEXT_BYTES];
	char other[REASON_TEXT_BYTES];
	uint64_t kind;

	(void)state;
	for (kind = SERVICING_SETUP; kind <= SERVICING_PENDING; kind++) {
		struct reason r = {REASON_SERVICING, kind, 0};

		reason_text(&r, text, sizeof(text));
		r.a = 99;
		reason_text(&r, other, sizeof(other));
		assert_string_not_equal(text, other);
	}
}

/* A short buffer is cut, and terminated. */
static void short_buffers(void **state)
{
	struct reason r = {REASON_NO_CRASH, 0, 0};
	char text[8];
	size_t cap;

	(void)state;
	for (cap = 1; cap <= sizeof(text); cap++) {
		memset(text, 'x', sizeof(text));
		reason_text(&r, text, cap);
		assert_int_equal(strlen(text), cap - 1);
	}
	text[0] = 'x';
	reason_text(&r, text, 0);
	assert_int_equal(text[0], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(sources_by_name),
		cmocka_unit_test(servicing_by_name),
		cmocka_unit_test(short_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
