/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on what a crash has left on the volume: a dump in the page file,
 * the registry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe_dump.h"
#include "storage/err.h"
#include "tests/support/hive_maker.h"
#include "tests/support/july_run.h"
#include "tests/support/make_image.h"

#define MINUTE 600000000ull
#define MONTH  (30 * 24 * 60 * MINUTE)

#define OPTIONS_BYTES 256

static struct july july;

/* --- The PC ----------------------------------------------------------------
 */

static int setup(void **state)
{
	july = pc_with_table;
	return pc_setup(state);
}

/* A page file that begins with a dump of the last session, or of @time. */
static void add_dump(const char *name, const char *module, uint64_t time)
{
	char options[OPTIONS_BYTES];

	snprintf(options, sizeof(options),
		"--kind triage --module %s --time %llu --no-boot-id", module,
		(unsigned long long)time);
	july.page_file = make_image_dump(name, options);
}

/* SYSTEM as it is, with all of its logs lost. */
static void add_system(const char *name, const char *const *words)
{
	struct made_hive made;

	hive_make(&made, words);
	july.system = make_image_file(
		name, made.primary.bytes, (size_t)made.primary.disk.size_bytes);
	hive_free(&made);
}

/* Most PCs have no such variables. */
static void start_without_variables(void)
{
	pc_start(&july);
	pc.machine.variables[VARIABLE_BUGCHECK_CODE].is_present = false;
	pc.machine.variables[VARIABLE_BUGCHECK_PARAMETER1].is_present = false;
	pc.machine.variables[VARIABLE_BUGCHECK_PROGRESS].is_present = false;
}

#define expect_said(text)                                                      \
	assert_int_not_equal(fake_machine_heard(&pc.machine, text), 0)

/* --- Dumps -----------------------------------------------------------------
 */

static void a_dump_instead_of_variables(void **state)
{
	(void)state;
	add_dump("vendor.dmp", "csagent.sys", JULY_HEARTBEAT + MINUTE);
	start_without_variables();
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	pc_expect_sound();
	expect_said("Crash dump in the page file");
	expect_said("it happened in csagent.sys");
	expect_said("of a vendor in the policy");
	assert_int_equal(
		fake_machine_reported(&pc.machine, "\"to_hold\":true"), 2);
}

static void a_dump_that_names_a_stranger(void **state)
{
	(void)state;
	add_dump("stranger.dmp", "stranger.sys", JULY_HEARTBEAT + MINUTE);
	pc_start(&july); /* with a new stop code as well */
	pc_expect_untouched(VERDICT_REFUSE);
	expect_said("it happened in stranger.sys");
	expect_said("No known content is to blame");
	assert_int_equal(fake_machine_reported(&pc.machine,
				 "\"left_alone\":\"nothing-is-held\""),
		2);
}

static void a_dump_of_last_month(void **state)
{
	(void)state;
	add_dump("old.dmp", "stranger.sys", JULY_HEARTBEAT - MONTH);
	start_without_variables();
	pc_expect_untouched(VERDICT_BOOT);
	pc_stop();
	pc_start(&july);
	assert_int_equal(pc_run(), VERDICT_HOLD);
}

static void a_page_file_that_cannot_be_read(void **state)
{
	unsigned int fails = 0;
	uint64_t reads;
	uint64_t n;

	(void)state;
	add_dump("stranger.dmp", "stranger.sys", JULY_HEARTBEAT + MINUTE);
	pc_start(&july);
	pc_expect_untouched(VERDICT_REFUSE);
	reads = pc.disk.counts.reads;
	for (n = 1; n <= reads; n++) {
		fake_machine_forget(&pc.machine);
		emudisk_reset(&pc.disk);
		emudisk_plan_fault(
			&pc.disk, EMUDISK_READ, EMUDISK_FAIL, n, true);
		recovery_run(&pc.machine.platform, &pc_no_order, &pc.policy,
			&pc.outcome);
		/* From whichever read on: never what the dump speaks against.
		 */
		assert_int_not_equal(pc.outcome.verdict, VERDICT_HOLD);
		assert_int_equal(pc.disk.counts.writes, 0);
		fails += fake_machine_heard(&pc.machine,
				 "The file that may hold a crash dump") != 0;
	}
	assert_int_not_equal(fails, 0);
}

/* --- The registry -----------------------------------------------------------
 */

#define SYSTEM_OF(setup)                                                       \
	"{'Select': {'Current': 1},"                                           \
	" 'ControlSet001/Control/CrashControl': {'CrashDumpEnabled': 7},"      \
	" 'ControlSet001/Services/CSAgent': {'Type': 2, 'Start': 1,"           \
	"  'ImagePath': {'expand': 'system32\\\\drivers\\\\CrowdStrike"        \
	"\\\\csagent.sys'}},"                                                  \
	" 'Setup': {'SystemSetupInProgress': " setup "}}"

static void the_service_of_the_driver(void **state)
{
	static const char *const system[] = {SYSTEM_OF("0"), NULL};

	(void)state;
	add_system("SYSTEM", system);
	add_dump("vendor.dmp", "csagent.sys", JULY_HEARTBEAT + MINUTE);
	start_without_variables();
	assert_int_equal(pc_run(), VERDICT_HOLD);
	assert_int_not_equal(
		fake_machine_reported(&pc.machine, "\"service\":\"CSAgent\""),
		0);
}

static void windows_is_set_up(void **state)
{
	static const char *const system[] = {SYSTEM_OF("1"), NULL};

	(void)state;
	add_system("SYSTEM.setup", system);
	pc_start(&july);
	assert_int_equal(pc_run(), VERDICT_BOOT);
	expect_said("Windows is being set up");
	pc_expect_held(false, false);
	assert_int_equal(pc.outcome.record.uncounted_boot_id, JULY_LAST_BOOT);
	pc_expect_nothing_written();
}

static void signs_of_damage(void **state)
{
	static const char *const system[] = {
		SYSTEM_OF("0"), "{'Setup': {'x': 1}}", NULL};

	(void)state;
	add_system("SYSTEM.stale", system);
	pc_start(&july);
	assert_int_equal(pc_run(), VERDICT_HOLD);
	pc_expect_held(true, true);
	expect_said("SYSTEM shows signs of damage (stale)");
	assert_int_equal(pc.outcome.cause, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define crash_test(f) cmocka_unit_test_setup_teardown(f, setup, pc_teardown)
		crash_test(a_dump_instead_of_variables),
		crash_test(a_dump_that_names_a_stranger),
		crash_test(a_dump_of_last_month),
		crash_test(a_page_file_that_cannot_be_read),
		crash_test(the_service_of_the_driver),
		crash_test(windows_is_set_up),
		crash_test(signs_of_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
