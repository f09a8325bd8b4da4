/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry of a Windows on a mounted volume: what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/hives_rig.h"

/* --- Facts ---------------------------------------------------------------- */

static void a_driver_that_only_the_logs_have(void **state)
{
	(void)state;
	hives_mount_both();
	hives_observe(ALL);
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_int_equal(hives.facts.system.current, 1);
	assert_string_equal(hives.facts.service.name, "csagent");
	assert_int_equal(hives.facts.service.start, SERVICE_SYSTEM_START);
	assert_int_equal(hives.facts.version.build, 22631);
	assert_int_equal(hives.facts.replayed_entries, 1);
	assert_int_equal(hives.facts.health.count, 0);
	assert_int_equal(hives.facts.err, 0);
	assert_int_equal(hives.mounted.disk.counts.writes, 0);
}

static void only_what_is_asked_for(void **state)
{
	(void)state;
	hives_mount_both();
	hives_observe(0);
	hives_expect(SOURCE_ABSENT, SOURCE_ABSENT, SOURCE_ABSENT);
	hives_observe(HIVES_SYSTEM);
	hives_expect(SOURCE_READ, SOURCE_ABSENT, SOURCE_ABSENT);
	observe_hives(&hives.facts, &hives.mounted.volume, HIVES_VERSION, NULL);
	hives_expect(SOURCE_READ, SOURCE_ABSENT, SOURCE_READ);
	observe_hives(
		&hives.facts, &hives.mounted.volume, HIVES_SERVICE, "none.sys");
	hives_expect(SOURCE_READ, SOURCE_ABSENT, SOURCE_READ);
	observe_hives(
		&hives.facts, &hives.mounted.volume, HIVES_SERVICE, "beep.sys");
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_int_equal(hives.facts.err, 0);
}

static void without_any_hive(void **state)
{
	(void)state;
	hives_mount(0);
	hives_observe(ALL);
	hives_expect(SOURCE_ABSENT, SOURCE_ABSENT, SOURCE_ABSENT);
	assert_int_equal(hives.facts.health.count, 2);
	assert_true(hives_have_sign(HIVE_SIGN_MISSING, "SYSTEM", 0));
	assert_true(hives_have_sign(HIVE_SIGN_MISSING, "SOFTWARE", 0));
	assert_int_equal(hives.facts.err, 0);
}

static void empty_hives(void **state)
{
	(void)state;
	strcat(hives.manifest,
		"file " CONFIG "SYSTEM\nfile " CONFIG "SOFTWARE\n");
	hives_mount(0);
	hives_observe(ALL);
	hives_expect(SOURCE_ABSENT, SOURCE_ABSENT, SOURCE_ABSENT);
	assert_true(hives_have_sign(HIVE_SIGN_MISSING, "SYSTEM", 0));
}

static void hives_that_say_nothing(void **state)
{
	const char *empty[] = {"{}", NULL};

	(void)state;
	hive_free(&hives.system);
	hive_free(&hives.software);
	hive_make(&hives.system, empty);
	hive_make(&hives.software, empty);
	hives_mount_both();
	hives_observe(ALL);
	hives_expect(SOURCE_FAILED, SOURCE_FAILED, SOURCE_FAILED);
	assert_int_equal(hives.facts.err, -ERR_CORRUPT);
}

/* --- Failures ------------------------------------------------------------- */

/* Each read fails once: then what it was for is unknown, never absent. */
static void any_read_may_fail(void **state)
{
	uint64_t nth = 1;
	uint64_t reads;

	(void)state;
	strcat(hives.manifest, TXR_FILES);
	hives_mount_both();
	do {
		mounted_unmount(&hives.mounted);
		emudisk_reset(&hives.mounted.disk);
		mounted_mount(&hives.mounted);
		emudisk_reset(&hives.mounted.disk);
		emudisk_plan_fault(&hives.mounted.disk, EMUDISK_READ,
			EMUDISK_FAIL, nth++, false);
		hives_observe(ALL);
		reads = hives.mounted.disk.counts.reads;
		assert_true(hives.facts.system_state != SOURCE_ABSENT);
		assert_true(hives.facts.service_state != SOURCE_ABSENT);
		assert_true(hives.facts.version_state != SOURCE_ABSENT);
		if (hives.facts.system_state == SOURCE_FAILED ||
			hives.facts.version_state == SOURCE_FAILED)
			assert_true(hives.facts.err < 0);
	} while (nth <= reads);
	assert_true(nth > 15);
}

static void any_allocation_may_fail(void **state)
{
	uint64_t nth = 1;
	bool has_failed;

	(void)state;
	hives_mount_both();
	do {
		/* A volume remembers what failed. */
		mounted_unmount(&hives.mounted);
		mounted_mount(&hives.mounted);
		failalloc_arm(nth++, false);
		hives_observe(ALL);
		has_failed = failalloc_disarm();
		assert_true(hives.facts.system_state != SOURCE_ABSENT);
		assert_true(hives.facts.version_state != SOURCE_ABSENT);
	} while (has_failed);
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_true(nth > 10);
}

/* --- A real one ----------------------------------------------------------- */

static void a_real_system_with_its_logs(void **state)
{
	(void)state;
	hive_free(&hives.system);
	if (!hive_fixture(&hives.system, "SYSTEM_B"))
		skip();
	hives_put("SYSTEM", &hives.system);
	hives_mount(64u << 20);
	emudisk_reset(&hives.mounted.disk);
	observe_hives(&hives.facts, &hives.mounted.volume, HIVES_SERVICE,
		"tcpip.sys");
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_ABSENT);
	assert_int_equal(hives.facts.system.crash_dump_enabled, 7);
	assert_string_equal(
		hives.facts.system.minidump_dir, "%SystemRoot%\\Minidump");
	assert_int_equal(hives.facts.replayed_entries, 24);
	assert_in_range(hives.mounted.disk.counts.reads, 10, 90);
	printf("counted: registry reads of a dirty SYSTEM on NTFS: %u\n",
		(unsigned int)hives.mounted.disk.counts.reads);
	hives_observe(HIVES_SYSTEM | HIVES_HEALTH);
	assert_int_equal(hives.facts.health.count, 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hives_setup, hives_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_driver_that_only_the_logs_have),
		TEST(only_what_is_asked_for),
		TEST(without_any_hive),
		TEST(empty_hives),
		TEST(hives_that_say_nothing),
		TEST(any_read_may_fail),
		TEST(any_allocation_may_fail),
		TEST(a_real_system_with_its_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
