/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot configurations that mkbcd.py has made, sound and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/bcd.h"
#include "storage/err.h"
#include "storage/memory_disk.h"
#include "tests/support/exact.h"
#include "tests/support/hive_maker.h"

#define DISK_A	"a1000000-0000-4000-8000-0000000000d1"
#define PART_A	"a1000000-0000-4000-8000-0000000000c1"
#define PLACE_A "('" DISK_A "', '" PART_A "')"
#define ID(n)	"{00000000-0000-0000-0000-00000000000" n "}"

/* Two loaders, the recovery of one of them, and what is started once. */
#define DESCRIPTION                                                                                                                         \
	"{'default': '" ID("a") "', 'order': ['" ID("a") "', '" ID(                                                                         \
		"b") "'],"                                                                                                                  \
		     " 'one_time': ['" ID(                                                                                                  \
			     "e") "'], 'loaders': {"                                                                                        \
				  "  '" ID(                                                                                                 \
					  "a") "': {'gpt': " PLACE_A                                                                        \
					       ", 'recovery': '" ID(                                                                        \
						       "e") "',"                                                                            \
							    "     "                                                                         \
							    "'recovery_"                                                                    \
							    "enabled': 1},"                                                                 \
							    "  '" ID(                                                                       \
								    "b") "': "                                                              \
									 "{'"                                                               \
									 "mbr"                                                              \
									 "': "                                                              \
									 "(0x"                                                              \
									 "123"                                                              \
									 "4ab"                                                              \
									 "cd,"                                                              \
									 " 10"                                                              \
									 "485"                                                              \
									 "76)"                                                              \
									 ","                                                                \
									 "   "                                                              \
									 "  "                                                               \
									 "'re"                                                              \
									 "cov"                                                              \
									 "ery"                                                              \
									 "_en"                                                              \
									 "abl"                                                              \
									 "ed'"                                                              \
									 ": "                                                               \
									 "0, "                                                              \
									 "'po"                                                              \
									 "lic"                                                              \
									 "y':"                                                              \
									 " 1}"                                                              \
									 ","                                                                \
									 "  "                                                               \
									 "'" ID("c") "': {},"                                               \
										     "  '" ID(                                              \
											     "d") "': {'type': 0x10200005, 'gpt': " PLACE_A \
												  "},"                                      \
												  "  '" ID(                                 \
													  "e") "': {'file': " PLACE_A       \
													       "}}}"

static struct made_hive made;
static struct memory_disk disk;
static struct bcd bcd;
static struct bcd_loader loader;

static int make(const char *description)
{
	const char *words[] = {description, NULL};

	hive_free(&made);
	hive_make_bcd(&made, words);
	memory_disk_init(&disk, made.primary.bytes,
		(size_t)made.primary.disk.size_bytes, "BCD");
	return bcd_open(&bcd, &disk.disk);
}

static int teardown(void **state)
{
	(void)state;
	hive_free(&made);
	memset(&made, 0, sizeof(made));
	return 0;
}

/* --- Sound ---------------------------------------------------------------- */

static void the_boot_manager(void **state)
{
	struct bcd_manager m;
	struct bcd_ids ids;

	(void)state;
	assert_int_equal(make(DESCRIPTION), 0);
	assert_int_equal(bcd.objects.subkey_count, 7);
	assert_int_equal(bcd_get_manager(&bcd, &m), 0);
	assert_string_equal(m.default_id, ID("a"));
	assert_string_equal(m.path, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi");
	assert_int_equal(m.device.kind, BCD_DEVICE_NONE);
	assert_int_equal(bcd_get_ids(&bcd, BCD_DISPLAY_ORDER, &ids), 0);
	assert_int_equal(ids.count, 2);
	assert_string_equal(ids.ids[0], ID("a"));
	assert_string_equal(ids.ids[1], ID("b"));
	assert_int_equal(bcd_get_ids(&bcd, BCD_ONE_TIME, &ids), 0);
	assert_int_equal(ids.count, 1);
	assert_string_equal(ids.ids[0], ID("e"));
}

static void nothing_that_has_to_be_there(void **state)
{
	struct bcd_manager m;
	struct bcd_ids ids;

	(void)state;
	assert_int_equal(make("{}"), 0);
	assert_int_equal(bcd_get_manager(&bcd, &m), 0);
	assert_string_equal(m.default_id, "");
	assert_int_equal(bcd_get_ids(&bcd, BCD_DISPLAY_ORDER, &ids), 0);
	assert_int_equal(ids.count, 0);
	assert_int_equal(bcd_get_ids(&bcd, BCD_ONE_TIME, &ids), 0);
	assert_int_equal(ids.count, 0);
	assert_int_equal(
		bcd_get_loader(&bcd, ID("a"), &loader), -ERR_NOT_FOUND);
}

static void its_loaders(void **state)
{
	(void)state;
	assert_int_equal(make(DESCRIPTION), 0);
	assert_int_equal(bcd_get_loader(&bcd, ID("a"), &loader), 0);
	assert_int_equal(loader.device.kind, BCD_DEVICE_GPT);
	assert_string_equal(loader.device.disk, DISK_A);
	assert_string_equal(loader.device.partition, PART_A);
	assert_string_equal(loader.path, "\\Windows\\system32\\winload.efi");
	assert_string_equal(loader.system_root, "\\Windows");
	assert_string_equal(loader.recovery_id, ID("e"));
	assert_true(loader.has_recovery_enabled && loader.recovery_enabled);
	assert_false(loader.has_boot_status_policy);
	assert_false(bcd_never_diverts(&loader));

	/* In any case, as Windows compares names of keys. */
	assert_int_equal(
		bcd_get_loader(&bcd, "{00000000-0000-0000-0000-00000000000B}",
			&loader),
		0);
	assert_int_equal(loader.device.kind, BCD_DEVICE_MBR);
	assert_string_equal(loader.device.disk, "1234abcd");
	assert_int_equal(loader.device.offset_bytes, 1048576);
	assert_true(loader.has_recovery_enabled && !loader.recovery_enabled);
	assert_true(loader.has_boot_status_policy);
	assert_int_equal(loader.boot_status_policy, 1);
	assert_string_equal(loader.recovery_id, "");

	assert_int_equal(bcd_get_loader(&bcd, ID("c"), &loader), 0);
	assert_int_equal(loader.device.kind, BCD_DEVICE_NONE);
	assert_false(loader.has_recovery_enabled);
	assert_int_equal(
		bcd_get_loader(&bcd, ID("d"), &loader), -ERR_UNSUPPORTED);
	assert_int_equal(bcd_get_loader(&bcd, ID("e"), &loader), 0);
	assert_int_equal(loader.device.kind, BCD_DEVICE_FILE);
	assert_int_equal(loader.device.type, 0);
}

static void what_keeps_from_diverting(void **state)
{
	struct bcd_loader l = {.has_recovery_enabled = true};

	(void)state;
	assert_true(bcd_never_diverts(&l));
	l.recovery_enabled = true;
	assert_false(bcd_never_diverts(&l));
	l.has_boot_status_policy = true;
	for (l.boot_status_policy = 0; l.boot_status_policy < 8;
		l.boot_status_policy++)
		assert_int_equal(bcd_never_diverts(&l),
			l.boot_status_policy == BCD_POLICY_IGNORE_ALL_FAILURES);
	l = (struct bcd_loader){.boot_status_policy = 1};
	assert_false(bcd_never_diverts(&l));
}

/* --- Not so --------------------------------------------------------------- */

static void ids_that_are_none(void **state)
{
	static const char *const ids[] = {"", "a", "{}",
		"{00000000-0000-0000-0000-00000000000a",
		"{00000000-0000-0000-0000-00000000000a}x",
		"{00000000-0000-0000-0000-00000000000g}",
		"{00000000-0000-0000-0000-0000000000}\\",
		"{00000000-0000-0000-0000-0000000000a}",
		"{00000000\\0000-0000-0000-00000000000a}",
		"{\\0000000-0000-0000-0000-00000000000a}"};

	(void)state;
	assert_int_equal(make(DESCRIPTION), 0);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		char *exact = exact_copy(ids[i], strlen(ids[i]) + 1);

		assert_int_equal(
			bcd_get_loader(&bcd, exact, &loader), -ERR_CORRUPT);
		free(exact);
	}
}

static void a_default_that_is_no_id(void **state)
{
	struct bcd_manager m;

	(void)state;
	assert_int_equal(make("{'default': '{x}\\\\..'}"), 0);
	assert_int_equal(bcd_get_manager(&bcd, &m), -ERR_CORRUPT);
}

/* Loader number n has n bytes of a device. */
static void devices_that_are_cut_short(void **state)
{
	char text[4096] = "{'loaders': {";
	char id[BCD_ID_BYTES];
	size_t len = strlen(text);

	(void)state;
	for (unsigned int n = 0; n < 0x20; n++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"'{%08x-0000-0000-0000-000000000000}': {'raw': "
			"'%.*s'},",
			n, 2 * (int)n,
			"0000000000000000000000000000000000000000000000000000"
			"0000000000");
	(void)snprintf(text + len, sizeof(text) - len, "}}");
	assert_int_equal(make(text), 0);
	for (unsigned int n = 0; n < 0x20; n++) {
		(void)snprintf(id, sizeof(id),
			"{%08x-0000-0000-0000-000000000000}", n);
		assert_int_equal(
			bcd_get_loader(&bcd, id, &loader), -ERR_TRUNCATED);
	}
}

static int make_order(unsigned int count)
{
	char text[2048] = "{'order': [";
	size_t len = strlen(text);

	for (unsigned int i = 0; i < count; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "'" ID("a") "',");
	(void)snprintf(text + len, sizeof(text) - len, "]}");
	return make(text);
}

static void long_lists(void **state)
{
	struct bcd_ids ids;

	(void)state;
	assert_int_equal(make_order(0), 0);
	assert_int_equal(bcd_get_ids(&bcd, BCD_DISPLAY_ORDER, &ids), 0);
	assert_int_equal(ids.count, 0);
	assert_int_equal(make_order(BCD_MAX_IDS), 0);
	assert_int_equal(bcd_get_ids(&bcd, BCD_DISPLAY_ORDER, &ids), 0);
	assert_int_equal(ids.count, BCD_MAX_IDS);
	assert_string_equal(ids.ids[BCD_MAX_IDS - 1], ID("a"));
	assert_int_equal(make_order(BCD_MAX_IDS + 1), 0);
	assert_int_equal(
		bcd_get_ids(&bcd, BCD_DISPLAY_ORDER, &ids), -ERR_TOO_LARGE);
}

static void no_boot_configuration(void **state)
{
	static const char *const words[] = {"{'Select': {'Current': 1}}", NULL};
	static const char *const empty[] = {"{'Objects': {}}", NULL};

	(void)state;
	hive_make(&made, words);
	assert_int_equal(bcd_open(&bcd, &made.primary.disk), -ERR_UNSUPPORTED);
	hive_free(&made);
	hive_make(&made, empty);
	assert_int_equal(bcd_open(&bcd, &made.primary.disk), -ERR_NOT_FOUND);
	memory_disk_init(&disk, "regf", 4, "short");
	assert_true(bcd_open(&bcd, &disk.disk) < 0);
	memory_disk_init(&disk, NULL, 0, "empty");
	assert_true(bcd_open(&bcd, &disk.disk) < 0);
}

/* --- Damaged -------------------------------------------------------------- */

/* Everything that is ever read, of whatever is left of a store. */
static void read_all(const void *bytes, size_t len)
{
	struct bcd_manager m;
	struct bcd_ids ids;
	struct hive_walk walk;
	struct hive_key key;
	unsigned int objects = 0;

	memory_disk_init(&disk, bytes, len, "BCD");
	if (bcd_open(&bcd, &disk.disk) < 0)
		return;
	(void)bcd_get_manager(&bcd, &m);
	(void)bcd_get_ids(&bcd, BCD_DISPLAY_ORDER, &ids);
	if (bcd_get_ids(&bcd, BCD_ONE_TIME, &ids) == 0)
		assert_in_range(ids.count, 0, BCD_MAX_IDS);
	hive_walk_begin(&walk, &bcd.hive, &bcd.objects);
	while (hive_walk_next(&walk, &key) > 0 && objects++ < 1000)
		(void)bcd_get_loader(&bcd, key.name, &loader);
	assert_in_range(objects, 0, 999);
}

static void each_length(void **state)
{
	size_t len;

	(void)state;
	assert_int_equal(make(DESCRIPTION), 0);
	len = (size_t)made.primary.disk.size_bytes;
	for (size_t i = 0; i < len; i += i < 4096 ? 13 : 61) {
		unsigned char *exact = exact_copy(made.primary.bytes, i);

		memory_disk_init(&disk, exact, i, "BCD");
		assert_true(bcd_open(&bcd, &disk.disk) < 0);
		free(exact);
	}
}

static void each_byte_changed(void **state)
{
	unsigned char *exact;
	size_t len;

	(void)state;
	assert_int_equal(make(DESCRIPTION), 0);
	len = (size_t)made.primary.disk.size_bytes;
	exact = exact_copy(made.primary.bytes, len);
	/* The changes take turns: all for each would take a minute. */
	for (size_t i = 0; i < len; i++) {
		static const unsigned char changes[] = {0x01, 0x80, 0xFF};
		unsigned char was = exact[i];

		exact[i] ^= changes[i % sizeof(changes)];
		read_all(exact, len);
		exact[i] = was;
	}
	free(exact);
}

static void each_read_failing(void **state)
{
	struct bcd_manager m;
	uint64_t reads;
	unsigned int failures = 0;

	(void)state;
	assert_int_equal(make(DESCRIPTION), 0);
	made.primary.counts.reads = 0;
	assert_int_equal(bcd_open(&bcd, &made.primary.disk), 0);
	assert_int_equal(bcd_get_manager(&bcd, &m), 0);
	assert_int_equal(bcd_get_loader(&bcd, ID("a"), &loader), 0);
	reads = made.primary.counts.reads;
	for (uint64_t n = 1; n <= reads; n++) {
		int err;

		emudisk_plan_fault(
			&made.primary, EMUDISK_READ, EMUDISK_FAIL, n, false);
		err = bcd_open(&bcd, &made.primary.disk);
		if (err == 0)
			err = bcd_get_manager(&bcd, &m);
		if (err == 0)
			err = bcd_get_loader(&bcd, ID("a"), &loader);
		assert_int_equal(err, -ERR_IO);
		failures++;
	}
	assert_int_equal(failures, reads);
	assert_true(failures > 20);
}

#define TEST(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_boot_manager),
		TEST(nothing_that_has_to_be_there),
		TEST(its_loaders),
		TEST(what_keeps_from_diverting),
		TEST(ids_that_are_none),
		TEST(a_default_that_is_no_id),
		TEST(devices_that_are_cut_short),
		TEST(long_lists),
		TEST(no_boot_configuration),
		TEST(each_length),
		TEST(each_byte_changed),
		TEST(each_read_failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
