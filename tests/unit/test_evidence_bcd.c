/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a boot configuration as a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/bcd.h"
#include "recovery/evidence_file.h"
#include "storage/err.h"
#include "tests/support/hive_maker.h"

#define PLACE                                                                  \
	"('a1000000-0000-4000-8000-0000000000d1',"                             \
	" 'a1000000-0000-4000-8000-0000000000c1')"
#define ID(n) "{00000000-0000-0000-0000-00000000000" n "}"
/* A device of a type that says nothing about a partition. */
#define OTHER_DEVICE                                                           \
	"00000000000000000000000000000000"                                     \
	"03000000000000001000000000000000"

static struct made_hive made;
static struct report_line line;
static const char *text; /* of it */
static int err;

static int teardown(void **state)
{
	(void)state;
	hive_free(&made);
	memset(&made, 0, sizeof(made));
	return 0;
}

static void tell(void)
{
	const struct evidence_beside logs = {
		.logs = {&made.logs[0].disk, &made.logs[1].disk}};
	const struct emudisk *p = &made.primary;

	report_begin(&line, NULL);
	err = evidence_file_report("BCD", p->bytes, (size_t)p->disk.size_bytes,
		&made.primary.disk, &logs, &line);
	text = report_end(&line);
}

static void tell_store(const char *description, const char *change)
{
	const char *words[] = {description, change, NULL};

	hive_free(&made);
	hive_make_bcd(&made, words);
	tell();
}

static void tell_hive(const char *description)
{
	const char *words[] = {description, NULL};

	hive_free(&made);
	hive_make(&made, words);
	tell();
}

static void expect(const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in %s", part, text);
}

static void expect_not(const char *part)
{
	if (strstr(text, part))
		fail_msg("%s is in %s", part, text);
}

/* --- Sound ---------------------------------------------------------------- */

static void a_whole_store(void **state)
{
	(void)state;
	tell_store("{'default': '" ID("a") "', 'one_time': ['" ID(
			   "e") "'],"
				" 'order': ['" ID("a") "', '" ID(
					"b") "'], 'loaders': {"
					     " '" ID("a") "': {'gpt': " PLACE ", 'recovery': '" ID(
						     "e") "', "
							  "'recovery_enabled': "
							  "1},"
							  " '" ID("b") "': "
								       "{'mbr':"
								       " ("
								       "0x1234a"
								       "bcd, "
								       "1048576"
								       "),"
								       " '"
								       "policy'"
								       ": 1},"
								       " '" ID("c") "': {'raw': '" OTHER_DEVICE
										    "'},"
										    " '" ID("d") "': {'raw': '00'},"
												 " '" ID("e") "': {'file': " PLACE
													      "},"
													      " '" ID("f") "': {'type': 0x10200005}}}",
		NULL);
	assert_int_equal(err, 0);
	expect("\"kind\":\"bcd\"");
	expect("\"dirty\":false,\"replay\":\"not-needed\",\"n_objects\":8,");
	expect("\"default\":\"" ID("a") "\"");
	expect("\"bootmgr_device\":null,\"order\":[\"" ID("a") "\",\"" ID(
		"b") "\"],\"one_time\":[\"" ID("e") "\"],\"loaders\":{\"");
	expect("\"" ID("a") "\":{\"osdevice\":{\"disk\":\"a1000000-0000-4000-"
			    "8000-0000000000d1\",\"partition\":\"");
	expect("\"recovery_sequence\":[\"" ID(
		"e") "\"],"
		     "\"recovery_enabled\":true}");
	expect("\"" ID("b") "\":{\"osdevice\":{\"disk\":\"1234abcd\","
			    "\"offset\":1048576},");
	expect("\"bootstatuspolicy\":1}");
	expect("\"" ID("c") "\":{\"osdevice\":null,\"osdevice_type\":3,");
	expect("\"" ID("d") "\":{\"error\":\"");
	expect("\"" ID("e") "\":{\"osdevice\":null,\"osdevice_type\":0,");
	/* No loader of Windows. */
	expect_not(ID("f"));
	expect_not("left_out");
}

static void an_empty_store(void **state)
{
	(void)state;
	tell_store("{'path': ''}", NULL);
	assert_int_equal(err, 0);
	expect("\"n_objects\":2,\"bootmgr_device\":null,\"loaders\":{}");
}

/* Whatever a device is, it is one or it is null. */
static void what_is_started_once(void **state)
{
	static const struct {
		struct bcd_device device;
		const char *says;
	} all[] = {
		{{BCD_DEVICE_GPT, 6, "disk", "part", 0},
			"{\"disk\":\"disk\",\"partition\":\"part\"}"},
		{{BCD_DEVICE_MBR, 6, "disk", "", 512},
			"{\"disk\":\"disk\",\"offset\":512}"},
		{{BCD_DEVICE_NONE, 0, "", "", 0}, "null"},
		{{BCD_DEVICE_FILE, 0, "", "", 0}, "null"},
		{{BCD_DEVICE_OTHER, 8, "", "", 0}, "null"},
		{{(enum bcd_device_kind)99, 8, "", "", 0}, "null"},
	};
	struct boot_config c = {.has_one_time = true};
	char member[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		c.one_time = all[i].device;
		report_begin(&line, NULL);
		evidence_report_boot_config(&line, &c);
		text = report_end(&line);
		(void)snprintf(member, sizeof(member),
			"\"one_time_osdevice\":%s}", all[i].says);
		expect(member);
	}
}

/* Windows' own menus have two or three; whoever has more sees how many. */
static void more_than_a_line_holds(void **state)
{
	char all[8192] = "{'order': [";
	size_t len = strlen(all);
	unsigned int i;

	(void)state;
	for (i = 0; i < 7; i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len,
			"'{%08x-0000-0000-0000-000000000000}',", i);
	len += (size_t)snprintf(
		all + len, sizeof(all) - len, "], 'loaders': {");
	for (i = 0; i < 24; i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len,
			"'{%08x-0000-0000-0000-000000000000}': {},", i);
	(void)snprintf(all + len, sizeof(all) - len, "}}");
	tell_store(all, NULL);
	assert_int_equal(err, 0);
	expect("\"{00000005-0000-0000-0000-000000000000}\"],\"loaders\":{");
	expect("\"loaders_left_out\":");
	expect_not("truncated");
}

/* The change is in the log only. */
static void a_store_with_its_log(void **state)
{
	(void)state;
	tell_store("{'default': '" ID("a") "'}", "{'default': '" ID("b") "'}");
	assert_int_equal(err, 0);
	expect("\"dirty\":true,\"replay\":\"done\",\"replayed_entries\":1");
	expect("\"default\":\"" ID("b") "\"");
}

/* --- Damaged -------------------------------------------------------------- */

#define MANAGER "Objects/{9dea862c-5cdd-4e70-acc1-f32b344d4795}/"

static void stores_that_are_damaged(void **state)
{
	static const struct {
		const char *hive;
		int err;
		const char *says;
	} all[] = {
		/* No boot manager */
		{"{'Objects': {}}", -ERR_NOT_FOUND, "\"replay\":"},
		{"{'" MANAGER "Elements/23000003': {'Element': 'x'}}",
			-ERR_CORRUPT, "\"n_objects\":1"},
		/* Lists of what is no id */
		{"{'" MANAGER "Elements/24000001': {'Element': ['x']}}",
			-ERR_CORRUPT, "\"bootmgr_device\":null"},
		{"{'" MANAGER "Elements/24000002': {'Element': ['x']}}",
			-ERR_CORRUPT, "\"bootmgr_device\":null"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		tell_hive(all[i].hive);
		assert_int_equal(err, all[i].err);
		expect("\"kind\":\"bcd\"");
		expect(all[i].says);
		expect_not("\"loaders\"");
	}
}

static void what_is_no_store(void **state)
{
	(void)state;
	tell_hive("{'Select': {'Current': 1}}");
	expect("\"kind\":\"hive\"");
	/* Nor is what only begins like a hive. */
	memset(made.primary.bytes + 4, 0xFF, 508);
	tell();
	assert_true(err < 0);
	expect("\"kind\":\"hive\"");
}

static void a_number_without_digits(void **state)
{
	(void)state;
	tell_hive(
		"{'" MANAGER "Description': {'Type': 0x10100002},"
		" 'Objects/" ID("a") "/Description': {'Type': 0x10200003},"
				     " 'Objects/" ID("a") "/Elements/16000009':"
							  " {'Element': b''}}");
	assert_int_equal(err, 0);
	expect("\"loaders\":{\"" ID("a") "\":{\"error\":\"");
}

/* Never half a store as if it were whole. */
static void a_disk_that_fails(void **state)
{
	uint64_t reads;

	(void)state;
	tell_store("{'default': '" ID("a") "', 'order': ['" ID(
			   "a") "'],"
				" 'loaders': {'" ID("a") "': {'gpt': " PLACE
							 "}}}",
		NULL);
	assert_int_equal(err, 0);
	reads = made.primary.counts.reads;
	assert_true(reads > 20);
	for (uint64_t n = 1; n <= reads; n++) {
		emudisk_reset(&made.primary);
		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, n, true);
		tell();
		if (err == 0)
			expect("\"error\":\"");
		else
			assert_int_equal(err, -ERR_IO);
	}
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_store),
		TEST(an_empty_store),
		TEST(what_is_started_once),
		TEST(more_than_a_line_holds),
		TEST(a_store_with_its_log),
		TEST(stores_that_are_damaged),
		TEST(what_is_no_store),
		TEST(a_number_without_digits),
		TEST(a_disk_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
