/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel dumps: header and triage data, each cut, each byte, extreme counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/dump_triage.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"
#include "tests/support/triage_maker.h"

static uint8_t bytes[MADE_BYTES];

static int setup(void **state)
{
	(void)state;
	triage_make(bytes);
	return 0;
}

static void a_header(void **state)
{
	struct dump d;

	(void)state;
	assert_true(dump_is_present(bytes, 8));
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(d.machine, DUMP_MACHINE_X64);
	assert_int_equal(d.build, 19045);
	assert_int_equal(d.code, 0x1000007E);
	assert_int_equal(d.parameters[3], MADE_FIRST_BASE + 3);
	assert_int_equal(d.type, DUMP_TRIAGE);
	assert_int_equal(d.uptime, 41250000);
	assert_true(d.has_boot_id);
	assert_int_equal(d.boot_id, 58);
	assert_int_equal(d.program_counter, MADE_SECOND_BASE + 0x10);
	assert_int_equal(d.page_tables, 0); /* "PAGE" is nothing */
	assert_int_equal(d.stack_pointer, 0);
	/* The other processor keeps it elsewhere. */
	le32_put(bytes + 0x30, DUMP_MACHINE_ARM64);
	le64_put(bytes + 0x348 + 0x108, 0x1234);
	le64_put(bytes + 0x348 + 0x100, 0x5678);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_int_equal(d.program_counter, 0x1234);
	assert_int_equal(d.stack_pointer, 0x5678);
	memcpy(bytes + 0x1054, "PAGE", 4);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_false(d.has_boot_id);
	le32_put(bytes + 0x1054, 0);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), 0);
	assert_false(d.has_boot_id);
}

static void no_header(void **state)
{
	struct dump d;

	(void)state;
	assert_int_equal(dump_check(bytes, 4, &d), -ERR_NOT_FOUND);
	for (size_t len = 8; len < DUMP_HEADER_BYTES; len += 61) {
		uint8_t *exact = exact_copy(bytes, len);

		assert_int_equal(dump_check(exact, len, &d), -ERR_TRUNCATED);
		free(exact);
	}
	le32_put(bytes + 0x30, 0x14C);
	assert_int_equal(
		dump_check(bytes, sizeof(bytes), &d), -ERR_UNSUPPORTED);
	memcpy(bytes, "PAGEDUMP", 8);
	assert_int_equal(
		dump_check(bytes, sizeof(bytes), &d), -ERR_UNSUPPORTED);
	memcpy(bytes, "PAGEFILE", 8);
	assert_int_equal(dump_check(bytes, sizeof(bytes), &d), -ERR_NOT_FOUND);
}

static void the_drivers(void **state)
{
	char name[DUMP_NAME_BYTES];
	struct dump_module m;
	uint64_t words[8];
	struct triage t;

	(void)state;
	le64_put(bytes + MADE_STACK + 56, 77);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	assert_int_equal(t.driver_count, MADE_DRIVERS);
	triage_driver(&t, 0, &m);
	assert_string_equal(m.name, "\\Driver\\contoso.sys");
	assert_int_equal(m.size, 0x90000);
	assert_int_equal(m.timestamp, 0x66000000);
	assert_true(triage_find(&t, MADE_SECOND_BASE + 0xFFF, &m));
	assert_string_equal(m.name, "fabrikam.sys");
	assert_false(triage_find(&t, MADE_SECOND_BASE + 0x1000, &m));
	assert_false(triage_find(&t, MADE_FIRST_BASE - 1, &m));
	assert_false(triage_find(&t, 0, &m));
	assert_int_equal(t.unloaded_count, 1);
	triage_unloaded(&t, 0, name, sizeof(name));
	assert_string_equal(name, "old.sys");
	assert_int_equal(triage_stack(&t, words, 8), 8);
	assert_int_equal(words[7], 77);
	assert_int_equal(triage_stack(&t, words, 3), 3);
}

/* Whatever a name's characters are, it becomes UTF-8. */
static void strange_names(void **state)
{
	static const uint16_t units[] = {
		'a', 0xE9, 0x20AC, 0xD83D, 0xDE00, 0xFB01};
	char name[DUMP_NAME_BYTES];
	struct dump_module m;
	struct triage t;

	(void)state;
	le32_put(bytes + MADE_NAMES, 6);
	for (size_t i = 0; i < 6; i++)
		le16_put(bytes + MADE_NAMES + 4 + 2 * i, units[i]);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	triage_driver(&t, 0, &m);
	assert_string_equal(
		m.name, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xAC\x81");
	/* Cut where the next character does not fit. */
	triage_unloaded(&t, 0, name, 6);
	assert_string_equal(name, "old.s");
}

static void every_cut(void **state)
{
	struct triage t;

	(void)state;
	for (size_t len = DUMP_HEADER_BYTES; len < MADE_BYTES; len++) {
		uint8_t *exact = exact_copy(bytes, len);

		assert_int_equal(triage_check(exact, len, &t), -ERR_TRUNCATED);
		free(exact);
	}
}

/* No flipped bit is followed out of the dump. */
static void every_bit(void **state)
{
	struct dump_module m;
	char name[DUMP_NAME_BYTES];
	struct triage t;
	uint8_t *exact;

	(void)state;
	for (size_t bit = 8 * DUMP_HEADER_BYTES; bit < 8 * MADE_BYTES; bit++) {
		exact = exact_copy(bytes, MADE_BYTES);
		exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (triage_check(exact, MADE_BYTES, &t) == 0) {
			for (uint32_t i = 0; i < t.driver_count; i++)
				triage_driver(&t, i, &m);
			for (uint32_t i = 0; i < t.unloaded_count; i++)
				triage_unloaded(&t, i, name, sizeof(name));
		}
		free(exact);
	}
}

static void extreme_values(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		int err;
	} cases[] = {
		{0x2004, 0, -ERR_CORRUPT},
		{0x2004, UINT32_MAX, -ERR_TRUNCATED},
		{0x2008, UINT32_MAX, -ERR_CORRUPT},
		{0x2008, MADE_LIST, -ERR_CORRUPT},
		{0x2018, UINT32_MAX, -ERR_TRUNCATED},
		{0x202C, UINT32_MAX, -ERR_CORRUPT},
		{0x2030, UINT32_MAX, -ERR_TRUNCATED},
		{0x2034, DUMP_MAX_MODULES + 1, -ERR_TOO_LARGE},
		{0x2034, DUMP_MAX_MODULES, -ERR_TRUNCATED},
		{MADE_LIST, UINT32_MAX, -ERR_TRUNCATED},
		{MADE_LIST, MADE_BYTES - 4, -ERR_CORRUPT},
		{MADE_NAMES, UINT32_MAX, -ERR_CORRUPT},
		{MADE_NAMES, 1024, -ERR_TRUNCATED},
		{MADE_UNLOADED, UINT32_MAX, -ERR_CORRUPT},
		{MADE_UNLOADED, 512, -ERR_TRUNCATED},
	};
	struct triage t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setup(state);
		le32_put(bytes + cases[i].at, cases[i].value);
		assert_int_equal(
			triage_check(bytes, sizeof(bytes), &t), cases[i].err);
	}
	/* No unloaded drivers. */
	(void)setup(state);
	le32_put(bytes + 0x2018, 0);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	assert_int_equal(t.unloaded_count, 0);
}

/* Written by some version the other way round. */
static void either_mark_at_the_end(void **state)
{
	struct triage t;

	(void)state;
	memcpy(bytes + MADE_VALID, "DGRT", 4);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), 0);
	memcpy(bytes + MADE_VALID, "TRDG", 4);
	assert_int_equal(triage_check(bytes, sizeof(bytes), &t), -ERR_CORRUPT);
}

#define dump_test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dump_test(a_header),
		dump_test(no_header),
		dump_test(the_drivers),
		dump_test(strange_names),
		dump_test(every_cut),
		dump_test(every_bit),
		dump_test(extreme_values),
		dump_test(either_mark_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
