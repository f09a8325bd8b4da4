/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the boot configuration of a machine, with its logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/observe_boot_config.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/fake_machine.h"
#include "tests/support/hive_maker.h"

#define PLACE                                                                  \
	"('a1000000-0000-4000-8000-0000000000d1', "                            \
	"'a1000000-0000-4000-8000-0000000000c1')"
#define ID(n) "{00000000-0000-0000-0000-00000000000" n "}"
#define LOADERS                                                                \
	"'loaders': {'" ID(                                                    \
		"a") "': {'gpt': " PLACE "},"                                  \
		     " '" ID("b") "': {'mbr': (7, 512)}, '" ID(                \
			     "c") "': {'file': " PLACE                         \
				  "}, '" ID("d") "': {'type': 0x10200005}}"
#define DESCRIPTION "{'default': '" ID("a") "', " LOADERS "}"

static struct fake_machine machine;
static struct made_hive made;
static struct boot_config config;

static int setup(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	memset(&made, 0, sizeof(made));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hive_free(&made);
	return 0;
}

static void put_file(enum platform_boot_file which, const struct emudisk *e)
{
	/* A file that is there may be empty. */
	machine.boot_files[which].bytes = e->bytes ? (void *)e->bytes : "";
	machine.boot_files[which].len = (size_t)e->disk.size_bytes;
}

/* The store, and the change that is only in its log; or NULL. */
static void put_config(const char *description, const char *change)
{
	const char *words[] = {description, change, NULL};

	hive_free(&made);
	hive_make_bcd(&made, words);
	put_file(BOOT_FILE_BCD, &made.primary);
}

static enum source_state observe(void)
{
	memset(&config, 0, sizeof(config));
	machine.boot_file_gets = 0;
	observe_boot_config(&config, &machine.platform);
	return config.state;
}

static void of_a_machine_without(void **state)
{
	static const int errs[] = {0, -ERR_UNSUPPORTED, -ERR_NOT_FOUND};

	(void)state;
	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		machine.boot_files[BOOT_FILE_BCD].err = errs[i];
		assert_int_equal(observe(), SOURCE_ABSENT);
		assert_true(config.was_looked_for);
		assert_false(config.has_one_time);
		assert_false(boot_config_never_diverts(&config));
		assert_int_equal(machine.boot_file_gets, 1);
	}
}

static void is_asked_for_once(void **state)
{
	(void)state;
	put_config(DESCRIPTION, NULL);
	assert_int_equal(observe(), SOURCE_READ);
	assert_string_equal(config.manager.default_id, ID("a"));
	assert_int_equal(config.default_err, 0);
	assert_int_equal(config.loader.device.kind, BCD_DEVICE_GPT);
	assert_false(config.has_one_time);
	machine.boot_files[BOOT_FILE_BCD].err = -ERR_IO;
	observe_boot_config(&config, &machine.platform);
	assert_int_equal(config.state, SOURCE_READ);
	/* A store that was written completely needs no logs. */
	assert_int_equal(machine.boot_file_gets, 1);
}

static void what_is_started_once(void **state)
{
	static const struct {
		const char *one_time;
		enum bcd_device_kind kind;
	} all[] = {
		{"['" ID("b") "']", BCD_DEVICE_MBR},
		{"['" ID("c") "', '" ID("b") "']", BCD_DEVICE_FILE},
		{"['" ID("d") "']", BCD_DEVICE_NONE},
		{"['" ID("e") "']", BCD_DEVICE_NONE},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)snprintf(text, sizeof(text), "{'one_time': %s, %s}",
			all[i].one_time, LOADERS);
		put_config(text, NULL);
		assert_int_equal(observe(), SOURCE_READ);
		assert_true(config.has_one_time);
		assert_int_equal(config.one_time.kind, all[i].kind);
		assert_int_equal(config.default_err, -ERR_NOT_FOUND);
	}
	put_config("{'one_time': ['x']}", NULL);
	assert_int_equal(observe(), SOURCE_READ);
	put_config("{'one_time': []}", NULL);
	assert_int_equal(observe(), SOURCE_READ);
	assert_false(config.has_one_time);
}

static void recovery_is_switched_off(void **state)
{
	(void)state;
	put_config("{'default': 'a', 'loaders': {'a': {'recovery_enabled': 0},"
		   " 'b': {'recovery_enabled': 1}}}",
		NULL);
	assert_int_equal(observe(), SOURCE_READ);
	assert_true(boot_config_never_diverts(&config));
	config.default_err = -ERR_CORRUPT;
	assert_false(boot_config_never_diverts(&config));
	/* That of another Windows is none of its business. */
	put_config("{'default': 'b', 'loaders': {'a': {'recovery_enabled': 0},"
		   " 'b': {'recovery_enabled': 1}}}",
		NULL);
	assert_int_equal(observe(), SOURCE_READ);
	assert_false(boot_config_never_diverts(&config));
	put_config("{'default': 'a', 'loaders': {'a': {'policy': 1}}}", NULL);
	assert_int_equal(observe(), SOURCE_READ);
	assert_true(boot_config_never_diverts(&config));
}

/* --- Logs ----------------------------------------------------------------- */

static void a_change_that_is_only_in_the_log(void **state)
{
	(void)state;
	put_config(DESCRIPTION, "{'default': '" ID("b") "'}");
	put_file(BOOT_FILE_BCD_LOG1, &made.logs[0]);
	put_file(BOOT_FILE_BCD_LOG2, &made.logs[1]);
	assert_int_equal(observe(), SOURCE_READ);
	assert_string_equal(config.manager.default_id, ID("b"));
	assert_int_equal(config.loader.device.kind, BCD_DEVICE_MBR);
	assert_int_equal(machine.boot_file_gets, 3);
	/* As it was called before Windows 8.1, beside two that are empty. */
	put_file(BOOT_FILE_BCD_LOG1, &made.logs[1]);
	put_file(BOOT_FILE_BCD_LOG, &made.logs[0]);
	assert_int_equal(observe(), SOURCE_READ);
	assert_string_equal(config.manager.default_id, ID("b"));
	assert_int_equal(machine.boot_file_gets, 4);
}

/* What was true before the change may be wrong now. */
static void a_change_that_is_lost(void **state)
{
	(void)state;
	put_config(DESCRIPTION, "{'default': '" ID("b") "'}");
	assert_int_equal(observe(), SOURCE_FAILED);
	assert_int_equal(config.err, -ERR_CORRUPT);
	assert_int_equal(machine.boot_file_gets, 4);
	put_file(BOOT_FILE_BCD_LOG1, &made.logs[0]);
	machine.boot_files[BOOT_FILE_BCD_LOG2].err = -ERR_IO;
	assert_int_equal(observe(), SOURCE_FAILED);
	assert_int_equal(config.err, -ERR_IO);
	machine.boot_files[BOOT_FILE_BCD_LOG2].err = 0;
	machine.boot_files[BOOT_FILE_BCD_LOG].err = -ERR_TOO_LARGE;
	assert_int_equal(observe(), SOURCE_READ);
	made.logs[0].bytes[600] ^= 1; /* within the first entry */
	assert_int_equal(observe(), SOURCE_FAILED);
}

static void a_broken_base_block(void **state)
{
	(void)state;
	put_config(DESCRIPTION, "{'default': '" ID("b") "'}");
	put_file(BOOT_FILE_BCD_LOG1, &made.logs[0]);
	made.primary.bytes[100] ^= 1;
	assert_int_equal(observe(), SOURCE_READ);
	assert_string_equal(config.manager.default_id, ID("b"));
	machine.boot_files[BOOT_FILE_BCD_LOG1].bytes = NULL;
	assert_int_equal(observe(), SOURCE_FAILED);
}

/* --- What is there and no boot configuration ------------------------------ */

static void what_is_none(void **state)
{
	static const char *const words[] = {"{'Select': {}}", NULL};
	static const char *const no_manager[] = {"{'Objects': {}}", NULL};
	static const char *const no_id[] = {
		"{'Objects/{9dea862c-5cdd-4e70-acc1-f32b344d4795}/Elements/"
		"24000002': {'Element': ['x']}}",
		NULL};
	struct fake_file *f = &machine.boot_files[BOOT_FILE_BCD];

	(void)state;
	f->bytes = "";
	assert_int_equal(observe(), SOURCE_FAILED);
	f->bytes = "regf";
	f->len = 4;
	assert_int_equal(observe(), SOURCE_FAILED);
	hive_make(&made, words);
	put_file(BOOT_FILE_BCD, &made.primary);
	assert_int_equal(observe(), SOURCE_FAILED);
	assert_int_equal(config.err, -ERR_UNSUPPORTED);
	hive_free(&made);
	hive_make(&made, no_manager);
	put_file(BOOT_FILE_BCD, &made.primary);
	assert_int_equal(observe(), SOURCE_FAILED);
	hive_free(&made);
	hive_make(&made, no_id);
	put_file(BOOT_FILE_BCD, &made.primary);
	assert_int_equal(observe(), SOURCE_FAILED);
	assert_int_equal(config.err, -ERR_CORRUPT);
	put_config("{'default': 'a', 'order': ['x']}", NULL);
	made.primary.bytes[0] = 'R';
	assert_int_equal(observe(), SOURCE_FAILED);
	f->err = -ERR_AMBIGUOUS;
	assert_int_equal(observe(), SOURCE_FAILED);
	assert_int_equal(config.err, -ERR_AMBIGUOUS);
}

static void failing_allocations(void **state)
{
	bool was_hit = true;
	unsigned int failures = 0;

	(void)state;
	put_config(DESCRIPTION, "{'default': '" ID("b") "'}");
	put_file(BOOT_FILE_BCD_LOG1, &made.logs[0]);
	for (uint64_t n = 1; was_hit; n++) {
		failalloc_arm(n, false);
		(void)observe();
		was_hit = failalloc_disarm();
		if (!was_hit)
			break;
		assert_int_equal(config.state, SOURCE_FAILED);
		assert_int_equal(config.err, -ERR_NO_MEMORY);
		failures++;
	}
	assert_int_equal(config.state, SOURCE_READ);
	assert_true(failures >= 4);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_a_machine_without),
		TEST(is_asked_for_once),
		TEST(what_is_started_once),
		TEST(recovery_is_switched_off),
		TEST(a_change_that_is_only_in_the_log),
		TEST(a_change_that_is_lost),
		TEST(a_broken_base_block),
		TEST(what_is_none),
		TEST(failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
