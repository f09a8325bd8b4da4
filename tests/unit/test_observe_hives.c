/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry of a Windows on a mounted volume, and signs of damage in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe_hives.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/hive_maker.h"
#include "tests/support/mounted.h"

#define ALL (HIVES_SYSTEM | HIVES_SERVICE | HIVES_VERSION | HIVES_HEALTH)

#define SYSTEM                                                                 \
	"{'Select': {'Current': 1}, 'ControlSet001/Services/beep': {'Type': "  \
	"1}}"
/* Installed just before the crash: only the logs have it. */
#define DRIVER "{'ControlSet001/Services/csagent': {'Type': 1, 'Start': 1}}"
#define SOFTWARE                                                               \
	"{'Microsoft/Windows NT/CurrentVersion': {'CurrentBuildNumber': "      \
	"'22631', 'SystemRoot': 'C:\\\\Windows'}}"

#define CONFIG "/Windows/System32/config/"
#define FOLDERS                                                                \
	"dir /Windows\ndir /Windows/System32\ndir /Windows/System32/config\n"
#define TXR CONFIG "TxR/{1}.TxR."
#define TXR_FILES                                                              \
	"dir " CONFIG "TxR\nfile " TXR "0.regtrans-ms text x\n"                \
	"file " TXR "1.regtrans-ms text x\nfile " TXR "blf text x\n"           \
	"file " CONFIG "TxR/{1}.TM.blf text x\n"

static struct made_hive hive_of_system, hive_of_software;
static struct mounted m;
static struct windows_facts facts;
static char manifest[4096];

static int setup(void **state)
{
	const char *system[] = {SYSTEM, DRIVER, NULL};
	const char *software[] = {SOFTWARE, NULL};

	(void)state;
	hive_make(&hive_of_system, system);
	hive_make(&hive_of_software, software);
	memset(&facts, 0, sizeof(facts));
	strcpy(manifest, FOLDERS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hive_free(&hive_of_system);
	hive_free(&hive_of_software);
	mounted_close(&m);
	return 0;
}

/* --- The volume ----------------------------------------------------------- */

/* Volumes are remembered by their manifests: no file's name comes twice. */
static void put_file(const char *name, const struct emudisk *e)
{
	static unsigned int number;
	char host[32];
	char line[512];

	if (!e->disk.size_bytes)
		return;
	snprintf(host, sizeof(host), "file-%u", number++);
	snprintf(line, sizeof(line), "file " CONFIG "%s host %s\n", name,
		make_image_file(host, e->bytes, (size_t)e->disk.size_bytes));
	strcat(manifest, line);
}

static void put_hive(const char *name, const struct made_hive *h)
{
	char log[32];

	put_file(name, &h->primary);
	for (int i = 0; i < 2; i++) {
		snprintf(log, sizeof(log), "%s.LOG%d", name, i + 1);
		put_file(log, &h->logs[i]);
	}
}

static void mount_volume(uint64_t size_bytes)
{
	struct image_plan plan = {
		.manifest = manifest, .size_bytes = size_bytes};

	mounted_open(&m, &plan);
}

static void mount_both(void)
{
	put_hive("SYSTEM", &hive_of_system);
	put_hive("SOFTWARE", &hive_of_software);
	mount_volume(0);
}

static void observe(unsigned int want)
{
	memset(&facts, 0, sizeof(facts));
	observe_hives(&facts, &m.volume, want, "csagent.sys");
}

static void expect_states(enum source_state system, enum source_state service,
	enum source_state version)
{
	assert_int_equal(facts.system_state, system);
	assert_int_equal(facts.service_state, service);
	assert_int_equal(facts.version_state, version);
}

static bool has_sign(enum hive_sign sign, const char *hive, uint32_t number)
{
	for (size_t i = 0; i < facts.health.count; i++) {
		const struct hive_finding *f = &facts.health.findings[i];

		if (f->sign == sign && !strcmp(f->hive, hive) &&
			f->number == number)
			return true;
	}
	return false;
}

/* --- Facts ---------------------------------------------------------------- */

static void a_driver_that_only_the_logs_have(void **state)
{
	(void)state;
	mount_both();
	observe(ALL);
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_int_equal(facts.system.current, 1);
	assert_string_equal(facts.service.name, "csagent");
	assert_int_equal(facts.service.start, SERVICE_SYSTEM_START);
	assert_int_equal(facts.version.build, 22631);
	assert_int_equal(facts.replayed_entries, 1);
	assert_int_equal(facts.health.count, 0);
	assert_int_equal(facts.err, 0);
	assert_int_equal(m.disk.counts.writes, 0);
}

static void only_what_is_asked_for(void **state)
{
	(void)state;
	mount_both();
	observe(0);
	expect_states(SOURCE_ABSENT, SOURCE_ABSENT, SOURCE_ABSENT);
	observe(HIVES_SYSTEM);
	expect_states(SOURCE_READ, SOURCE_ABSENT, SOURCE_ABSENT);
	observe_hives(&facts, &m.volume, HIVES_VERSION, NULL);
	expect_states(SOURCE_READ, SOURCE_ABSENT, SOURCE_READ);
	observe_hives(&facts, &m.volume, HIVES_SERVICE, "none.sys");
	expect_states(SOURCE_READ, SOURCE_ABSENT, SOURCE_READ);
	observe_hives(&facts, &m.volume, HIVES_SERVICE, "beep.sys");
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_int_equal(facts.err, 0);
}

static void without_any_hive(void **state)
{
	(void)state;
	mount_volume(0);
	observe(ALL);
	expect_states(SOURCE_ABSENT, SOURCE_ABSENT, SOURCE_ABSENT);
	assert_int_equal(facts.health.count, 2);
	assert_true(has_sign(HIVE_SIGN_MISSING, "SYSTEM", 0));
	assert_true(has_sign(HIVE_SIGN_MISSING, "SOFTWARE", 0));
	assert_int_equal(facts.err, 0);
}

static void empty_hives(void **state)
{
	(void)state;
	strcat(manifest, "file " CONFIG "SYSTEM\nfile " CONFIG "SOFTWARE\n");
	mount_volume(0);
	observe(ALL);
	expect_states(SOURCE_ABSENT, SOURCE_ABSENT, SOURCE_ABSENT);
	assert_true(has_sign(HIVE_SIGN_MISSING, "SYSTEM", 0));
}

static void hives_that_say_nothing(void **state)
{
	const char *empty[] = {"{}", NULL};

	(void)state;
	hive_free(&hive_of_system);
	hive_free(&hive_of_software);
	hive_make(&hive_of_system, empty);
	hive_make(&hive_of_software, empty);
	mount_both();
	observe(ALL);
	expect_states(SOURCE_FAILED, SOURCE_FAILED, SOURCE_FAILED);
	assert_int_equal(facts.err, -ERR_CORRUPT);
}

/* --- Damage --------------------------------------------------------------- */

/* Dirty, and nothing says how the write would have ended. */
static void a_hive_without_its_logs(void **state)
{
	(void)state;
	put_file("SYSTEM", &hive_of_system.primary);
	put_hive("SOFTWARE", &hive_of_software);
	mount_volume(0);
	observe(ALL);
	expect_states(SOURCE_FAILED, SOURCE_FAILED, SOURCE_READ);
	assert_int_equal(facts.health.count, 1);
	assert_true(has_sign(HIVE_SIGN_STALE, "SYSTEM", 0));
	assert_int_equal(facts.err, -ERR_CORRUPT);
}

static void a_hive_with_a_damaged_log(void **state)
{
	(void)state;
	hive_of_system.logs[0].bytes[100] ^= 1;
	mount_both();
	observe(ALL);
	expect_states(SOURCE_FAILED, SOURCE_FAILED, SOURCE_READ);
	assert_int_equal(facts.health.count, 2);
	assert_true(has_sign(HIVE_SIGN_STALE, "SYSTEM", 0));
	assert_true(has_sign(HIVE_SIGN_LOG, "SYSTEM", 1));
}

static void a_hive_of_odd_size(void **state)
{
	struct emudisk *e = &hive_of_software.primary;
	struct made_hive longer = {.primary.disk.size_bytes = 0};

	(void)state;
	assert_int_equal(
		emudisk_open(&longer.primary, e->disk.size_bytes + 512, 512),
		0);
	memcpy(longer.primary.bytes, e->bytes, (size_t)e->disk.size_bytes);
	put_hive("SYSTEM", &hive_of_system);
	put_hive("SOFTWARE", &longer);
	mount_volume(0);
	observe(ALL);
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_int_equal(facts.health.count, 1);
	assert_true(has_sign(HIVE_SIGN_SIZE, "SOFTWARE", 0));
	hive_free(&longer);
}

static void a_hive_that_was_cut(void **state)
{
	struct made_hive *h = &hive_of_software;
	uint64_t whole = h->primary.disk.size_bytes;

	(void)state;
	h->primary.disk.size_bytes = whole - 4096;
	put_hive("SYSTEM", &hive_of_system);
	put_hive("SOFTWARE", h);
	h->primary.disk.size_bytes = whole;
	mount_volume(0);
	observe(ALL);
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_FAILED);
	assert_int_equal(facts.health.count, 1);
	assert_true(has_sign(HIVE_SIGN_CUT, "SOFTWARE", ERR_TRUNCATED));
}

static void a_broken_base_block(void **state)
{
	(void)state;
	hive_of_software.primary.bytes[0x1FC] ^= 1;
	mount_both();
	observe(ALL);
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_FAILED);
	assert_true(has_sign(HIVE_SIGN_BROKEN, "SOFTWARE", ERR_CORRUPT));
}

/* --- Bins ----------------------------------------------------------------- */

static void bins_of_a_made_hive(void **state)
{
	const char *words[] = {"{'Select': {'Current': 1}, 'ControlSet001': "
			       "{'d': 'a long text'}}",
		NULL};
	static const struct {
		uint32_t at; /* in the first bin */
		uint32_t value;
	} rows[] = {{0, 0}, {4, 4096}, {4, UINT32_MAX}, {8, 0}, {8, 4095},
		{8, UINT32_MAX & ~0xFFFu}, {8, 8192}, {8, 0x10000}};
	struct made_hive h;
	struct hive hive;

	(void)state;
	hive_make(&h, words);
	assert_int_equal(hive_open(&hive, &h.primary.disk), 0);
	hive_health_check_bins(&facts.health, "X", &h.primary.disk);
	assert_int_equal(facts.health.count, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *at = h.primary.bytes + HIVE_BASE_BYTES + rows[i].at;
		uint32_t before = le32_get(at);

		facts.health.count = 0;
		le32_put(at, rows[i].value);
		hive_health_check_bins(&facts.health, "X", &h.primary.disk);
		le32_put(at, before);
		assert_int_equal(facts.health.count, 1);
		assert_true(has_sign(HIVE_SIGN_BIN, "X", HIVE_BASE_BYTES));
	}
	facts.health.count = 0;
	emudisk_plan_fault(&h.primary, EMUDISK_READ, EMUDISK_FAIL, 2, false);
	hive_health_check_bins(&facts.health, "X", &h.primary.disk);
	assert_true(has_sign(HIVE_SIGN_UNREADABLE, "X", ERR_IO));
	hive_free(&h);
}

/* Beyond the first 32 MiB nobody looks. */
static void bins_of_a_large_hive(void **state)
{
	uint32_t size = HIVE_HEALTH_BINS_BYTES + HIVE_BIN_BYTES;
	struct emudisk e;
	uint8_t *bins;

	(void)state;
	assert_int_equal(emudisk_open(&e, HIVE_BASE_BYTES + size, 512), 0);
	memcpy(e.bytes, hive_of_software.primary.bytes, HIVE_HEAD_BYTES);
	le32_put(e.bytes + 0x28, size);
	le32_put(e.bytes + 0x1FC, hive_base_checksum(e.bytes));
	bins = e.bytes + HIVE_BASE_BYTES;
	memcpy(bins, "hbin", 4);
	le32_put(bins + 8, HIVE_HEALTH_BINS_BYTES);
	hive_health_check_bins(&facts.health, "X", &e.disk);
	assert_int_equal(facts.health.count, 0);
	/* One that begins in the last piece. */
	le32_put(bins + 8, HIVE_HEALTH_BINS_BYTES - HIVE_BIN_BYTES);
	hive_health_check_bins(&facts.health, "X", &e.disk);
	assert_true(has_sign(HIVE_SIGN_BIN, "X", HIVE_HEALTH_BINS_BYTES));
	emudisk_close(&e);
}

/* A damaged bin that no look-up comes by. */
static void a_bin_in_the_middle(void **state)
{
	static char description[50000];
	const char *words[] = {description, NULL};
	char *at = description;

	(void)state;
	at += sprintf(at, "{'Select': {'Current': 1}, 'ControlSet001': {},");
	for (int i = 0; i < 300; i++)
		at += sprintf(at, "'a%d': {'v': 'some text to fill it'},", i);
	strcpy(at, "}");
	hive_free(&hive_of_system);
	hive_make(&hive_of_system, words);
	assert_true(hive_of_system.primary.disk.size_bytes > 6 * 4096);
	hive_of_system.primary.bytes[4 * 4096] = 'x';
	mount_both();
	observe(ALL);
	expect_states(SOURCE_READ, SOURCE_ABSENT, SOURCE_READ);
	assert_int_equal(facts.health.count, 1);
	assert_true(has_sign(HIVE_SIGN_BIN, "SYSTEM", 4 * 4096));
}

/* --- TxR ------------------------------------------------------------------ */

static void files_of_transactions(void **state)
{
	struct hive_health health = {.count = 0};

	(void)state;
	strcat(manifest, TXR_FILES);
	mount_both();
	observe(ALL);
	assert_int_equal(facts.health.count, 1);
	assert_true(has_sign(HIVE_SIGN_TXR, "TxR", 3));
	/* Before that build nobody deleted them. */
	assert_int_equal(hive_health_check_txr(&health, &m.volume, 14392), 0);
	assert_int_equal(health.count, 0);
	assert_int_equal(hive_health_check_txr(&health, &m.volume, 14393), 0);
	assert_int_equal(health.count, 1);
}

/* --- The report ----------------------------------------------------------- */

static void findings_in_the_report(void **state)
{
	struct hive_health health = {.count = 0};
	struct report_line line;
	int i;

	(void)state;
	/* More than there is room for. */
	for (i = 0; i < 2 * HIVE_HEALTH_MAX_FINDINGS; i++)
		hive_health_note_open(&health, "SYSTEM", NULL, NULL, 0);
	assert_int_equal(health.count, HIVE_HEALTH_MAX_FINDINGS);
	health.count = 6;
	health.findings[1] = (struct hive_finding){HIVE_SIGN_LOG, "", 2};
	health.findings[2] =
		(struct hive_finding){HIVE_SIGN_BROKEN, "", ERR_CORRUPT};
	health.findings[3] = (struct hive_finding){HIVE_SIGN_BIN, "", 4096};
	health.findings[4] = (struct hive_finding){HIVE_SIGN_TXR, "TxR", 3};
	health.findings[5] =
		(struct hive_finding){HIVE_SIGN_UNREADABLE, "", ERR_IO};
	report_begin(&line, NULL);
	hive_health_report(&line, &health);
	assert_string_equal(report_end(&line),
		"{\"registry_signs\":["
		"{\"hive\":\"SYSTEM\",\"sign\":\"missing\"},"
		"{\"sign\":\"log\",\"log\":2},"
		"{\"sign\":\"broken\",\"error\":\"it is damaged\"},"
		"{\"sign\":\"bin\",\"offset\":4096},"
		"{\"hive\":\"TxR\",\"sign\":\"txr\",\"files\":3},"
		"{\"sign\":\"unreadable\",\"error\":\"the device failed\"}]}");
	for (i = 0; i < HIVE_SIGN_COUNT; i++)
		assert_true(strlen(hive_sign_name((enum hive_sign)i)) > 2);
}

/* --- Failures ------------------------------------------------------------- */

/* Each read fails once: then what it was for is unknown, never absent. */
static void any_read_may_fail(void **state)
{
	uint64_t nth = 1;
	uint64_t reads;

	(void)state;
	strcat(manifest, TXR_FILES);
	mount_both();
	do {
		mounted_unmount(&m);
		emudisk_reset(&m.disk);
		mounted_mount(&m);
		emudisk_reset(&m.disk);
		emudisk_plan_fault(
			&m.disk, EMUDISK_READ, EMUDISK_FAIL, nth++, false);
		observe(ALL);
		reads = m.disk.counts.reads;
		assert_true(facts.system_state != SOURCE_ABSENT);
		assert_true(facts.service_state != SOURCE_ABSENT);
		assert_true(facts.version_state != SOURCE_ABSENT);
		if (facts.system_state == SOURCE_FAILED ||
			facts.version_state == SOURCE_FAILED)
			assert_true(facts.err < 0);
	} while (nth <= reads);
	assert_true(nth > 15);
}

static void any_allocation_may_fail(void **state)
{
	uint64_t nth = 1;
	bool has_failed;

	(void)state;
	mount_both();
	do {
		/* A volume remembers what failed. */
		mounted_unmount(&m);
		mounted_mount(&m);
		failalloc_arm(nth++, false);
		observe(ALL);
		has_failed = failalloc_disarm();
		assert_true(facts.system_state != SOURCE_ABSENT);
		assert_true(facts.version_state != SOURCE_ABSENT);
	} while (has_failed);
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_true(nth > 10);
}

/* --- A real one ----------------------------------------------------------- */

static void a_real_system_with_its_logs(void **state)
{
	(void)state;
	hive_free(&hive_of_system);
	if (!hive_fixture(&hive_of_system, "SYSTEM_B"))
		skip();
	put_hive("SYSTEM", &hive_of_system);
	mount_volume(64u << 20);
	emudisk_reset(&m.disk);
	observe_hives(&facts, &m.volume, HIVES_SERVICE, "tcpip.sys");
	expect_states(SOURCE_READ, SOURCE_READ, SOURCE_ABSENT);
	assert_int_equal(facts.system.crash_dump_enabled, 7);
	assert_string_equal(
		facts.system.minidump_dir, "%SystemRoot%\\Minidump");
	assert_int_equal(facts.replayed_entries, 24);
	assert_in_range(m.disk.counts.reads, 10, 90);
	printf("counted: registry reads of a dirty SYSTEM on NTFS: %u\n",
		(unsigned int)m.disk.counts.reads);
	observe(HIVES_SYSTEM | HIVES_HEALTH);
	assert_int_equal(facts.health.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_driver_that_only_the_logs_have),
		TEST(only_what_is_asked_for),
		TEST(without_any_hive),
		TEST(empty_hives),
		TEST(hives_that_say_nothing),
		TEST(bins_of_a_large_hive),
		TEST(a_hive_without_its_logs),
		TEST(a_hive_with_a_damaged_log),
		TEST(a_hive_of_odd_size),
		TEST(a_hive_that_was_cut),
		TEST(a_broken_base_block),
		TEST(bins_of_a_made_hive),
		TEST(a_bin_in_the_middle),
		TEST(files_of_transactions),
		TEST(findings_in_the_report),
		TEST(any_read_may_fail),
		TEST(any_allocation_may_fail),
		TEST(a_real_system_with_its_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
