/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FILETIME against known dates, the C library's calendar and nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "storage/filetime.h"
#include "tests/support/prng.h"

#define UNIX_EPOCH_SECONDS 11644473600 /* 1970-01-01 in seconds since 1601 */

static void known_dates(void **state)
{
	static const struct {
		struct civil_time civil;
		uint64_t ticks;
		const char *text;
	} known[] = {
		{{1970, 1, 1, 0, 0, 0}, 116444736000000000,
			"1970-01-01T00:00:00Z"},
		{{2024, 7, 19, 4, 9, 0}, 133658357400000000,
			"2024-07-19T04:09:00Z"},
		{{1601, 1, 1, 0, 0, 1}, 10000000, "1601-01-01T00:00:01Z"},
		{{2000, 2, 29, 23, 59, 59}, 125963423990000000,
			"2000-02-29T23:59:59Z"},
		{{9999, 12, 31, 23, 59, 59}, 2650467743990000000,
			"9999-12-31T23:59:59Z"},
	};
	char text[FILETIME_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(
			filetime_from_civil(&known[i].civil), known[i].ticks);
		assert_string_equal(
			filetime_text(known[i].ticks, text), known[i].text);
		assert_ptr_equal(filetime_text(known[i].ticks, text), text);
		/* Parts of a second are cut off. */
		assert_string_equal(
			filetime_text(known[i].ticks + 9999999, text),
			known[i].text);
	}
}

static void agrees_with_the_c_library(
	uint64_t seconds, struct civil_time *ret_civil)
{
	time_t t = (time_t)seconds - (time_t)UNIX_EPOCH_SECONDS;
	char text[FILETIME_TEXT_BYTES];
	char expected[64];
	struct tm tm;

	assert_non_null(gmtime_r(&t, &tm));
	assert_true(strftime(
		expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &tm));
	assert_string_equal(
		filetime_text(seconds * FILETIME_TICKS_PER_SECOND, text),
		expected);
	*ret_civil = (struct civil_time){
		.year = (unsigned int)tm.tm_year + 1900,
		.month = (unsigned int)tm.tm_mon + 1,
		.day = (unsigned int)tm.tm_mday,
		.hour = (unsigned int)tm.tm_hour,
		.minute = (unsigned int)tm.tm_min,
		.second = (unsigned int)tm.tm_sec,
	};
}

static void every_day_agrees_and_returns(void **state)
{
	struct prng random = {.state = 5};

	(void)state;
	for (uint64_t day = 0; day < 3067671; day++) {
		uint64_t seconds = day * 86400 + prng_below(&random, 86400);
		struct civil_time civil;

		if (!seconds || (day % 7 && day > 160000))
			continue; /* each day of the first cycle will do */
		agrees_with_the_c_library(seconds, &civil);
		assert_int_equal(filetime_from_civil(&civil),
			seconds * FILETIME_TICKS_PER_SECOND);
	}
}

static void any_number_has_a_text(void **state)
{
	struct prng random = {.state = 6};
	char text[FILETIME_TEXT_BYTES];

	(void)state;
	assert_string_equal(filetime_text(0, text), "unknown");
	assert_string_equal(filetime_text(1, text), "1601-01-01T00:00:00Z");
	assert_string_equal(filetime_text(2650467743999999999, text),
		"9999-12-31T23:59:59Z");
	assert_string_equal(
		filetime_text(2650467744000000000, text), "out of range");
	assert_string_equal(filetime_text(UINT64_MAX, text), "out of range");
	for (int i = 0; i < 100000; i++) {
		uint64_t ticks = prng_next(&random) >> prng_below(&random, 64);
		size_t len = strlen(filetime_text(ticks, text));

		assert_true(len == 20 || len == 12 || !ticks);
	}
}

static void no_date_is_unknown(void **state)
{
	static const struct civil_time bad[] = {
		{0, 0, 0, 0, 0, 0},
		{1601, 1, 1, 0, 0, 0}, /* exactly the value of "unknown" */
		{1600, 12, 31, 0, 0, 0},
		{10000, 1, 1, 0, 0, 0},
		{2024, 0, 1, 0, 0, 0},
		{2024, 13, 1, 0, 0, 0},
		{2024, 1, 0, 0, 0, 0},
		{2024, 1, 32, 0, 0, 0},
		{2024, 2, 30, 0, 0, 0},
		{2023, 2, 29, 0, 0, 0},
		{2100, 2, 29, 0, 0, 0},
		{2024, 1, 1, 24, 0, 0},
		{2024, 1, 1, 0, 60, 0},
		{2024, 1, 1, 0, 0, 60},
		{UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
			UINT32_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(filetime_from_civil(&bad[i]), 0);
}

static void seconds_since_1970(void **state)
{
	const uint64_t last = INT64_MAX / 10000000 - UNIX_EPOCH_SECONDS;

	(void)state;
	assert_int_equal(filetime_from_unix(0), 0);
	assert_int_equal(filetime_from_unix(1), 116444736010000000);
	/* date -d 2024-07-19T04:09:00Z +%s */
	assert_int_equal(filetime_from_unix(1721362140), 133658357400000000);
	/* The last that fits is a number of 63 bits; then it is unknown. */
	assert_int_equal(filetime_from_unix(last), 9223372036850000000);
	assert_int_equal(filetime_from_unix(last + 1), 0);
	/* Where a sum or a product of 64 bits would wrap around. */
	assert_int_equal(filetime_from_unix(UINT64_MAX / 10000000), 0);
	assert_int_equal(filetime_from_unix(UINT64_MAX - 11644473600), 0);
	assert_int_equal(filetime_from_unix(UINT64_MAX), 0);
}

static void constants_fit(void **state)
{
	struct civil_time t = {2024, 7, 19, 4, 0, 0};
	uint64_t before = filetime_from_civil(&t);

	(void)state;
	t.hour++;
	assert_int_equal(
		filetime_from_civil(&t) - before, FILETIME_TICKS_PER_HOUR);
}

static void what_is_printed_is_parsed(void **state)
{
	static const char *const bad[] = {"", "2024", "2024-07-19",
		"2024-07-19T04:09:00", "2024-07-19T04:09:00Z ",
		" 2024-07-19T04:09:00Z", "2024-07-19t04:09:00Z",
		"2024-07-19 04:09:00Z", "2024-07-19T04:09:00z",
		"2024-13-19T04:09:00Z", "2023-02-29T00:00:00Z",
		"2024-07-19T24:00:00Z", "+024-07-19T04:09:00Z",
		"2024-7-19T04:09:00Z", "1600-01-01T00:00:00Z", "unknown",
		"out of range", "2024-07-19T04:09:00.0Z",
		"2024-07-19T04:09:00+00:00"};
	char text[FILETIME_TEXT_BYTES];
	struct prng random = {4};

	(void)state;
	assert_int_equal(
		filetime_parse("2024-07-19T04:09:00Z"), 133658357400000000);
	for (int i = 0; i < 100000; i++) {
		/* Any second up to the year 9999. */
		uint64_t ticks = (1 + prng_next(&random) % 265046774399u) *
				 FILETIME_TICKS_PER_SECOND;

		assert_int_equal(
			filetime_parse(filetime_text(ticks, text)), ticks);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(filetime_parse(bad[i]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_dates),
		cmocka_unit_test(every_day_agrees_and_returns),
		cmocka_unit_test(any_number_has_a_text),
		cmocka_unit_test(no_date_is_unknown),
		cmocka_unit_test(seconds_since_1970),
		cmocka_unit_test(constants_fit),
		cmocka_unit_test(what_is_printed_is_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
