/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The failure note: its bytes, and how often a failing run is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/failure.h"
#include "storage/bytes.h"
#include "storage/crc32.h"
#include "storage/err.h"
#include "tests/support/exact.h"

#define PROGRAM 0x1234

static const struct failure none = {.kind = FAILURE_NONE};

static const struct failure sample = {
	.kind = FAILURE_EXCEPTION,
	.count = 2,
	.was_seen = true,
	.program = PROGRAM,
	.exception = 14,
	.is_inside = true,
	.address = 0x0102030405060708,
};

static void round_trip(void **state)
{
	uint8_t b[FAILURE_BYTES];
	struct failure f;

	(void)state;
	failure_encode(&sample, b);
	memset(&f, 0x5a, sizeof(f));
	assert_int_equal(failure_check(b, sizeof(b), &f), 0);
	assert_int_equal(f.kind, FAILURE_EXCEPTION);
	assert_int_equal(f.count, 2);
	assert_true(f.was_seen);
	assert_true(f.is_inside);
	assert_int_equal(f.program, PROGRAM);
	assert_int_equal(f.exception, 14);
	assert_int_equal(f.address, 0x0102030405060708);
}

static void every_flipped_bit_is_noticed(void **state)
{
	uint8_t b[FAILURE_BYTES];
	struct failure f;

	(void)state;
	failure_encode(&sample, b);
	for (unsigned int bit = 0; bit < 8 * FAILURE_BYTES; bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(failure_check(b, sizeof(b), &f), -ERR_CORRUPT);
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < FAILURE_BYTES; len++) {
		uint8_t *exact = exact_copy(b, len);

		assert_int_equal(failure_check(exact, len, &f), -ERR_TRUNCATED);
		free(exact);
	}
	assert_int_equal(
		failure_check(b, FAILURE_BYTES + 1, &f), -ERR_TOO_LARGE);
}

/* A checksum that fits does not make a value sane. */
static void values_out_of_range_are_noticed(void **state)
{
	static const struct {
		unsigned int offset;
		uint32_t value;
	} bad[] = {{0x04, FAILURE_NONE}, {0x04, FAILURE_CUT_OFF + 1}, {0x08, 0},
		{0x08, FAILURE_MAX + 1}, {0x0C, 4}, {0x20, 1}, {0x28, 1}};
	struct failure f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t b[FAILURE_BYTES];

		failure_encode(&sample, b);
		le32_put(b + bad[i].offset, bad[i].value);
		le32_put(b + 0x2C, crc32_of(b, 0x2C));
		assert_int_equal(failure_check(b, sizeof(b), &f), -ERR_CORRUPT);
	}
}

/* One failing run, one that hands over, ... and then never again. */
static void failing_runs_end(void **state)
{
	struct failure note = none;
	unsigned int runs = 0;
	unsigned int starts;

	(void)state;
	for (starts = 0; starts < 20; starts++) {
		struct failure now = {.kind = FAILURE_HANG, .program = PROGRAM};

		if (!failure_allows_run(&note, PROGRAM)) {
			note.was_seen = true;
			continue;
		}
		runs++;
		failure_follow(&note, &now);
		assert_int_equal(now.count, runs);
		assert_false(now.was_seen);
		assert_false(failure_allows_run(&now, PROGRAM));
		note = now;
	}
	assert_int_equal(runs, FAILURE_MAX);
	/* Not even if somebody forces it. */
	failure_follow(&note, &note);
	assert_int_equal(note.count, FAILURE_MAX);
}

/* Two power cuts in a repair do not keep the third start from finishing. */
static void changes_cut_off_are_finished_but_not_for_ever(void **state)
{
	struct failure note = none;

	(void)state;
	for (unsigned int i = 1; i <= FAILURE_MAX; i++) {
		assert_true(failure_allows_run(&note, PROGRAM));
		failure_foresee(&note, FAILURE_UNFINISHED, PROGRAM, &note);
		assert_int_equal(note.kind, FAILURE_UNFINISHED);
		assert_int_equal(note.count, i);
		assert_int_equal(note.program, PROGRAM);
	}
	assert_false(failure_allows_run(&note, PROGRAM));
	assert_true(failure_allows_run(&note, PROGRAM + 1));
	failure_foresee(&note, FAILURE_CUT_OFF, PROGRAM + 1, &note);
	assert_int_equal(note.kind, FAILURE_CUT_OFF);
	assert_int_equal(note.count, 1);
}

/* A crash that could be noted says more than what was noted beforehand. */
static void crash_in_a_change_counts_once(void **state)
{
	struct failure crash = {.kind = FAILURE_STACK, .program = PROGRAM};
	struct failure found = sample;
	struct failure foreseen;

	(void)state;
	found.count = 1;
	failure_foresee(&found, FAILURE_UNFINISHED, PROGRAM, &foreseen);
	assert_int_equal(foreseen.count, 2);
	failure_follow(&found, &crash);
	assert_int_equal(crash.count, 2);
	assert_false(failure_allows_run(&crash, PROGRAM));
}

/* What is noted before it happens, and the note of a run that just failed. */
static void what_can_be_foreseen(void **state)
{
	enum failure_kind k;

	(void)state;
	for (k = FAILURE_NONE; k <= FAILURE_CUT_OFF; k++)
		assert_int_equal(failure_is_foreseen(k),
			k == FAILURE_UNFINISHED || k == FAILURE_CUT_OFF);
}

static void another_version_may_try(void **state)
{
	struct failure note = sample;
	struct failure now = {.kind = FAILURE_STACK, .program = PROGRAM + 1};

	(void)state;
	note.count = FAILURE_MAX;
	assert_false(failure_allows_run(&note, PROGRAM));
	assert_true(failure_allows_run(&note, PROGRAM + 1));
	failure_follow(&note, &now);
	assert_int_equal(now.count, 1);
	assert_int_not_equal(
		failure_program("0.1.0"), failure_program("0.1.1"));
}

static void no_note_allows_a_run(void **state)
{
	(void)state;
	assert_true(failure_allows_run(&none, PROGRAM));
}

static void report_tells_all_of_it(void **state)
{
	struct report_line line;

	(void)state;
	report_begin(&line, "failure");
	failure_report(&line, "kind", &sample);
	assert_string_equal(report_end(&line),
		"{\"event\":\"failure\",\"kind\":\"exception\","
		"\"exception\":14,\"address\":\"0x102030405060708\","
		"\"inside\":true,\"count\":2}");
}

static void kinds_have_names(void **state)
{
	(void)state;
	for (enum failure_kind k = FAILURE_NONE; k <= FAILURE_CUT_OFF; k++)
		for (enum failure_kind l = FAILURE_NONE; l < k; l++) {
			assert_string_not_equal(
				failure_name(k), failure_name(l));
			assert_string_not_equal(
				failure_text(k), failure_text(l));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(values_out_of_range_are_noticed),
		cmocka_unit_test(failing_runs_end),
		cmocka_unit_test(changes_cut_off_are_finished_but_not_for_ever),
		cmocka_unit_test(crash_in_a_change_counts_once),
		cmocka_unit_test(what_can_be_foreseen),
		cmocka_unit_test(another_version_may_try),
		cmocka_unit_test(no_note_allows_a_run),
		cmocka_unit_test(report_tells_all_of_it),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
