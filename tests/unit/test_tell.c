/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said, whatever the disk wants a terminal to hear. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recovery/tell.h"
#include "storage/err.h"
#include "storage/utf8.h"
#include "tests/support/fake_machine.h"

static struct fake_machine machine;

static int setup(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	return 0;
}

static const char *last_said(void)
{
	assert_true(machine.said_count > 0);
	return machine.said[machine.said_count - 1].sentence;
}

static const char *last_line(void)
{
	assert_true(machine.line_count > 0);
	return machine.lines[machine.line_count - 1];
}

/* --- Names from the disk ------------------------------------------------- */

static void expect_said(const char *name, const char *wanted)
{
	tell(&machine.platform, SAY_INFO, "<%s>", name);
	assert_string_equal(last_said(), wanted);
}

static void terminals_are_not_steered(void **state)
{
	(void)state;
	expect_said("plain name.sys", "<plain name.sys>");
	expect_said("\x1b[2J", "<?[2J>");
	expect_said("a\r\nb\tc\x7f", "<a??b?c?>");
	/* The second set of control characters, as UTF-8: U+0080, U+009B. */
	expect_said("\xC2\x80\xC2\x9B"
		    "2J",
		"<????2J>");
	/* Beside it: a hard space, and letters that begin alike. */
	expect_said("\xC2\xA0\xC2\xBF", "<\xC2\xA0\xC2\xBF>");
	expect_said("\xC3\x80\xE2\x82\xAC\xF0\x9F\x98\x80",
		"<\xC3\x80\xE2\x82\xAC\xF0\x9F\x98\x80>");
	/* No characters at all.  (Three marks in one word are a trigraph.) */
	expect_said("\x80\xFF\xC3(", "<?"
				     "?"
				     "?(>");
	expect_said("\xED\xA0\x80", "<?"
				    "?"
				    "?>");
}

/* A sentence that is cut off is not cut off within a character. */
static void long_sentences_end_well(void **state)
{
	char name[2 * TELL_SENTENCE_BYTES + 1];
	const char *said;
	size_t len;

	(void)state;
	for (size_t i = 0; i < TELL_SENTENCE_BYTES; i++)
		memcpy(name + 2 * i, "\xC3\xA9", 2);
	name[sizeof(name) - 1] = '\0';
	for (unsigned int first = 0; first < 2; first++) {
		tell(&machine.platform, SAY_INFO, "%s%s", first ? "-" : "",
			name);
		said = last_said();
		assert_int_equal(strlen(said), TELL_SENTENCE_BYTES - 1);
		for (; *said; said += len) {
			len = utf8_length(said);
			assert_true(len > 0);
		}
	}
}

/* --- Each finding and each order has its words ---------------------------- */

static void every_finding_has_a_word(void **state)
{
	static const struct {
		enum windows_found found;
		const char *word;
	} all[] = {
		{WINDOWS_ONE, "one"},
		{WINDOWS_NONE, "none"},
		{WINDOWS_SEVERAL, "several"},
		{WINDOWS_ENCRYPTED, "encrypted"},
		{WINDOWS_DYNAMIC, "dynamic"},
		{WINDOWS_NOT_ALONE, "not-alone"},
		{WINDOWS_ELSEWHERE, "elsewhere"},
		{WINDOWS_AMBIGUOUS, "ambiguous"},
		{WINDOWS_TWO_FORMATS, "two-formats"},
		{WINDOWS_UNREADABLE, "unreadable"},
	};
	static struct observation seen;
	static struct windows windows;
	char part[64];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		fake_machine_forget(&machine);
		tell_windows(&machine.platform, &windows, all[i].found, &seen);
		snprintf(part, sizeof(part), "\"found\":\"%s\"", all[i].word);
		assert_int_equal(fake_machine_reported(&machine, part), 1);
		/* What is known of one volume is only said of one volume. */
		assert_int_equal(fake_machine_reported(&machine, "\"serial\""),
			all[i].found == WINDOWS_ONE);
		assert_int_equal(fake_machine_heard(&machine, "Volume:"),
			all[i].found == WINDOWS_ONE);
	}
}

static void every_order_starts(void **state)
{
	static const struct {
		struct order order;
		const char *part;
	} all[] = {
		{{.kind = ORDER_NONE}, "\"order\":\"none\",\"dry_run\":false"},
		{{.kind = ORDER_UNDO, .is_dry_run = true},
			"\"order\":\"undo\",\"dry_run\":true"},
		{{.kind = ORDER_HOLD_PATH, .path = "a/b.sys"},
			"\"order\":\"hold\",\"path\":\"a/b.sys\","},
		{{.kind = ORDER_UNDO, .path = "a\\b.sys"},
			"\"order\":\"undo\",\"path\":\"a\\\\b.sys\","},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		fake_machine_forget(&machine);
		tell_start(&machine.platform, &all[i].order);
		assert_non_null(strstr(machine.lines[0], "\"start\""));
		assert_non_null(strstr(machine.lines[0], all[i].part));
	}
}

/* --- Orders that are not followed ----------------------------------------- */

static void no_plan_says_why(void **state)
{
	static const struct order hold = {
		.kind = ORDER_HOLD_PATH, .path = "f/x.sys"};
	static const struct order undo = {.kind = ORDER_UNDO};
	static const struct {
		const struct order *order;
		bool is_there;
		int err;
		const char *part;
	} all[] = {
		{&hold, true, -ERR_NOT_FOUND, "f/x.sys cannot be held: only"},
		{&hold, false, -ERR_NOT_FOUND, "There is no file f/x.sys on C"},
		{&hold, true, -ERR_AMBIGUOUS, "More than one file is named f/"},
		{&hold, true, -ERR_TOO_LARGE,
			"The name of f/x.sys is too long"},
		{&undo, true, -ERR_TOO_LARGE, "made for the files on hold ("},
		{&hold, true, -ERR_IO, "No plan could be made for f/x.sys ("},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		tell_no_plan(&machine.platform, all[i].order, "C",
			all[i].is_there, all[i].err);
		assert_non_null(strstr(last_said(), all[i].part));
		assert_non_null(strstr(last_line(), "\"refused\""));
		assert_non_null(strstr(last_line(), all[i].part));
	}
	assert_int_equal(fake_machine_said(&machine, SAY_WARNING), 6);
}

static void nothing_to_do_says_so(void **state)
{
	static const struct {
		struct order order;
		const char *sentence;
	} all[] = {
		{{.kind = ORDER_HOLD_PATH, .path = "f/x.sys"},
			"f/x.sys is on hold already."},
		{{.kind = ORDER_UNDO, .path = "f/x.sys"},
			"There is no file f/x.sys on hold on C."},
		{{.kind = ORDER_UNDO}, "No content is on hold on C."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		tell_nothing_to_do(&machine.platform, &all[i].order, "C");
		assert_string_equal(last_said(), all[i].sentence);
	}
}

/* A reason of its own for what a file can do about it. */
static void not_applied_says_why(void **state)
{
	static const struct {
		int err;
		const char *part;
	} all[] = {
		{-ERR_UNSUPPORTED, "second hard link"},
		{-ERR_EXISTS, "has the new name already"},
		{-ERR_NO_SPACE, "no room for the new name"},
		{-ERR_CORRUPT, "let Windows check the volume"},
		{-ERR_NOT_STORED, "the result was not what it should be"},
	};
	char part[160];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		tell_not_applied(&machine.platform, all[i].err);
		assert_non_null(strstr(last_said(), all[i].part));
		assert_non_null(strstr(last_said(), "Nothing was written."));
	}
	tell_not_applied(&machine.platform, -ERR_IO);
	snprintf(part, sizeof(part), "work out: %s.", err_text(-ERR_IO));
	assert_non_null(strstr(last_said(), part));
	assert_int_equal(fake_machine_said(&machine, SAY_ERROR), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(terminals_are_not_steered, setup),
		cmocka_unit_test_setup(long_sentences_end_well, setup),
		cmocka_unit_test_setup(every_finding_has_a_word, setup),
		cmocka_unit_test_setup(every_order_starts, setup),
		cmocka_unit_test_setup(no_plan_says_why, setup),
		cmocka_unit_test_setup(nothing_to_do_says_so, setup),
		cmocka_unit_test_setup(not_applied_says_why, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
