/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs of damage in the registry of a Windows, and how they are reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/hives_rig.h"

/* --- Damage --------------------------------------------------------------- */

/* Dirty, and nothing says how the write would have ended. */
static void a_hive_without_its_logs(void **state)
{
	(void)state;
	hives_put_file("SYSTEM", &hives.system.primary);
	hives_put("SOFTWARE", &hives.software);
	hives_mount(0);
	hives_observe(ALL);
	hives_expect(SOURCE_FAILED, SOURCE_FAILED, SOURCE_READ);
	assert_int_equal(hives.facts.health.count, 1);
	assert_true(hives_have_sign(HIVE_SIGN_STALE, "SYSTEM", 0));
	assert_int_equal(hives.facts.err, -ERR_CORRUPT);
}

static void a_hive_with_a_damaged_log(void **state)
{
	(void)state;
	hives.system.logs[0].bytes[100] ^= 1;
	hives_mount_both();
	hives_observe(ALL);
	hives_expect(SOURCE_FAILED, SOURCE_FAILED, SOURCE_READ);
	assert_int_equal(hives.facts.health.count, 2);
	assert_true(hives_have_sign(HIVE_SIGN_STALE, "SYSTEM", 0));
	assert_true(hives_have_sign(HIVE_SIGN_LOG, "SYSTEM", 1));
}

static void a_hive_of_odd_size(void **state)
{
	struct emudisk *e = &hives.software.primary;
	struct made_hive longer = {.primary.disk.size_bytes = 0};

	(void)state;
	assert_int_equal(
		emudisk_open(&longer.primary, e->disk.size_bytes + 512, 512),
		0);
	memcpy(longer.primary.bytes, e->bytes, (size_t)e->disk.size_bytes);
	hives_put("SYSTEM", &hives.system);
	hives_put("SOFTWARE", &longer);
	hives_mount(0);
	hives_observe(ALL);
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_READ);
	assert_int_equal(hives.facts.health.count, 1);
	assert_true(hives_have_sign(HIVE_SIGN_SIZE, "SOFTWARE", 0));
	hive_free(&longer);
}

static void a_hive_that_was_cut(void **state)
{
	struct made_hive *h = &hives.software;
	uint64_t whole = h->primary.disk.size_bytes;

	(void)state;
	h->primary.disk.size_bytes = whole - 4096;
	hives_put("SYSTEM", &hives.system);
	hives_put("SOFTWARE", h);
	h->primary.disk.size_bytes = whole;
	hives_mount(0);
	hives_observe(ALL);
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_FAILED);
	assert_int_equal(hives.facts.health.count, 1);
	assert_true(hives_have_sign(HIVE_SIGN_CUT, "SOFTWARE", ERR_TRUNCATED));
}

static void a_broken_base_block(void **state)
{
	(void)state;
	hives.software.primary.bytes[0x1FC] ^= 1;
	hives_mount_both();
	hives_observe(ALL);
	hives_expect(SOURCE_READ, SOURCE_READ, SOURCE_FAILED);
	assert_true(hives_have_sign(HIVE_SIGN_BROKEN, "SOFTWARE", ERR_CORRUPT));
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
	hive_health_check_bins(&hives.facts.health, "X", &h.primary.disk);
	assert_int_equal(hives.facts.health.count, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *at = h.primary.bytes + HIVE_BASE_BYTES + rows[i].at;
		uint32_t before = le32_get(at);

		hives.facts.health.count = 0;
		le32_put(at, rows[i].value);
		hive_health_check_bins(
			&hives.facts.health, "X", &h.primary.disk);
		le32_put(at, before);
		assert_int_equal(hives.facts.health.count, 1);
		assert_true(
			hives_have_sign(HIVE_SIGN_BIN, "X", HIVE_BASE_BYTES));
	}
	hives.facts.health.count = 0;
	emudisk_plan_fault(&h.primary, EMUDISK_READ, EMUDISK_FAIL, 2, false);
	hive_health_check_bins(&hives.facts.health, "X", &h.primary.disk);
	assert_true(hives_have_sign(HIVE_SIGN_UNREADABLE, "X", ERR_IO));
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
	memcpy(e.bytes, hives.software.primary.bytes, HIVE_HEAD_BYTES);
	le32_put(e.bytes + 0x28, size);
	le32_put(e.bytes + 0x1FC, hive_base_checksum(e.bytes));
	bins = e.bytes + HIVE_BASE_BYTES;
	memcpy(bins, "hbin", 4);
	le32_put(bins + 8, HIVE_HEALTH_BINS_BYTES);
	hive_health_check_bins(&hives.facts.health, "X", &e.disk);
	assert_int_equal(hives.facts.health.count, 0);
	/* One that begins in the last piece. */
	le32_put(bins + 8, HIVE_HEALTH_BINS_BYTES - HIVE_BIN_BYTES);
	hive_health_check_bins(&hives.facts.health, "X", &e.disk);
	assert_true(
		hives_have_sign(HIVE_SIGN_BIN, "X", HIVE_HEALTH_BINS_BYTES));
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
	hive_free(&hives.system);
	hive_make(&hives.system, words);
	assert_true(hives.system.primary.disk.size_bytes > 6 * 4096);
	hives.system.primary.bytes[4 * 4096] = 'x';
	hives_mount_both();
	hives_observe(ALL);
	hives_expect(SOURCE_READ, SOURCE_ABSENT, SOURCE_READ);
	assert_int_equal(hives.facts.health.count, 1);
	assert_true(hives_have_sign(HIVE_SIGN_BIN, "SYSTEM", 4 * 4096));
}

/* --- TxR ------------------------------------------------------------------ */

static void files_of_transactions(void **state)
{
	struct hive_health health = {.count = 0};

	(void)state;
	strcat(hives.manifest, TXR_FILES);
	hives_mount_both();
	hives_observe(ALL);
	assert_int_equal(hives.facts.health.count, 1);
	assert_true(hives_have_sign(HIVE_SIGN_TXR, "TxR", 3));
	/* Before that build nobody deleted them. */
	assert_int_equal(
		hive_health_check_txr(&health, &hives.mounted.volume, 14392),
		0);
	assert_int_equal(health.count, 0);
	assert_int_equal(
		hive_health_check_txr(&health, &hives.mounted.volume, 14393),
		0);
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

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hives_setup, hives_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hive_without_its_logs),
		TEST(a_hive_with_a_damaged_log),
		TEST(a_hive_of_odd_size),
		TEST(a_hive_that_was_cut),
		TEST(a_broken_base_block),
		TEST(bins_of_a_made_hive),
		TEST(bins_of_a_large_hive),
		TEST(a_bin_in_the_middle),
		TEST(files_of_transactions),
		TEST(findings_in_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
