/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a crash has left, with too little memory or too little to go by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe_crash.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/hive_maker.h"
#include "tests/support/july_run.h"
#include "tests/support/make_image.h"

#define MINUTE 600000000ull

#define OPTIONS_BYTES 128

/* One driver, which is found by the name of its file. */
#define SYSTEM                                                                 \
	"{'Select': {'Current': 1},"                                           \
	" 'ControlSet001/Services/CSAgent': {'Type': 2, 'Start': 1,"           \
	"  'ImagePath': 'system32\\\\drivers\\\\csagent.sys'}}"

static struct july july;
static struct windows w;
static struct observation seen;

static int setup(void **state)
{
	static const char *const words[] = {SYSTEM, NULL};
	struct made_hive made;

	july = pc_with_table;
	hive_make(&made, words);
	july.system = make_image_file("SYSTEM", made.primary.bytes,
		(size_t)made.primary.disk.size_bytes);
	hive_free(&made);
	return pc_setup(state);
}

static int teardown(void **state)
{
	observe_free(&seen);
	windows_close(&w);
	return pc_teardown(state);
}

/* @by: where the dump has the address of csagent.sys. */
static void put_dump(const char *by)
{
	char options[OPTIONS_BYTES];

	snprintf(options, sizeof(options),
		"--kind triage --module csagent.sys --by %s --time %llu "
		"--no-boot-id",
		by, JULY_HEARTBEAT + MINUTE);
	/* Called so, too: the disk is made anew for another file. */
	july.page_file = make_image_dump(by, options);
}

/* Everything up to the crash. */
static void observe_before(void)
{
	observe_free(&seen);
	windows_close(&w);
	observe_machine(&seen, &pc.machine.platform);
	seen.evidence.windows = windows_find(
		&w, &pc.machine.platform, WINDOWS_MARKER, NULL, NULL);
	assert_int_equal(seen.evidence.windows, WINDOWS_ONE);
	observe_volume(&seen, &w, pc.policy.rules, pc.policy.rule_count);
	assert_int_equal(seen.evidence.deliveries_state, SOURCE_READ);
	assert_int_equal(seen.err, 0);
}

/* Only of a driver that the dump can be believed about. */
static void whose_service(void **state)
{
	static const struct {
		const char *by;
		enum blame_by is_by;
		enum source_state service;
	} all[] = {
		{"parameter", BLAME_PARAMETER, SOURCE_READ},
		{"stack", BLAME_STACK, SOURCE_ABSENT},
		{"nobody", BLAME_NOBODY, SOURCE_ABSENT},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		put_dump(all[i].by);
		pc_start(&july);
		observe_before();
		observe_registry(&seen, &w);
		observe_crash_dump(&seen, &w);
		assert_int_equal(seen.evidence.dump_state, SOURCE_READ);
		assert_int_equal(seen.evidence.dump.blame.by, all[i].is_by);
		assert_int_equal(seen.facts.service_state, all[i].service);
		windows_close(&w);
		pc_stop();
	}
}

/* Whom the dump names, or that nobody knows: never half of it. */
static void failing_allocations(void **state)
{
	unsigned int failures = 0;
	bool was_hit = true;

	(void)state;
	put_dump("parameter");
	pc_start(&july);
	for (uint64_t n = 1; was_hit; n++) {
		const struct crash_dump *d = &seen.evidence.dump;

		observe_before();
		/* The first thing that went wrong stays what is told. */
		if (n % 2)
			seen.err = -ERR_IO;
		failalloc_arm(n, false);
		observe_crash_dump(&seen, &w);
		was_hit = failalloc_disarm();
		if (seen.evidence.dump_state == SOURCE_READ) {
			assert_string_equal(d->blame.module, "csagent.sys");
			continue;
		}
		assert_int_equal(seen.evidence.dump_state, SOURCE_FAILED);
		assert_int_equal(seen.err, n % 2 ? -ERR_IO : -ERR_NO_MEMORY);
		assert_true(was_hit);
		failures++;
	}
	assert_true(failures > 3);
}

/* --- Dates ------------------------------------------------------------------
 */

/* Without a boot status, or a clock in it, the journal is read from its end. */
static void deliveries_without_a_clock(void **state)
{
	struct evidence *e = &seen.evidence;

	(void)state;
	pc_start(&july);
	for (unsigned int i = 0; i < 4; i++) {
		observe_before();
		if (i == 0)
			e->boot_status_state = SOURCE_ABSENT;
		else if (i == 1)
			e->boot_status.has_heartbeat = false;
		else if (i == 2)
			e->boot_status.heartbeat = 1;
		observe_dates(&seen, &w, 24);
		assert_int_equal(e->deliveries_state, SOURCE_READ);
		assert_int_equal(e->deliveries->delivery_count, 3);
		assert_int_equal(seen.err, 0);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whose_service),
		TEST(failing_allocations),
		TEST(deliveries_without_a_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
