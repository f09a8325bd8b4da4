/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Report lines: valid JSON whatever the strings, and when they overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/report.h"
#include "tests/support/json.h"
#include "tests/support/prng.h"

static void the_checker_checks(void **state)
{
	(void)state;
	assert_true(json_is_valid("{}"));
	assert_true(json_is_valid("{\"a\":[\"b\",\"\\u00e9\"],\"c\":12}"));
	assert_false(json_is_valid("{\"a\":1,}"));
	assert_false(json_is_valid("{\"a\":01}"));
	assert_false(json_is_valid("{\"a\":\"\x01\"}"));
	assert_false(json_is_valid("{\"a\":\"\xC3\"}"));
	assert_false(json_is_valid("{\"a\":\"\xED\xA0\x80\"}"));
	assert_false(json_is_valid("{\"a\":\"\xC0\x80\"}"));
	assert_false(json_is_valid("{} "));
	assert_false(json_is_valid("{\"a\":[}"));
}

static void a_whole_line(void **state)
{
	struct report_line l;

	(void)state;
	report_begin(&l, "verdict");
	report_string(&l, "verdict", "hold");
	report_array_begin(&l, "reasons");
	report_array_string(&l, "new-stop-code");
	report_array_string(&l, "set");
	report_array_end(&l);
	report_array_begin(&l, "empty");
	report_array_end(&l);
	report_number(&l, "files", 0);
	report_number(&l, "big", UINT64_MAX);
	report_hex(&l, "stop_code", 0x1000007E);
	report_bool(&l, "applied", true);
	report_bool(&l, "dry", false);
	report_seconds(&l, "short", 41250000);
	report_seconds(&l, "long", 950000000);
	report_seconds(&l, "least", 1);
	report_string(&l, "none", NULL);
	assert_string_equal(report_end(&l),
		"{\"event\":\"verdict\",\"verdict\":\"hold\","
		"\"reasons\":[\"new-stop-code\",\"set\"],\"empty\":[],"
		"\"files\":0,\"big\":18446744073709551615,"
		"\"stop_code\":\"0x1000007e\",\"applied\":true,"
		"\"dry\":false,\"short\":4.125,\"long\":95.0,"
		"\"least\":0.0000001,\"none\":null}");
	assert_true(json_is_valid(l.text));
	assert_int_equal(l.len, strlen(l.text));
	assert_false(l.is_full);
}

static void strings_are_escaped(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{"a\"b\\c/d", "a\\\"b\\\\c/d"},
		{"\n\t\x01\x1F\x7F", "\\u000a\\u0009\\u0001\\u001f\\u007f"},
		{"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80",
			"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
		{"\x80", "?"},
		{"\xC3", "?"},
		{"\xC3x", "?x"},
		{"\xE2\x82", "??"},
		{"\xF0\x9F\x98", "???"},
		{"\xC0\x80", "??"},
		{"\xE0\x80\x80", "???"},
		{"\xED\xA0\x80", "???"},
		{"\xF4\x90\x80\x80", "????"},
		{"\xF8\x88\x80\x80\x80", "?????"},
		{"\xFF\xFE", "??"},
	};
	char want[128];
	struct report_line l;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		report_begin(&l, "e");
		report_string(&l, "s", cases[i].in);
		snprintf(want, sizeof(want), "{\"event\":\"e\",\"s\":\"%s\"}",
			cases[i].out);
		assert_string_equal(report_end(&l), want);
		assert_true(json_is_valid(l.text));
	}
}

static void what_does_not_fit_is_left_out(void **state)
{
	char big[REPORT_LINE_BYTES + 10];
	struct report_line l;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	report_begin(&l, "e");
	report_string(&l, "big", big);
	report_number(&l, "after", 7);
	assert_string_equal(report_end(&l),
		"{\"event\":\"e\",\"after\":7,\"truncated\":true}");
	report_begin(&l, big);
	assert_string_equal(report_end(&l), "{\"truncated\":true}");
	report_begin(&l, "e");
	report_array_begin(&l, big);
	report_array_string(&l, "lost");
	report_array_end(&l);
	report_bool(&l, "after", true);
	assert_string_equal(report_end(&l),
		"{\"event\":\"e\",\"after\":true,\"truncated\":true}");
	report_begin(&l, "e");
	report_array_begin(&l, "a");
	report_array_string(&l, big);
	report_array_string(&l, "small");
	/* Forgotten to end it. */
	report_bool(&l, "after", true);
	report_array_begin(&l, "b");
	report_array_string(&l, "x");
	assert_string_equal(report_end(&l),
		"{\"event\":\"e\",\"a\":[\"small\"],\"after\":true,"
		"\"b\":[\"x\"],\"truncated\":true}");
}

static void arrays_and_objects_nest(void **state)
{
	struct report_line l;
	int depth;

	(void)state;
	report_begin(&l, NULL);
	report_object_begin(&l, "log");
	report_number(&l, "version", 4);
	report_array_begin(&l, "loops");
	report_object_begin(&l, NULL);
	report_array_begin(&l, "launches");
	report_array_string(&l, "one");
	report_array_string(&l, "two");
	report_array_end(&l);
	report_status(&l, "status", 0xC0000001);
	report_object_end(&l);
	report_object_begin(&l, NULL);
	report_object_end(&l);
	report_array_end(&l);
	report_object_end(&l);
	report_array_begin(&l, "ids");
	report_array_number(&l, 8);
	report_array_begin(&l, NULL);
	report_array_status(&l, 9);
	report_array_end(&l);
	report_bool(&l, "last", true);
	assert_string_equal(report_end(&l),
		"{\"log\":{\"version\":4,\"loops\":[{\"launches\":"
		"[\"one\",\"two\"],\"status\":\"c0000001\"},{}]},"
		"\"ids\":[8,[\"00000009\"]],\"last\":true}");
	/* Too deep: left out with all that is in it, and what follows is there
	 */
	report_begin(&l, NULL);
	for (depth = 0; depth < REPORT_MAX_DEPTH + 2; depth++) {
		report_object_begin(&l, "o");
		report_number(&l, "n", 1);
	}
	for (depth = 0; depth < REPORT_MAX_DEPTH + 2; depth++)
		report_object_end(&l);
	report_number(&l, "after", 2);
	assert_string_equal(report_end(&l),
		"{\"o\":{\"n\":1,\"o\":{\"n\":1,\"o\":{\"n\":1,\"o\":{"
		"\"n\":1}}}},\"after\":2,\"truncated\":true}");
	/* An object has a key unless it is in an array. */
	report_begin(&l, NULL);
	report_object_begin(&l, NULL);
	report_number(&l, "n", 1);
	report_object_end(&l);
	assert_string_equal(report_end(&l), "{\"truncated\":true}");
}

/* Every length around the limit, for a member and for an item. */
static void every_length_at_the_limit(void **state)
{
	char text[REPORT_LINE_BYTES + 1];
	struct report_line l;
	size_t fits = 0;
	size_t len;

	(void)state;
	for (len = REPORT_LINE_BYTES - 80; len <= REPORT_LINE_BYTES; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		report_begin(&l, "e");
		report_string(&l, "s", text);
		assert_true(json_is_valid(report_end(&l)));
		assert_true(l.len < REPORT_LINE_BYTES);
		if (!l.is_full)
			fits = len;
		report_begin(&l, "e");
		report_array_begin(&l, "s");
		report_array_string(&l, text);
		report_array_end(&l);
		report_array_begin(&l, "t");
		report_array_end(&l);
		report_number(&l, "n", 1);
		assert_true(json_is_valid(report_end(&l)));
		assert_true(l.len < REPORT_LINE_BYTES);
	}
	assert_in_range(fits, REPORT_LINE_BYTES - 60, REPORT_LINE_BYTES - 20);
}

static void add_at_random(struct report_line *l, struct prng *random)
{
	char text[400];
	size_t len = prng_below(random, sizeof(text));

	prng_fill(random, text, len);
	text[len] = '\0';
	switch (prng_below(random, 13)) {
	case 0:
		report_string(l, text, "v");
		break;
	case 1:
		report_string(l, "k", text);
		break;
	case 2:
		report_number(l, "k", prng_next(random));
		break;
	case 3:
		report_hex(l, "k", prng_next(random));
		break;
	case 4:
		report_bool(l, "k", true);
		break;
	case 5:
		report_array_begin(l, "k");
		break;
	case 6:
		report_array_string(l, text);
		break;
	case 7:
		report_array_number(l, prng_next(random));
		break;
	case 8:
		report_object_begin(l, NULL);
		break;
	case 9:
		report_object_begin(l, "k");
		break;
	case 10:
		report_object_end(l);
		break;
	case 11:
		report_status(l, "k", (uint32_t)prng_next(random));
		break;
	default:
		report_array_end(l);
		break;
	}
}

static void any_order_of_any_bytes(void **state)
{
	struct prng random = {.state = 3};
	struct report_line l;
	int i;
	int k;

	(void)state;
	for (i = 0; i < 20000; i++) {
		report_begin(&l, "random");
		for (k = (int)prng_below(&random, 40); k > 0; k--)
			add_at_random(&l, &random);
		assert_true(json_is_valid(report_end(&l)));
		assert_true(l.len < REPORT_LINE_BYTES);
		assert_int_equal(l.len, strlen(l.text));
		assert_int_equal(l.is_full,
			strstr(l.text, "\"truncated\":true") != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checker_checks),
		cmocka_unit_test(a_whole_line),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(what_does_not_fit_is_left_out),
		cmocka_unit_test(arrays_and_objects_nest),
		cmocka_unit_test(every_length_at_the_limit),
		cmocka_unit_test(any_order_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
