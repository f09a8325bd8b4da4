/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot log: ring, events, runs of launches; every cut, every byte.  The
 * logs are built here from the description of the format.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/boot_log.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/exact.h"
#include "tests/support/fixture.h"
#include "tests/support/log_maker.h"

#define MINUTE (60 * (uint64_t)FILETIME_TICKS_PER_SECOND)

static struct boot_log boot_log;

static uint64_t at(unsigned int hour, unsigned int minute)
{
	const struct civil_time t = {2024, 7, 19, hour, minute, 0};

	return filetime_from_civil(&t);
}

static int check(void)
{
	log_put_header(4, 0x18);
	return boot_log_check(log_bytes, sizeof(log_bytes), &boot_log);
}

static struct boot_log_run last_run(void)
{
	struct boot_log_run run;

	assert_int_equal(check(), 0);
	boot_log_last_run(&boot_log, &run);
	return run;
}

/* --- Frames --------------------------------------------------------------- */

static void empty_log(void **state)
{
	struct boot_log_place place = {0};
	struct boot_log_event event;

	(void)state;
	assert_int_equal(check(), 0);
	assert_int_equal(boot_log.entries, 0);
	assert_false(boot_log_next(&boot_log, &place, &event));
	assert_int_equal(last_run().launches, 0);
}

static void events_are_told(void **state)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;

	(void)state;
	log_put_each_kind();
	assert_int_equal(check(), 0);
	assert_int_equal(boot_log.entries, 7);
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_INIT);
	assert_int_equal(e.application, BOOT_LOG_BOOT_MANAGER);
	assert_true(e.time == at(4, 9));
	assert_false(e.has_status);
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_LAUNCH);
	assert_memory_equal(e.guid, log_windows_guid, 16);
	assert_string_equal(e.path, "\\Windows\\system32\\winload.efi");
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_RETURN);
	assert_int_equal(e.status, 0xC0000001);
	assert_int_equal(e.flags, 8);
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_LOAD_FAILED);
	assert_int_equal(e.status, 0xC000000E);
	assert_string_equal(e.path, "a?");
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_INIT);
	assert_true(e.time == 0);
	assert_int_equal(e.boot_id, 43);
	assert_true(e.has_status && e.succeeded && !e.shut_down);
	assert_true(e.attempts == 2 && e.checkpoint);
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_LAUNCH_OS);
	assert_int_equal(e.boot_id, 44);
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_int_equal(e.kind, BOOT_LOG_OTHER);
	assert_int_equal(e.event, 0x50);
	assert_false(boot_log_next(&boot_log, &place, &e));
}

/* What is shorter than its kind is no event of that kind. */
static void short_data_is_no_event(void **state)
{
	static const uint32_t kinds[] = {0x01, 0x11, 0x12, 0x13};
	struct boot_log_event e;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct boot_log_place place = {0};

		(void)log_setup(NULL);
		log_put_entry(BOOT_LOG_BOOT_MANAGER, kinds[i], 3);
		assert_int_equal(check(), 0);
		assert_true(boot_log_next(&boot_log, &place, &e));
		assert_int_equal(e.kind, BOOT_LOG_OTHER);
	}
}

/* Logs of version 2 and 3 have no "first", and a shorter header. */
static void old_versions(void **state)
{
	(void)state;
	for (uint32_t version = 2; version <= 3; version++) {
		(void)log_setup(NULL);
		log_next_at = 0x10;
		log_put_entry(BOOT_LOG_LOADER, 0x01, 24);
		log_put_entry(BOOT_LOG_LOADER, 0x31, 0);
		log_put_header(version, 0);
		assert_int_equal(
			boot_log_check(log_bytes, sizeof(log_bytes), &boot_log),
			0);
		assert_int_equal(boot_log.entries, 2);
		assert_false(boot_log.is_wrapped);
	}
	log_put_header(5, 0);
	assert_int_equal(
		boot_log_check(log_bytes, sizeof(log_bytes), &boot_log),
		-ERR_UNSUPPORTED);
	log_put_header(1, 0);
	assert_int_equal(
		boot_log_check(log_bytes, sizeof(log_bytes), &boot_log),
		-ERR_UNSUPPORTED);
}

/* Around the end: where the oldest entry is, and the order of the events. */
static void ring_is_read_in_order(void **state)
{
	struct boot_log_place place = {0};
	struct boot_log_event e;
	uint32_t first;
	unsigned int expected = 0;

	(void)state;
	/* Entries of 64 bytes, numbered by their minute: 63 fill the ring. */
	for (unsigned int i = 0; i < 63; i++)
		log_put_init(0, i % 60);
	log_put_init(1, 0); /* over entry 0 */
	log_put_init(1, 1); /* over entry 1 */
	first = 0x18 + 2 * 64;
	log_put_header(4, first + 64); /* 3 is the oldest: 2 was given up */
	le32_put(log_bytes + 12, log_next_at);
	assert_int_equal(
		boot_log_check(log_bytes, sizeof(log_bytes), &boot_log), 0);
	assert_true(boot_log.is_wrapped);
	assert_int_equal(boot_log.entries, 62);
	for (expected = 3; expected < 63; expected++) {
		assert_true(boot_log_next(&boot_log, &place, &e));
		assert_true(e.time == at(0, expected % 60));
	}
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_true(e.time == at(1, 0));
	assert_true(boot_log_next(&boot_log, &place, &e));
	assert_true(e.time == at(1, 1));
	assert_false(boot_log_next(&boot_log, &place, &e));
}

static void every_length(void **state)
{
	uint32_t used;

	(void)state;
	log_put_start(4, 9);
	log_put_start(4, 10);
	assert_int_equal(check(), 0);
	used = log_next_at;
	for (size_t len = 0; len <= sizeof(log_bytes); len++) {
		uint8_t *copy = exact_copy(log_bytes, len);
		int err = boot_log_check(copy, len, &boot_log);

		assert_int_equal(err, len < used ? -ERR_TRUNCATED : 0);
		free(copy);
	}
}

static void every_flipped_byte(void **state)
{
	struct boot_log_run run;
	struct boot_log_place place;
	struct boot_log_event e;
	unsigned int refused = 0;

	(void)state;
	log_put_start(4, 9);
	log_put_start(4, 10);
	log_put_return(log_windows_guid, 0xC0000001, 8);
	log_put_header(4, 0x18);
	for (size_t i = 0; i < log_next_at; i++)
		for (unsigned int flip = 1; flip < 256; flip += 2) {
			log_bytes[i] ^= (uint8_t)flip;
			memset(&place, 0, sizeof(place));
			if (boot_log_check(
				    log_bytes, sizeof(log_bytes), &boot_log)) {
				refused++;
			} else {
				boot_log_last_run(&boot_log, &run);
				while (boot_log_next(&boot_log, &place, &e))
					;
				assert_int_equal(place.seen, boot_log.entries);
			}
			log_bytes[i] ^= (uint8_t)flip;
		}
	assert_true(refused > 1000);
}

static void numbers_at_their_extremes(void **state)
{
	static const uint32_t values[] = {0, 1, 0x13, 0x27, 0x7fffffff,
		0x80000000, 0xffffffd8, 0xffffffff};
	static const unsigned int offsets[] = {4, 8, 12, 16, 0x18 + 0x18};

	(void)state;
	log_put_start(4, 9);
	for (size_t o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++)
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]);
			v++) {
			log_put_header(4, 0x18);
			le32_put(log_bytes + 0x18 + 0x18, 64);
			le32_put(log_bytes + offsets[o], values[v]);
			assert_true(boot_log_check(log_bytes, sizeof(log_bytes),
					    &boot_log) < 0);
		}
}

/* --- Runs ----------------------------------------------------------------- */

static void starts_in_a_row_are_a_run(void **state)
{
	struct boot_log_run run;

	(void)state;
	log_put_start(1, 0);
	log_put_start(4, 9);
	log_put_start(4, 11);
	log_put_start(4, 20);
	run = last_run();
	assert_int_equal(run.launches, 3);
	assert_true(run.first == at(4, 9));
	assert_true(run.last == at(4, 20));
	assert_false(run.was_diverted);
	log_put_start(4, 31);
	assert_int_equal(last_run().launches, 1);
}

/* A clock that goes backwards or cannot be read joins nothing. */
static void broken_clocks_make_no_run(void **state)
{
	(void)state;
	log_put_start(4, 11);
	log_put_start(4, 9);
	assert_int_equal(last_run().launches, 1);
	log_put_start(24, 0);
	log_put_start(24, 1);
	assert_int_equal(last_run().launches, 1);
}

static void other_systems_are_not_counted(void **state)
{
	(void)state;
	log_put_start(4, 9);
	log_put_init(4, 10);
	log_put_launch(log_windows_guid, 1); /* Automatic Repair */
	log_put_start(4, 11);
	assert_int_equal(last_run().launches, 2);
	log_put_init(4, 12);
	log_put_launch(log_other_guid, 0);
	assert_int_equal(last_run().launches, 1);
}

/* Counted all the same. */
static void more_starts_than_times_are_kept(void **state)
{
	struct boot_log_run run;

	(void)state;
	for (unsigned int i = 0; i < BOOT_LOG_RUN_TIMES + 2; i++)
		log_put_start(4, i);
	run = last_run();
	assert_int_equal(run.launches, BOOT_LOG_RUN_TIMES + 2);
	assert_true(run.times[BOOT_LOG_RUN_TIMES - 1] ==
		    at(4, BOOT_LOG_RUN_TIMES - 1));
	assert_true(run.last == at(4, BOOT_LOG_RUN_TIMES + 1));
}

static void diversion_ends_a_run(void **state)
{
	struct boot_log_place place = {0};
	struct boot_log_run run;

	(void)state;
	log_put_start(4, 9);
	log_put_start(4, 10);
	log_put_return(log_windows_guid, 0xC0000001, 8);
	run = last_run();
	assert_int_equal(run.launches, 2);
	assert_true(run.was_diverted);
	assert_int_equal(run.flags, 8);
	log_put_start(4, 11);
	log_put_start(4, 12);
	log_put_return(log_windows_guid, 0xC00000D4, 8);  /* not that */
	log_put_return(log_other_guid, 0xC0000001, 0x10); /* not there */
	log_put_return(log_windows_guid, 0xC0000001, 0);  /* not why */
	assert_false(last_run().was_diverted);
	log_put_return(log_windows_guid, 0xC0000001, 0x10);
	assert_int_equal(last_run().flags, 0x10);
	assert_true(boot_log_next_loop(&boot_log, &place, &run));
	assert_true(run.first == at(4, 9) && run.flags == 8);
	assert_true(boot_log_next_loop(&boot_log, &place, &run));
	assert_true(run.first == at(4, 11) && run.flags == 0x10);
	assert_false(boot_log_next_loop(&boot_log, &place, &run));
}

/* --- Files made by Windows, or as it makes them --------------------------- */

/* A real boot loop; its times and returns as an independent script reads it. */
static void real_boot_loop(void **state)
{
	static const struct civil_time first = {2020, 6, 3, 12, 19, 27};
	static const struct civil_time last = {2020, 6, 3, 12, 21, 9};
	struct boot_log_place place = {0};
	struct boot_log_run run;
	uint8_t *file;
	size_t len;

	(void)state;
	file = fixture_read("bootstat/BAndysc.BOOTSTAT.DAT", &len);
	if (!file)
		skip();
	assert_int_equal(boot_log_check(file, len, &boot_log), 0);
	assert_int_equal(boot_log.entries, 259);
	assert_true(boot_log_next_loop(&boot_log, &place, &run));
	assert_int_equal(run.launches, 3);
	assert_true(run.first == filetime_from_civil(&first));
	assert_true(run.last == filetime_from_civil(&last));
	assert_int_equal(run.flags, 8);
	assert_true(boot_log_next_loop(&boot_log, &place, &run));
	assert_int_equal(run.flags, 0x10);
	assert_false(boot_log_next_loop(&boot_log, &place, &run));
	boot_log_last_run(&boot_log, &run);
	assert_int_equal(run.launches, 1);
	free(file);
}

#define TEST(f) cmocka_unit_test_setup(f, log_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_log),
		TEST(events_are_told),
		TEST(short_data_is_no_event),
		TEST(old_versions),
		TEST(ring_is_read_in_order),
		TEST(every_length),
		TEST(every_flipped_byte),
		TEST(numbers_at_their_extremes),
		TEST(starts_in_a_row_are_a_run),
		TEST(broken_clocks_make_no_run),
		TEST(other_systems_are_not_counted),
		TEST(more_starts_than_times_are_kept),
		TEST(diversion_ends_a_run),
		TEST(real_boot_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
