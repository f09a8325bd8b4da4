/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judge of broken-off changes itself: does it see what is lost? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/fault_harm.h"

/* A folder 30 with two files; the change renames the first. */
#define LEADS	"record 5 entry 000100000000001e key 05\n"
#define FOLDER	LEADS "record 30 sequence 1 flags 0x3\n"
#define OLD	"record 40 attribute 0x30 \"\" value 1e00aaaa\n"
#define NEW	"record 40 attribute 0x30 \"\" value 1e00bbbb\n"
#define CONTENT "record 40 attribute 0x80 \"\" size 5 runs 9+1 sum 77\n"
#define ENTRY	"record 30 entry 0001000000000028 key 1e00aaaa\n"
#define RENAMED "record 30 entry 0001000000000028 key 1e00bbbb\n"
#define OTHER	"record 41 attribute 0x30 \"\" value 1e00cccc\n"
#define OTHERS	"record 41 attribute 0x80 \"\" value 1234\n"
#define LISTED	"record 30 entry 0001000000000029 key 1e00cccc\n"
#define BEFORE	FOLDER ENTRY LISTED OLD CONTENT OTHER OTHERS
#define AFTER	FOLDER RENAMED LISTED NEW CONTENT OTHER OTHERS

static void expect(const char *now, const char *others, const char *files,
	unsigned int lost_names)
{
	struct fault_harm h;

	fault_harm_find(BEFORE, AFTER, now, &h);
	assert_string_equal(h.others, others);
	assert_string_equal(h.files, files);
	assert_int_equal(h.lost_names, lost_names);
	fault_harm_free(&h);
}

static void any_part_of_the_change_is_good(void **state)
{
	(void)state;
	expect(BEFORE, "", "", 0);
	expect(AFTER, "", "", 0);
	expect(FOLDER RENAMED LISTED OLD CONTENT OTHER OTHERS, "", "", 0);
	expect(FOLDER ENTRY LISTED NEW CONTENT OTHER OTHERS, "", "", 0);
}

static void an_entry_is_missing(void **state)
{
	(void)state;
	expect(FOLDER LISTED OLD CONTENT OTHER OTHERS, "", "", 1);
	expect(FOLDER OLD CONTENT OTHER OTHERS, "", "", 2);
	/* An entry in a folder to which nothing leads is none. */
	expect("record 5 sequence 1\n"
	       "record 30 sequence 1 flags 0x3\n" ENTRY LISTED OLD CONTENT OTHER
			OTHERS,
		"-" LEADS "+record 5 sequence 1\n", "", 2);
}

static void content_is_another(void **state)
{
	(void)state;
	expect(FOLDER ENTRY LISTED OLD OTHER OTHERS "record 40 attribute 0x80 "
						    "\"\" size 5 runs 9+1 sum "
						    "78\n",
		"",
		"+record 40 attribute 0x80 \"\" size 5 runs 9+1 sum 78\n"
		"record 40 lost content\n",
		0);
	expect(FOLDER ENTRY LISTED OLD OTHER OTHERS, "",
		"record 40 lost content\n", 0);
}

static void a_name_comes_from_nowhere(void **state)
{
	(void)state;
	expect(FOLDER ENTRY LISTED
		"record 40 attribute 0x30 \"\" value 1e00\n" CONTENT OTHER
			OTHERS,
		"",
		"+record 40 attribute 0x30 \"\" value 1e00\n"
		"record 40 lost its name\n",
		0);
}

static void others_are_to_be_left_alone(void **state)
{
	(void)state;
	expect(FOLDER ENTRY LISTED OLD CONTENT OTHER
		"record 41 attribute 0x80 \"\" value 1235\n",
		"-" OTHERS "+record 41 attribute 0x80 \"\" value 1235\n",
		"+record 41 attribute 0x80 \"\" value 1235\n"
		"record 41 lost content\n",
		0);
	expect(BEFORE "record 50 sequence 1 flags 0x1\n",
		"+record 50 sequence 1 flags 0x1\n", "", 0);
	expect(BEFORE "directory is broken\n", "+directory is broken\n", "", 0);
}

/* A change that makes a file may leave any new one behind, but no other. */
static void a_new_record_where_one_is_made(void **state)
{
	const char *after = AFTER "record 50 sequence 1 flags 0x3\n";
	struct fault_harm h;

	(void)state;
	fault_harm_find(
		BEFORE, after, BEFORE "record 51 sequence 1 flags 0x3\n", &h);
	assert_string_equal(h.others, "");
	assert_string_equal(h.files, "");
	fault_harm_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_part_of_the_change_is_good),
		cmocka_unit_test(an_entry_is_missing),
		cmocka_unit_test(content_is_another),
		cmocka_unit_test(a_name_comes_from_nowhere),
		cmocka_unit_test(others_are_to_be_left_alone),
		cmocka_unit_test(a_new_record_where_one_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
