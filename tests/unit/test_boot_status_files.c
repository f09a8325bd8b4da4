/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootstat.dat as stored files, with the facts they are known to contain.
 * Skipped where the fixtures are absent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/boot_status.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/fixture.h"

struct fact {
	const char *name;
	uint32_t area_size;
	bool is_trustworthy;
	bool succeeded;
	bool shut_down;
	uint8_t attempts;
	bool checkpoint;
	uint32_t boot_id;
	uint32_t clean_boot_id;
	struct civil_time heartbeat; /* year 0: the area has none */
	int mark;		     /* what boot_status_mark_good() returns */
	bool would_divert;
};

static const struct fact facts[] = {
	{"20-log2", 0x20, 1, 1, 0, 0, 0, 0, 0, {0}, -ERR_UNSUPPORTED, 0},
	{"40-log3", 0x40, 1, 1, 0, 1, 1, 9, 8, {2024, 11, 12, 8, 40, 0}, 0, 0},
	{"c0-running-healthy", 0xC0, 1, 1, 0, 1, 1, 12, 11,
		{2025, 2, 12, 8, 15, 5}, 0, 0},
	{"c0-clean-shutdown", 0xC0, 1, 1, 1, 1, 1, 12, 12,
		{2025, 2, 12, 8, 15, 5}, 0, 0},
	{"c0-one-failed-boot", 0xC0, 1, 0, 0, 1, 0, 13, 12,
		{2025, 2, 12, 8, 15, 5}, 0, 0},
	{"c0-two-failed-boots", 0xC0, 1, 0, 0, 2, 0, 14, 12,
		{2025, 2, 12, 8, 15, 5}, 0, 1},
	{"c0-old-failure-now-healthy", 0xC0, 1, 1, 0, 1, 1, 10, 9,
		{2025, 1, 12, 7, 30, 0}, 0, 0},
	{"c0-many-boots-wrapped", 0xC0, 1, 1, 0, 1, 1, 260, 259,
		{2024, 11, 15, 7, 30, 0}, 0, 0},
	{"c8-healthy", 0xC8, 1, 1, 0, 1, 1, 6, 5, {2025, 6, 15, 18, 25, 0}, 0,
		0},
	{"c8-early-crashes", 0xC8, 1, 1, 0, 2, 0, 8, 5,
		{2025, 6, 15, 18, 13, 0}, 0, 1},
	{"c0-bad-checksum", 0xC0, 0, 0, 0, 2, 0, 5, 3, {2025, 2, 5, 7, 30, 5},
		-ERR_UNSUPPORTED, 0},
	{"unknown-size", 0x1A0, 1, 0, 0, 2, 0, 5, 3, {2025, 2, 5, 7, 30, 5},
		-ERR_UNSUPPORTED, 1},
	{"truncated", 0xC0, 1, 1, 0, 1, 1, 5, 4, {2025, 2, 5, 7, 30, 5}, 0, 0},
};

static void check_fact(const struct fact *f, const struct boot_status *s)
{
	bool has_rest = f->heartbeat.year != 0;

	assert_int_equal(s->area_size, f->area_size);
	assert_int_equal(s->is_trustworthy, f->is_trustworthy);
	assert_int_equal(s->is_markable, f->mark == 0);
	assert_int_equal(s->succeeded, f->succeeded);
	assert_int_equal(s->shut_down, f->shut_down);
	assert_int_equal(s->has_attempts, has_rest);
	assert_int_equal(s->has_boot_ids, has_rest);
	assert_int_equal(s->has_heartbeat, has_rest);
	assert_int_equal(s->attempts, f->attempts);
	assert_int_equal(s->checkpoint, f->checkpoint);
	assert_int_equal(s->last_boot_id, f->boot_id);
	assert_int_equal(s->last_clean_boot_id, f->clean_boot_id);
	assert_int_equal(s->heartbeat, filetime_from_civil(&f->heartbeat));
	assert_int_equal(boot_status_would_divert(s), f->would_divert);
}

static void files_say_what_they_are_known_to(void **state)
{
	struct boot_status s;
	char path[96];
	uint8_t *bytes;
	size_t len;
	size_t i;

	(void)state;
	if (!fixture_folder_exists())
		skip();
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		snprintf(path, sizeof(path), "bootstat/synthetic-os-%s.dat",
			facts[i].name);
		bytes = fixture_read(path, &len);
		if (!bytes)
			skip();
		print_message("%s\n", path);
		assert_int_equal(boot_status_check(bytes, len, &s), 0);
		check_fact(&facts[i], &s);
		assert_int_equal(
			boot_status_mark_good(bytes, len), facts[i].mark);
		assert_int_equal(boot_status_check(bytes, len, &s), 0);
		if (facts[i].mark == 0)
			assert_false(boot_status_would_divert(&s));
		free(bytes);
	}
}

/* A log file without a status area begins with its version, 2 to 4. */
static void a_log_is_not_a_status(void **state)
{
	static const char *const names[] = {
		"bootstat/BAndysc.BOOTSTAT.DAT",
		"bootstat/synthetic-esp-wrapped-healthy.dat",
		"bootstat/synthetic-esp-loop-wrapped.dat",
		"bootstat/synthetic-esp-flags10.dat",
	};
	struct boot_status s;
	uint8_t *bytes;
	size_t len;
	size_t i;

	(void)state;
	if (!fixture_folder_exists())
		skip();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bytes = fixture_read(names[i], &len);
		if (!bytes)
			skip();
		assert_int_equal(
			boot_status_check(bytes, len, &s), -ERR_UNSUPPORTED);
		assert_int_equal(
			boot_status_mark_good(bytes, len), -ERR_UNSUPPORTED);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_say_what_they_are_known_to),
		cmocka_unit_test(a_log_is_not_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
