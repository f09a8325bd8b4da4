/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What SYSTEM and SOFTWARE say: control set, dumps, set-up, version, drivers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/driver_service.h"
#include "recovery/hive_replay.h"
#include "recovery/windows_path.h"
#include "storage/cache.h"
#include "storage/err.h"
#include "tests/support/hive_maker.h"

#define SERVICES "ControlSet002/Services/"
#define CONTROL	 "ControlSet002/Control/"
#define SYSTEM                                                                 \
	"{'Select': {'Current': 2, 'Default': 2, 'Failed': 0},"                \
	" 'Setup': {'SystemSetupInProgress': 0, 'OOBEInProgress': 0},"         \
	" '" CONTROL "CrashControl': {'CrashDumpEnabled': 7,"                  \
	"   'DumpFile': {'expand': '%SystemRoot%\\\\MEMORY.DMP'},"             \
	"   'DedicatedDumpFile': 'D:\\\\d.sys'},"                              \
	" '" CONTROL "Session Manager/Memory Management': {"                   \
	"   'PagingFiles': ['C:\\\\pagefile.sys 16 4096', 'D:\\\\p.sys'],"     \
	"   'ExistingPageFiles': ['\\\\??\\\\C:\\\\pagefile.sys']},"           \
	" '" CONTROL "Windows': {'ShutdownTime': b'\\1\\2\\3\\4\\5\\6\\7\\0'}" \
	"," DRIVERS "}"
#define DRIVERS                                                                \
	" '" SERVICES "CSAgent': {'Type': 2, 'Start': 1, 'ErrorControl': 1,"   \
	"   'ImagePath': {'expand': "                                          \
	"'\\\\??\\\\C:\\\\Windows\\\\system32\\\\drivers\\\\CrowdStrike\\\\"   \
	"csagent.sys'}, 'Group': 'FSFilter Activity Monitor'},"                \
	" '" SERVICES "Beep': {'Type': 1, 'Start': 1},"                        \
	" '" SERVICES "other': {'Type': 1, 'Start': 0,"                        \
	"   'ImagePath': 'System32\\\\drivers\\\\DISK.sys'},"                  \
	" '" SERVICES "disk': {'Type': 1, 'Start': 3,"                         \
	"   'ImagePath': 'System32\\\\drivers\\\\another.sys'},"               \
	" '" SERVICES "spooler': {'Type': 272, 'Start': 2,"                    \
	"   'ImagePath': 'spooler.sys'},"                                      \
	" '" SERVICES "aaa_odd': {'Type': 'text', 'ImagePath': 7},"            \
	" '" SERVICES "aab_odd': {'Type': 1, 'ImagePath': 7},"                 \
	" '" SERVICES "fastrec': {'Type': 8, 'Start': 1},"                     \
	" '" SERVICES "Security': {'Class': 'no service'}"

static struct made_hive made;
static struct hive hive;
static struct hive_key control_set;
static struct system_facts facts;

static void open_hive(const char *description)
{
	const char *words[] = {description, NULL};

	hive_make(&made, words);
	assert_int_equal(hive_open(&hive, &made.primary.disk), 0);
}

static int setup(void **state)
{
	(void)state;
	open_hive(SYSTEM);
	assert_int_equal(system_facts_read(&hive, &facts, &control_set), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hive_free(&made);
	return 0;
}

/* --- Facts ------------------------------------------------------------------
 */

static void facts_of_a_system(void **state)
{
	(void)state;
	assert_string_equal(control_set.name, "ControlSet002");
	assert_int_equal(facts.current, 2);
	assert_int_equal(facts.failed, 0);
	assert_int_equal(facts.last_known_good, FACT_ABSENT);
	assert_int_equal(facts.crash_dump_enabled, 7);
	assert_int_equal(facts.auto_reboot, FACT_ABSENT);
	assert_string_equal(facts.dump_file, "%SystemRoot%\\MEMORY.DMP");
	assert_string_equal(facts.dedicated_dump_file, "D:\\d.sys");
	assert_string_equal(facts.minidump_dir, "");
	assert_memory_equal(facts.paging_files,
		"C:\\pagefile.sys 16 4096\0D:\\p.sys\0", 34);
	assert_memory_equal(
		facts.existing_page_files, "\\??\\C:\\pagefile.sys\0", 21);
	assert_int_equal(facts.boot_id, FACT_ABSENT);
	assert_int_equal(facts.shutdown_time, 0x0007060504030201);
	assert_false(system_facts_is_setup(&facts));
}

static void set_up_is_running(void **state)
{
	static const struct {
		const char *description;
		bool is_setup;
	} rows[] = {
		{"{'Select': {'Current': 1}, 'ControlSet001': {},"
		 " 'Setup': {'SystemSetupInProgress': 1}}",
			true},
		{"{'Select': {'Current': 1}, 'ControlSet001': {},"
		 " 'Setup': {'SystemSetupInProgress': 0, 'OOBEInProgress': 1}}",
			true},
		{"{'Select': {'Current': 1}, 'ControlSet001': {}}", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hive_free(&made);
		open_hive(rows[i].description);
		assert_int_equal(
			system_facts_read(&hive, &facts, &control_set), 0);
		assert_int_equal(
			system_facts_is_setup(&facts), rows[i].is_setup);
	}
}

static void what_is_no_system(void **state)
{
	static const struct {
		const char *description;
		int err;
	} rows[] = {
		{"{}", -ERR_NOT_FOUND},
		{"{'Select': {}}", -ERR_NOT_FOUND},
		{"{'Select': {'Current': 1}}", -ERR_NOT_FOUND},
		{"{'Select': {'Current': 1}, 'ControlSet002': {}}",
			-ERR_NOT_FOUND},
		{"{'Select': {'Current': 4294967294}}", -ERR_NOT_FOUND},
		{"{'Select': {'Current': 'one'}}", -ERR_UNSUPPORTED},
		{"{'Select': {'Current': 1}, 'ControlSet001': {},"
		 " 'Setup': {'SystemSetupInProgress': 'x'}}",
			-ERR_UNSUPPORTED},
		{"{'Select': {'Current': 1},"
		 " 'ControlSet001/Control/CrashControl': {'DumpFile': 1}}",
			-ERR_UNSUPPORTED},
		{"{'Select': {'Current': 1},"
		 " 'ControlSet001/Control/Windows': {'ShutdownTime': "
		 "b'123456789'}}",
			-ERR_TOO_LARGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hive_free(&made);
		open_hive(rows[i].description);
		assert_int_equal(system_facts_read(&hive, &facts, &control_set),
			rows[i].err);
	}
}

static void version_of_a_windows(void **state)
{
	struct windows_version v;

	(void)state;
	assert_int_equal(windows_version_read(&hive, &v), -ERR_NOT_FOUND);
	hive_free(&made);
	open_hive("{'Microsoft/Windows NT/CurrentVersion': {"
		  "'ProductName': 'Windows 10 Pro', 'UBR': 4037,"
		  "'CurrentBuildNumber': '22631', 'DisplayVersion': '23H2',"
		  "'SystemRoot': 'C:\\\\Windows'}}");
	assert_int_equal(windows_version_read(&hive, &v), 0);
	assert_string_equal(v.product_name, "Windows 10 Pro");
	assert_string_equal(v.display_version, "23H2");
	assert_int_equal(v.build, 22631);
	assert_int_equal(v.revision, 4037);
	assert_string_equal(v.system_root, "C:\\Windows");
	hive_free(&made);
	open_hive("{'Microsoft/Windows NT/CurrentVersion': {"
		  "'CurrentBuildNumber': '99999999999'}}");
	assert_int_equal(windows_version_read(&hive, &v), 0);
	assert_int_equal(v.build, 0);
	hive_free(&made);
	open_hive("{'Microsoft/Windows NT/CurrentVersion': {"
		  "'CurrentBuildNumber': '22631x'}}");
	assert_int_equal(windows_version_read(&hive, &v), 0);
	assert_int_equal(v.build, 0);
	assert_string_equal(v.product_name, "");
}

/* --- Paths ------------------------------------------------------------------
 */

static void where_a_path_is(void **state)
{
	static const struct {
		const char *path;
		const char *there; /* NULL: on another volume */
	} rows[] = {
		{"%SystemRoot%\\MEMORY.DMP", "Windows/MEMORY.DMP"},
		{"%systemroot%\\Minidump", "Windows/Minidump"},
		{"%windir%\\a b\\c d.dmp", "Windows/a b/c d.dmp"},
		{"%SystemDrive%\\x.sys", "x.sys"},
		{"\\SystemRoot\\System32\\x.sys", "Windows/System32/x.sys"},
		{"system32\\DRIVERS\\x.sys", "Windows/system32/DRIVERS/x.sys"},
		{"\\??\\C:\\pagefile.sys", "pagefile.sys"},
		{"c:\\pagefile.sys 16 4096", "pagefile.sys"},
		{"C:\\my page.sys 16 4096", "my page.sys"},
		{"%windir%\\Mini dumps", "Windows/Mini dumps"},
		{"?:\\pagefile.sys", "pagefile.sys"},
		{"?:\\pagefile.sys 0 0", "pagefile.sys"},
		{"D:\\pagefile.sys", NULL},
		{"\\??\\D:\\x.sys", NULL},
		{"\\??\\Volume{1}\\x.sys", NULL},
		{"\\Device\\HarddiskVolume3\\x.sys", NULL},
		{"\\\\server\\share\\x.sys", NULL},
		{"%SystemRoot%\\", NULL},
		{"C:\\", NULL},
		{"C:pagefile.sys", NULL},
		{"C:/pagefile.sys", NULL},
		{"C:\\x.sys:stream", NULL},
		{"", NULL},
	};
	char there[40];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = windows_path_on_volume(
			rows[i].path, 'C', there, sizeof(there));

		assert_int_equal(err, rows[i].there ? 0 : -ERR_NOT_FOUND);
		if (rows[i].there)
			assert_string_equal(there, rows[i].there);
	}
	assert_int_equal(windows_path_on_volume("D:\\x", 0, there, 40), 0);
	assert_string_equal(there, "x");
	for (size_t cap = 1; cap <= strlen("Windows/a"); cap++)
		assert_int_equal(
			windows_path_on_volume("%windir%\\a", 0, there, cap),
			-ERR_TOO_LARGE);
	assert_int_equal(
		windows_path_on_volume("%windir%\\a", 0, there, 10), 0);
}

/* --- Drivers ----------------------------------------------------------------
 */

static void expect_service(const char *module, const char *name)
{
	struct driver_service s;

	assert_int_equal(
		driver_service_find(&hive, &control_set, module, &s), 0);
	assert_string_equal(s.name, name);
}

static void services_by_driver_file(void **state)
{
	struct driver_service s;

	(void)state;
	expect_service("csagent.sys", "CSAgent");
	expect_service("CSAGENT.SYS", "CSAgent");
	expect_service("beep.sys", "Beep");
	expect_service("fastrec.sys", "fastrec");
	/* One that is called so loads another file. */
	expect_service("disk.sys", "other");
	expect_service("another.sys", "disk");
	assert_int_equal(
		driver_service_find(&hive, &control_set, "CSAgent.SYS", &s), 0);
	assert_int_equal(s.type, SERVICE_FILE_SYSTEM_DRIVER);
	assert_int_equal(s.start, SERVICE_SYSTEM_START);
	assert_int_equal(s.error_control, 1);
	assert_string_equal(s.group, "FSFilter Activity Monitor");
	assert_string_equal(s.image_path,
		"\\??\\C:\\Windows\\system32\\drivers\\CrowdStrike\\"
		"csagent.sys");
}

/* A name of a hostile dump. */
static void a_module_with_a_long_name(void **state)
{
	static char name[2 * HIVE_NAME_BYTES];
	struct driver_service s;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	assert_int_equal(driver_service_find(&hive, &control_set, name, &s),
		-ERR_NOT_FOUND);
	assert_int_equal(driver_service_read(&hive, &control_set, name, &s),
		-ERR_NOT_FOUND);
	assert_string_equal(windows_path_file("a/b\\c.sys"), "c.sys");
	assert_string_equal(windows_path_file("a\\b/c.sys"), "c.sys");
	assert_string_equal(windows_path_file("c.sys"), "c.sys");
}

static void files_of_no_driver(void **state)
{
	static const char *const modules[] = {"none.sys", "csagent", "", ".sys",
		"other.sys", "spooler.sys", "Services", "aaa_odd.sys",
		"aab_odd.sys", "Security.sys", "..\\beep.sys"};
	struct driver_service s;

	(void)state;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		assert_int_equal(driver_service_find(
					 &hive, &control_set, modules[i], &s),
			-ERR_NOT_FOUND);
}

static void services_by_name(void **state)
{
	struct driver_service s;
	uint32_t count;

	(void)state;
	assert_int_equal(
		driver_service_read(&hive, &control_set, "csagent", &s), 0);
	assert_string_equal(s.name, "CSAgent");
	assert_int_equal(
		driver_service_read(&hive, &control_set, "beep", &s), 0);
	assert_string_equal(s.image_path, "");
	assert_string_equal(s.group, "");
	assert_int_equal(s.error_control, FACT_ABSENT);
	assert_int_equal(
		driver_service_read(&hive, &control_set, "spooler", &s),
		-ERR_NOT_FOUND);
	assert_int_equal(driver_service_read(&hive, &control_set, "none", &s),
		-ERR_NOT_FOUND);
	assert_int_equal(driver_service_count(&hive, &control_set, &count), 0);
	assert_int_equal(count, 9);
}

/* No answer is better than a wrong one. */
static void any_read_may_fail(void **state)
{
	struct driver_service s;
	uint64_t nth;
	int err = 0;

	(void)state;
	for (nth = 1; err != -ERR_NOT_FOUND; nth++) {
		emudisk_reset(&made.primary);
		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, nth, false);
		err = system_facts_read(&hive, &facts, &control_set);
		if (err == 0)
			err = driver_service_find(
				&hive, &control_set, "none.sys", &s);
		assert_true(err == -ERR_IO || err == -ERR_NOT_FOUND);
	}
	assert_true(nth > 100);
}

static void any_read_of_a_service_may_fail(void **state)
{
	struct driver_service s;
	uint32_t count;
	uint64_t nth;
	int err = -1;

	(void)state;
	for (nth = 1; err < 0; nth++) {
		emudisk_reset(&made.primary);
		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, nth, false);
		err = driver_service_read(&hive, &control_set, "CSAgent", &s);
		if (err == 0)
			err = driver_service_count(&hive, &control_set, &count);
		assert_true(err == 0 || err == -ERR_IO);
	}
	assert_true(nth > 40);
}

/* --- What it costs -------------------------------------------------------- */

/*
 * A SYSTEM hive has 11 to 15 MB.  Through the cache all facts and the service
 * of a driver take some dozen reads; looking at all 700 services not many more.
 */
static void reads_of_a_real_system(void **state)
{
	struct driver_service s;
	struct cache cache;
	uint64_t reads;

	(void)state;
	if (!hive_fixture_file(&made.primary, "SYSTEM_WIN10_21H2_dissect"))
		skip();
	assert_int_equal(cache_open(&cache, &made.primary.disk), 0);
	assert_int_equal(hive_open(&hive, &cache.disk), 0);
	assert_int_equal(system_facts_read(&hive, &facts, &control_set), 0);
	assert_int_equal(
		driver_service_find(&hive, &control_set, "tcpip.sys", &s), 0);
	assert_string_equal(s.name, "Tcpip");
	reads = made.primary.counts.reads;
	assert_in_range(reads, 5, 30);
	assert_int_equal(
		driver_service_find(&hive, &control_set, "no such.sys", &s),
		-ERR_NOT_FOUND);
	assert_in_range(made.primary.counts.reads - reads, 10, 50);
	printf("counted: hive reads: %u for the facts and a driver, %u for all "
	       "services\n",
		(unsigned int)reads,
		(unsigned int)(made.primary.counts.reads - reads));
	cache_close(&cache);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_of_a_system),
		TEST(set_up_is_running),
		TEST(what_is_no_system),
		TEST(version_of_a_windows),
		cmocka_unit_test(where_a_path_is),
		TEST(services_by_driver_file),
		TEST(files_of_no_driver),
		TEST(a_module_with_a_long_name),
		TEST(services_by_name),
		TEST(any_read_may_fail),
		TEST(any_read_of_a_service_may_fail),
		cmocka_unit_test_teardown(reads_of_a_real_system, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
