/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a file of evidence, kind by kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/boot_log.h"
#include "recovery/boot_status.h"
#include "recovery/evidence_file.h"
#include "recovery/evidence_report.h"
#include "recovery/failure.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/fake_machine.h"
#include "tests/support/log_maker.h"
#include "tests/support/counted_disk.h"

#define AREA	  BOOT_STATUS_AREA_BYTES
#define HEARTBEAT 133658364000000000ull /* 2024-07-19T04:20:00Z */

static uint8_t file[FAKE_BOOTSTAT_BYTES];
static struct report_line line;
static const char *text; /* of it */
static int err;

static void tell(const char *name, size_t len)
{
	struct counted_disk disk;

	counted_disk_open(&disk, file, len);
	report_begin(&line, NULL);
	err = evidence_file_report(
		name, file, len, &disk.meter.disk, NULL, &line);
	text = report_end(&line);
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

/* --- Boot status ---------------------------------------------------------- */

static void put_status(uint32_t size, uint8_t succeeded)
{
	const struct fake_bootstat s = {.size = size,
		.succeeded = succeeded,
		.attempts = 2,
		.boot_id = 43,
		.clean_boot_id = 41,
		.heartbeat = HEARTBEAT};

	fake_bootstat_bytes(&s, file);
}

/* Each size has its members; an area alone has no log. */
static void status_areas(void **state)
{
	static const struct {
		uint32_t size;
		const char *has, *lacks;
	} all[] = {
		{0x20, "\"trustworthy\":true", "\"last_reference_time\""},
		{0x28, "\"last_reference_time\"", "\"boot_attempt_count\""},
		{0x34, "\"boot_attempt_count\"", "\"last_boot_id\""},
		{0x40, "\"last_boot_id\":43", "\"power_button\""},
		{0xC8, "\"last_reference_time\":\"2024-07-19T04:20:00Z\"",
			"last_press"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		put_status(all[i].size, 0);
		tell("bootstat.dat", AREA);
		assert_int_equal(err, 0);
		expect("\"kind\":\"os\"");
		expect(all[i].has);
		expect_not(all[i].lacks);
		expect_not("\"log");
	}
	tell("bootstat.dat", 0x20);
	assert_int_equal(err, -ERR_TRUNCATED);
}

/* Attempts of a loop are those of a failed start, from a file that is whole. */
static void attempts_of_a_loop(void **state)
{
	(void)state;
	put_status(0xC8, 0);
	tell("bootstat.dat", AREA);
	expect("\"crash_loop_attempts\":2");
	file[0x40]++;
	tell("bootstat.dat", AREA);
	expect("\"trustworthy\":false");
	expect_not("crash_loop_attempts");
	put_status(0xC8, 1);
	tell("bootstat.dat", AREA);
	expect_not("crash_loop_attempts");
}

static void a_pressed_button(void **state)
{
	(void)state;
	put_status(0x88, 0);
	le64_put(file + 0x58, HEARTBEAT);
	le32_put(file + 0x60, 3);
	le32_put(file + 0x64, 43);
	tell("bootstat.dat", AREA);
	expect("\"power_button\":{\"presses\":3,\"last_press_boot_id\":43,"
	       "\"last_press_time\":\"2024-07-19T04:20:00Z\"}");
}

/* --- Logs ----------------------------------------------------------------- */

static void put_log_behind_status(void)
{
	put_status(0xC8, 0);
	log_put_header(4, 0x18);
	memcpy(file + AREA, log_bytes, LOG_BYTES);
	/* As long as the file is. */
	le32_put(file + AREA + 8, FAKE_BOOTSTAT_BYTES - AREA);
}

static void each_kind_of_event(void **state)
{
	(void)state;
	(void)log_setup(NULL);
	log_put_each_kind();
	put_log_behind_status();
	tell("bootstat.dat", sizeof(file));
	assert_int_equal(err, 0);
	expect("\"entries\":7");
	expect("[\"INIT\",\"2024-07-19 04:09:00\"]");
	expect("[\"LAUNCH\",\"");
	expect("winload.efi\"]");
	expect("[\"LOAD_FAILED\",\"c000000e\",\"a?\"]");
	expect("[\"LAUNCH_OS\",44]");
	expect("\"load_failures\":1");
	expect_not("OTHER");
}

/* The loader of the next start tells that the last one failed. */
static void failed_starts(void **state)
{
	static const struct {
		uint32_t boot_id;
		uint8_t succeeded, attempts;
		const char *ids;
	} all[] = {
		{43, 0, 1, "\"failed_boot_ids_in_log\":[43]"},
		{43, 1, 1, "\"failed_boot_ids_in_log\":[]"},
		{43, 0, 0, "\"failed_boot_ids_in_log\":[]"},
		{0, 0, 1, "\"failed_boot_ids_in_log\":[]"},
	};
	uint8_t *d;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)log_setup(NULL);
		d = log_put_entry(BOOT_LOG_LOADER, 0x01, 34);
		le32_put(d + 24, all[i].boot_id);
		d[28] = all[i].succeeded;
		d[30] = all[i].attempts;
		log_put_header(4, 0x18);
		memcpy(file, log_bytes, LOG_BYTES);
		tell("BOOTSTAT.DAT", LOG_BYTES);
		assert_int_equal(err, 0);
		expect("\"kind\":\"esp\"");
		expect(all[i].ids);
	}
}

static void starts_in_a_loop(void **state)
{
	(void)state;
	(void)log_setup(NULL);
	for (unsigned int i = 0; i < 3; i++)
		log_put_start(4, i);
	log_put_return(log_windows_guid, 0xC0000001, 8);
	log_put_header(4, 0x18);
	memcpy(file, log_bytes, LOG_BYTES);
	tell("BOOTSTAT.DAT", LOG_BYTES);
	expect("\"loops\":[{\"count\":3,\"launches\":[\"2024-07-19T04:00:00\"");
	expect("\"status\":\"c0000001\"");
	expect("\"returns\":[[\"RETURN\"");
}

static void a_broken_log(void **state)
{
	(void)state;
	(void)log_setup(NULL);
	put_log_behind_status();
	le32_put(file + AREA, 99);
	tell("bootstat.dat", sizeof(file));
	assert_int_equal(err, 0);
	expect("\"log_error\":\"");
	expect("\"last_boot_id\":43");
	/* Alone, with its area gone, it is nothing. */
	(void)log_setup(NULL);
	log_put_header(4, 0x18);
	memcpy(file, log_bytes, LOG_BYTES);
	tell("BOOTSTAT.DAT", 8);
	assert_true(err < 0);
}

/* More launches than are kept, or none that a reader could place. */
static void runs_at_their_limits(void **state)
{
	struct boot_log_run run = {.launches = BOOT_LOG_RUN_TIMES + 2};
	unsigned int commas = 0;

	(void)state;
	for (int i = 0; i < BOOT_LOG_RUN_TIMES; i++)
		run.times[i] = HEARTBEAT;
	run.times[0] = UINT64_MAX; /* no date has a name for it */
	report_begin(&line, NULL);
	evidence_report_boot_run(&line, &run);
	text = report_end(&line);
	expect("2024-07-19T04:20:00\"");
	expect_not("\"status\"");
	for (const char *p = strchr(text, '['); *p && *p != ']'; p++)
		commas += *p == ',';
	assert_int_equal(commas, BOOT_LOG_RUN_TIMES - 1);
}

/* --- Variables ------------------------------------------------------------ */

static void stop_codes(void **state)
{
	static const struct {
		const char *name;
		bool is_code;
	} all[] = {
		{"BugCheckCode", true},
		{"BugCheckCode.bin", true},
		{"BugCheckCodeX", false},
		{"BugCheckParameter1", false},
	};

	(void)state;
	memset(file, 0, sizeof(file));
	le32_put(file, 0x50);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		tell(all[i].name, 8);
		assert_int_equal(err, 0);
		expect(all[i].is_code ? "\"bugcheck\":\"0x50\""
				      : "\"value\":\"0x50\"");
	}
}

static void no_stop_code(void **state)
{
	const struct bugcheck none = {0};

	(void)state;
	report_begin(&line, NULL);
	evidence_report_bugcheck(&line, &none);
	assert_string_equal(report_end(&line), "{}");
}

static void every_state_of_a_hold(void **state)
{
	static const char *const names[] = {
		[HOLD_NONE] = "\"hold_state\":\"none\"",
		[HOLD_ACTIVE] = "\"hold_state\":\"active\"",
		[HOLD_HELPED] = "\"hold_state\":\"helped\"",
		[HOLD_EXHAUSTED] = "\"hold_state\":\"exhausted\"",
	};

	(void)state;
	for (int i = HOLD_NONE; i <= HOLD_EXHAUSTED; i++) {
		const struct record r = {.hold_state = (enum hold_state)i};

		report_begin(&line, NULL);
		evidence_report_record(&line, &r);
		text = report_end(&line);
		expect(names[i]);
	}
}

/* With the attributes that Linux shows, and cut short behind its magic. */
static void failures(void **state)
{
	const struct failure f = {.kind = FAILURE_EXCEPTION, .count = 2};

	(void)state;
	memset(file, 0, sizeof(file));
	le32_put(file, 7);
	failure_encode(&f, file + 4);
	tell("LoopbreakerFailure", 4 + FAILURE_BYTES);
	assert_int_equal(err, 0);
	expect("\"kind\":\"failure\"");
	expect("\"count\":2");
	tell("LoopbreakerFailure", 4 + FAILURE_BYTES - 1);
	assert_true(err < 0);
	expect("\"kind\":\"failure\"");
}

/* It begins as a dump does, and is none that Windows writes. */
static void a_dump_of_another_kind(void **state)
{
	(void)state;
	memset(file, 0, sizeof(file));
	memcpy(file, "PAGEDU42", 8);
	tell("MEMORY.DMP", sizeof(file));
	assert_int_equal(err, -ERR_UNSUPPORTED);
	expect("\"kind\":\"dump\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_areas),
		cmocka_unit_test(attempts_of_a_loop),
		cmocka_unit_test(a_pressed_button),
		cmocka_unit_test(each_kind_of_event),
		cmocka_unit_test(failed_starts),
		cmocka_unit_test(starts_in_a_loop),
		cmocka_unit_test(a_broken_log),
		cmocka_unit_test(runs_at_their_limits),
		cmocka_unit_test(stop_codes),
		cmocka_unit_test(no_stop_code),
		cmocka_unit_test(every_state_of_a_hold),
		cmocka_unit_test(failures),
		cmocka_unit_test(a_dump_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
